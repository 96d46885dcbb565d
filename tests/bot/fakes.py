"""A Dialogue that says what it was made to say, and parts for those who never ask theirs."""

import atexit
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp

from bot.answering import Answerer
from bot.checking import Checker
from bot.dialogue import Dialogue
from bot.quoting.context import QuoteContext
from bot.reading.passage_reader import PassageReader, shipped_weights
from bot.replies import Reply, Vote
from bot.store import Store
from index import Article
from index.library.disk.library import DiskLibrary
from index.library.live import LiveIndex
from tests.bot.examples import BRIDGE, FERRY
from tests.bot.reading.scorers import WordScorer
from tests.embedders import HashingEmbedder


@cache
def small_index() -> LiveIndex:
    """An index of two articles, to be looked at only."""
    folder = Path(mkdtemp(prefix="newsquote-"))
    atexit.register(rmtree, folder, ignore_errors=True)
    library, embedder = DiskLibrary(folder), HashingEmbedder()
    library.rebuild([FERRY, BRIDGE], embedder)
    return LiveIndex(library, embedder)


def small_checker() -> Checker:
    """Checks quotations against these two articles, which are indexed when the first is checked."""
    return Checker(lambda: small_index().kept_texts())


@cache
def word_answerer() -> Answerer:
    """An answerer that goes by shared words."""
    return Answerer(PassageReader(WordScorer(), shipped_weights()))


@cache
def shared_memory() -> Store:
    """A store for whoever keeps nothing."""
    return Store.in_memory()


class ScriptedDialogue(Dialogue):
    """Gives the scripted replies in turn, raising those that are errors; keeps votes and fresh starts."""

    def __init__(
        self, replies: Sequence[Reply | BaseException] = (), articles: Sequence[Article] = (BRIDGE, FERRY)
    ) -> None:
        super().__init__(small_index(), word_answerer(), shared_memory())
        self.replies = replies
        self.articles = articles
        self.votes: list[tuple[str, str, Vote]] = []
        self.started_over: list[str] = []
        self._next = 0

    def reply(self, conversation_id: str, text: str, **_: object) -> Reply:
        """The next scripted reply, whatever is asked."""
        reply = self.replies[self._next]
        self._next += 1
        if isinstance(reply, BaseException):
            raise reply
        assert (reply.conversation_id, reply.question) == (conversation_id, text)
        return reply

    def recall(self, reply_id: str) -> Reply | None:
        """The scripted reply of that id."""
        scripted = (reply for reply in self.replies if isinstance(reply, Reply))
        return next((reply for reply in scripted if reply.id == reply_id), None)

    def context(self, reply_id: str, number: int) -> QuoteContext | None:
        """The rest of the article around the quote; an article that is not held any more has changed."""
        reply = self.recall(reply_id)
        if reply is None:
            return None
        cited = next((each for each in reply.citations if each.number == number), None)
        if cited is None:
            return None
        article = next((each for each in self.articles if each.id == cited.quote.article_id), None)
        if article is None:
            return QuoteContext(cited, "", "", current=False)
        span = cited.quote.span
        before, after = article.text[: span.start].lstrip(), article.text[span.end :].rstrip()
        return QuoteContext(cited, before, after, current=True)

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Notes the vote if the reply is scripted."""
        if self.recall(reply_id) is None:
            return False
        self.votes.append((reply_id, voter, vote))
        return True

    def start_over(self, conversation_id: str) -> None:
        """Notes it."""
        self.started_over.append(conversation_id)

    def sources(self) -> Sequence[Article]:
        """The articles it was made with."""
        return self.articles
