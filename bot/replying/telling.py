"""What a message asks for, and in which language: tell_kind, in_english."""

from dataclasses import replace

from bot.conversation import Conversation, Turn
from bot.followup import is_small_talk
from bot.query.glossing import GLOSSED_LANGUAGES, is_of, lexicon_of
from bot.query.kind_classifier import shipped_classifier
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.languages import other_language
from bot.replying.asides import is_wordless
from index.search.retrieval import Retriever
from index.text.terms import terms_of


def in_english(asked: str, retriever: Retriever) -> tuple[str, str | None]:
    """Return a message in English, word by word, and the language that it was in; as it is, and None, where that is
    English or the language's words are not known."""
    language = language_of(asked)
    if language not in GLOSSED_LANGUAGES or _is_name(asked, retriever):
        return asked, None
    english = lexicon_of(language).gloss(asked, lambda word: _is_held(word, retriever))
    return (english, language) if english.strip("?") else (asked, None)


def said_in_english(conversation: Conversation, retriever: Retriever) -> Conversation:
    """Return a conversation with the messages in English that were typed in other languages."""
    return replace(conversation, turns=tuple(_turn_in_english(turn, retriever) for turn in conversation.turns))


def _turn_in_english(turn: Turn, retriever: Retriever) -> Turn:
    english, language = in_english(turn.question, retriever)
    if language is None:
        return turn
    searched = english if turn.resolved_question == turn.question else turn.resolved_question
    return replace(turn, question=english, resolved_question=searched)


def language_of(asked: str) -> str | None:
    """Return the language of a message, None for English or where that is not clear."""
    return other_language(asked, shipped_classifier().words.__contains__, is_of)


def _is_name(asked: str, retriever: Retriever) -> bool:
    """Return whether a message is one word that the articles hold: "nato" is Italian, too."""
    return len(asked.split()) == 1 and _is_held(asked, retriever)


def _is_held(word: str, retriever: Retriever) -> bool:
    terms = terms_of(word)
    return bool(terms) and all(retriever.rarity(term) < 1.0 for term in terms)


def tell_kind(asked: str, retriever: Retriever, *, is_english: bool = False) -> ToldKind:
    """Return what a message asks for, as typed. `is_english`: whatever its words look like."""
    typed = " ".join(asked.split())
    if not typed:
        return ToldKind(MessageKind.FACT, {}, is_sure=False)
    if is_wordless(typed):
        return ToldKind.surely(Topic.OK)
    classifier = shipped_classifier()
    language = None if is_english else language_of(typed)
    if language is not None:
        return ToldKind.surely(Topic.LANGUAGE, language=language)
    is_talk = is_small_talk(typed)
    return classifier.tell(typed, typed, retriever.vectors_of, retriever.fingerprint, is_talk=is_talk)
