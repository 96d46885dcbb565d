"""Load: 300 people who ask at the same moment under Telegram's limits, 30 answers a second without them, and what the
questions cost that are suggested under an answer, while there is time for them and while there is none.

    python -m benchmarks telegram_load
    python -m benchmarks.telegram_load --index DIR --questions FILE      the last alone, over other articles

FILE has questions in JSON lines.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.measuring import cpu_seconds, peak_mib
from benchmarks.telegram_bot import QUESTION, Bot, bot_on
from bot.adapters.telegram.views.keyboards import Action
from tests.botapi import BotSetup, FloodLimits, ThreadedBotApiServer, User, running_server

_PEOPLE = 300
_RATE = 30
_SECONDS = 60
_CALM = 20
_PAUSE_SECONDS = 3
"""After an answer: leaves time to look for questions that may be asked next."""
_NO_LIMITS = {"MESSAGES_PER_SECOND": "0", "MOST_WAITING": "5000"}
_STAND_IN = ("benchmarks.stand_in_bot",)

Figures = dict[str, float]


def measure() -> dict[str, Figures]:
    """Return both loads, each with the shipped reader and with one that answers at once."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with running_server() as server, bot_on(server, root / "first"):
            pass
        index = root / "first" / "index"
        readers = {"shipped reader": ("bot", "run"), "reader that answers at once": _STAND_IN}
        measured: dict[str, Figures] = {}
        for name, command in readers.items():
            where = root / f"crowd, {name}"
            with (
                running_server(BotSetup(flood=FloodLimits())) as server,
                bot_on(server, where, index, {}, command) as bot,
            ):
                measured[f"{_PEOPLE} people at once, Telegram's limits, {name}"] = _crowd(bot)
            where = root / f"stream, {name}"
            with running_server() as server, bot_on(server, where, index, _NO_LIMITS, command) as bot:
                measured[f"{_RATE} questions a second for {_SECONDS} s, no limits, {name}"] = _stream(bot)
        return measured | suggesting(root, index, (QUESTION,))


def suggesting(root: Path, index: Path, questions: Sequence[str]) -> dict[str, Figures]:
    """Return what an answer costs where questions are suggested, and where not: asked one after the other, and fast."""
    measured: dict[str, Figures] = {}
    for most in (3, 0):
        settings = {**_NO_LIMITS, "FURTHER_QUESTIONS": str(most)}
        where = root / f"suggesting {most}"
        with running_server() as server, bot_on(server, where, index, settings) as bot:
            measured[f"{_CALM} questions one after the other, {most} suggested at most"] = _calm(bot, questions)
            measured[f"{_RATE} questions a second for {_SECONDS} s, {most} suggested at most"] = _stream(bot, questions)
    return measured


def _crowd(bot: Bot) -> Figures:
    people = [bot.server.user(f"Reader {number}") for number in range(_PEOPLE)]
    since = time.monotonic()
    for person in people:
        person.says(person.opens_chat(), QUESTION)
    bot.wait_for_answers(people, timeout=180)
    time.sleep(3)
    order = {str(person.id): place for place, person in enumerate(people)}
    arrived = _arrivals(bot.server, people)
    waits = sorted(at - since for at in arrived.values())
    by_arrival = sorted(arrived, key=lambda chat: arrived[chat])
    moved = [abs(order[chat] - place) for place, chat in enumerate(by_arrival)]
    floods = [call.at - since for call in bot.server.calls if "Too Many Requests" in (call.error or "")]
    return {
        **_counts(bot, people, waits),
        "429 in all": len(floods),
        "429 after the first second": sum(at > 1 for at in floods),
        "places an answer moved in the line, at most": max(moved, default=0),
        "answers a second": round(len(waits) / max(waits, default=1), 1),
    }


def _calm(bot: Bot, questions: Sequence[str]) -> Figures:
    if bot.process is None:
        raise RuntimeError("the bot does not run")
    people = [bot.server.user(f"Calm reader {number}") for number in range(_CALM)]
    used = cpu_seconds(bot.process.pid)
    for number, person in enumerate(people):
        person.says(person.opens_chat(), questions[number % len(questions)])
        bot.wait_for_answers([person])
        time.sleep(_PAUSE_SECONDS)
    used = cpu_seconds(bot.process.pid) - used
    answered = [person for person in people if bot.answers(person)]
    return {
        "answered": len(answered),
        "CPU ms of the bot an answer": round(1000 * used / max(len(answered), 1), 1),
        "questions suggested": sum(_suggested(bot, person) for person in people),
    }


def _stream(bot: Bot, questions: Sequence[str] = (QUESTION,)) -> Figures:
    if bot.process is None:
        raise RuntimeError("the bot does not run")
    people: list[User] = []
    asked: dict[str, float] = {}
    bot_used, own_used = cpu_seconds(bot.process.pid), time.process_time()
    began = time.monotonic()
    for number in range(_RATE * _SECONDS):
        time.sleep(max(0.0, began + number / _RATE - time.monotonic()))
        person = bot.server.user(f"Reader {number}")
        asked[str(person.id)] = time.monotonic()
        person.says(person.opens_chat(), questions[number % len(questions)])
        people.append(person)
    bot.wait_for_answers(people, timeout=240)
    time.sleep(2)
    arrived = _arrivals(bot.server, people)
    bot_used, own_used = cpu_seconds(bot.process.pid) - bot_used, time.process_time() - own_used
    waits = sorted(at - asked[chat] for chat, at in arrived.items())
    lasted = max(arrived.values(), default=began) - began
    return {
        **_counts(bot, people, waits),
        "answers a second": round(len(waits) / lasted, 1),
        "CPU ms of the bot an answer": round(1000 * bot_used / max(len(waits), 1), 1),
        "CPU ms of the Bot API server and the people an answer": round(1000 * own_used / max(len(waits), 1), 1),
        "peak memory MiB": round(peak_mib(bot.process.pid)),
        "questions suggested": sum(_suggested(bot, person) for person in people),
    }


def _suggested(bot: Bot, person: User) -> int:
    buttons = [button for message in bot.answers(person) for button in message.buttons]
    return sum(str(button.get("callback_data")).startswith(f"{Action.NEXT.value}:") for button in buttons)


def _counts(bot: Bot, people: list[User], waits: list[float]) -> Figures:
    said = [len(bot.answers(person)) for person in people]
    return {
        "asked": len(people),
        "answered": sum(count > 0 for count in said),
        "repeated": sum(max(count - 1, 0) for count in said),
        "s to the answer p50": round(waits[len(waits) // 2], 2),
        "s to the answer p95": round(waits[int(len(waits) * 0.95)], 2),
        "s to the answer, longest": round(waits[-1], 2),
    }


def _arrivals(server: ThreadedBotApiServer, people: list[User]) -> dict[str, float]:
    """Return when each person's first message was taken."""
    chats = {str(person.id) for person in people}
    arrived: dict[str, float] = {}
    for call in server.calls_of("sendMessage"):
        chat = str(call.params.get("chat_id"))
        if chat in chats and call.error is None:
            arrived.setdefault(chat, call.at)
    return arrived


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.telegram_load",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--index", type=Path, required=True, metavar="DIR")
    parser.add_argument("--questions", type=Path, required=True, metavar="FILE")
    options = parser.parse_args()
    asked = [json.loads(line)["question"] for line in options.questions.read_text(encoding="utf-8").splitlines()]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(suggesting(Path(folder), options.index, asked), indent=1))
