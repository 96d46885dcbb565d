"""Text that cannot steer a terminal, and pages of it: coloured and wrapped, or plain."""

import textwrap
from dataclasses import dataclass

from rich.console import Console, ConsoleOptions, RenderResult
from rich.table import Table
from rich.text import Text

from index.command_line import visible


def one_line(text: str) -> str:
    """Return the visible text with each run of white space made one space."""
    return " ".join(visible(text).split())


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
