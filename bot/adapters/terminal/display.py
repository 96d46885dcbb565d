"""Text that cannot steer a terminal, and pages of it: coloured and wrapped, or plain."""

import re
import textwrap
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

_LINE_END = re.compile("\r\n?|[\u2028\u2029]")
# Controls but for tab and line feed, what reorders letters on the screen, and what has no UTF-8.
_UNSAFE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def visible(text: str) -> str:
    """Return the text with every character that could steer a terminal shown as a sign of its own."""
    return _UNSAFE.sub(_sign_for, _LINE_END.sub("\n", text))


def one_line(text: str) -> str:
    """Return the visible text with each run of white space made one space."""
    return " ".join(visible(text).split())


def _sign_for(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "\u2421" if code == 0x7F else "\ufffd"


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A text and how far it is indented; `mark` stands in the indent of its first line."""

    text: Text
    indent: int = 0
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Page:
    """Paragraphs to show. Rich renders it; `plain` is the same without colour and with no line broken."""

    paragraphs: tuple[Paragraph, ...]

    @property
    def plain(self) -> str:
        """One string for files and pipes, without a line end after it."""
        return "\n".join(map(_plain, self.paragraphs))

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        for paragraph in self.paragraphs:
            if paragraph.indent == 0:
                yield paragraph.text
                continue
            grid = Table.grid()
            grid.add_column(width=paragraph.indent)
            grid.add_column(overflow="fold")
            grid.add_row(Text(_margin(paragraph)), paragraph.text)
            yield grid


def show(page: Page, console: Console) -> None:
    """Print the page as the console can show it."""
    if console.is_terminal:
        console.print(page)
    else:
        console.out(page.plain, highlight=False)


def _plain(paragraph: Paragraph) -> str:
    body = textwrap.indent(paragraph.text.plain, " " * paragraph.indent)
    return _margin(paragraph) + body[paragraph.indent :] if body else ""


def _margin(paragraph: Paragraph) -> str:
    return f"{paragraph.mark} ".rjust(paragraph.indent) if paragraph.mark else " " * paragraph.indent
