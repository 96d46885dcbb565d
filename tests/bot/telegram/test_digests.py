"""Digests on Telegram, over HTTP: asked for, by a schedule, once over kills and replicas, caught up once."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.delivery.own_accord import chat_of
from bot.adapters.telegram.handlers.access import Access
from bot.adapters.telegram.handlers.digest_rounds import DigestRounds
from bot.adapters.telegram.views import texts
from bot.admin.moderation import Moderation
from bot.answering import Answer
from bot.chat_settings import ChatSettings
from bot.corrections.corrections import ChangedSentence, QuoteCorrection
from bot.digests import DigestMaker
from bot.quoting.quotes import Citation, quote_from
from bot.replies import Reply
from bot.watches.watch import Alert, AlertState, new_watch
from index import Article, Span
from index.library.live import LiveIndex
from tests.bot.digests.news import ALL, CAT, NOW, WIRE, library_of
from tests.bot.telegram.fakes import FakeDialogue
from tests.bot.telegram.running_bot import run_bot, shipped_models
from tests.bot.telegram.serving import FAST, Served, served
from tests.botapi import BotApiServer, User

_HEADING = "What came in, {} May to {} May 2031\n"


_SMALL = tuple(
    Article(f"small-{n}", title, f"{words} Nobody was hurt.", "Moss Avis", NOW)
    for n, (title, words) in enumerate(
        {
            "Barn burned": "A barn with hay burned down near Aldby in the night.",
            "Choir wins": "The children's choir of Corvo won the singing contest of the county.",
            "Comet seen": "Astronomers in Dunmere saw a comet that returns every eighty years.",
            "Glacier shrinks": "The glacier above Kells lost nine metres of ice within a year.",
            "Tram late": "Trams ran forty minutes late because of a broken switch at the depot.",
            "Violin found": "A violin that was stolen in 1988 turned up at a flea market.",
        }.items()
    )
)


@pytest_asyncio.fixture
async def server() -> AsyncIterator[BotApiServer]:
    async with BotApiServer() as server:
        yield server


@pytest.fixture
def live(tmp_path: Path) -> Iterator[LiveIndex]:
    with library_of(tmp_path) as index:
        yield index


@dataclass
class Morning:
    """A bot with a clock of its own, and what plans its digests."""

    bot: Served
    rounds: DigestRounds
    now: datetime = NOW

    def said(self, user: User) -> list[str]:
        """All that the bot has said to a person."""
        return [message.text for message in self.bot.answers(user)]

    async def settled(self) -> None:
        """Waits until all that was planned is sent."""
        own, later = self.bot.store.own_messages, datetime.now(UTC) + timedelta(days=1)
        await self.bot.server.wait_until(lambda: not own.due(later, most=1) and not self.bot.store.outbox.pending())


@asynccontextmanager
async def morning(server: BotApiServer, live: LiveIndex, database: Path | None = None) -> AsyncIterator[Morning]:
    """A served bot over an index."""
    dialogue = FakeDialogue()
    dialogue.digests = DigestMaker(live)
    async with served(server, database, dialogue=dialogue) as bot:
        access = Access(Moderation(bot.store.moderation), FAST)
        clock: list[Morning] = []
        rounds = DigestRounds(dialogue, bot.store, bot.own_accord, access, lambda: clock[0].now)
        clock.append(Morning(bot, rounds))
        yield clock[0]


def _wants(
    bot: Served, user: User, digest: str = "daily 08:00", *, zone: str | None = None, language: str | None = None
) -> None:
    bot.store.chat_settings.change(
        chat_of(user.opens_chat().id),
        lambda settings: replace(settings, digest=digest, zone=zone, language=language),
    )


def _add(live: LiveIndex, *articles: Article) -> None:
    live.library.rebuild([*ALL, *articles], shipped_models().embedder)
    live.refresh()


async def test_a_digest_comes_once_a_day_with_what_the_one_before_did_not_tell(
    server: BotApiServer, live: LiveIndex
) -> None:
    ada = server.user("Ada")
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        for _ in range(3):
            await at.rounds.plan_due()
        await at.settled()
        (first,) = at.said(ada)
        assert first.startswith(f"{_HEADING.format(2, 3)}4 stories · 7 articles\n\n")
        assert "2 sources: Tormia Today, The Morning Gull" in first
        at.now += timedelta(days=1)
        _add(live, replace(CAT, id="bakery", text="The bakery of Lunby gave the cat Pepper a medal.", published_at=NOW))
        await at.rounds.plan_due()
        await at.settled()
        _, second = at.said(ada)
        assert second.startswith(f"{_HEADING.format(3, 4)}1 story · 1 article\n\n")
        assert "gave the cat Pepper a medal" in second
        at.now += timedelta(days=1)
        await at.rounds.plan_due()
        await at.settled()
        assert at.said(ada) == [first, second]


async def test_what_came_in_late_is_told_with_the_next_one(server: BotApiServer, live: LiveIndex) -> None:
    ada = server.user("Ada")
    late = Article("late", "Tram derailed", "A tram left its rails in Moss.", "Moss Avis", NOW - timedelta(hours=3))
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        await at.rounds.plan_due()
        _add(live, late)
        at.now += timedelta(days=1)
        await at.rounds.plan_due()
        await at.settled()
        assert "A tram left its rails in Moss." in at.said(ada)[-1]
        assert "1 story · 1 article" in at.said(ada)[-1]


async def test_an_outage_of_a_week_is_caught_up_once(server: BotApiServer, live: LiveIndex) -> None:
    ada = server.user("Ada")
    news = [
        Article(f"day-{n}", f"News {n}", words, "Moss Avis", NOW + timedelta(days=n))
        for n, words in enumerate(("A barn burned in Aldby.", "The choir sang in Corvo.", "Deputies left Tormia."), 1)
    ]
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        await at.rounds.plan_due()
        _add(live, *news)
        at.now += timedelta(days=7, hours=3)
        for _ in range(2):
            await at.rounds.plan_due()
        await at.settled()
        _, caught_up = at.said(ada)
        assert caught_up.startswith(f"{_HEADING.format(3, 10)}3 stories · 3 articles\n\n")


async def test_a_kill_on_the_way_and_several_replicas_say_it_once(
    server: BotApiServer, live: LiveIndex, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = server.user("Ada")
    async with morning(server, live, tmp_path / "store.db") as at:
        _wants(at.bot, ada)

        def die(*_: object) -> None:
            raise RuntimeError("killed before it was noted")

        with monkeypatch.context() as dying:
            dying.setattr(at.bot.store.digests, "keep", die)
            for _ in range(2):
                await at.rounds.plan_due()
        await at.settled()  # what is on its way when a bot dies is the outbox's to find: see test_outbox
        assert at.bot.store.digests.last(chat_of(ada.id)) is None
    async with morning(server, live, tmp_path / "store.db") as at:
        await asyncio.gather(*(at.rounds.plan_due() for _ in range(4)))
        await at.settled()
        assert len(at.said(ada)) == 1


async def test_a_clock_that_is_set_back_repeats_nothing_and_loses_nothing(
    server: BotApiServer, live: LiveIndex
) -> None:
    ada = server.user("Ada")
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        await at.rounds.plan_due()
        for back in (timedelta(minutes=30), timedelta(hours=20), timedelta(hours=30)):
            at.now = NOW - back
            await at.rounds.plan_due()
        await at.settled()
        assert len(at.said(ada)) == 1
        _add(live, replace(CAT, id="next", published_at=NOW + timedelta(hours=3)))
        at.now = NOW + timedelta(days=1)
        await at.rounds.plan_due()
        await at.settled()
        assert len(at.said(ada)) == 2


async def test_each_chat_has_its_own_clock_and_language_and_nothing_comes_where_nothing_came_in(
    server: BotApiServer, live: LiveIndex
) -> None:
    ada, jan, eve = (server.user(name) for name in ("Ada", "Jan", "Eve"))
    async with morning(server, live) as at:
        _wants(at.bot, ada, "daily 09:00", zone="Europe/Prague", language="de")
        _wants(at.bot, jan, "weekly sat 08:00")
        _wants(at.bot, eve, "weekly fri 08:00")
        for _ in range(2):
            await at.rounds.plan_due()
        await at.settled()
        assert at.said(ada)[0].startswith("Was eingegangen ist, 2. Mai bis 3. Mai 2031\n4 Meldungen · 7 Artikel")
        assert at.said(jan)[0].startswith("What came in, 26 April to 3 May 2031\n")
        assert [len(at.said(each)) for each in (ada, jan, eve)] == [1, 1, 1]
        at.now = NOW + timedelta(days=21)
        await at.rounds.plan_due()
        await at.settled()
        assert [len(at.said(each)) for each in (ada, jan, eve)] == [1, 1, 2]


class _Corrected:
    """One correction, found an hour before the digest."""

    def last(self, most: int) -> Sequence[QuoteCorrection]:
        sentence = ChangedSentence(CAT.id, "0" * 16, "A dog called Pepper was found.", "f" * 16)
        about = (CAT.title, CAT.source, CAT.published_at, CAT.url)
        now = quote_from(CAT, Span(0, CAT.text.index(".") + 1))
        found = QuoteCorrection(sentence, CAT.revision, now, (), *about, seen_at=NOW - timedelta(hours=1))
        return [found, replace(found, seen_at=NOW - timedelta(days=3))][:most]


def _hold_alert(bot: Served, user: User) -> None:
    """Has the store hold an alert over the day's limit for what a person watches."""
    chat, words = chat_of(user.opens_chat().id), "who owns the paper mill?"
    watch = bot.store.watches.add(new_watch(chat, 0, words, NOW), chat, None, most=9)
    assert watch is not None
    start = WIRE.text.index("The owner, Berit Solheim")
    quote = quote_from(WIRE, Span(start, WIRE.text.index("March.") + 6))
    cited = Citation(1, quote, WIRE.title, WIRE.source, WIRE.published_at, WIRE.url, (), 0.9)
    reply = Reply("a1", f"watch:{chat}", words, words, Answer(0.9, (cited,), 1, None, ()), {})
    alert = Alert(watch.id, chat, 0, reply.id, NOW - timedelta(hours=2), AlertState.HELD)
    assert bot.store.watches.keep([1], [(alert, reply)])


async def test_corrections_come_first_then_what_is_watched_and_alerts_over_the_limit_once(
    server: BotApiServer, live: LiveIndex
) -> None:
    ada, eve = server.user("Ada"), server.user("Eve")
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        _wants(at.bot, eve)
        at.bot.store.chat_settings.change(chat_of(eve.id), lambda settings: replace(settings, corrections=False))
        at.rounds._corrections = _Corrected()
        _hold_alert(at.bot, ada)
        for _ in range(2):
            await at.rounds.plan_due()
        await at.settled()
        (told,), (plain,) = at.said(ada), at.said(eve)
        in_order = (
            "Corrected: Cat found after eleven months",
            "A dog called Pepper was found.",
            "A cat called Pepper was found on Friday",
            "The owner, Berit Solheim, said that the mill had been inspected in March.",
            "on what you watch",
            "Two airlines will go to court",
        )
        places = [told.index(words) for words in in_order]
        assert places == sorted(places)
        assert ("Corrected" in plain, "inspected in March" in plain) == (False, False)
        assert at.bot.store.watches.alerts(AlertState.HELD) == []
        assert len(at.bot.store.watches.alerts(AlertState.DIGESTED)) == 1


async def test_it_links_to_the_page_and_the_feed_for_that_chat(server: BotApiServer, live: LiveIndex) -> None:
    links = Permalinks("https://news.example", b"k" * 32)
    dialogue = FakeDialogue()
    dialogue.digests = DigestMaker(live)
    async with served(server, config=replace(FAST, permalinks=links), dialogue=dialogue) as bot:
        ada = server.user("Ada")
        access = Access(Moderation(bot.store.moderation), FAST)
        _wants(bot, ada)
        await DigestRounds(dialogue, bot.store, bot.own_accord, access, lambda: NOW).plan_due()
        digest = await server.wait_for_message(ada.opens_chat())
        linked = [mark["url"] for mark in digest.entities if mark["type"] == "text_link"]
        assert linked[-2:] == [links.to_digest(ada.id), links.to_digest(ada.id, as_feed=True)]
        assert digest.text.endswith("\n\nOn a page · As a feed")


async def test_whoever_may_not_ask_or_blocked_the_bot_gets_none(server: BotApiServer, live: LiveIndex) -> None:
    ada, eve = server.user("Ada"), server.user("Eve")
    async with morning(server, live) as at:
        _wants(at.bot, ada)
        _wants(at.bot, eve)
        at.rounds._access = Access(Moderation(at.bot.store.moderation), replace(FAST, allowed_ids=frozenset({ada.id})))
        ada.blocks()
        await at.rounds.plan_due()
        await server.wait_until(lambda: at.bot.store.chat_settings.unreachable() == {chat_of(ada.id)})
        assert (at.said(ada), at.said(eve)) == ([], [])


async def test_a_schedule_is_set_told_and_ended_in_the_words_of_the_asker(server: BotApiServer) -> None:
    async with served(server) as bot:
        ada, jan = server.user("Ada"), server.user("Jan", language_code="de")
        in_utc, in_prague = [
            (await bot.ask(ada, words)).text for words in ("/digest daily 8:00", "/digest weekly Mon 7:30 prague")
        ]
        assert in_utc.splitlines()[0] == "A digest comes every day at 08:00, if anything came in."
        assert in_prague == "A digest comes every Monday at 07:30, if anything came in.\nTime zone: Europe/Prague."
        kept = bot.store.chat_settings.of(chat_of(ada.id))
        assert kept == ChatSettings("Europe/Prague", digest="weekly mon 07:30", language=kept.language)
        for words in ("/digest tomorrow", "/digest daily 8:00 nowhere", "/digest weekly 8:00"):
            assert (await bot.ask(ada, words)).text == texts.HOW_TO_GET_DIGESTS
        german = (await bot.ask(jan, "/digest täglich 8 Uhr Berlin")).text
        assert (
            german == "Jeden Tag um 08:00 kommt eine Übersicht, wenn etwas eingegangen ist.\nZeitzone: Europe/Berlin."
        )
        assert (await bot.ask(ada, "/digest off")).text == texts.NO_DIGESTS
        assert bot.store.chat_settings.with_digest().keys() == {chat_of(jan.id)}


async def test_a_new_schedule_begins_with_the_next_time_it_is_due(server: BotApiServer, live: LiveIndex) -> None:
    ada = server.user("Ada")
    async with morning(server, live) as at:
        now = datetime.now(UTC)
        await at.bot.ask(ada, f"/digest daily {now:%H:%M}")
        at.now = now + timedelta(minutes=1)
        await at.rounds.plan_due()
        assert at.bot.store.own_messages.due(now + timedelta(days=1), most=1) == []
        assert len(at.said(ada)) == 1


async def test_it_is_shown_when_asked_for_and_its_quotes_open_and_go_on(tmp_path: Path) -> None:
    moved = datetime.now(UTC) - NOW
    articles = [replace(one, published_at=one.published_at + moved) for one in ALL if one.published_at is not None]
    with library_of(tmp_path, [*articles, *(replace(one, published_at=datetime.now(UTC)) for one in _SMALL)]) as live:
        async with run_bot(Path(live.library.root)) as running:
            ada = running.server.user("Ada")
            digest = await running.ask(ada, "/digest")
            assert [line for line in digest.text.splitlines() if "sources" in line] == [
                "2 sources: Tormia Today, The Morning Gull",
                "2 sources: Nordwire, Halden Dagblad",
            ]
            await running.ask(ada, "/watch a lost cat found again")
            watching = await running.ask(ada, "/digest")
            assert "on what you watch" in watching.text.partition("2 sources")[0]
            quotes = [mark for mark in digest.entities if mark["type"] in ("blockquote", "expandable_blockquote")]
            assert len(quotes) >= 2
            ada.presses(digest, "Context 1")
            context = await running.next_in(ada.opens_chat())
            assert context.text.startswith("In context:")
            (label,) = [one["text"] for one in digest.buttons if one["text"].startswith("More")]
            ada.presses(digest, label)
            more = await running.next_in(ada.opens_chat())
            everything = f"{digest.text}\n{more.text}"
            assert [one.title for one in (*_SMALL, CAT) if one.title not in everything] == []
            told = await running.ask(ada, "who was the minister?", reply_to=digest)
            assert "Aldo Kerr" in told.text
            ada.says(ada.opens_chat(), "/digest weekly Sun 8:00")
            await running.next_in(ada.opens_chat())
