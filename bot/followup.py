"""A message and the conversation before it in, a self-contained question out. No language model, no guessing.

The rule of this first version: a message that leans on what came before (a pronoun, "And ...", "Why?", too few
words of its own) is searched together with the question it leans on; any other message stands alone.
"""

import re

from bot.conversation import Conversation, Turn
from index.terms import terms_of

_OPENING = re.compile(
    r"^\s*(?:and|but|or|so|then|also|what about|how about|what else|who else|where else|which one|the same|no,|"
    r"i meant?|the (?:first|second|third|last|other)|why|how so|since when|really)\b",
    re.IGNORECASE,
)
_POINTING = re.compile(
    r"\b(?:he|him|his|she|her|hers|they|them|their|theirs|it|its|that|this|those|these|there|then|former|latter|"
    r"such|one|ones|other|others|else|same|also|too|instead)\b",
    re.IGNORECASE,
)
_NOT_POINTING = re.compile(
    r"\b(?:is|are|was|were|will|has|have) there\b|\b(?:is|was) it (?:true|possible|likely|legal|safe)\b|"
    r"\bthat\b(?= \w+ (?:is|are|was|were|has|had))|\bone of\b|\bno one\b|"
    r"\b(?:said|say|says|think|thinks|believe|claim|claims|warn|warned) that\b",
    re.IGNORECASE,
)
_FEW_TERMS = 1


def resolve(message: str, conversation: Conversation) -> str:
    """The question to search for: `message` itself, or with what it follows up put in front."""
    message = " ".join(message.split())
    if not message or not conversation.turns or not leans_on_what_came_before(message):
        return message
    return " ".join([*map(_closed, _leaned_on(conversation)), message])


def leans_on_what_came_before(message: str) -> bool:
    """Whether a message cannot be understood alone, judged by its words."""
    if _OPENING.search(message):
        return True
    return bool(_POINTING.search(_NOT_POINTING.sub(" ", message))) or len(terms_of(message)) <= _FEW_TERMS


def _leaned_on(conversation: Conversation) -> list[str]:
    """The last question that stood alone, and the one just before the message if that leans on it, too."""
    last = conversation.turns[-1].question
    alone = next((turn.question for turn in reversed(conversation.turns) if _stood_alone(turn)), last)
    return list(dict.fromkeys([alone, last]))


def _stood_alone(turn: Turn) -> bool:
    return turn.question == turn.resolved_question


def _closed(question: str) -> str:
    """The question with an end mark, so that two do not run together."""
    question = " ".join(question.split())
    return question if question.endswith(("?", ".", "!")) else f"{question}?"
