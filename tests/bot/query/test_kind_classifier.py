"""What a message is told to ask for."""

import pytest

from bot.query.kind_classifier import Floats, KindClassifier, kind_of_class
from bot.query.kinds import MessageKind, ToldKind, Topic
from bot.query.word_bags import bag_of, words_and_pairs
from index.embedding.embedder import OnnxEmbedder


@pytest.fixture(scope="module")
def classifier() -> KindClassifier:
    return KindClassifier.shipped()


def _no_vectors(_: object) -> Floats:
    raise AssertionError("no vector is needed")


@pytest.mark.parametrize(
    ("typed", "kind"),
    [
        ("how many people died in the quake", MessageKind.FACT),
        ("who is their coach", MessageKind.FACT),
        ("did they sign the treaty", MessageKind.YESNO),
        ("why did they close the bridge", MessageKind.WHY_HOW),
        ("harbour fire", MessageKind.KEYWORDS),
        ("give me a short summary of the harbour fire", MessageKind.OVERVIEW),
        ("tldr harbour fire", MessageKind.OVERVIEW),
        ("harbour fire recap", MessageKind.OVERVIEW),
        ("catch me up on the harbour fire", MessageKind.OVERVIEW),
        ("harbour fire chronology", MessageKind.TIMELINE),
        ("any news on the harbour fire", MessageKind.LATEST),
        ("latest on the strike", MessageKind.LATEST),
        ("timeline of the strike pls", MessageKind.TIMELINE),
        ("what did the mayor say about the strike", MessageKind.SAID),
    ],
)
@pytest.mark.parametrize("model", ["shipped", "another"])
def test_messages_ask_for_what_people_would_expect(
    typed: str, kind: MessageKind, model: str, classifier: KindClassifier, shipped_embedder: OnnxEmbedder
) -> None:
    fingerprint = shipped_embedder.fingerprint if model == "shipped" else "another"
    assert classifier.tell(typed, typed, shipped_embedder.embed, fingerprint).kind is kind


def test_what_was_understood_counts_too(classifier: KindClassifier, shipped_embedder: OnnxEmbedder) -> None:
    def told(understood: str) -> MessageKind:
        return classifier.tell("and theirs?", understood, shipped_embedder.embed, shipped_embedder.fingerprint).kind

    assert told("what did the unions say about the strike?") is MessageKind.SAID
    assert told("why did the unions call the strike?") is MessageKind.WHY_HOW


def test_chances_are_of_every_kind_and_sum_to_one(classifier: KindClassifier) -> None:
    told = classifier.tell("latest on the strike", "latest on the strike", _no_vectors, "another")
    assert (
        set(told.chances)
        == set(map(kind_of_class, classifier.classes))
        == set(MessageKind) - {MessageKind.OTHER_LANGUAGE}
    )
    assert sum(told.chances.values()) == pytest.approx(1.0)
    assert told.kind is max(told.chances, key=lambda kind: told.chances[kind])


def test_a_plain_message_is_told_for_sure_and_a_riddle_is_not(classifier: KindClassifier) -> None:
    def is_sure(typed: str) -> bool:
        return classifier.tell(typed, typed, _no_vectors, "another").is_sure

    assert (is_sure("give me the timeline of the strike"), is_sure("the strike, both of them, lately")) == (True, False)


@pytest.mark.parametrize(
    ("typed", "topic"),
    [
        ("helo there", Topic.GREETING),
        ("thanks a milion", Topic.THANKS),
        ("who r u", Topic.WHO),
        ("what can you do for me", Topic.HELP),
        ("you stupid bot", Topic.COMPLAINT),
        ("write me a poem", Topic.CHORE),
        ("whats in the news today", Topic.NEWEST),
        ("which paper is that from", Topic.ARTICLE),
        ("when was that article published", Topic.ARTICLE),
        ("can i get a link", Topic.ARTICLE),
    ],
)
def test_what_is_nothing_in_the_news_is_told_for_sure(
    typed: str, topic: Topic, classifier: KindClassifier, shipped_embedder: OnnxEmbedder
) -> None:
    told = classifier.tell(typed, typed, shipped_embedder.embed, shipped_embedder.fingerprint)
    assert (told.topic, told.kind, told.is_sure) == (topic, topic.kind, True)


@pytest.mark.parametrize(
    "typed",
    [
        "thanks, and who was the driver",
        "hi, what did the minister say about the strike",
        "who are they",
        "when was that",
        "where is he from",
        "where did they get the money from",
        "who wrote the song",
        "when was the book published",
        "how does the new rule work",
    ],
)
def test_questions_about_the_news_are_not(
    typed: str, classifier: KindClassifier, shipped_embedder: OnnxEmbedder
) -> None:
    assert classifier.tell(typed, typed, shipped_embedder.embed, shipped_embedder.fingerprint).topic is None


def test_small_talk_that_is_known_for_it_is_told_as_nothing_else(classifier: KindClassifier) -> None:
    told = classifier.tell("harbour fire", "harbour fire", _no_vectors, "another", is_talk=True)
    assert (told.kind, told.is_sure, told.topic in set(Topic)) == (MessageKind.SMALL_TALK, True, True)


def test_words_are_counted_with_their_neighbours_and_without_apostrophes() -> None:
    assert words_and_pairs("What's new?") == ["whats", "new", "?", "< whats", "whats new", "new ?", "? >"]
    assert bag_of("New, new?", {"new": 0, "old": 1, "new new": 2}).tolist() == [1.0, 0.0, 1.0]
    assert bag_of("", {"new": 0}).tolist() == [0.0]


def test_questions_of_people_who_want_to_know_something_are_no_small_talk(
    classifier: KindClassifier, shipped_embedder: OnnxEmbedder
) -> None:
    def told(typed: str) -> ToldKind:
        return classifier.tell(typed, typed, shipped_embedder.embed, shipped_embedder.fingerprint)

    asked = ["what do you mean by a golden parachute", "do you have anything on the harbour fire", "i meant the ferry"]
    assert [told(one).kind for one in asked if told(one).kind is MessageKind.SMALL_TALK] == []
