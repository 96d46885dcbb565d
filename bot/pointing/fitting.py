"""What of a model's words is taken: checks that each piece has to pass. What fails one is dropped as a whole.

A question is only searched with and shown as what a message was understood as; a heading is shown as the bot's own
words. Neither can become part of a quote, and neither may bring in what nobody said.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from bot.conversation import Turn
from bot.pointing.model import Chosen, Fault, ShownSentence, Understood
from index.text.terms import terms_of

_LONGEST_QUESTION: Final = 300
_LONGEST_HEADING: Final = 80
_HEADING_WORDS: Final = 8
_NEW_WORDS: Final = 1
"""So many words a question may have that neither people nor articles use: a model says things in words of its own."""
_ADDRESS: Final = re.compile(r"://|www\.|@|\b\w+\.[a-z]{2,}\b", re.IGNORECASE)
_SIGNS: Final = re.compile(r"""[^\w\s.,;:?!'’&%$€£()/+–—-]""")
"""Quotation marks, brackets, markup: a question needs none, whatever the message has."""
_HEADING: Final = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*%?(?:(?:,|:| –)? [^\W_]+(?:['’.-][^\W_]+)*%?)*")


def fault_of_question(
    understood: Understood, asked: str, said: Sequence[Turn], rarity: Callable[[str], float]
) -> Fault | None:
    """Return why a question may not be searched in place of a message, `asked`, said behind these turns; else None.

    It has to be one short line without addresses, quotation marks and markup. But for one word it may only have words
    that were said, or that stand in some article (`rarity` below 1). It shares a word with what was said, or has a
    name: small models repeat what they were told to do.
    """
    question = understood.question
    is_short_line = 0 < len(question) <= _LONGEST_QUESTION and question.isprintable()
    if not is_short_line or _ADDRESS.search(question) or _SIGNS.search(question):
        return Fault.UNFIT_FORM
    terms, heard = set(terms_of(question)), set(terms_of("\n".join((asked, *_heard(said)))))
    new = [term for term in terms - heard if rarity(term) >= 1.0]
    if len(new) > _NEW_WORDS or not all(term.isalpha() for term in new):
        return Fault.UNFIT_WORDS
    return Fault.UNFIT_ASTRAY if heard.isdisjoint(terms) and not _has_name(question) else None


def fault_of_choice(chosen: Chosen, question: str, sentences: Sequence[ShownSentence]) -> Fault | None:
    """Return why a choice cannot be taken; None if it names sentences that were shown, each once, and its heading says
    nothing else."""
    shown = {sentence.number: sentence for sentence in sentences}
    numbers = chosen.numbers
    if len(set(numbers)) != len(numbers) or not shown.keys() >= set(numbers):
        return Fault.UNFIT_NUMBERS
    fits = chosen.heading is None or (
        bool(numbers) and fits_heading(chosen.heading, (question, *(shown[number].text for number in numbers)))
    )
    return None if fits else Fault.UNFIT_HEADING


def fits_heading(heading: str, told: Iterable[str]) -> bool:
    """Return whether a heading is at most eight plain words, without quotation marks, each of them a word without
    meaning of its own or one of these texts'."""
    if len(heading) > _LONGEST_HEADING or len(heading.split()) > _HEADING_WORDS or not _HEADING.fullmatch(heading):
        return False
    return set(terms_of(heading)) <= {term for text in told for term in terms_of(text)}


def _has_name(question: str) -> bool:
    return any(word[0].isupper() and len(word) > 1 for word in question.split()[1:])


def _heard(said: Sequence[Turn]) -> Iterable[str]:
    """Yield what was said in a conversation: messages, what they were understood as, answers and quotes."""
    for turn in said:
        yield from (turn.question, turn.resolved_question, turn.answer or "", *turn.quotes)
