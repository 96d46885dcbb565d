"""How far a quote reaches: whole sentences, with the words that say who speaks and whether it is so at all."""

import re
from collections.abc import Sequence

from bot.quoting.clauses import PAIRS, SPEAKS, shortened
from index import Passage, Span

MAX_CHARS = 400
"""A quote is not grown beyond this: readers want the words, not the page."""
_ENDLESS = 350
"""A sentence longer than this is cut to the clauses around the answer."""
_LONGEST_ITEM = 80
_BULLETS = " \t\r\n\xa0*-–—•·"
_LEANS_BACK = re.compile(
    r"(?:otherwise|if so|if not|in that case|only then|even so|not so|instead)\b|"
    r"(?:no|yes|not|never|neither|nor|none|nobody|wrong|false)\b[^.!?]{0,25}[.!?]",
    re.IGNORECASE,
)
"""Openings of a sentence that means nothing without the one before."""
_TAKES_BACK = re.compile(
    r"(?:but |however, |yet )?(?:(?:he|she|they|it|both|all|the \w+|[A-Z][\w.’'-]+) (?:\w+ )?){1,2}"
    r"(?:(?:den(?:y|ies|ied)|reject(?:s|ed)?|disput(?:es|ed)|dismiss(?:es|ed)?|refut(?:es|ed))\s+"
    r"(?:it|this|that|all|any|them|wrongdoing|involvement|the (?:claims?|charges?|allegations?|accusations?))\b|"
    r"(?:is|are|was|were|has been|have been) (?:false|untrue|wrong|not true|not so|not the case|incorrect|denied)\b)|"
    r"(?:but )?(?:this|that|it) (?:is|was) (?:false|untrue|wrong|not true|not so|not the case|incorrect|denied)\b",
    re.IGNORECASE,
)
"""Openings of a sentence that says that the one before is not so."""
_SPEECH = re.compile(r"[“\"][^”\"]*(?:[”\"]|$)")
_ENDS_SPEAKING = re.compile(r"[”\"][^“”\"]*$")
EDGES = " \t\n\r\xa0.,;:!?–—-…"
"""White space and punctuation that say nothing at the ends of a few words."""
_PAIRS = {**dict(PAIRS), "‘": "’", '"': '"'}


def quotable_span(text: str, sentence: Span, passage: Passage, answer: Span | None = None) -> Span:
    """Return the sentence, grown or cut to what can be quoted honestly; `answer` are the words in it that answer.

    It is grown by neighbours in its paragraph and passage: one that takes it back ("He denied it."), one without which
    it means nothing ("Otherwise ..."), or the one that says who speaks; and by the lines of the list that it announces.
    An endless one is cut to the clauses around the answer.
    """
    if answer is not None and len(sentence) > _ENDLESS and sentence.contains(answer):
        return shortened(text, sentence, answer, _ENDLESS)
    place = passage.sentences.index(sentence)
    before = _paragraph(text, passage.sentences[: place + 1][::-1])
    after = _paragraph(text, passage.sentences[place:])
    if len(before) > 1 and _LEANS_BACK.match(sentence.slice(text)):
        sentence = grown(sentence, before[1])
    if len(after) > 1 and takes_back(after[1].slice(text)):
        sentence = grown(sentence, after[1])
    if sentence.slice(text).endswith(":"):
        sentence = _with_items(text, sentence, passage.sentences[place + 1 :])
    return _with_speaker(text, sentence, before[1:], after[1:])


def _with_items(text: str, sentence: Span, after: Sequence[Span]) -> Span:
    """Return a sentence that ends with a colon, with as much as is no page of the list right below it; alone where what
    follows is no list."""
    listed = sentence
    for item in after:
        line = item.slice(text)
        if text[listed.end : item.start].strip(_BULLETS) or len(item) > _LONGEST_ITEM or line[-1] in ".!?:":
            break
        if (longer := grown(listed, item)) == listed:
            break
        listed = longer
    return listed


def takes_back(sentence: str) -> bool:
    """Return whether a sentence says that the one before it is not so."""
    return bool(_TAKES_BACK.match(sentence))


def _with_speaker(text: str, sentence: Span, before: Sequence[Span], after: Sequence[Span]) -> Span:
    """Return the sentence with the nearest one that says who speaks, if it is speech and does not say so itself.

    `before` and `after`: its neighbours in the paragraph, the nearest first.
    """
    paragraph_start = before[-1].start if before else sentence.start
    is_open = _is_open(text[paragraph_start : sentence.start])
    words = sentence.slice(text)
    outside = _outside_speech(words, is_open)
    if SPEAKS.search(outside) or any(character.isalnum() for character in outside):
        return sentence
    goes_on = bool(before) and _names_speaker(text, before[0]) and bool(_ENDS_SPEAKING.search(before[0].slice(text)))
    for neighbours in (before, after) if goes_on or is_open else (after, before):
        speaking = next((one for one in neighbours if _names_speaker(text, one)), None)
        if speaking and (longer := grown(sentence, speaking)) != sentence:
            return longer
    return sentence


def _paragraph(text: str, sentences: Sequence[Span]) -> list[Span]:
    """Return the neighbours, in either direction, up to the first empty line after the nearest."""
    found = list(sentences[:1])
    for one in sentences[1:]:
        nearer = found[-1]
        if "\n\n" in text[min(one.end, nearer.end) : max(one.start, nearer.start)]:
            break
        found.append(one)
    return found


def grown(sentence: Span, neighbour: Span) -> Span:
    """Return the span from the start of the first to the end of the last, or the sentence alone if that would be a
    page."""
    both = Span(min(sentence.start, neighbour.start), max(sentence.end, neighbour.end))
    return both if len(both) <= MAX_CHARS else sentence


def _is_open(earlier: str) -> bool:
    """Return whether a quotation that began in the earlier words of a paragraph still goes on."""
    return earlier.count("“") > earlier.count("”") or earlier.count('"') % 2 == 1


def _outside_speech(words: str, is_open: bool) -> str:
    """Return the words of a sentence that are nobody's speech; `is_open`: it begins inside a quotation."""
    return _SPEECH.sub("", f"“{words}" if is_open else words)


def _names_speaker(text: str, sentence: Span) -> bool:
    return bool(SPEAKS.search(sentence.slice(text)))


def tidy_answer(text: str, answer: Span) -> Span:
    """Return the span without punctuation at its edges and without half of a pair of quotation marks or brackets."""
    start, end = answer.start, answer.end
    while start < end:
        words = text[start:end]
        if words[0] in EDGES or _is_unpaired(words[0], words):
            start += 1
        elif words[-1] in EDGES.replace(".", "") or _is_unpaired(words[-1], words) or _ends_sentence(words):
            end -= 1
        else:
            return Span(start, end)
    return answer


def _is_unpaired(mark: str, words: str) -> bool:
    for opening, closing in _PAIRS.items():
        if opening == closing == mark:
            return words.count(mark) % 2 == 1
        if mark in (opening, closing):
            return words.count(opening) != words.count(closing)
    return False


def _ends_sentence(words: str) -> bool:
    """Return whether the last full stop is not part of an abbreviation such as "U.S." or "a.m."."""
    return words.endswith(".") and "." not in words[-4:-1]
