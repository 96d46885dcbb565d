"""Shows what became of words that were quoted: old and new, with what differs, and what the publisher says of it."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from bot.adapters import wording
from bot.adapters.changes import differences_of
from bot.adapters.terminal import texts
from bot.adapters.terminal.display import Page, Paragraph, one_line
from bot.adapters.terminal.rendering import said
from bot.corrections.corrections import QuoteCorrection
from index.command_line import visible

_INDENT = 4


def render_corrections(corrections: Sequence[QuoteCorrection]) -> Iterator[Paragraph]:
    """Yield corrections of one article."""
    yield said(wording.CHANGED_SINCE_QUOTED, "bold")
    yield from _told(corrections)


def render_last(corrections: Sequence[QuoteCorrection]) -> Page:
    """Return the library's last corrections, each with its article."""
    if not corrections:
        return Page((said(texts.NO_CORRECTIONS),))
    each = (paragraph for correction in corrections for paragraph in _told([correction]))
    return Page((said(texts.LAST_CORRECTIONS, "bold"), *each))


def _told(corrections: Sequence[QuoteCorrection]) -> Iterator[Paragraph]:
    for correction in corrections:
        yield Paragraph(_marked(correction), _INDENT)
        if correction.now is None:
            yield said(wording.WORDS_GONE)
        for note in correction.notes:
            yield said(wording.PUBLISHER_SAYS)
            yield Paragraph(Text(f"“{visible(note.text)}”"), _INDENT)
    last = corrections[-1]
    where = Text(one_line(last.title) or wording.UNTITLED, style="cyan")
    yield Paragraph(where.append(f"\n{one_line(last.url)}") if last.url else where, _INDENT)


def _marked(correction: QuoteCorrection) -> Text:
    text = Text()
    for each in differences_of(correction):
        if not each.is_change:
            text.append(visible(each.before))
            continue
        if each.before:
            text.append(visible(f"[-{each.before}-]"), style="red strike")
        if each.after:
            text.append(visible(f"[+{each.after}+]"), style="bold green")
    return text
