"""tell_kind: what a message asks for."""

from bot.asides import is_wordless
from bot.followup import is_small_talk
from bot.query.kind_classifier import shipped_classifier
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.languages import other_language
from index.search.retrieval import Retriever


def tell_kind(asked: str, retriever: Retriever) -> ToldKind:
    """Return what a message asks for, as typed."""
    typed = " ".join(asked.split())
    if not typed:
        return ToldKind(MessageKind.FACT, {}, is_sure=False)
    if is_wordless(typed):
        return ToldKind.surely(Topic.OK)
    classifier = shipped_classifier()
    language = other_language(typed, classifier.words.__contains__)
    if language is not None:
        return ToldKind.surely(Topic.LANGUAGE, language=language)
    is_talk = is_small_talk(typed)
    return classifier.tell(typed, typed, retriever.vectors_of, retriever.fingerprint, is_talk=is_talk)
