"""What a message means in its conversation: in English, rightly spelt, behind what was said, and of which kind."""

from dataclasses import dataclass, replace

from bot.conversation import Conversation
from bot.followup import Resolution, named_alone, taken_option, understand
from bot.pointing import Pointer
from bot.query.kinds import MessageKind, ToldKind
from bot.query.operators import Scope, read_scope
from bot.query.said_requests import SaidRequest, said_request
from bot.query.spelling import Correction, correct_spelling
from bot.replying.exactly import exact_phrases
from bot.replying.telling import in_english, said_in_english, tell_kind
from bot.replying.understood import language_for, understood_by, weighed_with
from index.search.retrieval import Retriever

_MAX_QUESTION_CHARS = 2000
"""The rest of a longer message is not searched: no question needs it, and an encoder reads no more."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message as it came. See `bot.dialogue.Dialogue.reply`."""

    text: str
    literally: bool = False
    kind: MessageKind | None = None


@dataclass(frozen=True, slots=True)
class Meant:
    """What a message was taken for.

    `asked`: its words, in English and rightly spelt, without operators, which are in `scope`. `conversation`: what it
    is asked in. `request`: whose words it asks for by `/said`; `phrases`: what has to be found word for word.
    `corrected`: what was taken to be misspelt; `language`: the one it is in, unless that is English. `is_name`: a name
    is all it holds.
    """

    asked: str
    scope: Scope
    conversation: Conversation
    resolution: Resolution
    told: ToldKind
    request: SaidRequest | None = None
    phrases: tuple[str, ...] = ()
    corrected: tuple[Correction, ...] = ()
    language: str | None = None
    is_name: bool = False


def meaning_of(
    said: Said, conversation: Conversation, scope: Scope, retriever: Retriever, pointer: Pointer | None
) -> Meant:
    """Return what a message means here. `pointer`: a language model that is asked, too."""
    asked, scope = read_scope(searchable(said.text), scope)
    as_typed, conversation = conversation, said_in_english(conversation, retriever)
    taken = None if said.literally else taken_option(asked, conversation)
    asked = typed = taken or asked
    request = said_request(asked)
    understood = None
    if pointer is not None and taken is None and request is None:
        understood = understood_by(pointer, asked, as_typed, scope, retriever)
    if understood is not None:
        asked, conversation = understood.question, Conversation(conversation.id)
    is_plain = said.literally or request is not None
    asked, language = (asked, None) if is_plain else in_english(asked, retriever)
    phrases = () if is_plain else exact_phrases(asked)
    asked, corrected = (asked, ()) if is_plain or phrases else correct_spelling(asked, retriever)
    resolution = understand(asked, conversation, retriever, literally=said.literally)
    known = MessageKind.SAID if request else said.kind
    name = "" if known or is_plain or resolution.leans else named_alone(asked, retriever)
    if name:
        known, resolution = MessageKind.OVERVIEW, replace(Resolution.alone(name), shown=resolution.shown)
    told = ToldKind.surely(known) if known else tell_kind(asked, retriever, is_english=language is not None)
    told, language = weighed_with(told, understood), language or language_for(understood, typed)
    return Meant(asked, scope, conversation, resolution, told, request, phrases, corrected, language, bool(name))


def searchable(text: str) -> str:
    """Return what of a message is searched: not more than any question needs, and only what can be encoded."""
    return text[:_MAX_QUESTION_CHARS].encode("utf-8", "replace").decode("utf-8")
