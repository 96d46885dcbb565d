"""A group that becomes a supergroup goes on as it was, over HTTP."""

from pathlib import Path

from bot.adapters.telegram.views import texts
from bot.adapters.translation import ENGLISH, speak
from index.article import Article
from index.ingest.intake import Ingest
from index.library.disk.library import DiskLibrary
from tests.bot.telegram.running_bot import QUESTION, index_articles, run_bot, shipped_models

_AGAIN = Article(
    "again",
    "Ferry across the lake runs again",
    "The ferry across the lake runs again from Monday. The council bought it for 300,000 euros.",
    "The Courier",
)
_FERRY = "When does the ferry run again?"


async def test_watches_settings_and_conversations_follow_the_group(tmp_path: Path) -> None:
    speak(ENGLISH)
    async with run_bot(index_articles(tmp_path, shipped_models().embedder)) as running:
        server, store = running.server, running.app.store
        await server.wait_until(store.watches.matched, timeout=60)
        ada = server.user("Ada")
        group = server.group("Ferry fans", members=[ada, server.user("Grace")], kind="group")
        for line in (f"/watch {_FERRY}", "/digest daily 8:00 Europe/Prague", "/corrections off", f"/ask {QUESTION}"):
            ada.says(group, line)
            await running.next_in(group)
        before = store.chat_settings.of(f"tg:{group.id}")
        assert (before.zone, before.digest is not None, before.corrections) == ("Europe/Prague", True, False)
        asked = store.conversation(f"tg:{group.id}:0:{ada.id}", last=9).turns

        supergroup = server.upgrades(group)
        old, new = f"tg:{group.id}", f"tg:{supergroup.id}"
        await server.wait_until(lambda: store.watches.of(new, 0), timeout=30)
        assert (store.chat_settings.of(new), store.watches.of(old, 0)) == (before, [])
        assert store.conversation(f"{new}:0:{ada.id}", last=9).turns == asked != ()
        Ingest(DiskLibrary(running.index), shipped_models().embedder).add([_AGAIN], "web")
        alert = await running.next_in(supergroup)
        assert alert.text.startswith(f"{texts.ALERT_HEADING} {_FERRY}\n\nThe ferry across the lake runs again")
        ada.says(supergroup, "/watches")
        assert (await running.next_in(supergroup)).text == f"What I watch here:\n1. {_FERRY}"
        refused = [call.error for call in server.calls_of("sendMessage") if call.error]
        assert refused == []
