"""The reading page: an article as it was indexed, with the words that are quoted marked where they stand."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from starlette.convertors import Convertor, register_url_convertor
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from bot.adapters.addresses import link_to_words, safe_url
from bot.adapters.permalinks import FIRST_MARK, SIGNED, Permalinks, reading_path
from bot.adapters.translation import translated
from bot.adapters.web.access import Access
from bot.adapters.web.core import WebCore
from bot.adapters.web.pages import texts
from bot.adapters.web.pages.article_text import Remembered, paragraphs_of
from bot.adapters.web.pages.citing import CitedWords, cite
from bot.adapters.web.pages.templates import base_of, message_page, page
from bot.adapters.web.serving import RouteGroup
from bot.adapters.web.visitors import visitor_of
from bot.answering import Answer
from bot.articles import KeptArticle, KeptArticles
from index import Article, Span
from index.text.differences import Difference, word_differences

_PLACE: Final = re.compile(r"(\d{1,8})-(\d{1,8})")
_MOST_MARKS: Final = 50
_REMEMBERED_REPLIES: Final = 50
_CONTEXT_CHARS: Final = 90


class _Revision(Convertor[str]):
    """A revision in a path."""

    regex = "[0-9a-f]{16}"

    def convert(self, value: str) -> str:
        """Return it as it stands."""
        return value

    def to_string(self, value: str) -> str:
        """Return it as it stands."""
        return value


register_url_convertor("revision", _Revision())


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """Words that a link names, and how they are cited."""

    number: int
    span: Span
    words: str
    cited: CitedWords


@dataclass(frozen=True, slots=True)
class OtherVersion:
    """Another revision that is kept, and where it is read."""

    revision: str
    path: str
    is_current: bool


def reading_pages(core: WebCore, access: Access) -> RouteGroup:
    """Return the routes of articles."""
    pages = _ReadingPages(core, access)
    return RouteGroup(
        [
            Route("/a/{article:path}/{revision:revision}", pages.read, methods=["GET"]),
            Route("/a/{article:path}", pages.lead_on, methods=["GET"]),
        ]
    )


class _ReadingPages:
    def __init__(self, core: WebCore, access: Access) -> None:
        self._core = core
        self._articles = KeptArticles(core.live)
        self._access = access

    async def read(self, request: Request) -> Response:
        """Show an article in one revision."""
        article_id, revision = request.path_params["article"], request.path_params["revision"]
        opening = self._access.opens(request, article_id, revision)
        if opening == "expired":
            return message_page(403, texts.LINK_EXPIRED, texts.LINK_EXPIRED_WHY)
        if opening == "closed":
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        return await asyncio.to_thread(self._page, request, article_id, revision)

    async def lead_on(self, request: Request) -> Response:
        """Lead from an article to the revision in service."""
        if not self._access.may_ask(request):
            return message_page(403, texts.NOT_OPEN, texts.NOT_OPEN_WHY)
        article = await asyncio.to_thread(self._articles.current, request.path_params["article"])
        if article is None:
            return message_page(404, texts.NOT_KEPT, texts.NOT_KEPT_WHY)
        return RedirectResponse(reading_path(article.id, article.revision), 302)

    def _page(self, request: Request, article_id: str, revision: str) -> Response:
        kept = self._articles.find(article_id, revision)
        if kept is None:
            return self._not_kept(article_id)
        article, permalinks = kept.article, self._permalinks(request)
        named = _named_spans(request.query_params.getlist("q"))
        spans = [span for span in named if span.end <= len(article.text)]
        signed = request.query_params.get(SIGNED)
        return page(
            "reading.html",
            article=article,
            revision=revision,
            title=" ".join(article.title.split()),
            publisher=_publisher(article, spans),
            paragraphs=paragraphs_of(article.text, spans, self._remembered(request, article)),
            quotes=[_quoted(article, number, span, permalinks) for number, span in enumerate(spans, start=1)],
            is_beyond=len(spans) < len(named),
            is_current=kept.is_current,
            others=_others(kept, signed),
            differences=_differences(kept),
            carried=f"&{SIGNED}={signed}" if signed else "",
            first_mark=FIRST_MARK,
        )

    def _not_kept(self, article_id: str) -> Response:
        current = self._articles.current(article_id)
        if current is None:
            return message_page(404, texts.NOT_KEPT, texts.NOT_KEPT_WHY)
        link = (reading_path(current.id, current.revision), translated(texts.SEE_CURRENT))
        return message_page(410, texts.NOT_KEPT, texts.NOT_KEPT_WHY, link=link)

    def _permalinks(self, request: Request) -> Permalinks:
        config = self._core.config
        key = config.link_key if config.is_limited else None
        return Permalinks(config.public_url or base_of(request), key)

    def _remembered(self, request: Request, article: Article) -> list[Remembered]:
        """Return what was quoted of this text in the browser's conversation, or in that with the bot on Telegram."""
        visitor, person = visitor_of(request), self._access.person(request)
        conversations = [] if visitor.is_new else [visitor.conversation_id]
        conversations += [f"tg:{person}"] if person is not None else []
        history = self._core.dialogue.history
        quoted_from = (article.id, article.revision)
        replies = [reply for each in conversations for reply in history(each, last=_REMEMBERED_REPLIES)]
        found = {
            cited.quote.span: reply.question
            for reply in replies
            if isinstance(reply.outcome, Answer)
            for cited in reply.citations[: max(reply.outcome.n_strong, 1)]
            if (cited.quote.article_id, cited.quote.revision) == quoted_from
        }
        return [Remembered(span, question) for span, question in sorted(found.items())]


def _named_spans(named: Sequence[str]) -> list[Span]:
    """Return the places of a link, each once."""
    found = [_PLACE.fullmatch(place.strip()) for each in named for place in each.split(",")]
    pairs = [(int(match[1]), int(match[2])) for match in found[:_MOST_MARKS] if match is not None]
    return list(dict.fromkeys(Span(start, end) for start, end in pairs if start < end))


def _quoted(article: Article, number: int, span: Span, permalinks: Permalinks) -> QuotedWords:
    link = permalinks.to_words(article.id, article.revision, [span])
    return QuotedWords(number, span, span.slice(article.text).strip(), cite(article, span, link))


def _publisher(article: Article, spans: Sequence[Span]) -> str | None:
    """Return where the publisher has the article, at the words if its page still has them."""
    address = safe_url(article.url)
    if address is None or not spans:
        return address
    return safe_url(link_to_words(address, spans[0].slice(article.text))) or address


def _others(kept: KeptArticle, signed: str | None) -> list[OtherVersion]:
    carried = f"?{SIGNED}={signed}" if signed else ""
    found = ((other, other.revision) for other in kept.others)
    return [
        OtherVersion(revision, reading_path(other.id, revision) + carried, other is kept.current)
        for other, revision in found
    ]


def _differences(kept: KeptArticle) -> list[Difference] | None:
    """Return what differs between this version and the one in service, long equal stretches cut; None if the texts are
    too long to tell."""
    if kept.is_current:
        return []
    found = word_differences(kept.article.text, kept.current.text)
    return [_shortened(each) for each in found] if found is not None else None


def _shortened(stretch: Difference) -> Difference:
    words = stretch.before
    if stretch.is_change or len(words) <= 2 * _CONTEXT_CHARS:
        return stretch
    cut = f"{words[:_CONTEXT_CHARS].rpartition(' ')[0]} … {words[-_CONTEXT_CHARS:].partition(' ')[2]}"
    return Difference(cut, cut)
