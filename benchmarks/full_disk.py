"""A full disk: filled to the last byte at random moments while an index is changed, and while the bot is asked.

    python -m benchmarks.full_disk --moments 20

While an index is changed: afterwards it must be as before or as after, whole, and the same command must go through
once there is space. While the bot is asked, every second time with a reload going on: three seconds later there is
space again, and everybody who asked, before or meanwhile, must get one answer. It takes a disk of its own, which only
root may mount.
"""

import argparse
import json
import random
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections import Counter
from pathlib import Path

from benchmarks.articles import write_articles
from benchmarks.editions import CHANGES, Editions
from benchmarks.processes import start
from benchmarks.small_disk import SmallDisk, small_disk
from benchmarks.telegram_bot import QUESTION, Bot, answers_counted
from index.embedding.embedder import OnnxEmbedder
from index.settings import IndexSettings
from tests.botapi import User, running_server
from tests.ports import free_port

_MOMENTS = 20
_DISK_MIB = 64
_SEED = 17
_STUCK_SECONDS = 600
_FULL_SECONDS = 3.0
_PEOPLE = 4
_PATIENCE_SECONDS = 90


def measure(moments: int = _MOMENTS) -> dict[str, float]:
    """Return what became of the index and of those who asked."""
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk", _DISK_MIB) as disk:
        changed = _while_changing(disk, moments)
    with tempfile.TemporaryDirectory() as folder, small_disk(Path(folder) / "disk", _DISK_MIB) as disk:
        return changed | _while_serving(disk, moments)


def _while_changing(disk: SmallDisk, moments: int) -> dict[str, float]:
    embedder = OnnxEmbedder.load(IndexSettings.from_environment().model_cache)
    editions = Editions(disk.folder, embedder)
    editions.next_edition()
    editions.finish(["build", "--articles", str(editions.articles)])
    whole = {kind: editions.finish(prepare(editions)) for kind, prepare in CHANGES.items()}
    came: Counter[str] = Counter()
    for number in range(moments):
        kind = list(CHANGES)[number % len(CHANGES)]
        command = CHANGES[kind](editions)
        moment = random.Random(_SEED + number).uniform(0, whole[kind])
        came += _fill_while_changing(disk, editions, command, moment)
    return {
        "changes: moments": moments,
        "changes: the command said that no space is left": came["refused"],
        "changes: as before": came["before"],
        "changes: as after": came["after"],
        "changes: broken or articles lost": came["broken"],
        "changes: stuck": came["stuck"],
        "changes: tracebacks": came["traceback"],
        "changes: not done once there is space": came["not repeated"],
    }


def _fill_while_changing(disk: SmallDisk, editions: Editions, command: list[str], moment: float) -> Counter[str]:
    before = editions.holdings()
    process = start(["index", *command, "--index", str(editions.index)], stderr=subprocess.PIPE)
    time.sleep(moment)
    disk.fill()
    came: Counter[str] = Counter()
    try:
        _, said = process.communicate(timeout=_STUCK_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        _, said = process.communicate()
        came["stuck"] += 1
    came["refused"] += process.returncode == 1
    came["traceback"] += "Traceback" in said
    state = editions.state(before, command[0])
    came[state] += 1
    disk.free()
    if state == "before":
        again = start(["index", *command, "--index", str(editions.index)])
        again.wait(_STUCK_SECONDS)
        came["not repeated"] += editions.state(before, command[0]) != "after"
    return came


def _while_serving(disk: SmallDisk, moments: int) -> dict[str, float]:
    came, stopped = Counter[str](), 0.0
    asked: list[User] = []
    health = f"127.0.0.1:{free_port()}"
    with running_server() as server:
        articles = disk.folder / "articles.jsonl"
        bot = Bot(server, disk.folder, {"HEALTH_LISTEN": health, "ARTICLES": str(articles)})
        write_articles(articles, 12, seed=0)
        bot.start()
        try:
            for number in range(moments):
                people = [server.user(f"Reader {number} {each}") for each in range(_PEOPLE)]
                asked += people
                came += _fill_while_serving(disk, bot, people, health, number)
                if number % 2:  # a new process has a new journal, which needs space from the first message on
                    stopped = max(stopped, bot.stop())
                    bot.start()
            bot.wait_for_answers(asked, timeout=_PATIENCE_SECONDS)
            came += answers_counted(bot, asked)
            stopped = max(stopped, bot.stop())
        finally:
            bot.kill()
    return {
        "serving: moments": moments,
        "serving: asked": moments * _PEOPLE,
        "serving: without an answer": came["lost"],
        "serving: answered more than once": came["repeated"],
        "serving: told that something broke as well": came["apologies"],
        "serving: /readyz said so while it was full": came["not ready"],
        "serving: reloads begun": came["reloads"],
        "serving: reloads that never ended": came["endless"],
        "serving: s to stop, at most": round(stopped, 1),
    }


def _fill_while_serving(disk: SmallDisk, bot: Bot, people: list[User], health: str, number: int) -> Counter[str]:
    came: Counter[str] = Counter()
    chance = random.Random(_SEED + number)
    admin = bot.server.user("Admin")
    reloads = number % 2 == 1
    if reloads:
        write_articles(disk.folder / "articles.jsonl", 12, seed=number)
        told_before = len(bot.answers(admin))
        admin.says(admin.opens_chat(), "/reload")
        time.sleep(chance.uniform(0, 3))
        came["reloads"] += 1
    early = chance.randrange(len(people) + 1)
    for person in people[:early]:
        person.says(person.opens_chat(), QUESTION)
    time.sleep(chance.uniform(0, 0.3))
    disk.fill()
    for person in people[early:]:
        person.says(person.opens_chat(), QUESTION)
    time.sleep(_FULL_SECONDS)
    came["not ready"] += not _is_ready(health)
    disk.free()
    bot.wait_for_answers(people, timeout=_PATIENCE_SECONDS)
    if reloads:
        came["endless"] += not _ends(bot, admin, told_before)
    return came


def _ends(bot: Bot, admin: User, told_before: int) -> bool:
    """Return whether the reload came to an end that the admin was told of."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while time.monotonic() < deadline:
        told = bot.answers(admin)[told_before:]
        if any(not message.text.endswith("…") for message in told):  # as all do that say how far it is
            return True
        time.sleep(0.2)
    return False


def _is_ready(health: str) -> bool:
    try:
        with urllib.request.urlopen(f"http://{health}/readyz", timeout=10):
            return True
    except urllib.error.HTTPError:
        return False


if __name__ == "__main__":
    parser = argparse.ArgumentParser("python -m benchmarks.full_disk")
    parser.add_argument("--moments", type=int, default=_MOMENTS, help="of filling, while changing and while serving")
    print(json.dumps(measure(parser.parse_args().moments), indent=1))
