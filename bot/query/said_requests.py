"""Requests for what somebody said: "/said NAME about SUBJECT", in any conversation."""

import re
from dataclasses import dataclass

SAID_COMMAND = "/said"
_REQUEST = re.compile(rf"{SAID_COMMAND}(?:\s+(?P<words>.*))?", re.IGNORECASE | re.DOTALL)
_SUBJECT = re.compile(r"\s+(?:about|on|over|regarding)\s+(?=\S)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SaidRequest:
    """Whose words are asked for, and what they should be about; `subject` is empty for all of them."""

    name: str
    subject: str = ""

    @property
    def in_words(self) -> str:
        """The request as a question, which a follow-up can lean on."""
        return f"What did {self.name} say about {self.subject}?" if self.subject else f"What did {self.name} say?"

    @property
    def typed(self) -> str:
        """The request as a message."""
        return f"{SAID_COMMAND} {self.name} about {self.subject}" if self.subject else f"{SAID_COMMAND} {self.name}"


def said_request(message: str) -> SaidRequest | None:
    """Return whose words a message asks for; None if it is no such request. The name is empty where none is given."""
    match = _REQUEST.fullmatch(message.strip())
    if match is None:
        return None
    name, *subject = _SUBJECT.split(" ".join((match["words"] or "").split()), maxsplit=1)
    return SaidRequest(name.strip(" ?.!,:"), subject[0].strip(" ?.!,:") if subject else "")
