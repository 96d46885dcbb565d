"""The form of a message: a question written in full, or one as people type it in a chat."""

import re

_OPENS = re.compile(r"[^\w]*[A-Z0-9]")
_CLOSES = re.compile(r"[?.!:]\W*$")


def is_in_full(message: str) -> bool:
    """Return whether it begins with a capital or a number and ends with a mark, as a sentence does.

    People who do so mostly write a question out, in the words that an article may use; "iger salary disney" does not.
    """
    return bool(_OPENS.match(message) and _CLOSES.search(message))
