"""A quote with where it is from, to be put into a text of one's own: plain, as Markdown, as HTML."""

import html
import re
from dataclasses import dataclass

from bot.adapters import wording
from bot.adapters.addresses import safe_url
from bot.adapters.translation import translated
from index import Article, Span


@dataclass(frozen=True, slots=True)
class CitedWords:
    """The same citation three times."""

    plain: str
    markdown: str
    html: str


def cite(article: Article, span: Span, permalink: str) -> CitedWords:
    """Return words of an article as they are cited; `permalink` leads to where they stand."""
    words = span.slice(article.text).strip()
    title = " ".join(article.title.split()) or translated(wording.UNTITLED)
    source = " ".join((article.source or "").split())
    day = wording.day(article.published_at) if article.published_at else ""
    origin = ", ".join(part for part in (source, day) if part)
    address = safe_url(article.url) or permalink
    behind = f", {origin}" if origin else ""
    plain = f"“{' '.join(words.split())}”\n— {title}{behind}\n{permalink}"
    lines = [line.strip() for line in words.splitlines()]
    quoted = "\n".join(f"> {_escaped(line)}".rstrip() for line in lines)
    markdown = f"{quoted}\n>\n> — [{_escaped(title)}](<{permalink}>){_escaped(behind)}"
    paragraphs = "".join(f"<p>{html.escape(line)}</p>" for line in lines if line)
    marked = (
        f'<blockquote cite="{html.escape(address)}">{paragraphs}<footer>— <cite><a href="{html.escape(permalink)}">'
        f"{html.escape(title)}</a></cite>{html.escape(behind)}</footer></blockquote>"
    )
    return CitedWords(plain, markdown, marked)


def _escaped(text: str) -> str:
    """Return text that Markdown shows as it is."""
    escaped = re.sub(r"([\\`*_{}\[\]<>#|~!&])", r"\\\1", text)
    return re.sub(r"^(\s*)([-+]|\d+[.)])(?=\s)", r"\1\\\2", escaped)
