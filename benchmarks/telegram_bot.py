"""Runs the real bot process on the local Bot API server, to start, stop and kill."""

import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.processes import bot_environment, start
from bot.adapters.telegram.views import texts
from tests.botapi import Message, ThreadedBotApiServer, User

_ROOT = Path(__file__).parents[1]
SEEDS = _ROOT / "seeds"
QUESTION = "Who brokered the ceasefire?"
_POLL_SECONDS = 0.25


@dataclass(slots=True)
class Bot:
    """A bot with a database of its own. `command` is what `python -m` runs."""

    server: ThreadedBotApiServer
    folder: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    command: tuple[str, ...] = ("bot", "run")
    process: subprocess.Popen[str] | None = None

    def start(self) -> float:
        """Start the process; return the seconds until it asks for updates or has set its webhook."""
        before = self._greetings()
        began = time.monotonic()
        environment = bot_environment(self.server, self.server.user("Admin"), SEEDS, self.folder / "index")
        self.process = start(self.command, {**environment, **self.settings})
        self._wait(lambda: self._greetings() > before, 120)
        return time.monotonic() - began

    def stop(self) -> float:
        """Stop the process as systemd does; return the seconds until it has ended."""
        return self._end(signal.SIGTERM)

    def kill(self) -> None:
        """Kill the process without a warning."""
        self._end(signal.SIGKILL)

    def answers(self, user: User) -> list[Message]:
        """Return what the bot has said to a person, oldest first."""
        return self.server.messages(user.opens_chat())

    def wait_for_answers(self, users: list[User], each: int = 1, timeout: float = 90) -> None:
        """Wait until everybody has so many messages, or until the time is up."""
        self._wait(lambda: all(len(self.answers(user)) >= each for user in users), timeout)

    def _greetings(self) -> int:
        return len(self.server.calls_of("getUpdates")) + len(self.server.calls_of("setWebhook"))

    def _wait(self, condition: Callable[[], bool], timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not condition() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def _end(self, number: int) -> float:
        if self.process is None:
            return 0.0
        began = time.monotonic()
        self.process.send_signal(number)
        self.process.wait(30)
        self.process = None
        return time.monotonic() - began


def answers_counted(bot: Bot, people: Sequence[User]) -> Counter[str]:
    """Count who has no answer in the end, or more than one."""
    came: Counter[str] = Counter()
    for person in people:
        said = [message.text for message in bot.answers(person)]
        answers = sum(text != texts.WENT_WRONG for text in said)
        came["lost"] += answers == 0
        came["repeated"] += answers > 1
        came["apologies"] += len(said) - answers
    return came


@contextmanager
def bot_on(
    server: ThreadedBotApiServer,
    folder: Path,
    index: Path | None = None,
    settings: Mapping[str, str] | None = None,
    command: tuple[str, ...] = ("bot", "run"),
) -> Iterator[Bot]:
    """Run a bot for the block; `index` is copied, so that none is built."""
    folder.mkdir(parents=True, exist_ok=True)
    if index is not None:
        shutil.copytree(index, folder / "index", dirs_exist_ok=True)
    bot = Bot(server, folder, settings or {}, command)
    bot.start()
    try:
        yield bot
    finally:
        bot.kill()
