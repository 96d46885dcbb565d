"""Draws what is said outside a reader's chat, and of what readers bring. Run `python -m docs.telegram_elsewhere`.

In chats of others, where the bot is a guest; in a channel; and of articles that are not the library's.
"""

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from bot.adapters.permalinks import Permalinks
from bot.adapters.telegram.views import texts
from bot.app import App, Models, build_app, load_models
from bot.settings import Settings
from bot.store import Store
from docs.chat_bubbles import Bubble, draw_chat
from docs.drawn_bot import ask, bubble_of, served_bot
from index import Article
from index.ingest.fetching import Fetcher
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.botapi import BotSetup
from tests.index.ingest.test_sources_web import page_of
from tests.web import Page, Site, serve_site

_HERE: Final = Path(__file__).parent
_LINKS: Final = Permalinks("https://news.example")
_BOT: Final = BotSetup()
_BRIDGE: Final = Article(
    "https://courier.example/bridge",
    "Old bridge in Marlow opens again after two years",
    "The old bridge in Marlow was closed for two years. The mayor, Ada Brook, opened it again on Friday. The repair"
    " cost 4.2 million euros and was paid by the council, she said. Cyclists may use both lanes.",
    "The Courier",
    datetime(2026, 5, 4, tzinfo=UTC),
    "https://courier.example/bridge",
)
_STOPPED: Final = Article(
    "https://gazette.example/ferry",
    "Ferry across the lake stops for good",
    "The ferry ran for the last time on Sunday. Its owner, Tom Reed, blamed high fuel prices.",
    "Lakeside Gazette",
    datetime(2026, 4, 2, tzinfo=UTC),
    "https://gazette.example/ferry",
)
_QUESTION: Final = "How much did the repair of the old bridge cost?"
_CLAIM: Final = (
    "Did you read this? “The repair cost 4.8 million euros and was paid by the council”, says the mayor in The Courier."
)
_CHANNEL: Final = "Lake news"
_WATCHED: Final = "When does the ferry run again?"
_AGAIN: Final = ("Ferry to run again", "The ferry across the lake will run again on 2 July, the council said.")
_ROOF: Final = (
    "The town library in Marlow will get a new roof in October, the council decided on Tuesday evening.",
    "Builder Nora Vale won the contract for 300,000 euros against two others, the council said in a statement.",
)
_OF_THE_ROOF: Final = "Who won the contract for the roof?"
_FORWARDED: Final = (
    "Harbour freezes over\n\nThe harbour of Marlow froze on Monday for the first time in forty years, and no ship could"
    " leave it. Pilot Jane Frost closed it to all ships until the ice is broken, the port said on Tuesday morning."
)
_FROM: Final = {"id": -1_001_234, "type": "channel", "title": "Harbour News", "username": "harbour_news"}


async def _draw_guest(app: App) -> None:
    """Draw what a guest is answered in a chat of others: a question, and a claim that somebody makes there."""
    async with served_bot(app, _LINKS) as bot:
        ada, grace = bot.server.user("Ada"), bot.server.user("Grace")
        elsewhere = bot.server.foreign_chat([ada, grace])
        question = ada.summons(elsewhere, f"@{_BOT.username} {_QUESTION}")
        answer = await bot.server.wait_for_guest_answer(question, timeout=30)
        written = grace.writes(elsewhere, _CLAIM)
        claim = bubble_of(written, head="Grace")
        doubt = ada.summons(elsewhere, f"@{_BOT.username} is this true?", reply_to=written)
        verdict = await bot.server.wait_for_guest_answer(doubt, timeout=30)
        bubbles = [
            bubble_of(question.message, by_reader=True),
            bubble_of(answer, head=_BOT.name),
            claim,
            replace(bubble_of(doubt.message, by_reader=True), answered=claim),
            bubble_of(verdict, head=_BOT.name),
        ]
        draw_chat(bubbles, _HERE / "telegram-guest.png")


async def _draw_channel(app: App, settings: Settings, models: Models) -> None:
    """Draw what an admin of a channel posts there, and what comes when an article arrives, all in its name."""
    async with served_bot(app, _LINKS) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        await server.wait_until(app.store.watches.matched, timeout=60)
        channel = server.channel(_CHANNEL, admins=[ada])
        posts = []
        for words in (f"/watch {_WATCHED}", "/watches"):
            posts += [ada.says(channel, words), await server.wait_for_message(channel, timeout=30)]
        title, text = _AGAIN
        url = "https://courier.example/again"
        again = Article(url, title, text, "The Courier", datetime.now(UTC), url)
        Ingest(DiskLibrary(settings.index), models.embedder).add([again], "web")
        posts.append(await server.wait_for_message(channel, timeout=60))
        draw_chat([bubble_of(post, head=_CHANNEL) for post in posts], _HERE / "telegram-channel.png")


async def _draw_brought(app: App, site: Site) -> None:
    """Draw how a link and a forwarded article are read on request, and asked about."""
    async with served_bot(app, _LINKS) as bot:
        server, ada = bot.server, bot.server.user("Ada")
        chat = ada.opens_chat()
        link, offer = await ask(server, ada, site.url("/roof", "courier.example"))
        ada.presses(offer, texts.READ_BUTTON)
        read = await server.wait_for_message(chat, timeout=30)
        question, answer = await ask(server, ada, _OF_THE_ROOF)
        origin = {"type": "channel", "chat": _FROM, "message_id": 7, "date": int(datetime.now(UTC).timestamp())}
        forwarded = ada.forwards(chat, _FORWARDED, origin)
        second_offer = await server.wait_for_message(chat, timeout=30)
        bubbles = [
            _without_port(bubble_of(link, by_reader=True), site),
            bubble_of(offer),
            bubble_of(read),
            bubble_of(question, by_reader=True),
            bubble_of(answer),
            bubble_of(forwarded, by_reader=True, head=f"Forwarded from {_FROM['title']}"),
            bubble_of(second_offer),
        ]
        draw_chat(bubbles, _HERE / "telegram-brought.png")


def _without_port(bubble: Bubble, site: Site) -> Bubble:
    """Return a link to the site as it is to others': without the port that this one has here."""
    return replace(bubble, text=bubble.text.replace(f":{site.port}", ""))


def _drawn(
    draw: Callable[[App, Settings], Coroutine[None, None, None]], models: Models, fetcher: Fetcher | None = None
) -> None:
    """Draw over an index of its own, by a bot that readers may bring articles to."""
    with tempfile.TemporaryDirectory() as folder, Store.in_memory() as store:
        settings = Settings.from_environment(index=Path(folder) / "index")
        settings = settings.model_copy(update={"readers_may_bring": fetcher is not None})
        DiskLibrary(settings.index).rebuild([_BRIDGE, _STOPPED], models.embedder)
        asyncio.run(draw(build_app(settings, store, fetcher=fetcher, models=models), settings))


def main() -> None:
    """Draw every picture."""
    models = load_models(Settings.from_environment())
    _drawn(lambda app, _: _draw_guest(app), models)
    _drawn(lambda app, settings: _draw_channel(app, settings, models), models)
    with serve_site() as site:
        yesterday = (datetime.now(UTC) - timedelta(days=1)).date().isoformat()
        site.pages["/roof"] = Page(page_of(_ROOF, title="Library gets a roof").replace("2024-05-04", yesterday))
        _drawn(lambda app, _: _draw_brought(app, site), models, site.fetcher())


if __name__ == "__main__":
    main()
