"""Resolution: what a message was understood as."""

from dataclasses import dataclass

from bot.followup.subject import NO_SUBJECT, Subject
from bot.query.article_words import words_held, written_as_names
from bot.query.topic_words import naming_terms
from index import Article
from index.text.terms import terms_of


@dataclass(frozen=True, slots=True)
class Resolution:
    """A message in the words that passages are searched with, those that the reader is given with them, and those that
    people are told it was understood as.

    `leans`: whether the message follows up at all. `context`: what was said just before, to search with at less weight.
    `subject`: what the chat is about, as far as the message leans on it. `named`: terms that tell what the chat is
    about where the message surely leans on it.
    """

    searched: str
    read: str
    shown: str
    leans: bool = False
    context: str = ""
    subject: Subject = NO_SUBJECT
    named: frozenset[str] = frozenset()

    @classmethod
    def alone(cls, typed: str, context: str = "") -> "Resolution":
        """Return what a message is that needs nothing of what was said before."""
        return cls(typed, typed, typed, context=context)

    def may_be_answered_by(self, article: Article) -> bool:
        """Return whether an article tells of anything that the chat is about, if the message surely is about that; or
        of somebody or something that the message names itself: "ok and karabakh?"."""
        if not self.named or not self.named.isdisjoint(words_held(article)):
            return True
        return bool(written_as_names(naming_terms(terms_of(self.searched)), article))

    def shown_above(self, answering: Article) -> str:
        """Return what people are told that the message was understood as, above words of this article: the message
        alone where the article tells of something else than what it was taken to be about."""
        taken_for = set(terms_of(self.subject.shown))
        is_other = taken_for and taken_for.isdisjoint(words_held(answering))
        return self.searched if is_other else self.shown
