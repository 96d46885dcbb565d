"""MessageKind: what sort of thing a message asks for, which decides what a good reply holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum


class MessageKind(Enum):
    """What a message asks for; the value is what the JSON says.

    `FACT`, `YESNO`, `WHY_HOW` and `SAID` are answered by a sentence, `KEYWORDS` name a subject and ask nothing of it.
    `ABOUT_ARTICLE` asks where the last quote is from, `SMALL_TALK` for nothing in the news.
    """

    FACT = "fact"
    YESNO = "yesno"
    WHY_HOW = "why_how"
    KEYWORDS = "keywords"
    OVERVIEW = "overview"
    LATEST = "latest"
    LIST = "list"
    SIDES = "sides"
    TIMELINE = "timeline"
    SAID = "said"
    ABOUT_ARTICLE = "about_article"
    SMALL_TALK = "small_talk"
    OTHER_LANGUAGE = "other_language"


@dataclass(frozen=True, slots=True)
class ToldKind:
    """What a message was told to ask for.

    `kind` is the likeliest, `chances` the probability of each. Unless it `is_sure`, a fact is looked for first, because
    a wrong guess would cost its answer.
    """

    kind: MessageKind
    chances: Mapping[MessageKind, float]
    is_sure: bool

    @classmethod
    def surely(cls, kind: MessageKind) -> "ToldKind":
        """Return what is known without guessing."""
        return cls(kind, {kind: 1.0}, is_sure=True)
