"""Links from quotes to the places where they stand, on the reading page.

As the language is, they are the same for everything built for one answer: whoever handles an update calls `link_places`
once.
"""

from collections.abc import Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final

from telegram import InlineKeyboardButton, WebAppInfo

from bot.adapters.addresses import safe_url
from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.views import texts
from bot.adapters.translation import translated
from bot.brought import is_brought
from bot.quoting.quotes import Citation
from index import Span


@dataclass(frozen=True, slots=True)
class _Linking:
    permalinks: Permalinks
    opens_mini_apps: bool


_linking: ContextVar[_Linking | None] = ContextVar("linking", default=None)
_LONGEST_ADDRESS: Final = 512


def link_places(permalinks: Permalinks | None, *, in_private: bool) -> None:
    """Link quotes to the reading page from here on within this task, unless there are no public pages.

    `in_private`: a button may open the page inside Telegram, which it allows in private chats alone.
    """
    _linking.set(_Linking(permalinks, in_private and permalinks.is_secure) if permalinks else None)


def link_to_place(citations: Sequence[Citation]) -> str | None:
    """Return the link to quotes of one article where they stand; None where there is no public page of it."""
    if not citations or is_brought(citations[0].quote.article_id):
        return None
    first = citations[0].quote
    spans = [each.quote.span for each in citations if each.quote.article_id == first.article_id]
    return _link(first.article_id, first.revision, spans)


def digest_links(reader: int) -> tuple[str, str] | None:
    """Return the links to what came in, as a page and as a feed, for a person or chat; None where there are no public
    pages."""
    linking = _linking.get()
    if linking is None:
        return None
    page, feed = linking.permalinks.to_digest(reader), linking.permalinks.to_digest(reader, as_feed=True)
    return (page, feed) if safe_url(page) and safe_url(feed) else None


def place_button(citations: Sequence[Citation]) -> InlineKeyboardButton | None:
    """Return a button that opens the article of the first quote at what is quoted of it, inside Telegram if it may."""
    return _button(link_to_place(citations))


def article_button(article_id: str, revision: str, spans: Sequence[Span]) -> InlineKeyboardButton | None:
    """Return a button that opens an article at words of it, inside Telegram if it may."""
    return _button(_link(article_id, revision, spans))


def _link(article_id: str, revision: str, spans: Sequence[Span]) -> str | None:
    linking = _linking.get()
    return safe_url(linking.permalinks.to_words(article_id, revision, spans)) if linking is not None else None


def _button(link: str | None) -> InlineKeyboardButton | None:
    linking = _linking.get()
    if link is None or linking is None or len(link) > _LONGEST_ADDRESS:
        return None
    label = translated(texts.IN_ARTICLE_BUTTON)
    if linking.opens_mini_apps:  # which hands over its data behind the #
        return InlineKeyboardButton(label, web_app=WebAppInfo(link.partition("#")[0]))
    return InlineKeyboardButton(label, url=link)
