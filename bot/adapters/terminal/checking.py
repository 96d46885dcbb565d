"""Shows checked quotations as a page: what was checked, what it is, and the words of articles it rests on."""

from collections.abc import Iterator, Sequence

from rich.text import Text

from bot.adapters import check_wording
from bot.adapters.terminal.display import Page, Paragraph, one_line
from bot.adapters.terminal.rendering import said, source_of
from bot.checking import CheckedQuote, Match, Verdict
from index.command_line import visible

_INDENT = 4
_STYLES = {Verdict.VERBATIM: "green", Verdict.NOT_FOUND: "dim"}


def render_checked(text: str, quotes: Sequence[CheckedQuote]) -> Page:
    """Return what each quotation of a text is."""
    if not quotes:
        return Page((said(check_wording.NOTHING_TO_CHECK),))
    return Page(tuple(line for number, quote in enumerate(quotes, start=1) for line in _quote(text, number, quote)))


def _quote(text: str, number: int, quote: CheckedQuote) -> Iterator[Paragraph]:
    yield Paragraph(Text(f"“{one_line(quote.text)}”", style="bold"), _INDENT, f"[{number}]")
    yield Paragraph(Text(check_wording.verdict_of(quote.verdict), style=_STYLES.get(quote.verdict, "yellow")), _INDENT)
    for match in quote.matches:
        yield Paragraph(_in_place(match), 2 * _INDENT)
        for sentence in (
            *check_wording.cut(match),
            *(check_wording.difference(one, text, match) for one in match.differences),
            *([] if match.is_current else [check_wording.OLDER]),
        ):
            yield Paragraph(Text(one_line(sentence), style="yellow"), 2 * _INDENT)
        yield Paragraph(source_of(match.citation), 2 * _INDENT)


def _in_place(match: Match) -> Text:
    """Return the article's words, with what was cut away around them."""
    cut = match.cut
    shown = Text("“")
    if cut is not None and cut.before is not None:
        shown.append(visible(match.words(cut.before)), style="bold yellow")
    at = match.citation.quote.span.start
    for span in (one.article for one in match.differences if one.article is not None):
        shown.append(visible(match.article_text[at : span.start]))
        shown.append(visible(match.words(span)), style="bold yellow")
        at = span.end
    shown.append(visible(match.article_text[at : match.citation.quote.span.end]))
    if cut is not None and cut.after is not None:
        shown.append(visible(match.words(cut.after)), style="bold yellow")
    return shown.append("”")
