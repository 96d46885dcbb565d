"""What the store keeps, for whom, and through which accidents."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, create_engine, inspect, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from bot.admin.reports import Stats
from bot.answering import Answer, Block, Refusal, RefusalReason, Remark
from bot.conversation import Conversation, Turn
from bot.errors import StoreTooNew, StoreUnavailable
from bot.query.kinds import MessageKind, Topic
from bot.query.spelling import Correction
from bot.quoting.quotes import Citation, CitedSpeaker, Quote
from bot.replies import Reply, Vote
from bot.store import Store
from bot.store.tables import SCHEMA_VERSION, metadata
from index import Span
from tests.bot.examples import answer, refusal
from tests.bot.former_versions import migrations
from tests.postgresql import Databases

NOON = datetime(2024, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def url(database_url: str) -> str:
    return database_url


@pytest.fixture
def store(prepared_database_url: str) -> Iterator[Store]:
    with Store.open(prepared_database_url) as store:
        yield store


any_text = st.text(st.characters(exclude_categories=()), max_size=20)
words = st.text(st.characters(categories=["L"]), min_size=4, max_size=9)
probabilities = st.floats(0, 1)
spans = st.tuples(st.integers(0, 999), st.integers(1, 99)).map(lambda pair: Span(pair[0], sum(pair)))
instants = st.datetimes(timezones=st.sampled_from([UTC, timezone(timedelta(hours=-9, minutes=-30))]))
# A zone must not carry the instant out of the years that a datetime can hold.
instants = instants.filter(lambda time: 1 < time.year < 9999)
quotes = st.builds(Quote, article_id=any_text, revision=any_text, span=spans, text=any_text)
citations = st.builds(
    Citation,
    number=st.just(0),
    quote=quotes,
    title=any_text,
    source=st.none() | any_text,
    published_at=st.none() | instants,
    url=st.none() | any_text,
    highlights=st.lists(spans, max_size=2).map(tuple),
    score=probabilities,
    speaker=st.none() | st.builds(CitedSpeaker, any_text, st.none() | any_text, spans),
)


def numbered(found: list[Citation]) -> tuple[Citation, ...]:
    return tuple(replace(citation, number=number) for number, citation in enumerate(found, 1))


outcomes = (
    st.builds(
        Answer,
        confidence=probabilities,
        citations=st.lists(citations, min_size=1, max_size=3).map(numbered),
        n_strong=st.integers(1, 3),
        short_answer=st.none() | any_text,
        hits=st.just(()),
        blocks=st.lists(
            st.builds(Block, any_text, st.lists(st.integers(1, 5), max_size=3).map(tuple), st.booleans()), max_size=3
        ).map(tuple),
        left_out=st.integers(0, 99),
    )
    | st.builds(
        Refusal,
        reason=st.sampled_from(RefusalReason),
        confidence=probabilities,
        closest=st.lists(citations, max_size=3).map(numbered),
        hits=st.just(()),
    )
    | st.builds(Remark, st.sampled_from(Topic), st.none() | st.sampled_from(["de", "fr"]))
)
replies = st.builds(
    Reply,
    id=any_text,
    conversation_id=any_text,
    question=any_text,
    resolved_question=any_text,
    outcome=outcomes,
    timings_ms=st.dictionaries(any_text, st.floats(0, 1e6), max_size=3),
    corrected=st.lists(st.builds(Correction, words, words), max_size=2).map(tuple),
    kind=st.sampled_from(MessageKind),
    language=st.none() | st.sampled_from(["de", "ru"]),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest) -> Iterator[Store]:
    url = "sqlite://" if request.param == "sqlite" else request.getfixturevalue("postgres").new_prepared_database()
    with Store.open(url) as store:
        yield store


@given(reply=replies)
def test_a_saved_reply_loads_as_it_was(any_store: Store, reply: Reply) -> None:
    any_store.save_reply(reply)
    try:
        assert any_store.load_reply(reply.id) == reply
    finally:
        any_store.forget(reply.conversation_id)


def test_an_unknown_reply_is_none(store: Store) -> None:
    assert store.load_reply("never given") is None


def test_a_conversation_remembers_what_was_quoted_and_nothing_of_a_refusal(store: Store) -> None:
    store.save_reply(answer(), asked_at=NOON)
    store.save_reply(refusal(), asked_at=NOON + timedelta(minutes=1))
    answered = Turn(
        question="Who opened it?",
        resolved_question="the old bridge – Who opened it?",
        asked_at=NOON,
        answer="Ada Brook",
        quotes=(
            "The mayor, Ada Brook, opened it again on 3 May 2024.",
            "The work cost 4.2 million euros, the council said.",
        ),
        article_ids=("bridge", "bridge"),
    )
    refused = Turn("Will the ferry come back?", "Will the ferry come back?", NOON + timedelta(minutes=1))
    assert store.conversation("terminal", last=9) == Conversation("terminal", (answered, refused))


def test_a_conversation_gives_its_last_turns_oldest_first(store: Store) -> None:
    turns = [Turn(f"Question {n}", f"Resolved {n}", NOON, f"Answer {n}", (f"Quote {n}",)) for n in range(5)]
    for turn in turns:
        store.add_turn("talk", turn)
    assert store.conversation("talk", last=2) == Conversation("talk", (turns[3], turns[4]))


def test_conversations_do_not_mix(store: Store) -> None:
    store.save_reply(answer("r1", "mine"))
    assert store.conversation("yours", last=9) == Conversation("yours")


def test_starting_over_empties_the_conversation_but_its_replies_can_be_loaded(store: Store) -> None:
    store.save_reply(answer())
    store.start_over("terminal")
    store.save_reply(refusal(), asked_at=NOON)
    assert [turn.asked_at for turn in store.conversation("terminal", last=9).turns] == [NOON]
    assert store.load_reply("r1") == answer()


def test_a_reply_is_kept_whole_or_not_at_all(store: Store) -> None:
    whole = answer()
    assert isinstance(whole.outcome, Answer)
    twice_number_one = replace(whole.outcome, citations=whole.outcome.citations[:1] * 2)
    with pytest.raises(StoreUnavailable, match=r"(?i)unique"):
        store.save_reply(replace(whole, outcome=twice_number_one))
    assert (store.load_reply("r1"), store.conversation("terminal", last=9).turns) == (None, ())


def test_a_time_without_a_zone_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="expected a time with its zone"):
        store.add_turn("talk", Turn("When?", "When?", datetime(2024, 6, 1)))  # noqa: DTZ001 - the case at hand


def test_only_the_last_vote_of_a_voter_counts(store: Store) -> None:
    store.save_reply(answer())
    votes = [("ann", Vote.UP), ("bob", Vote.UP), ("ann", Vote.DOWN)]
    assert [store.vote("r1", voter, vote) for voter, vote in votes] == [True, True, True]
    figures = store.usage.stats(NOON)
    assert (figures.votes_up, figures.votes_down) == (1, 1)


def test_a_vote_on_an_unknown_reply_is_not_kept(store: Store) -> None:
    assert store.vote("never given", "ann", Vote.UP) is False
    assert store.usage.stats(NOON).votes_up == 0


def test_stats_count_what_was_asked_since_then(store: Store) -> None:
    store.save_reply(answer("too early", "gone"), asked_at=NOON - timedelta(seconds=1))
    for minute in range(19):
        timed = replace(answer(f"r{minute}", f"talk {minute % 3}"), timings_ms={"all": float(minute)})
        store.save_reply(timed, asked_at=NOON + timedelta(minutes=minute))
    store.save_reply(refusal("slow"), asked_at=NOON + timedelta(hours=1))
    store.add_turn("seeded", Turn("Not counted", "Not counted", NOON))
    store.vote("r3", "ann", Vote.UP)
    store.vote("too early", "ann", Vote.DOWN)
    assert store.usage.stats(NOON) == Stats(
        since=NOON,
        questions=20,
        answered=19,
        refused=1,
        asked_back=0,
        votes_up=1,
        votes_down=0,
        conversations=4,
        p50_ms=8.0,  # of 0, 1, ... 7, 8, 8, 9, ... 18 the tenth is 8
        p95_ms=17.0,
    )


def test_stats_of_no_questions_are_zeros(store: Store) -> None:
    assert store.usage.stats(NOON) == Stats(NOON, 0, 0, 0, 0, 0, 0, 0, p50_ms=0.0, p95_ms=0.0)


@pytest.mark.parametrize("kept_in", ["memory", "file"])
def test_fifty_threads_lose_nothing(kept_in: str, url: str) -> None:
    def talk(number: int) -> int:
        for turn in range(4):
            shared.save_reply(answer(f"r{number}.{turn}", f"talk {number}"))
            shared.vote(f"r{number}.{turn}", "ann", Vote.UP)
        return len(shared.conversation(f"talk {number}", last=9).turns)

    with (
        Store.in_memory() if kept_in == "memory" else Store.open(url) as shared,
        ThreadPoolExecutor(50) as threads,
    ):
        assert list(threads.map(talk, range(50))) == [4] * 50
        figures = shared.usage.stats(NOON)
        assert (figures.questions, figures.votes_up, figures.conversations) == (200, 200, 50)


def test_what_was_kept_is_there_after_closing(url: str) -> None:
    with Store.open(url) as before:
        before.save_reply(answer())
    with Store.open(url) as after:
        assert after.load_reply("r1") == answer()


SAVE_FOREVER = """
import itertools, sys
from bot.store import Store
from tests.bot.examples import answer

store = Store.open(sys.argv[1])
for number in itertools.count():
    store.save_reply(answer(f"r{number}"))
    print(f"r{number}", flush=True)
"""


def run_python(code: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen([sys.executable, "-c", code, *arguments], stdout=subprocess.PIPE, text=True)


def test_a_killed_process_loses_no_reply_it_had_kept(url: str) -> None:
    with run_python(SAVE_FOREVER, url) as process:
        assert process.stdout is not None
        kept = [next(process.stdout).strip() for _ in range(20)]
        os.kill(process.pid, signal.SIGKILL)
        kept += [line.strip() for line in process.stdout if line.endswith("\n")]
    with Store.open(url) as store:
        assert [store.load_reply(reply_id) for reply_id in kept] == [answer(reply_id) for reply_id in kept]


SAVE_ONE = """
import sys
from bot.store import Store
from tests.bot.examples import answer

with Store.open(sys.argv[1]) as store:
    store.save_reply(answer(sys.argv[2]))
"""


def test_processes_that_start_together_share_a_new_database(url: str) -> None:
    processes = [run_python(SAVE_ONE, url, f"r{number}") for number in range(3)]
    for process in processes:
        process.communicate()
    assert [process.returncode for process in processes] == [0] * 3
    with Store.open(url) as store:
        assert store.usage.stats(NOON).questions == 3


OPEN_AND_LOOK = """
import sys
from bot.store import Store

Store.open(sys.argv[1]).close()
print("alembic" in sys.modules)
"""


def test_opening_an_up_to_date_database_needs_no_alembic(url: str) -> None:
    Store.open(url).close()
    with run_python(OPEN_AND_LOOK, url) as process:
        assert process.communicate()[0] == "False\n"


def test_the_last_migration_is_the_version_that_the_tables_name() -> None:
    assert ScriptDirectory.from_config(migrations(None)).get_heads() == [SCHEMA_VERSION]


@pytest.fixture
def empty(url: str) -> Iterator[Engine]:
    if url.startswith("sqlite:///"):
        Path(url.removeprefix("sqlite:///")).parent.mkdir()
    engine = create_engine(url)
    yield engine
    engine.dispose()


def test_migrations_make_the_very_tables_that_the_store_uses(empty: Engine) -> None:
    engine = empty
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_migrations_can_be_undone_and_run_again(empty: Engine) -> None:
    engine = empty
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
        command.downgrade(migrations(connection), "base")
        assert inspect(connection).get_table_names() == ["alembic_version"]
    with engine.begin() as connection:
        command.upgrade(migrations(connection), "head")
        assert {*metadata.tables} < {*inspect(connection).get_table_names()}


def test_a_database_of_a_later_version_is_refused_and_left_alone(url: str) -> None:
    Store.open(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StoreTooNew, match=f"has schema 9999, newer than {SCHEMA_VERSION}"):
        Store.open(url)
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT version_num FROM alembic_version")) == "9999"
    engine.dispose()


def test_small_talk_can_be_recalled_and_is_no_part_of_the_conversation(store: Store) -> None:
    talk = replace(refusal("small"), outcome=Remark(Topic.LANGUAGE, "de"), kind=MessageKind.OTHER_LANGUAGE)
    store.save_reply(answer())
    store.save_reply(talk)

    assert store.load_reply("small") == talk
    assert [turn.question for turn in store.conversation("terminal", last=5).turns] == ["Who opened it?"]


def test_replies_of_a_conversation_are_listed_with_small_talk_until_it_is_started_over(store: Store) -> None:
    thanks = replace(answer(id="t"), question="Thanks!", outcome=Remark(Topic.THANKS))
    first, second, elsewhere = answer(id="1"), refusal(id="2"), answer(id="3", conversation_id="other")
    for reply in (first, thanks, second, elsewhere):
        store.save_reply(reply)
    assert store.replies("terminal", last=9) == (first, thanks, second)
    assert store.replies("terminal", last=2) == (thanks, second)
    store.start_over("terminal")
    assert store.replies("terminal", last=9) == ()
    store.save_reply(replace(answer(id="4")))
    assert [reply.id for reply in store.replies("terminal", last=9)] == ["4"]
    assert store.replies("nobody", last=9) == ()


def test_a_thank_you_of_before_there_were_topics_is_still_one(empty: Engine, url: str) -> None:
    with Store.open(url) as store:
        store.save_reply(refusal())
    with empty.begin() as connection:
        connection.execute(text("UPDATE replies SET reason = 'SMALL_TALK'"))
    with Store.open(url) as store:
        kept = store.load_reply("r2")
    assert kept is not None
    assert kept.outcome == Remark(Topic.THANKS)


def test_a_reply_kept_before_there_were_kinds_is_taken_for_one_to_a_fact(empty: Engine, url: str) -> None:
    with Store.open(url) as store:
        store.save_reply(answer())
    with empty.begin() as connection:
        connection.execute(text("UPDATE replies SET kind = NULL, blocks = NULL, left_out = NULL"))
    with Store.open(url) as store:
        assert store.load_reply("r1") == answer()


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("not a database, " * 100)
    with pytest.raises(StoreUnavailable, match=r"cannot open sqlite:.*notes.txt: file is not a database"):
        Store.open(f"sqlite:///{tmp_path}/notes.txt")


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "taken").touch()
    with pytest.raises(StoreUnavailable, match=r"cannot create the folder .*taken"):
        Store.open(f"sqlite:///{tmp_path}/taken/newsquote.db")


@pytest.mark.parametrize("wrong", ["not a url", "oracle+nothing://ann:hunter2@host/db", "mydb://ann:hunter2@host/db"])
def test_a_wrong_url_is_refused_without_its_password(wrong: str) -> None:
    with pytest.raises(StoreUnavailable) as refused:
        Store.open(wrong)
    assert "hunter2" not in str(refused.value)


def test_a_database_without_an_encoding_is_refused_with_the_remedy(postgres: Databases) -> None:
    with pytest.raises(StoreUnavailable, match="ENCODING 'UTF8'"):
        Store.open(postgres.new_database("ENCODING 'SQL_ASCII' TEMPLATE template0"))


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///:memory:"])
def test_a_url_without_a_file_keeps_everything_in_memory(url: str) -> None:
    with Store.open(url) as store:
        store.save_reply(answer())
        assert store.load_reply("r1") == answer()


def test_the_tables_can_be_written_for_postgresql() -> None:
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it without types
    made = {table.name: str(CreateTable(table).compile(dialect=dialect)) for table in metadata.sorted_tables}
    assert "asked_at TIMESTAMP WITH TIME ZONE NOT NULL" in made["turns"]
    assert set(made) == {
        "name_corrections",
        "turns",
        "replies",
        "citations",
        "votes",
        "inbox",
        "outbox",
        "bans",
        "admin_actions",
        "sent_answers",
        "brought_articles",
        "corrections",
        "correction_notices",
        "spent_tokens",
        "chat_settings",
        "watches",
        "alerts",
        "matched_articles",
        "digests",
        "own_messages",
        "replicas",
        "lanes",
        "duties",
    }
