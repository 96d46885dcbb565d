"""Replies, contexts and lists as Messages: styled Segments and the buttons beneath them."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from telegram import InlineKeyboardMarkup

from bot.adapters import wording
from bot.adapters.telegram import texts
from bot.adapters.telegram.keyboards import answer_keyboard, closest_keyboard, pages_keyboard
from bot.adapters.telegram.markup import Segment, styled
from bot.answering import Answer, Clarification, Refusal
from bot.dialogue import QuoteContext, Reply
from bot.quotes import Citation
from index import Article

SOURCES_PER_PAGE: Final = 10
_CITATIONS_AT_ONCE: Final = 3
# About a phone's screen: beyond it, further quotes wait behind "More".
_COMFORTABLE_QUOTE_CHARS: Final = 600
_LISTED_TITLE_CHARS: Final = 150


@dataclass(frozen=True, slots=True)
class Message:
    """What is sent: text of any length, and the buttons under its end."""

    segments: tuple[Segment, ...]
    keyboard: InlineKeyboardMarkup | None = None


def plain_message(text: str) -> Message:
    """One of the bot's own sentences, without style."""
    return Message((styled(text),))


def reply_message(reply: Reply) -> Message:
    """The first message of a reply: an answer with its best quotes, or why there is none."""
    segments = tuple(_understanding(reply))
    if isinstance(reply.outcome, Refusal):
        return _refusal_message(reply.id, reply.outcome, segments)
    if isinstance(reply.outcome, Clarification):
        question = wording.which_is_meant([option.label for option in reply.outcome.options])
        return Message((*segments, styled(question, bold=True)))
    return _answer_message(reply.id, reply.outcome, segments)


def more_message(reply_id: str, answer: Answer, seen: int) -> Message:
    """The citations after the first `seen` ones, a few at once."""
    strong, total = answer.citations[seen : answer.n_strong], len(answer.citations)
    shown = _first_comfortable(strong or answer.citations[seen:])
    keyboard = answer_keyboard(reply_id, shown, seen=seen + len(shown), total=total, votable=False)
    heading = wording.MORE_QUOTES if strong else texts.LESS_LIKELY
    return Message((styled(f"{heading}\n\n"), *_citations(shown)), keyboard)


def closest_message(reply_id: str, citations: Sequence[Citation]) -> Message:
    """What came nearest to a question that was refused, marked as no answer."""
    shown = citations[:_CITATIONS_AT_ONCE]
    if not shown:
        return plain_message(wording.NOTHING_CLOSE)
    keyboard = answer_keyboard(reply_id, shown, seen=len(shown), total=len(shown), votable=False)
    return Message((styled(f"{wording.CLOSEST}\n\n", italic=True), *_citations(shown)), keyboard)


def context_message(context: QuoteContext) -> Message:
    """The sentences around a quote, the quote in bold; or why they cannot be shown."""
    quote = context.citation.quote.text
    heading = wording.IN_CONTEXT if context.current else wording.CHANGED_SINCE
    quoted = [
        styled(context.before, quoted=True),
        styled(quote, quoted=True, bold=True),
        styled(context.after, quoted=True),
    ]
    return Message((styled(f"{heading}\n\n"), *quoted, styled("\n"), *_byline(context.citation)))


def sources_message(articles: Sequence[Article], page: int) -> Message:
    """One page of the articles that can be quoted; a page that is no more shows the last one."""
    if not articles:
        return plain_message(texts.NO_SOURCES)
    pages = -(-len(articles) // SOURCES_PER_PAGE)
    page = min(page, pages - 1)
    first = page * SOURCES_PER_PAGE
    segments = [styled(texts.sources_heading(len(articles)), bold=True)]
    if pages > 1:
        segments.append(styled(f" Page {page + 1} of {pages}."))
    for number, article in enumerate(articles[first : first + SOURCES_PER_PAGE], first + 1):
        title = _shortened(article.title)
        segments += [styled("\n\n"), *_source_line(number, article, title)]
    return Message(tuple(segments), pages_keyboard(page, pages))


def _understanding(reply: Reply) -> Iterator[Segment]:
    if reply.resolved_question.strip() != reply.question.strip():
        yield styled(f"{wording.UNDERSTOOD_AS}{reply.resolved_question}\n\n", italic=True)


def _answer_message(reply_id: str, answer: Answer, segments: tuple[Segment, ...]) -> Message:
    if answer.short_answer:
        segments += (styled(answer.short_answer, bold=True), styled("\n\n"))
    shown = _first_comfortable(answer.citations[: max(answer.n_strong, 1)])
    keyboard = answer_keyboard(reply_id, shown, seen=len(shown), total=len(answer.citations), votable=True)
    return Message((*segments, *_citations(shown)), keyboard)


def _refusal_message(reply_id: str, refusal: Refusal, segments: tuple[Segment, ...]) -> Message:
    keyboard = closest_keyboard(reply_id) if refusal.closest else None
    return Message((*segments, styled(wording.refusal(refusal.reason))), keyboard)


def _first_comfortable(citations: Sequence[Citation]) -> Sequence[Citation]:
    count = chars = 0
    for citation in citations[:_CITATIONS_AT_ONCE]:
        chars += len(citation.quote.text)
        if count and chars > _COMFORTABLE_QUOTE_CHARS:
            break
        count += 1
    return citations[:count]


def _citations(citations: Iterable[Citation]) -> Iterator[Segment]:
    for position, citation in enumerate(citations):
        if position:
            yield styled("\n\n")
        yield from _quoted(citation)
        yield styled("\n")
        yield from _byline(citation)


def _quoted(citation: Citation) -> Iterator[Segment]:
    text, start = citation.quote.text, citation.quote.span.start
    done = 0
    for highlight in sorted(citation.highlights):
        begin, end = max(highlight.start - start, done), min(highlight.end - start, len(text))
        if begin >= end:
            continue
        yield styled(text[done:begin], quoted=True)
        yield styled(text[begin:end], quoted=True, bold=True)
        done = end
    yield styled(text[done:], quoted=True)


def _byline(citation: Citation) -> Iterator[Segment]:
    yield styled(f"{citation.number}. ")
    yield styled(citation.title.strip() or wording.UNTITLED, url=citation.url)
    yield styled(_source_and_date(citation.source, citation.published_at))
    if citation.copies:
        yield styled(f" ({wording.also_in(citation.copies)})")


def _source_line(number: int, article: Article, title: str) -> Iterator[Segment]:
    yield styled(f"{number}. ")
    yield styled(title, url=article.url)
    yield styled(_source_and_date(article.source, article.published_at))


def _source_and_date(source: str | None, published_at: datetime | None) -> str:
    date = wording.day(published_at) if published_at is not None else None
    return "".join(f" · {part.strip()}" for part in (source, date) if part and part.strip())


def _shortened(title: str) -> str:
    title = " ".join(title.split()) or wording.UNTITLED
    return title if len(title) <= _LISTED_TITLE_CHARS else f"{title[:_LISTED_TITLE_CHARS]}…"
