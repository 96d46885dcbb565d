"""Leftover markup in a text: whole tags, tags cut in half, blank entities, junk that scrapers append.

Every quantifier is bounded, so that no text, however hostile, takes more than linear time.
"""

import re
from collections.abc import Iterator

Range = tuple[int, int]  # a Span while it is worked on: a text may hold a hundred thousand of them

# Names are lower case, but for the few that old pages shout: a wire story's <DD> and <CGE.P> are shares.
_BLOCK = (
    "article|aside|blockquote|body|br|div|dl|dt|dd|figcaption|figure|footer|h[1-6]|head|header|hr|html|iframe|"
    "img|li|nav|noscript|ol|p|pre|script|section|style|svg|table|tbody|td|tfoot|th|thead|tr|ul|"
    "BODY|BR|DIV|H[1-6]|HR|HTML|IMG|LI|OL|P|SCRIPT|STYLE|TABLE|TD|TH|TR|UL"
)
_INLINE = "a|abbr|b|cite|code|del|em|font|i|ins|mark|q|s|small|span|strike|strong|sub|sup|time|u|A|B|EM|FONT|I|STRONG"
_ATTRIBUTE = r"""[\w:-]{1,40}=(?:"[^"<>\n]{0,500}"|'[^'<>\n]{0,500}')"""
_ATTRIBUTES = rf"{_ATTRIBUTE}(?:\s{{1,5}}{_ATTRIBUTE}){{0,20}}"

# A tag that stands between sentences, a comment, an element that holds code, any other tag with attributes.
_BLOCK_MARKUP = re.compile(
    r"<(?=[A-Za-z/!])(?:(?:script|style|SCRIPT|STYLE)\b[^<>]{0,500}>[^<]{0,20000}</(?:script|style|SCRIPT|STYLE)\s{0,5}>"
    r"|!--[^<>]{0,2000}-->|!(?:doctype|DOCTYPE|\[CDATA\[)[^<>]{0,500}>"
    rf"|/?(?:{_BLOCK})(?:\s[^<>]{{0,2000}})?/?>"
    rf"|(?!(?:{_INLINE})\s)[a-z][a-z0-9-]{{0,30}}\s{{1,5}}{_ATTRIBUTES}\s?/?>"
    rf"|/(?!(?:{_INLINE})>)[a-z][a-z0-9-]{{0,30}}>)"
)
# The end of a tag whose start was lost: `p>`, `/div>`, and `class="lead">`. The first kind is looked for
# from each `>` back, over the longest such tail and a character more: ten times faster than a pattern.
_BLOCK_NAMES = {*_BLOCK.replace("h[1-6]", "h1|h2|h3|h4|h5|h6").split("|")}
_TAG_TAIL_WINDOW = 32
_BEFORE_TAG_TAIL = frozenset(".!?…”’\"')>")
_COMPARISON = re.compile(r"\s{0,5}[.\d=]")  # as in "p > 0.05"
_ATTRIBUTE_TAIL = re.compile(rf"{_ATTRIBUTES}\s?/?>")
# The start of a tag whose end was lost, at the end of a line: `<br`, `</p`, `<div class="lead"`.
_TAG_HEAD = re.compile(
    rf"<(?=[A-Za-z/])(?:/(?:{_BLOCK}|{_INLINE})|(?:{_BLOCK})(?:\s{{1,5}}{_ATTRIBUTES})?|(?:{_INLINE})\s{{1,5}}{_ATTRIBUTES})"
    r"(?=[ \t\r]{0,20}$)",
    re.MULTILINE,
)
# ` ;word` at the end of a line
_JUNK_TAIL = re.compile(r"(?<=[ \t\xa0])[;|}][^\W\d_]{1,20}(?=[ \t\xa0\r]{0,20}$)", re.MULTILINE)
# These are debris at the edge of a line only. Inside a sentence they stay: if it were cut there,
# "He did <b>not</b> go" would be quoted as "go".
_INLINE_TAG = rf"<(?=[A-Za-z/])/?(?:{_INLINE})(?:\s[^<>]{{0,2000}})?/?>"
_BLANK = r"&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#160|#xa0|#8203);"
_INLINE_MARKUP = re.compile(rf"(?:{_INLINE_TAG}|{_BLANK})(?:\s*+(?:{_INLINE_TAG}|{_BLANK}))*+")


def find_markup(text: str) -> Iterator[Range]:
    """Yield ranges of leftover markup, in no order and perhaps overlapping."""
    patterns = []
    if "<" in text:
        patterns += [_BLOCK_MARKUP, _TAG_HEAD]
    if '="' in text or "='" in text:
        patterns.append(_ATTRIBUTE_TAIL)
    if any(sign in text for sign in ";|}"):
        patterns.append(_JUNK_TAIL)
    for pattern in patterns:
        for match in pattern.finditer(text):
            yield match.span()
    yield from _find_tag_tails(text)


def _find_tag_tails(text: str) -> Iterator[Range]:
    end = text.find(">") + 1
    while end:
        tail = _tag_tail_of(text[max(0, end - _TAG_TAIL_WINDOW) : end])
        if tail and not _COMPARISON.match(text, end):
            yield end - tail, end
        end = text.find(">", end) + 1


def _tag_tail_of(piece: str) -> int:
    """Return how many of the last characters of `piece`, which ends in `>`, are the tail of a tag: 0 if none."""
    name_end = len(piece[:-1].rstrip(" /"))
    start = name_end
    while start and piece[start - 1].isalnum():
        start -= 1
    if piece[start:name_end] not in _BLOCK_NAMES:
        return 0
    start -= piece[:start].endswith("/")
    tail = len(piece) - start
    if start == 0 or piece[start - 1].isspace():
        return tail
    is_in_brackets = piece.rfind("<", 0, start) > piece.rfind(">", 0, start)
    return tail if piece[start - 1] in _BEFORE_TAG_TAIL and not is_in_brackets else 0


def find_markup_at_edges(text: str, start: int, end: int) -> Iterator[Range]:
    """Yield inline tags and blank entities that only white space divides from an edge of `[start, end)`."""
    runs = [run.span() for run in _INLINE_MARKUP.finditer(text, start, end)]
    if runs and not text[start : runs[0][0]].strip():
        yield runs[0]
    if runs and not text[runs[-1][1] : end].strip():
        yield runs[-1]
