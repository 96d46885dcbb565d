"""Questions that may be asked next as a chat is shown them, and what each label asks.

What articles say stays as it stands: a headline, a name. The words around it are the bot's own, in the language of the
chat; articles are asked in English.
"""

import re
from collections.abc import Iterator
from typing import Final

from bot.adapters.translation import LANGUAGES, spoken_in, translatable, translated
from bot.query.said_requests import SaidRequest
from bot.replying.further import WHEN, in_a_question

_WHEN: Final = translatable("When was that?")
_SAID: Final = translatable("What did {name} say?")
_ARTICLE: Final = re.compile(r"the\s+", re.IGNORECASE)


def shown_question(question: str, language: str | None) -> str:
    """Return a question as a button says it, in the language that is spoken. `language`: that of the message answered,
    where it is another than that of the articles; if it is known, it counts."""
    with spoken_in(language if language in LANGUAGES else None):
        shown = _shown(question)
    # offered is what was tried: a label that asks anything else is none
    return shown if question_of(shown) == question else question


def question_of(label: str) -> str:
    """Return the question that a button asks, whatever language is spoken by now."""
    return next(filter(None, _read(label)), label)


def _shown(question: str) -> str:
    if question == WHEN:
        return translated(_WHEN)
    found = _pattern(_SAID).fullmatch(question)
    if found is None or translated(_SAID) == _SAID:
        return question
    name = _ARTICLE.sub("", found["name"], count=1)
    return translated(_SAID).format(name=name) if name[0].isupper() else question


def _read(label: str) -> Iterator[str | None]:
    for language in LANGUAGES[1:]:
        with spoken_in(language):
            yield WHEN if label == translated(_WHEN) else None
            found = _pattern(translated(_SAID)).fullmatch(label)
            yield SaidRequest(in_a_question(found["name"])).in_words if found is not None else None


def _pattern(frame: str) -> re.Pattern[str]:
    before, after = map(re.escape, frame.split("{name}"))
    return re.compile(f"{before}(?P<name>.+){after}")
