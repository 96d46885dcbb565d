"""The core's one door: whatever is said, the reply quotes word for word and within what was asked for."""

import re
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.answering import Answer, Answerer, Refusal, RefusalReason, Remark
from bot.conversation import SAID_ELSEWHERE, Turn
from bot.dialogue import Dialogue
from bot.query.kinds import MessageKind, Topic
from bot.query.operators import EVERYTHING, Scope
from bot.query.spelling import Correction
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.replies import Reply, Vote
from bot.store import Store
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.search.retrieval import Archive
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.reading.scorers import WordScorer
from tests.embedders import HashingEmbedder

_ROOF = replace(
    FERRY, id="roof", title="Roof", text="Is the roof <b>safe</b>? “It isn’t,” said Tom Reed. 🎈 Rain fell."
)
_QUESTIONS = st.text() | st.lists(
    st.sampled_from(
        ["Who", "opened", "bridge", "ferry", "Tom Reed", "?", "<b>", "And", "&amp;", "🎈", "\x00", "\n", "it"]
    )
).map(" ".join)
_SCOPES = st.builds(
    Scope,
    st.none() | st.frozensets(st.sampled_from(["bridge", "ferry", "roof", "unknown"])),
    st.none() | st.dates(date(2024, 5, 1), date(2024, 5, 9)),
)


@dataclass(frozen=True)
class Bot:
    """A dialogue that always answers if it finds anything, and the index below it."""

    dialogue: Dialogue
    live: LiveIndex

    def ask(self, text: str, conversation_id: str = "c", scope: Scope = EVERYTHING) -> Reply:
        """The reply to one message."""
        return self.dialogue.reply(conversation_id, text, scope=scope)


def _bot(folder: Path, store: Store) -> Bot:
    embedder = HashingEmbedder()
    library = DiskLibrary(folder)
    library.rebuild([BRIDGE, FERRY, _ROOF], embedder)
    live = LiveIndex(library, embedder)
    answerer = Answerer(PassageReader(WordScorer(), shipped_weights()), threshold=0.0)
    return Bot(Dialogue(live, answerer, store), live)


@pytest.fixture
def bot(tmp_path: Path) -> Iterator[Bot]:
    """With a memory of its own."""
    with closing(Store.in_memory()) as store:
        yield _bot(tmp_path, store)


@pytest.fixture(scope="module")
def shared_bot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bot]:
    """For properties: every example is one more message of the same conversation."""
    with closing(Store.in_memory()) as store:
        yield _bot(tmp_path_factory.mktemp("index"), store)


def _assert_verbatim(reply: Reply, archive: Archive) -> None:
    for number, citation in enumerate(reply.citations, start=1):
        quote, article = citation.quote, archive.article(citation.quote.article_id)
        assert quote.text == article.text[quote.span.start : quote.span.end]
        assert (citation.number, quote.revision) == (number, article.revision)
        assert all(quote.span.contains(span) for span in citation.highlights)
    if isinstance(reply.outcome, Answer) and reply.outcome.short_answer is not None:
        assert reply.outcome.short_answer in reply.citations[0].quote.text


@given(_QUESTIONS, _SCOPES)
def test_whatever_is_said_the_reply_quotes_word_for_word_within_the_scope(
    shared_bot: Bot, text: str, scope: Scope
) -> None:
    reply = shared_bot.ask(text, scope=scope)

    _assert_verbatim(reply, shared_bot.live.retriever().archive)
    for article in (BRIDGE, FERRY, _ROOF):
        if not _is_within(article, scope):
            assert article.id not in {citation.quote.article_id for citation in reply.citations}
            assert article.id not in {hit.passage.article_id for hit in reply.outcome.hits}


@pytest.mark.parametrize(
    "scope", [Scope(frozenset()), Scope(frozenset({"ferry", "roof"})), Scope(before=date(2024, 5, 4))]
)
def test_an_article_that_was_quoted_is_summed_up_only_within_the_scope(bot: Bot, scope: Scope) -> None:
    for chat in ("everything", "less"):
        bot.ask("Who opened the old bridge?", chat)

    everything, less = bot.ask("tl;dr", "everything"), bot.ask("tl;dr", "less", scope)

    assert everything.citations[0].quote.article_id == "bridge"
    assert "bridge" not in {one.quote.article_id for one in less.citations}


@given(text=st.text(max_size=60))
@settings(max_examples=5)
@example(text="x" * 10_000)
@example(text="Who brokered the ceasefire? " * 400)
@example(text="<script>alert('Who?')</script> &amp; <b>Baku</b>")
@example(text="👩‍👩‍👧‍👦🏴‍☠️ كيف ترى السلام؟ 停戦")
@example(text="\x00\x1b[2J\r\n\u2028\u202e\ufeff")
@example(text="'; DROP TABLE turns; --")
def test_the_shipped_bot_answers_whatever_is_said(dialogue: Dialogue, seeds: Path, text: str) -> None:
    reply = dialogue.reply("anything", text)

    for citation in reply.citations:
        stored = (seeds / citation.quote.article_id).read_bytes().decode()
        assert citation.quote.text == stored[citation.quote.span.start : citation.quote.span.end]
    assert reply.question == text


def test_a_reply_is_kept_before_it_is_given(bot: Bot) -> None:
    reply = bot.ask("Who opened the old bridge?")

    assert isinstance(reply.outcome, Answer)
    assert bot.dialogue.recall(reply.id) == replace(reply, outcome=replace(reply.outcome, hits=()))
    assert bot.dialogue.recall("never given") is None


def test_a_reply_tells_how_long_each_stage_took(bot: Bot) -> None:
    timings = bot.ask("Who opened the old bridge?").timings_ms

    assert list(timings) == ["resolve", "retrieve", "read", "total"]
    assert timings["total"] >= timings["retrieve"] + timings["read"]


def test_no_two_replies_share_an_id(bot: Bot) -> None:
    assert len({bot.ask("Who?").id for _ in range(20)}) == 20


def test_a_follow_up_leans_on_its_own_conversation_only(bot: Bot) -> None:
    bot.ask("Who opened the old bridge?", "ann")
    bot.ask("When did the ferry stop?", "ben")

    assert bot.ask("And why?", "ann").resolved_question == "the old bridge – And why?"
    assert bot.ask("And why?", "cat").resolved_question == "And why?"


def test_starting_over_forgets_the_turns_but_not_the_replies(bot: Bot) -> None:
    before = bot.ask("Who opened the old bridge?")
    bot.dialogue.start_over("c")

    assert bot.ask("And why?").resolved_question == "And why?"
    assert bot.dialogue.recall(before.id) is not None


def test_turns_from_elsewhere_are_leaned_on_too(bot: Bot) -> None:
    asked_at = datetime(2024, 5, 4, tzinfo=UTC)
    bot.dialogue.remember("c", [Turn("Who opened the old bridge?", "Who opened the old bridge?", asked_at)])

    assert bot.ask("And why?").resolved_question == "the old bridge – And why?"


def test_only_the_first_2000_characters_are_searched(bot: Bot) -> None:
    reply = bot.ask("x" * 5000)

    assert (len(reply.question), len(reply.resolved_question)) == (5000, 2000)


def test_an_empty_message_is_refused_as_no_question(bot: Bot) -> None:
    outcome = bot.ask("").outcome

    assert outcome == Refusal(RefusalReason.EMPTY_QUESTION, 0.0, (), ())


@pytest.mark.parametrize(
    ("message", "topic"),
    [
        ("thx", Topic.THANKS),
        ("Thanks a lot!", Topic.THANKS),
        ("hi", Topic.GREETING),
        ("ok", Topic.OK),
        ("👍", Topic.OK),
        ("who are you", Topic.WHO),
        ("how do i use this", Topic.HELP),
        ("stupid bot", Topic.COMPLAINT),
        ("bye", Topic.FAREWELL),
    ],
)
def test_small_talk_is_no_question_about_the_news(bot: Bot, message: str, topic: Topic) -> None:
    bot.ask("Who opened the old bridge?")

    reply = bot.ask(message)

    assert (reply.outcome, reply.kind, reply.resolved_question) == (Remark(topic), MessageKind.SMALL_TALK, message)


def test_small_talk_is_no_part_of_the_conversation(bot: Bot) -> None:
    asked = bot.ask("Who opened the old bridge?")
    bot.ask("who are you")

    assert bot.ask("which paper is that from").citations[0].quote == asked.citations[0].quote


def test_words_searched_literally_are_never_small_talk(bot: Bot) -> None:
    assert not isinstance(bot.dialogue.reply("reader", "thanks", literally=True).outcome, Remark)


@pytest.mark.parametrize("message", ["link please", "which paper", "source please", "WHICH PAPER!!"])
def test_a_question_about_the_article_is_answered_with_the_quote_again(bot: Bot, message: str) -> None:
    asked = bot.ask("Who opened the old bridge?")

    reply = bot.ask(message)

    assert (reply.kind, isinstance(reply.outcome, Answer)) == (MessageKind.ABOUT_ARTICLE, True)
    assert reply.citations[0] == replace(asked.citations[0], score=1.0, highlights=())
    assert "retrieve" not in reply.timings_ms


def test_where_a_quote_is_from_cannot_be_told_before_anything_was_quoted(bot: Bot) -> None:
    assert bot.ask("which paper is that from?").outcome == Remark(Topic.ARTICLE)


def test_where_a_quote_is_from_is_looked_up_where_only_the_answer_is_known(bot: Bot) -> None:
    earlier = Turn("Who opened the old bridge?", "Who opened the old bridge?", SAID_ELSEWHERE, "Ada Brook")
    bot.dialogue.remember("c", [earlier])

    reply = bot.ask("which paper is that from")

    assert reply.kind is MessageKind.ABOUT_ARTICLE
    assert isinstance(reply.outcome, Answer)
    assert reply.citations[0].quote.article_id == "bridge"


def test_where_a_quote_is_from_is_looked_up_behind_what_the_chat_is_about(bot: Bot) -> None:
    said = (("did the ferry across the lake stop", "Yes."), ("and why", "Costs."))
    bot.dialogue.remember("c", [Turn(question, question, SAID_ELSEWHERE, answer) for question, answer in said])

    assert bot.ask("which paper is that from").citations[0].quote.article_id == "ferry"


@pytest.mark.parametrize("message", ["what's new today", "news?", "any news today", "headlines pls"])
def test_whatever_is_new_is_how_the_newest_articles_begin(bot: Bot, message: str) -> None:
    reply = bot.ask(message)

    days = [citation.published_at for citation in reply.citations if citation.published_at]
    assert (reply.kind, isinstance(reply.outcome, Answer)) == (MessageKind.LATEST, True)
    assert (len(days) > 0, days) == (True, sorted(days, reverse=True))


def test_news_of_what_an_article_is_about_is_not_whatever_is_new(bot: Bot) -> None:
    reply = bot.ask("roof news")

    assert reply.citations[0].quote.article_id == "roof"
    assert reply.citations != bot.ask("news?", "new").citations


@pytest.mark.parametrize(
    "message", ["what is this about", "hey, whats it about", "yo whats this about", "so what happened"]
)
def test_what_it_is_all_about_is_the_gist_of_the_only_article_or_else_whatever_is_new(bot: Bot, message: str) -> None:
    gist, new = bot.ask(message, "one", Scope(frozenset({"ferry"}))), bot.ask(message, "all")

    assert (gist.kind, new.kind) == (MessageKind.OVERVIEW, MessageKind.OVERVIEW)
    assert {citation.quote.article_id for citation in gist.citations} == {"ferry"}
    assert new.citations == bot.ask("news?", "new").citations


def test_a_vote_counts_for_a_known_reply_only(bot: Bot) -> None:
    reply = bot.ask("Who opened the old bridge?")

    assert bot.dialogue.vote(reply.id, "ann", Vote.UP)
    assert not bot.dialogue.vote("never given", "ann", Vote.UP)


def test_a_question_within_one_source_quotes_no_other(bot: Bot) -> None:
    asked = 'How much did the work cost? source:"The Courier" before:2024-05-05'

    reply = bot.ask(asked)

    assert (reply.question, reply.resolved_question, reply.is_reworded) == (
        asked,
        "How much did the work cost?",
        False,
    )
    assert {citation.source for citation in reply.citations} == {"The Courier"}
    outcome = bot.ask("How much did the work cost? source:Reuters").outcome
    assert isinstance(outcome, Refusal)
    assert outcome.reason is RefusalReason.OUTSIDE_SCOPE


def test_a_question_that_only_names_a_headline_gets_how_that_article_begins(bot: Bot) -> None:
    reply = bot.ask(f"What is said about “{BRIDGE.title}”?")

    assert isinstance(reply.outcome, Answer)
    (shown,) = reply.citations
    assert shown == bot.dialogue.lead("bridge")
    assert reply.outcome.hits


def test_the_sources_are_told_by_title_without_their_texts(bot: Bot) -> None:
    assert list(bot.dialogue.sources()) == [replace(article, text="") for article in (FERRY, BRIDGE, _ROOF)]


def test_a_quote_is_shown_between_the_sentences_around_it(bot: Bot) -> None:
    reply = bot.ask("How much did the work cost?", scope=Scope(frozenset({"bridge"})))
    by_words = {citation.quote.text: citation.number for citation in reply.citations}

    context = bot.dialogue.context(reply.id, by_words["Cyclists may use both lanes."])

    assert context is not None
    assert context.current
    assert f"{context.before}{context.citation.quote.text}{context.after}" == BRIDGE.text
    assert bot.dialogue.context(reply.id, 99) is None
    assert bot.dialogue.context("never given", 1) is None


@pytest.mark.parametrize(
    "articles", [[FERRY], [FERRY, replace(BRIDGE, text=f"{BRIDGE.text} And more.")]], ids=["gone", "changed"]
)
def test_a_quote_of_an_article_that_is_no_longer_so_is_shown_alone(bot: Bot, articles: list[Article]) -> None:
    reply = bot.ask("How much did the work cost?", scope=Scope(frozenset({"bridge"})))
    bot.live.library.rebuild(articles, bot.live.embedder)
    bot.live.refresh()

    context = bot.dialogue.context(reply.id, 1)

    assert context is not None
    assert (context.citation, context.current) == (reply.citations[0], False)
    assert (context.before, context.after) == ("", "")


def test_the_log_tells_the_conversation_and_not_the_question(bot: Bot, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", "bot"):
        bot.ask("Who opened the old bridge?", "tg:7")

    assert [re.sub(r"\d+ ms", "N ms", record.message) for record in caplog.records] == ["tg:7: answered in N ms"]


def _is_within(article: Article, scope: Scope) -> bool:
    if scope.articles is not None and article.id not in scope.articles:
        return False
    published_at = article.published_at
    return scope.before is None or (published_at is not None and published_at.date() < scope.before)


def test_a_misspelt_word_is_searched_as_it_is_in_the_articles_and_as_typed_when_asked_for(bot: Bot) -> None:
    reply = bot.ask("Who opened the bridgge?")
    as_typed = bot.dialogue.reply("c", reply.question, literally=True)

    assert (reply.resolved_question, reply.corrected) == ("Who opened the bridge?", (Correction("bridgge", "bridge"),))
    assert (reply.is_reworded, reply.subject) == (True, "")
    recalled = bot.dialogue.recall(reply.id)
    assert recalled is not None
    assert recalled.corrected == reply.corrected
    assert (as_typed.resolved_question, as_typed.corrected, as_typed.is_reworded) == (reply.question, (), False)


def test_words_half_typed_are_looked_up_as_they_are(bot: Bot) -> None:
    assert bot.dialogue.look_up("Who opened the bridgge?").resolved_question == "Who opened the bridgge?"
