"""split_questions: a message that asks several things, as the questions that it asks.

Most messages ask one thing, many of them in two sentences ("where is this from? which paper"). So a message is parted
only where it says itself that it goes on to something else: behind a question mark where the next question has one as
well, or at the lines of a list; and only into questions of several words.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from index.attribution.quotations import find_quotations

MOST_AT_ONCE: Final = 3
"""So many questions of one message are answered."""
_END: Final = re.compile(r"\?[?!]*[\"'”’»)\]]*(?=\s)|\n")
_LIST_MARK: Final = re.compile(r"(?:\d{1,2}[.)]|[-*•–])\s+")
_WORD: Final = re.compile(r"\w+(?:['’]\w+)*")
_FEWEST_WORDS: Final = 3


def split_questions(message: str) -> tuple[str, ...]:
    """Return the questions of a message in order, each with what is said in front of it; the message as it is where it
    asks one, or none."""
    questions: list[str] = []
    in_front = ""
    for piece in _pieces(message):
        text = f"{in_front} {piece}".strip()
        if not _is_question(piece):
            in_front = text
        elif len(_WORD.findall(piece)) < _FEWEST_WORDS:
            # "opinions?", "how come?": they ask the same again
            questions, in_front = ([*questions[:-1], f"{questions[-1]} {text}"], "") if questions else ([], text)
        else:
            questions.append(_LIST_MARK.sub("", text, count=1) if _LIST_MARK.match(text) else text)
            in_front = ""
    if len(questions) < 2:
        return (message,)
    if in_front:
        questions[-1] = f"{questions[-1]} {in_front}"
    return tuple(questions)


def _pieces(message: str) -> Iterator[str]:
    """Yield what stands between ends of questions and lines, whatever marks stand inside quotations."""
    quoted = [quotation.span for quotation in find_quotations(message, 0, len(message))]
    start = 0
    for end in _END.finditer(message):
        if any(span.start < end.start() < span.end - 1 for span in quoted):
            continue
        yield from _unless_blank(message[start : end.end()])
        start = end.end()
    yield from _unless_blank(message[start:])


def _unless_blank(piece: str) -> Sequence[str]:
    return [piece.strip()] if piece.strip() else []


def _is_question(piece: str) -> bool:
    return bool(_LIST_MARK.match(piece)) or piece.rstrip("\"'”’»)]!").endswith("?")
