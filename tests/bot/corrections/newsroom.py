"""A library whose articles change, and conversations that were quoted to: what the tests of corrections tell of."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bot.answering import Answer
from bot.corrections.corrections import ToTell
from bot.corrections.desk import CorrectionDesk
from bot.quoting.quotes import Citation, quote_from
from bot.replies import Reply
from bot.store import Store
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY, span_of
from tests.embedders import HashingEmbedder

COST = "The work cost 4.2 million euros, the council said."
NEW_COST = "The work cost 4.8 million euros, the council said."
LANES = "Cyclists may use both lanes."
WEEK = timedelta(days=7)


class Newsroom:
    """A library whose articles change, and conversations that were quoted to."""

    def __init__(self, folder: Path, store: Store) -> None:
        self.library, self.embedder, self.store = DiskLibrary(folder), HashingEmbedder(dimension=8), store
        self.articles = {article.id: article for article in (BRIDGE, FERRY)}
        self.now, self.replies = datetime.now(UTC), 0
        self.publish()
        self.live = LiveIndex(self.library, self.embedder)
        self.desk = self.new_desk()

    def new_desk(self) -> CorrectionDesk:
        return CorrectionDesk(self.live, self.store.corrections, within=WEEK, now=lambda: self.now)

    def publish(self) -> None:
        self.library.rebuild(self.articles.values(), self.embedder)

    def revise(self, old: str, new: str, article_id: str = "bridge") -> None:
        article = self.articles[article_id]
        assert old in article.text
        self.articles[article_id] = replace(article, text=article.text.replace(old, new))
        self.publish()
        self.live.refresh()

    def quote(self, conversation: str, *words: str, strong: int | None = None, days_ago: float = 0) -> str:
        """Save a reply that quotes these words of the bridge article as it is now, and return its id."""
        article = self.articles["bridge"]
        cited = tuple(
            Citation(number, quote_from(article, span_of(each, article)), article.title, None, None, None, (), 0.9)
            for number, each in enumerate(words, start=1)
        )
        self.replies += 1
        id = f"r{self.replies}"
        outcome = Answer(0.9, cited, len(cited) if strong is None else strong, None, hits=())
        reply = Reply(id, conversation, "What?", "What?", outcome, {})
        self.store.save_reply(reply, asked_at=self.now - timedelta(days=days_ago))
        return id

    def told(self) -> list[tuple[str, str, list[tuple[str, str | None]]]]:
        """Look, and return whom of Telegram's there is to tell what, in reply to what."""
        self.desk.look()
        return [shown(each) for each in self.desk.untold(messenger="tg")]


def shown(each: ToTell) -> tuple[str, str, list[tuple[str, str | None]]]:
    pairs = [(one.sentence.words, one.now.text if one.now is not None else None) for one in each.corrections]
    return each.conversation_id, each.reply_id, pairs
