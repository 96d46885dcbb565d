"""A made-up month of news with a clock of its own, chats that watch it, and a bot that is killed and cut off.

    python -m benchmarks.watch_month [--stories 6] [--chats 12] [--watches 4] [--others 20]

The month is played twice, with models that ship: undisturbed, and with three kills over a message, an outage of a day
and the change of clocks that both have. What is told is compared with labels, fact by fact, and with what a plain
keyword watch on the same words would tell. A fact that was revised away while the bot was down is not missed.
"""

import argparse
import asyncio
import html
import json
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from telegram.error import BadRequest

from benchmarks.watched_news import DAYS, START, Fact, Watched, make_articles, make_stories, make_watches
from bot.adapters.telegram.delivery.leases import LeaseKeeper
from bot.adapters.telegram.delivery.outbox import Outbox
from bot.adapters.telegram.delivery.own_accord import OwnAccord
from bot.adapters.telegram.delivery.workers import BlockingExecutor
from bot.adapters.telegram.handlers.watching import Alerts
from bot.answering import Answerer
from bot.app import load_models, watcher_store
from bot.chat_settings import QuietHours
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.settings import Settings
from bot.store import Store
from bot.watches.watch import new_watch
from bot.watches.watcher import Watcher
from index import Article
from index.embedding.embedder import Embedder
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from index.text.terms import terms_of

STEP_HOURS: Final = 12
OUTAGE: Final = range(11 * 24, 12 * 24)
"""The bot is not there for these hours of the month."""
_KILLS: Final = (3 * 24, 9 * 24 + 12, 19 * 24)
"""From these hours on, the bot dies over the next message: before, while or after it is sent."""
_NIGHT: Final = QuietHours(time(22), time(7))
_ZONES: Final = (None, "Europe/Prague", "America/New_York", "Asia/Tokyo")
_BEFORE_ALL: Final = Article("first", "Before it all", "Nothing of note has happened yet in the county.")


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Phone:
    """Telegram, as far as a bot sees it that sends and looks whether it did. `dies` says when the bot does."""

    messages: dict[int, tuple[int, datetime, dict[str, Any]]] = field(default_factory=dict)
    now: datetime = START
    dies: str | None = None
    kills: int = 0

    async def send_body(self, chat_id: int, body: dict[str, Any], before: Callable[[], Awaitable[object]]) -> int:
        """Take a message."""
        dies, self.dies = self.dies, None
        self.kills += dies is not None
        if dies == "before":
            raise Killed
        await before()
        if dies == "unsent":
            raise Killed
        number = len(self.messages) + 1
        self.messages[number] = (chat_id, self.now, body)
        if dies == "after":
            raise Killed
        return number

    async def edit_to_body(self, chat_id: int, message_id: int, body: dict[str, Any], *, looks: bool) -> None:
        """Say whether a message says this already; nothing is ever changed here."""
        assert looks
        known = self.messages.get(message_id)
        is_same = known is not None and (known[0], known[2]["text"]) == (chat_id, body["text"])
        raise BadRequest("Message is not modified" if is_same else "Message to edit not found")

    async def take_back(self, chat_id: int, message_id: int) -> None:
        """Delete a message."""
        del self.messages[message_id]


@dataclass(frozen=True)
class Plot:
    """What happens in a month: the articles by their hours, and who watches for what."""

    articles: Sequence[tuple[int, Article]]
    watches: Sequence[Watched]


@dataclass
class Month:
    """A bot with files of its own in a month, and what has been told so far."""

    folder: Path
    plot: Plot
    embedder: Embedder
    answerer: Answerer
    phone: Phone = field(default_factory=Phone)

    def __post_init__(self) -> None:
        self.library = DiskLibrary(self.folder / "index")
        self.library.rebuild([_BEFORE_ALL], self.embedder)
        self.live = LiveIndex(self.library, self.embedder)
        with self.store() as store:
            for watched in self.plot.watches:
                chat = f"tg:{watched.chat_id}"
                store.watches.add(new_watch(chat, 0, watched.words, START), chat, None, most=99)
                quiet, zone = (_NIGHT if watched.chat_id % 3 else None), _ZONES[watched.chat_id % 4]
                store.chat_settings.change(chat, lambda old, q=quiet, z=zone: replace(old, quiet=q, zone=z))  # type: ignore[misc]

    @contextmanager
    def store(self) -> Iterator[Store]:
        """Open the store, as the bot does after each start."""
        with Store.open(f"sqlite:///{self.folder}/store.db") as store:
            yield store

    def arrive(self, hour: int) -> None:
        """Add what came since the step before, of an article's versions the last."""
        arrived = {article.id: article for at, article in self.plot.articles if hour - STEP_HOURS < at <= hour}
        if arrived:
            self.library.add(list(arrived.values()), self.embedder)
            self.live.refresh()

    async def work(self) -> None:
        """Start the bot, let it do what there is to do, and stop it."""
        executor = BlockingExecutor("month")
        try:
            with self.store() as store:
                leases = LeaseKeeper(store.outbox.leases, executor)
                outbox = Outbox(self.phone, store.outbox, executor, leases, store.sent_answers, now=self.clock)
                store.outbox.replicas.join()
                await outbox.resume((await leases.take_over()).messages)
                leading = asyncio.Event()
                own_accord = OwnAccord(store, outbox, _no_wait, leading, now=self.clock)
                watcher = Watcher(self.live, self.answerer, watcher_store(store), alerts_a_day=20, now=self.clock)
                await Alerts(watcher, store, own_accord).look()
                await own_accord.send_due()
        except Killed:  # what a process that is gone would say of its end is not heard
            asyncio.get_running_loop().set_exception_handler(lambda *_: None)
            raise
        finally:
            executor.close()

    def clock(self) -> datetime:
        """Return the time in the month."""
        return self.phone.now

    def sent(self) -> set[tuple[int, str]]:
        """Return the messages, each as its chat and its plain text."""
        return {(chat_id, _plain(body)) for chat_id, _, body in self.phone.messages.values()}

    def told(self) -> Counter[tuple[int, str]]:
        """Return which facts each chat was told, and how often."""
        facts = {fact.words for watched in self.plot.watches for fact in watched.facts}
        return Counter(
            (chat_id, words)
            for chat_id, _, body in self.phone.messages.values()
            for words in facts
            if words in _plain(body)
        )

    def in_quiet_hours(self) -> int:
        """Return how many messages came in the quiet hours of their chat."""
        with self.store() as store:
            return sum(
                store.chat_settings.of(f"tg:{chat_id}").quiet_until(at) is not None
                for chat_id, at, _ in self.phone.messages.values()
            )


async def _no_wait(_: object) -> None:
    return


def _plain(body: dict[str, Any]) -> str:
    return html.unescape(re.sub("<[^>]+>", "", body["text"]))


def play(month: Month, *, is_disturbed: bool) -> Month:
    """Play the month and return it at its end."""
    ways = iter(("before", "unsent", "after"))
    for hour in range(0, DAYS * 24, STEP_HOURS):
        month.phone.now = START + timedelta(hours=hour)
        month.arrive(hour)
        if is_disturbed and hour in OUTAGE:
            continue
        if is_disturbed and hour in _KILLS:
            month.phone.dies = next(ways)
        kills = -1
        while kills != month.phone.kills:
            kills = month.phone.kills
            try:
                asyncio.run(month.work())
            except Killed:
                continue
    return month


def was_seen(fact: Fact, *, is_disturbed: bool) -> bool:
    """Return whether the bot was there while an article had the words of a fact."""
    steps = range(0, DAYS * 24, STEP_HOURS)
    return any(fact.since <= hour < fact.until for hour in steps if not (is_disturbed and hour in OUTAGE))


def compared(smooth: Month, disturbed: Month) -> dict[str, object]:
    """Return how the two months compare with the labels, with each other and with a plain keyword watch."""
    plot, told, again = smooth.plot, smooth.told(), disturbed.told()
    seen, still_seen = (_facts_seen(plot, is_disturbed=each) for each in (False, True))
    return {
        "articles": len(plot.articles),
        "watches": len(plot.watches),
        "facts that chats are to be told": len(seen),
        **_by_labels(smooth, seen),
        **_by_keywords(plot, seen),
        "kills": disturbed.phone.kills,
        "facts told though disturbed": len(still_seen & again.keys()),
        "facts revised away in the outage": len((told.keys() & seen) - still_seen - again.keys()),
        "facts missed for the disturbances": len((told.keys() & still_seen) - again.keys()),
        "facts told twice": sum(count > 1 for count in again.values()),
        "messages sent twice": len(disturbed.phone.messages) - len(disturbed.sent()),
        "alerts in quiet hours": disturbed.in_quiet_hours(),
    }


def _facts_seen(plot: Plot, *, is_disturbed: bool) -> set[tuple[int, str]]:
    """Return the facts that chats are to be told, of those that stood in an article while the bot was there."""
    return {
        (watched.chat_id, fact.words)
        for watched in plot.watches
        for fact in watched.facts
        if was_seen(fact, is_disturbed=is_disturbed)
    }


def _by_labels(month: Month, wanted: set[tuple[int, str]]) -> dict[str, object]:
    """Return how alerts fare: one is right that shows words which its chat is to be told."""
    alerts, told = month.sent(), month.told()
    right = sum(any(chat_id == to and words in text for to, words in wanted) for chat_id, text in alerts)
    return {
        "alerts": len(alerts),
        "alerts, a chat and day": round(len(alerts) / len({one.chat_id for one in month.plot.watches}) / DAYS, 3),
        "precision of alerts": round(right / max(len(alerts), 1), 3),
        "recall of facts": round(len(wanted & told.keys()) / max(len(wanted), 1), 3),
    }


def _by_keywords(plot: Plot, seen: set[tuple[int, str]]) -> dict[str, object]:
    """Return how a watch fares that tells every article which has all its words, or all of the name."""
    found: set[tuple[int, str]] = set()
    alerts = right = 0
    for watched in plot.watches:
        words = set(terms_of(watched.words.removeprefix("/said")))
        for _, article in plot.articles:
            if words <= set(terms_of(f"{article.title} {article.text}")):
                holds = {(watched.chat_id, fact.words) for fact in watched.facts if fact.words in article.text}
                alerts, right, found = alerts + 1, right + bool(holds & seen), found | holds
    return {
        "keywords: alerts": alerts,
        "keywords: precision": round(right / max(alerts, 1), 3),
        "keywords: recall of facts": round(len(found & seen) / max(len(seen), 1), 3),
    }


def measure(stories: int = 6, chats: int = 12, watches: int = 4, others: int = 20) -> dict[str, object]:
    """Play both months with the models that ship and return figures."""
    told_of = make_stories(stories)
    plot = Plot(make_articles(told_of, others), make_watches(told_of, chats, watches))
    models = load_models(Settings.from_environment())
    answerer = Answerer(PassageReader(models.scorer, shipped_weights()))
    with TemporaryDirectory() as one, TemporaryDirectory() as other:
        smooth, disturbed = (Month(Path(folder), plot, models.embedder, answerer) for folder in (one, other))
        return compared(play(smooth, is_disturbed=False), play(disturbed, is_disturbed=True))


def main() -> None:
    """Play months of any size and print figures."""
    parser = argparse.ArgumentParser("python -m benchmarks.watch_month", description=__doc__)
    parser.add_argument("--stories", type=int, default=6, help="so many stories of seven articles, 64 at most")
    parser.add_argument("--chats", type=int, default=12, help="so many chats watch")
    parser.add_argument("--watches", type=int, default=4, help="for so many things each")
    parser.add_argument("--others", type=int, default=20, help="so many articles have nothing to do with any of it")
    options = parser.parse_args()
    print(json.dumps(measure(options.stories, options.chats, options.watches, options.others), indent=1))


if __name__ == "__main__":
    main()
