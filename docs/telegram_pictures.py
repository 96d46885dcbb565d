"""Draws docs/telegram-*.png: what a reader and an admin see. Run `python -m docs.telegram_pictures` after changes.

The real bot answers over three made-up articles, polling the tests' Bot API server. What Telegram's own parser makes of
each message is drawn as a chat bubble: text, marks, buttons.
"""

import asyncio
import json
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.addressing import Place
from bot.adapters.telegram.delivery.own_accord import Announcement
from bot.adapters.telegram.views import admin_texts, texts
from bot.adapters.telegram.views.admin_messages import silence_message
from bot.app import App, build_app, build_first_index, load_models
from bot.replies import Vote
from bot.settings import Settings
from bot.store import Store
from docs.chat_bubbles import draw_chat
from docs.drawn_bot import ServedBot, ask, bubble_of, served_bot
from index import Article
from index.ingest.feeds.silence import SilentFeed
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.bot.digests.news import news_until
from tests.bot.examples import answer, refusal
from tests.botapi import BotApiServer

_HERE = Path(__file__).parent
_ARTICLES = (
    (
        "Old bridge in Marlow opens again after two years",
        "The Courier",
        3,
        "The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on Friday. The repair"
        " cost 4.2 million euros and was paid by the council, she said. Cyclists may use both lanes.",
    ),
    (
        "Ferry across the lake stops for good",
        "Lakeside Gazette",
        40,
        "The ferry ran for the last time on Sunday. Its owner, Tom Reed, blamed high fuel prices. Commuters will"
        " have to take the bus across the old bridge.",
    ),
    (
        "Town library gets a new roof",
        "The Courier",
        400,
        "The town library will get a new roof in October. Builder Nora Vale won the contract against two others.",
    ),
)
_STORIES = _HERE.parent / "tests/golden/composed/lighthouse.jsonl"
_COMPOSED = {
    "overview": "what happened with the skarn lighthouse, short summary please",
    "latest": "any news on the skarn lighthouse?",
    "sides": "what do the inspector and the maker of the battery each say about the skarn fire?",
    "timeline": "/timeline skarn lighthouse",
}
_QUESTION = "How much did the repair of the old bridge cost?"
_FOLLOW_UP = "Who paid for it?"
_NOTE = "both lanes.\\n\\nCorrection: An earlier version of this article gave the cost that was planned."
_WATCHED = "When does the ferry run again?"
_NEWS = (
    ("Ferry to run again", "The ferry across the lake will run again on 2 July, the council said."),
    ("Ferry to run again later", "The ferry across the lake will run again only on 9 July, the council said."),
)
_AWAITED = (
    "Ferry runs again at last",
    "The ferry across the lake ran again on 11 July, two days later than the council had said.",
)
_SETTINGS = ("/corrections", "/corrections off", "/quiet 22-7 Europe/Prague", "/digest weekly Mon 8:00", "/quiet off")
_REFUSED = "How many people were hurt on the old bridge?"


async def _draw(app: App) -> None:
    async with served_bot(app) as bot:
        await _reader(bot.server)
        _past_week(app)
        asked, stats = await ask(bot.server, bot.admin, "/stats")
        draw_chat([bubble_of(asked, by_reader=True), bubble_of(stats)], _HERE / "telegram-stats.png")


async def _reader(server: BotApiServer) -> None:
    ada = server.user("Ada")
    question, first = await ask(server, ada, _QUESTION)
    follow_up, second = await ask(server, ada, _FOLLOW_UP)
    bubbles = [
        bubble_of(question, by_reader=True),
        bubble_of(first),
        bubble_of(follow_up, by_reader=True),
        bubble_of(second),
    ]
    draw_chat(bubbles, _HERE / "telegram-answer.png")
    question, refused = await ask(server, ada, _REFUSED)
    ada.presses(refused, texts.CLOSEST_BUTTON)
    closest = await server.wait_for_message(ada.opens_chat())
    draw_chat(
        [bubble_of(question, by_reader=True), bubble_of(refused), bubble_of(closest)], _HERE / "telegram-refusal.png"
    )
    welcome_asked, welcome = await ask(server, ada, "/start")
    sources_asked, sources = await ask(server, ada, "/sources")
    ada.presses(first, texts.ARTICLES_BUTTON)
    quoted = await server.wait_for_message(ada.opens_chat())
    draw_chat(
        [bubble_of(sources_asked, by_reader=True), bubble_of(sources), bubble_of(quoted)],
        _HERE / "telegram-sources.png",
    )
    draw_chat([bubble_of(welcome_asked, by_reader=True), bubble_of(welcome)], _HERE / "telegram-help.png")


async def _draw_digest(folder: Path, store: Store) -> None:
    """Draw what came in, over made-up news of the last two days."""
    settings = Settings.from_environment(index=folder / "index")
    models = load_models(settings)
    DiskLibrary(folder / "index").rebuild(news_until(datetime.now(UTC)), models.embedder)
    async with served_bot(build_app(settings, store, models=models), Permalinks("https://news.example")) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        asked, digest = await ask(server, ada, "/digest")
        wanted, told = await ask(server, ada, "/digest daily 8:00 Europe/Prague")
        bubbles = [
            bubble_of(asked, by_reader=True),
            bubble_of(digest),
            bubble_of(wanted, by_reader=True),
            bubble_of(told),
        ]
        draw_chat(bubbles, _HERE / "telegram-digest.png")


async def _draw_correction(settings: Settings, store: Store) -> None:
    """Draw what a reader is told when the article changes that an answer quotes."""
    app = build_app(settings, store)
    async with served_bot(app) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        question, first = await ask(server, ada, _QUESTION)
        changed = settings.articles.read_text().replace("4.2 million", "4.8 million").replace("both lanes.", _NOTE)
        settings.articles.write_text(changed)
        app.admin.operations.reload()
        told = await server.wait_for_message(ada.opens_chat(), timeout=60)
        draw_chat(
            [bubble_of(question, by_reader=True), bubble_of(first), bubble_of(told)], _HERE / "telegram-correction.png"
        )
        talk = [await ask(server, ada, words) for words in _SETTINGS]
        bubbles = [bubble_of(one, by_reader=one is pair[0]) for pair in talk for one in pair]
        draw_chat(bubbles, _HERE / "telegram-unasked.png")


async def _draw_alert(settings: Settings, store: Store) -> None:
    """Draw what a reader is told of what they watch, when an article arrives and when a later one says otherwise."""
    models = load_models(settings)
    app = build_app(settings, store, models=models)
    async with served_bot(app) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        await server.wait_until(store.watches.matched, timeout=60)
        asked, watching = await ask(server, ada, f"/watch {_WATCHED}")
        bubbles = [bubble_of(asked, by_reader=True), bubble_of(watching)]
        for number, (title, text) in enumerate(_NEWS):
            article = Article(f"ferry/{number}", title, text, "The Courier", datetime.now(UTC))
            Ingest(DiskLibrary(settings.index), models.embedder).add([article], "web")
            bubbles.append(bubble_of(await server.wait_for_message(ada.opens_chat(), timeout=60)))
        listed, watches = await ask(server, ada, "/watches")
        draw_chat([*bubbles, bubble_of(listed, by_reader=True), bubble_of(watches)], _HERE / "telegram-alert.png")
        await _draw_for_admins(bot)


async def _draw_for_admins(bot: ServedBot) -> None:
    """Draw what an admin is told of alerts to come and of a feed that has fallen silent."""
    admin, (title, text) = bot.admin, _AWAITED
    chat = admin.opens_chat()
    admin.sends_document(chat, "ferry.txt", f"{title}\n\n{text}".encode())
    asked = await bot.server.wait_for_message(chat, timeout=60)
    four_days_ago = (datetime.now(UTC) - timedelta(days=4)).timestamp()
    silent = SilentFeed(
        "https://courier.example/feed.xml", four_days_ago, "Town library gets a new roof", None, is_told=False
    )
    news = Announcement("silence:drawn", "silence", Place(admin.id), lambda: silence_message(silent))
    await bot.service.own_accord.plan(news)
    told = await bot.server.wait_for_message(chat, timeout=60)
    draw_chat([bubble_of(asked), bubble_of(told)], _HERE / "telegram-alert-admin.png")
    admin.presses(asked, admin_texts.NO_BUTTON)  # what waits for an answer when the bot stops would complain
    await bot.server.wait_until(lambda: asked.text == admin_texts.LEFT_ALONE)


def _past_week(app: App) -> None:
    """Save replies of a made-up week, so that there is something to see in the figures."""
    random, now = Random(7), datetime.now(UTC)
    for days_ago in range(7):
        for number in range(random.randint(14, 40)):
            reply = (answer if random.random() < 0.7 else refusal)(
                f"{days_ago}-{number}", f"tg:{random.randint(1, 30)}"
            )
            slow = random.lognormvariate(3.6, 0.5)
            kept = replace(reply, timings_ms={"total": slow})
            app.store.save_reply(kept, asked_at=now - timedelta(days=days_ago))
            if days_ago == 0 and random.random() < 0.4:  # a vote counts for the day on which it is given
                app.store.vote(kept.id, "tg:1", Vote.UP if random.random() < 0.8 else Vote.DOWN)


def _articles() -> Iterator[dict[str, str]]:
    for number, (title, source, days_ago, text) in enumerate(_ARTICLES):
        published = (datetime.now(UTC) - timedelta(days=days_ago)).date().isoformat()
        url = f"https://courier.example/{number}"
        yield {"id": url, "title": title, "source": source, "published": published, "url": url, "text": text}


async def _draw_composed(app: App) -> None:
    """Draw replies of several quotes, over the stories of the golden replies."""
    async with served_bot(app) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        for name, question in _COMPOSED.items():
            await ask(server, ada, "/new")
            asked, reply = await ask(server, ada, question)
            draw_chat([bubble_of(asked, by_reader=True), bubble_of(reply)], _HERE / f"telegram-{name}.png")


def main() -> None:
    """Index the articles, talk, and draw."""
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        settings = Settings.from_environment(index=Path(folder) / "index", articles=_STORIES)
        build_first_index(settings)
        asyncio.run(_draw_composed(build_app(settings, store)))
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        articles = Path(folder) / "articles.jsonl"
        articles.write_text("".join(f"{json.dumps(article)}\n" for article in _articles()))
        settings = Settings.from_environment(index=Path(folder) / "index", articles=articles)
        build_first_index(settings)
        asyncio.run(_draw(build_app(settings, store)))
        for draw in (_draw_alert, _draw_correction):
            with Store.in_memory() as another:
                asyncio.run(draw(settings, another))
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        asyncio.run(_draw_digest(Path(folder), store))


if __name__ == "__main__":
    main()
