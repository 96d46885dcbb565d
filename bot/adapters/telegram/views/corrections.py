"""Corrections as messages: the words that were quoted, what the article says now, and what the publisher says of it."""

from collections.abc import Iterator, Sequence
from typing import Final

from telegram import InlineKeyboardMarkup

from bot.adapters import wording
from bot.adapters.addresses import link_to_words, safe_url
from bot.adapters.changes import mark_change
from bot.adapters.telegram.views import texts
from bot.adapters.telegram.views.html import Segment, styled, words_of_others
from bot.adapters.telegram.views.messages import Outgoing, source_line
from bot.adapters.telegram.views.places import article_button
from bot.adapters.translation import translated
from bot.corrections.corrections import QuoteCorrection
from index import Article

_MOST_SHOWN: Final = 3


def correction_message(corrections: Sequence[QuoteCorrection]) -> Outgoing:
    """Return what became of words that were quoted in a chat, of one article."""
    shown = corrections[:_MOST_SHOWN]
    segments = [styled(translated(wording.CHANGED_SINCE_QUOTED), bold=True), styled("\n")]
    for correction in shown:
        segments += [styled("\n"), *_change(correction)]
    if len(corrections) > len(shown):
        segments.append(styled(f"{wording.more_changes(len(corrections) - len(shown))}\n"))
    segments += [*_publisher_says(shown[0]), styled("\n"), *_where(shown[0])]
    segments.append(styled(f"\n\n{translated(texts.CORRECTIONS_OFF_HINT)}", italic=True))
    quoted = [one.now.span for one in shown if one.now is not None] or [note.span for note in shown[0].notes]
    button = article_button(shown[0].sentence.article_id, shown[0].new_revision, quoted)
    return Outgoing(tuple(segments), InlineKeyboardMarkup([[button]]) if button is not None else None)


def corrections_message(corrections: Sequence[QuoteCorrection], *, are_told: bool) -> Outgoing:
    """Return the library's last corrections, and whether the chat is told of its own."""
    heading = styled(
        translated(texts.LAST_CORRECTIONS if corrections else texts.NO_CORRECTIONS), bold=bool(corrections)
    )
    segments = [heading, styled("\n")]
    for correction in corrections:
        segments += [
            styled("\n"),
            *_change(correction),
            *_publisher_says(correction),
            *_where(correction),
            styled("\n"),
        ]
    segments.append(styled(f"\n{translated(texts.CORRECTIONS_ON if are_told else texts.CORRECTIONS_OFF)}", italic=True))
    return Outgoing(tuple(segments))


def _change(correction: QuoteCorrection) -> Iterator[Segment]:
    """Yield old words and new words, with what differs marked, each on lines of their own."""
    change = mark_change(correction)
    yield styled(f"{translated(wording.WORDS_QUOTED)}\n")
    yield from words_of_others(change.before, struck=change.struck, quoted=True)
    if change.after is None:
        yield styled(f"\n{translated(wording.WORDS_GONE)}\n")
        return
    yield styled(f"\n{translated(wording.WORDS_NOW)}\n")
    yield from words_of_others(change.after, bold=change.added, quoted=True)
    yield styled("\n")


def _publisher_says(correction: QuoteCorrection) -> Iterator[Segment]:
    for note in correction.notes:
        yield styled(f"{translated(wording.PUBLISHER_SAYS)}\n")
        yield from words_of_others(note.text, quoted=True)
        yield styled("\n")


def _where(correction: QuoteCorrection) -> Iterator[Segment]:
    """Yield the article in a line, linked to the new words at the publisher."""
    url = correction.url
    linked = link_to_words(url, correction.now.text) if url is not None and correction.now is not None else url
    article = Article("", correction.title, "", correction.source, correction.published_at, linked)
    yield from source_line("", article, plain_url=safe_url(url))
