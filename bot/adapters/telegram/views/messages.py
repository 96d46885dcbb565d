"""Shows replies, contexts and lists as Outgoing messages: styled Segments and the buttons beneath them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from telegram import InlineKeyboardMarkup

from bot.adapters import wording
from bot.adapters.addresses import link_to_words, safe_url
from bot.adapters.languages import refused, searched_in_english
from bot.adapters.listing import narrowed, runs_of
from bot.adapters.remarks import remark
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.keyboards import (
    answer_keyboard,
    carried_words,
    options_keyboard,
    pages_keyboard,
    refusal_keyboard,
)
from bot.adapters.telegram.views.places import link_to_place
from bot.adapters.translation import translated
from bot.answering import Answer, Block, Clarification, Refusal, RefusalReason, Remark
from bot.composing.weights import COMPOSED
from bot.query.kinds import MessageKind
from bot.query.said_requests import said_request
from bot.quoting.context import QuoteContext
from bot.quoting.quotes import Citation
from bot.replies import Reply
from index import Article

SOURCES_PER_PAGE: Final = 10
_CITATIONS_AT_ONCE: Final = 3
# About a phone's screen: beyond it, further quotes wait behind "More".
_COMFORTABLE_QUOTE_CHARS: Final = 600
_PARTS_AT_ONCE: Final = 8
_PARTS_CHARS: Final = 1_600
"""A reply of several quotes may fill a screen, with its bylines some 3,000 characters."""
_LISTED_TITLE_CHARS: Final = 150
_LISTED_SOURCE_CHARS: Final = 60
_LISTED_SPEAKER_CHARS: Final = 120


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to send: text of any length, and the buttons under its end."""

    segments: tuple[Segment, ...]
    keyboard: InlineKeyboardMarkup | None = None


def plain_message(text: str) -> Outgoing:
    """Return one of the bot's own sentences, without style, in the language being spoken."""
    return Outgoing((styled(translated(text)),))


def reply_message(reply: Reply) -> Outgoing:
    """Return the first message of a reply: an answer with its best quotes, or why there is none."""
    message = _outcome_message(reply)
    if reply.newest is None:
        return message
    newest = styled(f"\n\n{wording.newest_here(reply.newest)}", italic=True)
    return replace(message, segments=(*message.segments, newest))


def _outcome_message(reply: Reply) -> Outgoing:
    segments = tuple(_understanding(reply))
    match reply.outcome:
        case Answer() as answer:
            return _answer_message(reply, answer, segments)
        case Refusal() as refusal:
            return _refusal_message(reply, refusal, segments)
        case Remark() as outcome:
            return Outgoing((styled(remark(outcome, reply.id)),))
        case Clarification(options=options):
            # The choices stand on the buttons alone: what they say is taken from articles.
            keyboard = options_keyboard(reply.id, [option.label for option in options])
            return Outgoing((*segments, styled(translated(texts.WHICH_ONE), bold=True)), keyboard)


def more_message(reply_id: str, answer: Answer, seen: int) -> Outgoing:
    """Return the citations after the first `seen` ones, a few at once."""
    strong, total = answer.citations[seen : answer.n_strong], len(answer.citations)
    shown = _first_shown(strong or answer.citations[seen:], is_composed=bool(answer.blocks))
    keyboard = answer_keyboard(reply_id, shown, seen=seen + len(shown), total=total, is_first=False)
    heading = translated(wording.MORE_QUOTES if strong else texts.LESS_LIKELY)
    return Outgoing((styled(f"{heading}\n\n"), *_citations(shown, answer.blocks)), keyboard)


def closest_message(reply_id: str, citations: Sequence[Citation]) -> Outgoing:
    """Return the passages that came nearest to a refused question, marked as no answer."""
    shown = citations[:_CITATIONS_AT_ONCE]
    if not shown:
        return plain_message(wording.NOTHING_CLOSE)
    keyboard = answer_keyboard(reply_id, shown, seen=len(shown), total=len(shown), is_first=False)
    return Outgoing((styled(f"{translated(wording.CLOSEST)}\n\n", italic=True), *_citations(shown)), keyboard)


def context_message(context: QuoteContext) -> Outgoing:
    """Return the sentences around a quote, the quote in bold; or why they cannot be shown."""
    quote = context.citation.quote.text
    heading = translated(wording.IN_CONTEXT if context.current else wording.CHANGED_SINCE)
    around = f"{context.before}{quote}{context.after}"
    place = (len(context.before), len(context.before) + len(quote))
    quoted = words_of_others(around, bold=[place], quoted=True)
    return Outgoing((styled(f"{heading}\n\n"), *quoted, styled("\n"), *byline(context.citation)))


def articles_message(articles: Sequence[Article]) -> Outgoing:
    """Return the articles that were found for a question, a line each, linked."""
    if not articles:
        return plain_message(texts.NO_ARTICLES_FOUND)
    segments = [styled(translated(texts.ARTICLES_FOUND), bold=True)]
    for position, article in enumerate(articles, start=1):
        segments += [styled("\n\n"), *source_line(f"{position}. ", article)]
    return Outgoing(tuple(segments))


def sources_message(articles: Sequence[Article], page: int, words: str = "") -> Outgoing:
    """Return one page of the articles that can be quoted; a page past the end shows the last one.

    `words`, if there are any, must stand in an article's title or source.
    """
    if not articles:
        return plain_message(texts.NO_SOURCES)
    words = carried_words(words)
    articles = narrowed(articles, words)
    if not articles:
        return Outgoing(tuple(words_of_others(texts.none_found(words))))
    pages = -(-len(articles) // SOURCES_PER_PAGE)
    page = min(page, pages - 1)
    first = page * SOURCES_PER_PAGE
    segments = [styled(texts.sources_heading(len(articles)), bold=True)]
    if pages > 1:
        segments.append(styled(f" {texts.page(page + 1, pages)}"))
    if words:
        segments += [styled("\n"), *words_of_others(texts.narrowed_by(words))]
    for position, article in enumerate(articles[first : first + SOURCES_PER_PAGE], first + 1):
        segments += [styled("\n\n"), *source_line(f"{position}. ", article)]
    return Outgoing(tuple(segments), pages_keyboard(page, pages, words))


def lead_message(citation: Citation) -> Outgoing:
    """Return an article as a link opens it: how it begins, and where to read on."""
    begins = styled(f"\n\n{translated(texts.FROM_ARTICLE)}\n")
    ask = styled(f"\n{translated(texts.ASK_ABOUT_IT)}")
    return Outgoing((*byline(citation, mark=""), begins, *_quoted(citation), ask))


def quote_segments(citation: Citation, mark: str | None = None) -> tuple[Segment, ...]:
    """Return a quote and its byline, as they stand in an answer; `mark` takes the place of its number."""
    return (*_quoted(citation), styled("\n"), *voice(citation), *byline(citation, mark))


def byline(citation: Citation, mark: str | None = None, others: Sequence[Citation] = ()) -> Iterator[Segment]:
    """Yield where a quote is from: number, linked to its place on the reading page, title, linked to the words at the
    publisher, source, date and age. `others`: quotes of the same article that share the line."""
    mark = f"{citation.number}. " if mark is None else mark
    place = link_to_place([citation, *others])
    if place is not None and mark.strip():
        yield styled(mark.rstrip(), url=place)
        mark = " "
    url = link_to_words(citation.url, citation.quote.text) if citation.url else None
    article = Article("", citation.title, "", citation.source, citation.published_at, url)
    yield from source_line(mark, article, plain_url=safe_url(citation.url) or place)
    if citation.copies:
        yield styled(f" · {wording.also_in(citation.copies)}")


def source_line(mark: str, article: Article, *, plain_url: str | None = None) -> Iterator[Segment]:
    """Yield an article in one line; `plain_url` is linked where its own address is too long for a link."""
    title = one_line(article.title, _LISTED_TITLE_CHARS) or translated(wording.UNTITLED)
    yield styled(mark)
    yield from words_of_others(title, url=safe_url(article.url) or plain_url)
    if article.source and (source := one_line(article.source, _LISTED_SOURCE_CHARS)):
        yield styled(" · ")
        yield from words_of_others(source)
    if article.published_at is not None:
        yield styled(f" · {wording.day_and_age(article.published_at)}")


def one_line(text: str, longest: int | None = None) -> str:
    """Return the text on one line, so that it cannot pass for several of the bot's; a long one ends in an ellipsis."""
    text = " ".join(text.split())
    return text if longest is None or len(text) <= longest else f"{text[: longest - 1]}…"


def _understanding(reply: Reply) -> Iterator[Segment]:
    if reply.corrected:
        words = ", ".join(correction.meant for correction in reply.corrected)
        yield from words_of_others(f"{translated(wording.SHOWING_RESULTS_FOR)}{words}", italic=True)
        yield styled("\n\n")
    if reply.language:
        yield from words_of_others(searched_in_english(reply), italic=True)
        yield styled("\n\n")
    elif reply.understood_as:
        yield from words_of_others(wording.understood_as(reply.understood_as), italic=True)
        yield styled("\n\n")
    if reply.subject:
        yield from words_of_others(wording.about(one_line(reply.subject)), italic=True)
        yield styled("\n\n")


def _origin(citations: Sequence[Citation]) -> Iterator[Segment]:
    """Yield where quotes of an article are from, a line each, and the quotes."""
    title = one_line(citations[0].title, _LISTED_TITLE_CHARS) or translated(wording.UNTITLED)
    yield from words_of_others(title, bold=[(0, len(title))])
    for label, value in wording.origin(citations[0]):
        yield styled(f"\n{label} ")
        yield from words_of_others(one_line(value), url=safe_url(value))
    for citation in citations:
        yield styled("\n\n")
        yield from _quoted(citation)


def _answer_message(reply: Reply, answer: Answer, segments: tuple[Segment, ...]) -> Outgoing:
    if reply.kind is MessageKind.ABOUT_ARTICLE:
        told = answer.of_first_article
        n = len(told)
        keyboard = answer_keyboard(reply.id, told, seen=n, total=n, is_first=True, as_typed=reply.is_reworded)
        return Outgoing((*segments, *_origin(told)), keyboard)
    if reply.heading:
        segments += (*words_of_others(wording.own_heading(reply.heading), italic=True), styled("\n\n"))
    if answer.short_answer:
        words = one_line(answer.short_answer)
        segments += (*words_of_others(words, bold=[(0, len(words))]), styled("\n\n"))
    is_composed = reply.kind in COMPOSED or bool(answer.blocks)
    shown = _first_shown(answer.citations[: max(answer.n_strong, 1)], is_composed=is_composed)
    keyboard = answer_keyboard(
        reply.id,
        shown,
        seen=len(shown),
        total=len(answer.citations),
        is_first=True,
        as_typed=reply.is_reworded,
        speakers=said_request(reply.question) is None,
        may_be_watched=True,
    )
    left_out = styled(f"\n\n{wording.left_out(answer.left_out)}", italic=True) if answer.left_out else styled("")
    return Outgoing((*segments, *_citations(shown, answer.blocks, is_composed=is_composed), left_out), keyboard)


def _refusal_message(reply: Reply, refusal: Refusal, segments: tuple[Segment, ...]) -> Outgoing:
    keyboard = refusal_keyboard(
        reply.id,
        closest=bool(refusal.closest),
        articles=bool(refusal.closest or refusal.hits),
        as_typed=reply.is_reworded,
        without_marks=refusal.reason is RefusalReason.NO_SUCH_PHRASE,
        may_be_watched=refusal.reason is not RefusalReason.EMPTY_QUESTION,
    )
    return Outgoing((*segments, styled(refused(reply.language, refusal.reason))), keyboard)


def _first_shown(citations: Sequence[Citation], *, is_composed: bool) -> Sequence[Citation]:
    """Return as many of the citations as are read on one screen."""
    most, most_chars = (_PARTS_AT_ONCE, _PARTS_CHARS) if is_composed else (_CITATIONS_AT_ONCE, _COMFORTABLE_QUOTE_CHARS)
    count = chars = 0
    for citation in citations[:most]:
        chars += len(citation.quote.text)
        if count and chars > most_chars:
            break
        count += 1
    return citations[:count]


def _citations(
    citations: Sequence[Citation], blocks: Sequence[Block] = (), *, is_composed: bool = False
) -> Iterator[Segment]:
    """Yield quotes with their bylines, each part under its heading; in a composed reply, quotes of one article that
    stand together share one."""
    for position, run in enumerate(runs_of(citations, blocks, together=is_composed)):
        if position:
            yield styled("\n\n")
        if run.block is not None:
            words = one_line(wording.heading(run.block), _LISTED_TITLE_CHARS)
            yield from words_of_others(words, bold=[(0, len(words))])
            yield styled("\n")
        for place, citation in enumerate(run.citations):
            yield styled("\n\n" if place else "")
            yield from _quoted(citation)
        yield styled("\n")
        yield from voice(run.citations[0])
        yield from byline(run.citations[0], f"{run.numbers}. ", run.citations[1:])


def voice(citation: Citation) -> Iterator[Segment]:
    """Yield who says a quote, on a line of its own, where that is sure."""
    if citation.speaker is not None:
        yield from words_of_others(one_line(wording.voice(citation.speaker), _LISTED_SPEAKER_CHARS))
        yield styled("\n")


def _quoted(citation: Citation) -> Iterator[Segment]:
    start = citation.quote.span.start
    bold = [(highlight.start - start, highlight.end - start) for highlight in citation.highlights]
    yield from words_of_others(citation.quote.text, bold=bold, quoted=True)
