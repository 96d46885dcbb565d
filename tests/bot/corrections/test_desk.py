"""What conversations are told of corrections, over a real library and a real store."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.corrections.desk import CorrectionDesk
from bot.store import Store
from tests.bot.corrections.newsroom import COST, LANES, NEW_COST, Newsroom, shown
from tests.bot.examples import refusal


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    with Store.in_memory() as store:
        yield Newsroom(tmp_path, store)


def test_whoever_was_quoted_a_sentence_is_told_what_it_became_and_nobody_else(room: Newsroom) -> None:
    ada, bob = room.quote("tg:1", f"{LANES} {COST}"), room.quote("tg:2", COST)
    room.quote("tg:3", LANES)
    room.store.save_reply(refusal(conversation_id="tg:4"))
    room.revise("4.2", "4.8")
    assert room.told() == [("tg:1", ada, [(COST, NEW_COST)]), ("tg:2", bob, [(COST, NEW_COST)])]


def test_a_dropped_sentence_is_told_with_the_publishers_new_note(room: Newsroom) -> None:
    note = "Correction: An earlier version of this article gave the cost of another bridge."
    room.quote("tg:1", COST)
    room.revise(f" {COST}", f"\n\n{note}")
    assert [pairs for _, _, pairs in room.told()] == [[(COST, None)]]
    (told,) = room.desk.untold(messenger="tg")
    assert [each.text for each in told.corrections[0].notes] == [note]


@pytest.mark.parametrize(
    "change", [(COST, f"\n\n{COST.upper()}"), ("Cyclists", "Walkers"), ("council said.", "council said!")]
)
def test_where_the_words_still_stand_nobody_is_told(room: Newsroom, change: tuple[str, str]) -> None:
    room.quote("tg:1", COST)
    room.revise(*change)
    assert room.told() == []


def test_each_conversation_is_told_once_of_a_sentence_however_often_it_was_quoted_or_changes(room: Newsroom) -> None:
    room.quote("tg:1", COST, days_ago=2)
    last = room.quote("tg:1", LANES, COST, days_ago=1)
    room.revise("4.2", "4.8")
    assert room.told() == [("tg:1", last, [(COST, NEW_COST)])]
    (told,) = room.desk.untold(messenger="tg")
    room.desk.note_told(told)
    room.desk = room.new_desk()
    assert room.told() == []
    room.revise("4.8", "5.1")
    assert room.told() == []


def test_what_was_quoted_before_the_last_days_or_was_not_shown_is_left_alone(room: Newsroom) -> None:
    room.quote("tg:1", COST, days_ago=7.1)
    room.quote("tg:2", LANES, COST, strong=1)
    room.revise("4.2", "4.8")
    assert room.told() == []
    room.quote("tg:3", NEW_COST, days_ago=6.9)
    room.revise("4.8", "5.1")
    assert [conversation for conversation, _, _ in room.told()] == ["tg:3"]


def test_what_waits_is_told_as_it_is_by_then_and_not_at_all_once_it_stands_again(room: Newsroom) -> None:
    room.quote("tg:1", COST)
    room.revise("4.2", "4.8")
    assert [pairs for _, _, pairs in room.told()] == [[(COST, NEW_COST)]]
    room.revise("4.8", "5.1")
    assert [pairs for _, _, pairs in room.told()] == [[(COST, NEW_COST.replace("4.8", "5.1"))]]
    room.revise("5.1", "4.2")
    assert room.told() == []


def test_neither_an_article_that_was_taken_out_nor_a_step_back_is_a_correction(room: Newsroom) -> None:
    room.revise("4.2", "4.8")
    room.quote("tg:1", NEW_COST)
    room.library.roll_back()
    room.live.refresh()
    assert room.told() == []
    del room.articles["bridge"]
    room.publish()
    room.live.refresh()
    assert room.told() == []


def test_what_is_forgotten_is_not_told_and_the_library_keeps_its_last_corrections(room: Newsroom) -> None:
    room.quote("tg:1", COST)
    room.revise("4.2", "4.8")
    room.desk.look()
    room.store.forget_person("tg:1")
    assert (room.told(), [each.sentence.words for each in room.desk.last(5)]) == ([], [COST])
    room.store.delete_before(room.now + timedelta(seconds=1))
    assert room.desk.last(5) == []


def test_a_conversation_elsewhere_takes_its_corrections_once(room: Newsroom) -> None:
    reply = room.quote("web:1", COST)
    room.quote("web:2", COST)
    room.revise("4.2", "4.8")
    assert [shown(each) for each in room.desk.take("web:1")] == [("web:1", reply, [(COST, NEW_COST)])]
    assert room.desk.take("web:1") == []
    assert len(room.desk.take("web:2")) == 1


def test_nothing_is_looked_at_where_corrections_are_off(room: Newsroom) -> None:
    room.quote("tg:1", COST)
    room.revise("4.2", "4.8")
    desk = CorrectionDesk(room.live, room.store.corrections, within=timedelta(0))
    assert (desk.look(), desk.untold(messenger="tg")) == (0, [])
