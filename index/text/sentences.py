"""Text to the spans of its sentences: paragraphs are found here, sentence ends by sentencex, then repaired.

A sentence keeps its closing quotes and brackets, and a quotation of several sentences stays whole with the
words that say whose it is. One longer than `MAX_SENTENCE_CHARS` is cut, at the best bound there is.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from sentencex import get_sentence_boundaries

from index.article import Span
from index.text.calendar_words import MONTH_NAME, SHORT_MONTH, WEEKDAY_NAME

MAX_SENTENCE_CHARS = 600
_MIN_CUT_CHARS = 250  # a part cut from a sentence that is too long is no shorter
_MAX_BLOCK_CHARS = 20_000  # sentencex takes quadratic time over quotes that are never closed

_WRAP_WIDTHS = range(40, 121)  # in characters, of text that was broken into lines at a fixed width
_MIN_WRAPPED_LINES = 3
_LIST_ITEM = re.compile(r"[-*•·‣◦–—>|+]\s|\(?(?:\d{1,3}|[A-Za-z])[.)]\s")
_UNFINISHED_WORDS = re.compile(
    r"a|an|and|as|at|but|by|for|from|in|into|of|on|or|that|the|their|to|was|were|which|who|with",
    re.IGNORECASE,
)

_SURROGATES = re.compile(r"[\ud800-\udfff]")
_BLANKS = {code: " " for code in range(0x3001) if chr(code).isspace()}
"""sentencex ends sentences at some white space that is no blank, and breaks at some: "vitamin C\xa0."."""
_CLOSING = re.compile(r"[”’»)\]}\"']+(?=\s|$)")
_CLOSERS = "”’»)]}\"'"
_OPENERS = "“‘«([{\"'"
_FIRST_WORD = re.compile(r"[“‘«(\[\"']*([^\W_]+)")
_WEB_ADDRESS = re.compile(r"https?:|www\.")
_ITEM_NUMBER = re.compile(r"\s*\(?\d{1,3}[.)]\s*")
_INITIALS = re.compile(r"(?:\b[A-Z]\.){1,3}$")
_PLACES = re.compile(r"U\.S|U\.K|U\.N|E\.U|D\.C|L\.A|N\.[YJCDMH]|S\.[CD]|R\.I|B\.C|[AP]\.M")
_LAST_TOKEN = re.compile(r"(?:^|[\s“‘«(\[\"'/—–-])([^\s“‘«(\[\"'/—–-]{1,12})$")

_BEFORE_NAMES = re.compile(
    r"mr|mrs|ms|mx|dr|prof|gen|sen|sens|rep|reps|gov|lt|col|sgt|capt|cpt|cpl|maj|adm|cmdr|pvt|rev|hon|supt|"
    r"insp|det|pres|amb|messrs|mt|ft|vs|v|e\.g|i\.e|cf|brig|cdr|fr|sr|dep|asst|atty|st",
    re.IGNORECASE,
)
_BEFORE_NUMBERS = re.compile(
    rf"no|nos|p|pp|fig|art|sec|vol|ch|c|ca|approx|est|{SHORT_MONTH}",
    re.IGNORECASE,
)
_AFTER_CLOCK = re.compile(
    r"gmt|utc|bst|cet|cest|est|edt|et|cst|cdt|ct|mst|mdt|mt|pst|pdt|pt|ist|jst|kst|aest|aedt|msk|eastern|"
    rf"central|mountain|pacific|local|moscow|beijing|greenwich|{WEEKDAY_NAME}|{MONTH_NAME}|{SHORT_MONTH}",
    re.IGNORECASE,
)
# A capital letter in one of these begins a sentence rather than a name.
_STARTERS = re.compile(
    r"a|after|all|although|an|and|as|at|before|both|but|by|each|for|from|he|her|his|how|however|i|if|in|"
    r"it|its|many|more|most|my|no|not|now|on|one|or|our|she|since|so|some|still|that|the|their|then|"
    r"there|these|they|this|those|to|under|until|we|what|when|where|which|while|who|why|with|yes|yet|you|"
    r"your",
    re.IGNORECASE,
)

_SENTENCE_END = re.compile(r"[.!?…][”’»)\]\"']{0,3}\s+(?=[“‘«(\[\"']{0,3}[A-Z\d])|[。！？]")
_CLAUSE_ENDS = (re.compile(r"[;:]\s"), re.compile(r",[”’\"']?\s|\s[–—-]\s|—"), re.compile(r"\s"))


def split_sentences(text: str, debris: Sequence[Span]) -> list[Span]:
    """Return the sentences of `text` in order, without white space around them.

    Together they hold every character that is neither white space nor debris; none crosses a paragraph's
    end or a span of debris.
    """
    return [sentence for paragraph in split_paragraphs(text, debris) for sentence in paragraph]


def split_paragraphs(text: str, debris: Sequence[Span]) -> Iterator[list[Span]]:
    """Yield the sentences of each paragraph, or of each stretch of one that debris divides; no list is empty."""
    if not text.isascii():
        text = _SURROGATES.sub("?", text)  # sentencex takes no half characters; as long as before
    regions = [_lines_of(text, start, end) for start, end in _regions(len(text), debris)]
    paragraphs = [paragraph for region in regions for paragraph in region]
    width = max(filter(None, map(_wrap_width, (_slices(text, lines) for lines in paragraphs))), default=0)
    for paragraph in paragraphs:
        for start, end in _unwrap(text, paragraph, width):
            sentences = _split_block(text, start, end)
            yield [Span(*part) for sentence in sentences for part in _cut(text, *sentence)]


def _regions(length: int, debris: Sequence[Span]) -> Iterator[tuple[int, int]]:
    start = 0
    for span in sorted(debris):
        if start < span.start:
            yield start, span.start
        start = max(start, span.end)
    if start < length:
        yield start, length


def _lines_of(text: str, start: int, end: int) -> Iterator[list[tuple[int, int]]]:
    """Yield runs of lines that no blank line divides, each line without white space around it."""
    paragraph: list[tuple[int, int]] = []
    for raw in text[start:end].splitlines(keepends=True):
        line = _strip(text, start, start + len(raw))
        if line:
            paragraph.append(line)
        elif paragraph:
            yield paragraph
            paragraph = []
        start += len(raw)
    if paragraph:
        yield paragraph


def _slices(text: str, ranges: Sequence[tuple[int, int]]) -> list[str]:
    return [text[start:end] for start, end in ranges]


def _wrap_width(lines: Sequence[str]) -> int | None:
    """Return the width at which a paragraph was broken into lines, if each line was filled as far as words go."""
    width = max(map(len, lines))
    if len(lines) < _MIN_WRAPPED_LINES or width not in _WRAP_WIDTHS or any(map(_LIST_ITEM.match, lines)):
        return None
    pairs = list(pairwise(lines))
    is_prose = any(after[0].islower() for _, after in pairs)
    return width if is_prose and all(_is_full(line, after, width) for line, after in pairs) else None


def _is_full(line: str, after: str, width: int) -> bool:
    """Return whether the next line's first word would not have fitted."""
    return len(line) <= width < len(line) + 1 + len(after.split(maxsplit=1)[0])


def _unwrap(text: str, lines: Sequence[tuple[int, int]], width: int) -> Iterator[tuple[int, int]]:
    """Yield blocks of lines that are one running text; elsewhere every line is a paragraph of its own."""
    start = lines[0][0]
    is_wrapped = len(lines) > 1 and _wrap_width(_slices(text, lines)) is not None
    for (line_start, line_end), (after_start, after_end) in pairwise(lines):
        line, after = text[line_start:line_end], text[after_start:after_end]
        if not (is_wrapped or _runs_on(line, after, width)):
            yield start, line_end
            start = after_start
    yield start, lines[-1][1]


def _runs_on(line: str, after: str, width: int) -> bool:
    """Return whether a sentence goes on over the line's end, in a text that may be broken at `width` or nowhere."""
    if _LIST_ITEM.match(after):
        return False
    if width and _is_full(line, after, width):
        return True
    if line.rstrip(_CLOSERS)[-1:] in {"", ".", "!", "?", ":", ";", "…"}:
        return False
    last_word = line.rsplit(maxsplit=1)[-1]
    return after[0].islower() or _UNFINISHED_WORDS.fullmatch(last_word) is not None


def _split_block(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentences of one running text."""
    for piece_start, piece_end in _pieces(text, start, end, _MAX_BLOCK_CHARS):
        piece = text[piece_start:piece_end]
        if not piece.isprintable():
            piece = piece.translate(_BLANKS)
        sentence_start = 0
        for bound in _sentence_ends(piece):
            sentence = _strip(text, piece_start + sentence_start, piece_start + bound)
            if sentence:
                yield sentence
            sentence_start = bound


def _pieces(text: str, start: int, end: int, size: int) -> Iterator[tuple[int, int]]:
    while end - start > size:
        space = text.rfind(" ", start + size // 2, start + size)
        cut = start + size if space < 0 else space + 1
        yield start, cut
        start = cut
    yield start, end


def _sentence_ends(piece: str) -> Iterator[int]:
    """Yield where sentences end in a text without newlines; the last end is the text's own."""
    ends = _ends_by_sentencex(piece)
    start = 0
    for end in ends[:-1]:
        closing = _CLOSING.match(piece, end)
        if closing and _is_closing(closing.group(), piece[start:end]):
            end = closing.end()
        if end > start and _is_bound(piece, start, end):
            yield end
            start = end
    if start < len(piece):
        yield len(piece)


def _ends_by_sentencex(piece: str) -> list[int]:
    """Return where it ends sentences.

    Raises:
        RuntimeError: it broke. What it raises itself is no Exception, and would end whoever reads many articles.
    """
    try:
        return [boundary["end_index"] for boundary in get_sentence_boundaries("en", piece)]
    except BaseException as error:
        if type(error).__name__ == "PanicException":
            raise RuntimeError(f"sentencex broke at {piece[:60]!r}: {error}") from error
        raise


def _is_closing(marks: str, before: str) -> bool:
    """Return whether the marks close something: curly quotes and brackets do, a straight quote if one is open before
    it."""
    return marks[0] not in "\"'" or before.count(marks[0]) % 2 == 1


def _is_bound(piece: str, start: int, end: int) -> bool:
    """Return whether a sentence ends at `end` indeed, where sentencex found a bound."""
    left, right = piece[max(start, end - 60) : end], piece[end : end + 60]
    if not _has_word(piece, start, end) or not _has_word(piece, end, len(piece)):
        return False
    before, after = left.rstrip(), right.lstrip()
    word = _FIRST_WORD.match(after)
    if word is None or _WEB_ADDRESS.match(after):
        return True
    if word.group(1).islower() or _ITEM_NUMBER.fullmatch(piece, start, end):
        return False
    if len(before) == len(left) and len(after) == len(right):  # no space between, as in "R-N.Y."
        return not _INITIALS.search(before)
    return not (before.endswith(".") and _is_inside_name(before, word.group(1)))


def _is_inside_name(before: str, word: str) -> bool:
    """Return whether the full stop at the end of `before` is an abbreviation's or an initial's, with `word` after
    it."""
    token_match = _LAST_TOKEN.search(before)
    token = token_match.group(1).rstrip(".") if token_match else ""
    starts_anew = _STARTERS.fullmatch(word) is not None
    if token.casefold() in {"a.m", "p.m"}:
        return _AFTER_CLOCK.fullmatch(word) is not None or word.isdecimal()
    if _BEFORE_NUMBERS.fullmatch(token) and word[0].isdigit():
        return True
    if _BEFORE_NAMES.fullmatch(token):
        return not starts_anew
    is_initial = token != "I" and _INITIALS.fullmatch(f"{token}.") and not _PLACES.fullmatch(token)
    return bool(is_initial) and not starts_anew and word[0].isupper()


def _cut(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """Yield the sentence, or parts of one that is too long: at a sentence's end inside a quotation, else a clause's."""
    while end - start > MAX_SENTENCE_CHARS:
        part = _strip(text, start, _best_cut(text, start, end))
        if part:
            yield part
            start = part[1]
        while text[start].isspace():
            start += 1
    yield start, end


def _best_cut(text: str, start: int, end: int) -> int:
    first, last = start + _MIN_CUT_CHARS, start + MAX_SENTENCE_CHARS
    for pattern in (_SENTENCE_END, *_CLAUSE_ENDS):
        cuts = [match.end() for match in pattern.finditer(text, first, min(last + 1, end))]
        if cuts:
            return min(cuts[-1], last)
    return last


def _has_word(text: str, start: int, end: int) -> bool:
    return any(text[place].isalnum() for place in range(start, end))


def _strip(text: str, start: int, end: int) -> tuple[int, int] | None:
    """Return the range without white space at its ends, or None if that is all there is."""
    piece = text[start:end]
    start += len(piece) - len(piece.lstrip())
    end -= len(piece) - len(piece.rstrip())
    return (start, end) if start < end else None
