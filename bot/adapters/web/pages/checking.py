"""The page on which quotations are checked: a text in, what each of its quotations is out."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.adapters import check_wording
from bot.adapters.translation import translated
from bot.adapters.web.access import Access
from bot.adapters.web.allowance import Allowance, network_of
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.templates import message_page, page
from bot.adapters.web.pages.turns import ShownQuote, shown_quote
from bot.adapters.web.serving import RouteGroup
from bot.adapters.web.visitors import Visitor, is_cross_site, remember, visitor_of
from bot.checking import CheckedQuote, Checker, Match

LONGEST_TEXT: Final = 20_000
_SHOWN_QUOTES: Final = 50
_SHOWN_MATCHES: Final = 3


@dataclass(frozen=True, slots=True)
class ShownMatch:
    """Where a quotation is from: the article's words in pieces, of which some differ or were cut away, and remarks."""

    quote: ShownQuote
    pieces: tuple[tuple[str, bool], ...]
    remarks: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ShownCheck:
    """A quotation, what it is, and where it is from."""

    text: str
    verdict: str
    kind: str
    matches: tuple[ShownMatch, ...]


def check_pages(core: WebCore, access: Access) -> RouteGroup:
    """Return the routes."""
    checking = _Checking(core, access)
    return RouteGroup(
        [Route("/check", checking.show, methods=["GET"]), Route("/check", checking.check, methods=["POST"])]
    )


class _Checking:
    def __init__(self, core: WebCore, access: Access) -> None:
        self._core = core
        self._access = access
        self._checker = Checker(core.live.kept_texts)
        self._of_networks = Allowance(5 * core.config.questions_per_minute)

    async def show(self, request: Request) -> Response:
        """Show the box for a text."""
        if not self._access.may_ask(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        visitor = visitor_of(request)
        response = self._page(visitor, "", ())
        remember(visitor, response, is_secure=self._core.config.is_secure)
        return response

    async def check(self, request: Request) -> Response:
        """Show what each quotation of a text is."""
        if not self._access.may_ask(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        visitor = visitor_of(request)
        form = await request.form(max_files=0, max_fields=5)
        if is_cross_site(request) or visitor.is_new or not visitor.owns(form.get("token")):
            return message_page(403, texts.FORM_EXPIRED, texts.FORM_EXPIRED_WHY)
        text = str(form.get("text", "")).replace("\r\n", "\n").strip()
        if len(text) > LONGEST_TEXT:
            return message_page(422, texts.too_long_to_check(LONGEST_TEXT))
        if wait := self._of_networks.take(network_of(request.client.host if request.client else "")):
            return message_page(429, texts.too_many(wait))
        quotes = await self._core.when_checked(partial(self._checker.check, text))
        return self._page(visitor, text, quotes)

    def _page(self, visitor: Visitor, text: str, quotes: Sequence[CheckedQuote]) -> Response:
        shown = [_shown(text, quote) for quote in quotes[:_SHOWN_QUOTES]]
        return page(
            "check.html",
            here="check",
            text=text,
            checked=shown,
            nothing=translated(check_wording.NOTHING_TO_CHECK) if text and not shown else "",
            longest=LONGEST_TEXT,
            token=visitor.form_token,
        )


def _shown(text: str, quote: CheckedQuote) -> ShownCheck:
    matches = tuple(_match(text, match) for match in quote.matches[:_SHOWN_MATCHES])
    return ShownCheck(quote.text, check_wording.verdict_of(quote.verdict), quote.verdict.value, matches)


def _match(text: str, match: Match) -> ShownMatch:
    older = [] if match.is_current else [translated(check_wording.OLDER)]
    differences = [check_wording.difference(one, text, match) for one in match.differences]
    return ShownMatch(
        shown_quote(match.citation), tuple(_pieces(match)), (*check_wording.cut(match), *differences, *older)
    )


def _pieces(match: Match) -> tuple[tuple[str, bool], ...]:
    """Return the article's words, with those that differ or were cut away marked."""
    span, cut = match.citation.quote.span, match.cut
    before = [cut.before] if cut is not None and cut.before is not None else []
    after = [cut.after] if cut is not None and cut.after is not None else []
    marked = [*before, *(one.article for one in match.differences if one.article is not None), *after]
    at, end = (before[0].start if before else span.start), (after[0].end if after else span.end)
    pieces = []
    for one in marked:
        pieces += [(match.article_text[at : one.start], False), (match.words(one), True)]
        at = one.end
    return tuple(piece for piece in [*pieces, (match.article_text[at:end], False)] if piece[0])
