"""What the words of a message tell of it: whether it asks for anything, names anything, or is a few words alone."""

import re

from bot.followup.vocabulary import ASKING, PREPOSITIONS
from bot.query.topic_words import names_something

WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
OPENING = re.compile(r"^\s*(?:and|but|so|or|also|then|what about|how about|ok|no)\b", re.IGNORECASE)
"""What a message opens with that goes on from what was said."""
_MOST_KEYWORDS = 3
_GREETS_OR_THANKS = (
    "hi|hiya|hello|hey|yo|howdy|thanks?|thank you|thx|ty|cheers|ok|okay|k|cool|nice|great|perfect|wow|lol|yes|yeah|"
    "yep|yup|no|nope|sure|sorry|please|pls|bye|goodbye|good (?:morning|evening|night)|got it|i see"
)
_THANKS = re.compile(rf"^\s*(?:{_GREETS_OR_THANKS})\b", re.IGNORECASE)
_SMALL_TALK = re.compile(
    rf"^\W*(?:{_GREETS_OR_THANKS})(?:\W+(?:{_GREETS_OR_THANKS}|so much|very much|a lot|there|again|then))*\W*$",
    re.IGNORECASE,
)


def is_keyword(message: str) -> bool:
    """Return whether a message is a name or a few words, and no sentence: "karabakh", "the driver"."""
    words = [word.lower() for word in WORD.findall(message)]
    asks = not ASKING.isdisjoint(words) or (words[:1] and words[0] in PREPOSITIONS)
    return len(words) <= _MOST_KEYWORDS and not asks and names_something(message)


def keyword_in(message: str) -> str:
    """Return the few words that a message holds behind thanks and what goes on from what was said: "karabakh?" of "ok
    thx, and karabakh?"; an empty string if it is more than that."""
    asked = behind_thanks(message)
    return asked if is_keyword(asked) else ""


def behind_thanks(message: str) -> str:
    """Return what a message asks behind greetings, thanks and what goes on from what was said: "whats new?" of "hey,
    whats new?"."""
    while opening := OPENING.match(message) or _THANKS.match(message):
        message = message[opening.end() :].lstrip(" ,.;:!-–—")
    return message


def is_small_talk(message: str) -> bool:
    """Return whether a message asks for nothing: "thanks", "ok", "hi there"."""
    return bool(_SMALL_TALK.match(message))
