"""Resolution: what a message was understood as."""

from dataclasses import dataclass

from bot.followup.subject import NO_SUBJECT, Subject


@dataclass(frozen=True, slots=True)
class Resolution:
    """A message in the words that passages are searched with, those that the reader is given with them, and those that
    people are told it was understood as.

    `leans`: whether the message follows up at all. `context`: what was said just before, to search with at less weight.
    `subject`: what the chat is about, as far as the message leans on it.
    """

    searched: str
    read: str
    shown: str
    leans: bool = False
    context: str = ""
    subject: Subject = NO_SUBJECT

    @classmethod
    def alone(cls, typed: str, context: str = "") -> "Resolution":
        """Return what a message is that needs nothing of what was said before."""
        return cls(typed, typed, typed, context=context)
