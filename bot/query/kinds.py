"""MessageKind: what sort of thing a message asks for, which decides what a good reply holds."""

from collections.abc import Iterable, Mapping
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


class Topic(Enum):
    """What a message speaks of where it names nothing in the news."""

    GREETING = "greeting"
    THANKS = "thanks"
    FAREWELL = "farewell"
    OK = "ok"
    WHO = "who the bot is"
    HELP = "how the bot works"
    COMPLAINT = "complaint"
    CHORE = "nothing that the news could tell"
    NEWEST = "whatever is new"
    ARTICLE = "where a quote is from"
    LANGUAGE = "another language"

    @property
    def kind(self) -> MessageKind:
        """The kind of messages that speak of it."""
        return _KINDS.get(self, MessageKind.SMALL_TALK)


_KINDS = {
    Topic.NEWEST: MessageKind.LATEST,
    Topic.ARTICLE: MessageKind.ABOUT_ARTICLE,
    Topic.LANGUAGE: MessageKind.OTHER_LANGUAGE,
}


@dataclass(frozen=True, slots=True)
class ToldKind:
    """What a message was told to ask for.

    `kind` is the likeliest, `chances` the probability of each. Unless it `is_sure`, a fact is looked for first, because
    a wrong guess would cost its answer. `topic`: what it speaks of, if that is nothing in the news; `language`: the one
    it is in, if the articles are in another.
    """

    kind: MessageKind
    chances: Mapping[MessageKind, float]
    is_sure: bool
    topic: Topic | None = None
    language: str | None = None

    def likeliest(self, kinds: Iterable[MessageKind]) -> tuple[MessageKind, float]:
        """Return which of these the message most likely asks for, and with what chance.

        Words that only name a subject ask for an overview of it.
        """
        named = self.chances.get(MessageKind.KEYWORDS, 0.0)
        chances = {kind: self.chances.get(kind, 0.0) + named * (kind is MessageKind.OVERVIEW) for kind in kinds}
        best = max(chances, key=lambda kind: chances[kind])
        return best, chances[best]

    @classmethod
    def surely(cls, what: MessageKind | Topic, *, language: str | None = None) -> "ToldKind":
        """Return what is known without guessing: a kind, or a topic, which tells its kind."""
        topic = what if isinstance(what, Topic) else None
        kind = what.kind if isinstance(what, Topic) else what
        return cls(kind, {kind: 1.0}, is_sure=True, topic=topic, language=language)
