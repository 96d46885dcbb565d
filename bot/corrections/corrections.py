"""The values of corrections: what changed of a quote, where that stands now, and who is to be told."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.quoting.quotes import Quote


@dataclass(frozen=True, slots=True)
class ChangedSentence:
    """A sentence that was quoted of an article's revision, and that stands no more. `fingerprint`: of its words."""

    article_id: str
    revision: str
    words: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class QuoteCorrection:
    """What became of a sentence: `now` quotes the article, None where the sentence was dropped.

    `notes`: what the publisher says of it in the new revision, quoted. The rest is what a citation says of an article,
    as it is now. `seen_at`: when it was found.
    """

    sentence: ChangedSentence
    new_revision: str
    now: Quote | None
    notes: tuple[Quote, ...]
    title: str
    source: str | None
    published_at: datetime | None
    url: str | None
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class QuotedWords:
    """Words that were quoted in a reply of a conversation."""

    conversation_id: str
    reply_id: str
    quote: Quote


@dataclass(frozen=True, slots=True)
class ToTell:
    """Corrections of one article that a conversation is to be told of, and the last reply that quoted any of it."""

    conversation_id: str
    reply_id: str
    corrections: tuple[QuoteCorrection, ...]

    @property
    def fingerprints(self) -> tuple[str, ...]:
        """What names the sentences."""
        return tuple(each.sentence.fingerprint for each in self.corrections)

    @property
    def article_id(self) -> str:
        """The article."""
        return self.corrections[0].sentence.article_id


Found = tuple[QuoteCorrection, Sequence[QuotedWords]]
"""A correction, and where the sentence was quoted."""
