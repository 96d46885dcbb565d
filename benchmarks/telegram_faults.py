"""Faults: what goes wrong between the bot and Telegram, or with its process, and what it costs those who asked.

Each fault meets its own bot process. Everybody asks at the same moment; lost is a person without an answer after 90 s,
repeated is every message beyond one a question, the time is from the questions (after a kill: from the restart) to the
last answer.
"""

import json
import random
import tempfile
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from benchmarks.telegram_bot import QUESTION, Bot, bot_on
from tests.botapi import (
    Chat,
    Fault,
    User,
    delay,
    drop_after,
    drop_before,
    garbage,
    internal_error,
    running_server,
    server_error,
    silence,
    too_many_requests,
)
from tests.ports import free_port

_AT_ONCE = 4
_PEOPLE = 8
_KILLS = 12
_LATE_SECONDS = 3.0
_SECRET = "the-secret"
_SEED = 5


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a fault cost."""

    asked: int
    lost: int
    repeated: int
    seconds: float
    note: str = ""


Scene = Callable[[Bot], Outcome]


def measure() -> dict[str, dict[str, float | str]]:
    """Return every fault's outcome. Some faults run side by side, as they mostly wait."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        with running_server() as server, bot_on(server, root / "first"):
            pass
        play = partial(_play, root)
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return dict(zip(_SCENES, pool.map(play, _SCENES), strict=True))


def _play(root: Path, name: str) -> dict[str, float | str]:
    settings = _webhook_settings() if "webhook" in name else {}
    with running_server() as server:
        if settings:
            server.deliver_webhooks_to(f"http://{settings['WEBHOOK_LISTEN']}/hook")
        with bot_on(server, root / name.replace(" ", "_"), root / "first" / "index", settings) as bot:
            outcome = asdict(_SCENES[name](bot))
    print(f"{name}: {json.dumps(outcome)}", flush=True)
    return outcome


def _ask(bot: Bot, count: int = _PEOPLE) -> list[User]:
    people = [bot.server.user(f"Reader {number}") for number in range(count)]
    for person in people:
        person.says(person.opens_chat(), QUESTION)
    return people


def _judge(bot: Bot, people: list[User], since: float, note: str = "", each: int = 1) -> Outcome:
    bot.wait_for_answers(people, each)
    time.sleep(_LATE_SECONDS)
    counts = [len(bot.answers(person)) for person in people]
    chats = {person.id for person in people}
    arrived = [call.at for call in bot.server.calls_of("sendMessage") if call.params.get("chat_id") in _both(chats)]
    return Outcome(
        asked=each * len(people),
        lost=sum(max(each - count, 0) for count in counts),
        repeated=sum(max(count - each, 0) for count in counts),
        seconds=round(max(max(arrived, default=since) - since, 0.0), 2),
        note=note,
    )


def _both(chats: set[int]) -> set[object]:
    return {*chats, *map(str, chats)}


def _calls_fail(fault: Fault, *, times: int = 3 * _PEOPLE // 2, method: str = "sendMessage") -> Scene:
    def play(bot: Bot) -> Outcome:
        bot.server.order_fault(fault, method=method, times=times)
        since = time.monotonic()
        return _judge(bot, _ask(bot), since)

    return play


def _one_chat_waits(bot: Bot) -> Outcome:
    flooded = bot.server.user("Flooded")
    bot.server.order_fault(too_many_requests(6), method="sendMessage", chat=flooded.opens_chat())
    since = time.monotonic()
    flooded.says(flooded.opens_chat(), QUESTION)
    others = _ask(bot)
    bot.wait_for_answers(others)
    note = f"the others after {time.monotonic() - since:.1f} s"
    return _judge(bot, [flooded, *others], since, note)


def _late(bot: Bot) -> Outcome:
    """Let Telegram carry the call out long after the bot has given up on it, looked, and sent the answer anew."""
    bot.server.order_fault(delay(18), method="sendMessage", times=2)
    since = time.monotonic()
    people = _ask(bot)
    bot.wait_for_answers(people)
    time.sleep(90)
    back = sum(call.error is None for call in bot.server.calls_of("deleteMessage"))
    return _judge(bot, people, since, f"{back} copies came later and were taken back within a minute")


def _out_of_reach(bot: Bot) -> Outcome:
    bot.server.order_fault(drop_before(), times=10_000)
    bot.server.order_fault(drop_before(), method="getUpdates", times=10_000)
    people = _ask(bot)
    time.sleep(10)
    bot.server.faults.clear()
    return _judge(bot, people, time.monotonic(), "10 s without Telegram; the time is from its return")


def _terminated(bot: Bot) -> Outcome:
    people = _ask(bot, 150)
    time.sleep(0.7)
    stopped = bot.stop()
    had = sum(bool(bot.answers(person)) for person in people)
    since = time.monotonic()
    bot.start()
    return _judge(bot, people, since, f"{had} answered before it ended, after {stopped:.1f} s")


def _killed(bot: Bot) -> Outcome:
    """Kill at random moments while people ask, each followed by a restart."""
    chance, everybody, worst = random.Random(_SEED), list[User](), 0.0
    for _ in range(_KILLS):
        people = _ask(bot)
        everybody += people
        time.sleep(chance.uniform(0.0, 1.2))
        bot.kill()
        since = time.monotonic()
        bot.start()
        bot.wait_for_answers(people)
        worst = max(worst, time.monotonic() - since)
    outcome = _judge(bot, everybody, since)
    return Outcome(outcome.asked, outcome.lost, outcome.repeated, round(worst, 2), f"{_KILLS} kills; the slowest")


def _killed_while_sending(bot: Bot, *, accepts: bool) -> Outcome:
    """Kill the bot when Telegram has been called with each answer and has not said what became of it."""
    bot.server.order_fault(silence(60, accepts=accepts), method="sendMessage", times=_PEOPLE)
    people = _ask(bot)
    if accepts:
        bot.wait_for_answers(people)
    else:
        time.sleep(4)
    bot.kill()
    bot.server.faults.clear()
    since = time.monotonic()
    bot.start()
    return _judge(bot, people, since)


def _duplicates(bot: Bot) -> Outcome:
    bot.server.repeats_updates(5)
    since = time.monotonic()
    return _judge(bot, _ask(bot), since, "each update five times again")


def _wrong_secret(bot: Bot) -> Outcome:
    stranger = bot.server.user("Stranger")
    message = {"message_id": 1, "date": int(time.time()), "text": QUESTION}
    message |= {"chat": stranger.opens_chat().as_json(), "from": stranger.account.as_json()}
    refused = sum(_post(bot, {"update_id": 1, "message": message}, secret) == 403 for secret in ("", "wrong", None))
    since = time.monotonic()
    outcome = _judge(bot, _ask(bot), since)
    forged = len(bot.answers(stranger))
    note = f"{refused} of 3 forged posts refused, {forged} answered"
    return Outcome(outcome.asked, outcome.lost, outcome.repeated + forged, outcome.seconds, note)


def _post(bot: Bot, body: dict[str, object], secret: str | None) -> int:
    headers = {"Content-Type": "application/json"}
    if secret is not None:
        headers["X-Telegram-Bot-Api-Secret-Token"] = secret
    request = urllib.request.Request(
        f"http://{bot.settings['WEBHOOK_LISTEN']}/hook", json.dumps(body).encode(), headers
    )
    try:
        with urllib.request.urlopen(request) as response:
            status: int = response.status
            return status
    except urllib.error.HTTPError as error:
        return error.code


def _second_poller(bot: Bot) -> Outcome:
    """Let somebody else fetch updates, without confirming them, five times in a second."""

    def poll() -> None:
        for _ in range(5):
            with urllib.request.urlopen(f"{bot.server.url}{bot.server.token}/getUpdates"):
                time.sleep(0.2)

    other = threading.Thread(target=poll)
    other.start()
    since = time.monotonic()
    people = _ask(bot)
    other.join()
    conflicts = sum("terminated by other" in (call.error or "") for call in bot.server.calls_of("getUpdates"))
    return _judge(bot, people, since, f"{conflicts} of the bot's own calls ended by it")


def _blocked(bot: Bot) -> Outcome:
    gone = bot.server.user("Gone")
    gone.says(gone.opens_chat(), QUESTION)
    gone.blocks()
    since = time.monotonic()
    outcome = _judge(bot, _ask(bot), since)
    return _with_tries(bot, gone.opens_chat(), outcome, "to somebody who blocked the bot")


def _vanished_topic(bot: Bot) -> Outcome:
    ada = bot.server.user("Ada")
    forum = bot.server.group("Readers", [ada], topics=["Bridges"])
    [thread] = forum.topics
    ada.says(forum, f"/ask {QUESTION}", thread=thread)
    bot.server.closes_topic(forum, thread)
    since = time.monotonic()
    outcome = _judge(bot, _ask(bot), since)
    return _with_tries(bot, forum, outcome, "to a topic that is gone")


def _with_tries(bot: Bot, chat: Chat, outcome: Outcome, where: str) -> Outcome:
    tries = sum(str(call.params.get("chat_id")) == str(chat.id) for call in bot.server.calls_of("sendMessage"))
    note = f"{tries} message tried {where}"
    return Outcome(outcome.asked, outcome.lost, outcome.repeated, outcome.seconds, note)


def _stale_buttons(bot: Bot) -> Outcome:
    """Press buttons of answers that nobody remembers: each press must be answered with a message."""
    people = _ask(bot)
    bot.wait_for_answers(people)
    since = time.monotonic()
    presses = [person.presses_again(bot.answers(person)[0], "ctx:0000000000000000:1") for person in people]
    bot.server.wait_until(lambda: all(press.answer is not None for press in presses), timeout=60)
    answered = sum(bool(press.text) for press in presses)
    return Outcome(len(presses), len(presses) - answered, 0, round(time.monotonic() - since, 2), "presses")


def _webhook_settings() -> dict[str, str]:
    listen = f"127.0.0.1:{free_port()}"
    return {"WEBHOOK_URL": "https://bot.example/hook", "WEBHOOK_LISTEN": listen, "WEBHOOK_SECRET": _SECRET}


_SCENES: dict[str, Scene] = {
    "none": _calls_fail(drop_before(), times=0),
    "429, wait 6 s, one chat": _one_chat_waits,
    "429, wait 3 s, every chat": _calls_fail(too_many_requests(3), times=_PEOPLE),
    "500": _calls_fail(internal_error()),
    "502 with HTML": _calls_fail(server_error(502)),
    "timeout, message accepted": _calls_fail(silence(60, accepts=True), times=2),
    "timeout, message not accepted": _calls_fail(silence(60, accepts=False), times=2),
    "timeout, message accepted 8 s after it": _late,
    "reset before the message was accepted": _calls_fail(drop_before()),
    "reset after the message was accepted": _calls_fail(drop_after()),
    "garbage body, message accepted": _calls_fail(garbage(accepts=True)),
    "garbage body, message not accepted": _calls_fail(garbage()),
    "getUpdates: 502 with HTML": _calls_fail(server_error(502), times=3, method="getUpdates"),
    "getUpdates: reset after": _calls_fail(drop_after(), times=3, method="getUpdates"),
    "getUpdates: garbage body": _calls_fail(garbage(), times=3, method="getUpdates"),
    "Telegram out of reach": _out_of_reach,
    "SIGTERM": _terminated,
    "SIGKILL at random moments": _killed,
    "SIGKILL, every message accepted and unconfirmed": lambda bot: _killed_while_sending(bot, accepts=True),
    "SIGKILL, every message sent and not accepted": lambda bot: _killed_while_sending(bot, accepts=False),
    "duplicate updates, polling": _duplicates,
    "duplicate updates, webhook": _duplicates,
    "reset after, webhook": _calls_fail(drop_after()),
    "SIGKILL at random moments, webhook": _killed,
    "wrong secret, webhook": _wrong_secret,
    "second poller": _second_poller,
    "blocked user": _blocked,
    "vanished topic": _vanished_topic,
    "stale buttons": _stale_buttons,
}
