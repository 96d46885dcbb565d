"""Many people at once, each of them in order."""

import asyncio
import threading

from bot.adapters.telegram.delivery.update_processor import OrderedUpdateProcessor
from tests.bot.telegram.conftest import GROUP, Stage


def _hold_up_slow(stage: Stage) -> threading.Event:
    """Let whoever asks "slow" wait until this is set."""
    goes_on = threading.Event()

    def wait(question: str) -> float:
        if question == "slow":
            goes_on.wait(30)
        return 0.0

    stage.dialogue.seconds = wait
    return goes_on


async def test_one_persons_messages_are_answered_in_order(stage: Stage) -> None:
    stage.dialogue.seconds = lambda question: 0.05 if question == "first" else 0
    await asyncio.gather(*(stage.say(question) for question in ("first", "second", "third")))
    assert [question for _, question in stage.dialogue.asked] == ["first", "second", "third"]


async def test_a_slow_question_holds_nobody_else_up(stage: Stage) -> None:
    goes_on = _hold_up_slow(stage)
    slow = asyncio.create_task(stage.say("slow", user=1))
    await asyncio.sleep(0.02)
    await stage.say("quick", user=2)
    assert not slow.done()
    goes_on.set()
    await slow


async def test_sixty_people_are_answered_at_once_by_two_threads(stage: Stage) -> None:
    stage.dialogue.seconds = lambda question: 0.002
    await asyncio.gather(*(stage.say("Who?", user=user) for user in range(100, 160)))
    assert {call.params["chat_id"] for call in stage.request.of("sendMessage")} == set(range(100, 160))
    assert stage.dialogue.most_at_once == 2


async def test_people_in_a_group_do_not_wait_for_each_other(stage: Stage) -> None:
    goes_on = _hold_up_slow(stage)
    slow = asyncio.create_task(stage.say("/ask slow", user=1, chat=GROUP))
    await asyncio.sleep(0.02)
    await stage.say("/ask quick", user=2, chat=GROUP)
    goes_on.set()
    await slow
    assert [question for _, question in stage.dialogue.asked] == ["quick", "slow"]


async def test_what_nobody_asked_for_waits_until_all_are_answered_but_not_for_ever(stage: Stage) -> None:
    processor = stage.application.update_processor
    assert isinstance(processor, OrderedUpdateProcessor)
    await asyncio.gather(processor.idle(60), asyncio.to_thread(processor.wait_until_idle, 60))
    goes_on = _hold_up_slow(stage)
    slow = asyncio.create_task(stage.say("slow"))
    await asyncio.sleep(0.02)
    await asyncio.gather(processor.idle(0.05), asyncio.to_thread(processor.wait_until_idle, 0.05))
    assert not slow.done()
    waiting = asyncio.gather(processor.idle(60), asyncio.to_thread(processor.wait_until_idle, 60))
    goes_on.set()
    await waiting
    assert processor.waiting() == 0
    await slow


async def test_no_lock_outlives_its_updates_and_a_flood_is_cut_short(stage: Stage) -> None:
    processor = stage.application.update_processor
    assert isinstance(processor, OrderedUpdateProcessor)
    await asyncio.gather(*(stage.say(str(number)) for number in range(130)))
    assert len(stage.dialogue.asked) == 100
    assert processor._lines == {}
