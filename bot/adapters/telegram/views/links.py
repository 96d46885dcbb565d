"""Links that lead back into the bot."""

import base64
import hashlib
from dataclasses import dataclass
from enum import Enum
from typing import Final

HELP: Final = "help"
"""The payload that opens the welcome, as a missing payload does."""
_LONGEST: Final = 64


class Opens(Enum):
    """What a link opens; the value begins its payload."""

    QUESTION = "q"
    REPLY = "r"
    ARTICLE = "a"


@dataclass(frozen=True, slots=True)
class DeepLink:
    """A link into the bot. `target` is the words of a question, a reply's id, or an article's key."""

    opens: Opens
    target: str


def article_key(article_id: str) -> str:
    """Return a short name for an article in links and buttons: 16 hex digits of the SHA-256 of its id."""
    return hashlib.sha256(article_id.encode("utf-8", "surrogatepass")).hexdigest()[:16]


def payload_of(link: DeepLink) -> str | None:
    """Return what follows `?start=` in the link; None for a question that is too long for one."""
    target = link.target
    if link.opens is Opens.QUESTION:
        target = base64.urlsafe_b64encode(target.encode("utf-8", "replace")).decode().rstrip("=")
    payload = f"{link.opens.value}_{target}"
    return payload if len(payload) <= _LONGEST else None


def link_into(username: str, payload: str) -> str:
    """Return the address that opens a chat with the bot and hands it a payload."""
    return f"https://t.me/{username}?start={payload}"


def read_payload(payload: str) -> DeepLink | None:
    """Return the link that a payload stands for; None if it is not ours."""
    kind, _, target = payload.partition("_")
    try:
        opens = Opens(kind)
        if opens is Opens.QUESTION:
            target = base64.b64decode(f"{target}{'=' * (-len(target) % 4)}", b"-_", validate=True).decode()
    except ValueError:
        return None
    return DeepLink(opens, target) if target.strip() else None
