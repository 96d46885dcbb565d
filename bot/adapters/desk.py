"""Desk: what programs may ask of the articles, answered as JSON: the same over HTTP and over MCP."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.adapters.check_json import checked_as_json
from bot.adapters.jsonl import reply_as_json
from bot.adapters.permalinks import Permalinks
from bot.checking import Checker
from bot.conversation import Turn
from bot.dialogue import Dialogue
from bot.query.kinds import MessageKind
from bot.query.operators import EVERYTHING, Scope
from bot.query.said_requests import SaidRequest
from bot.query.several import MOST_AT_ONCE, split_questions
from bot.quoting.quotes import Quote, quote_from
from bot.replies import Reply, Vote
from index import Article, Hit, Span
from index.attribution import Attribution
from index.errors import UnknownArticle
from index.library.live import LiveIndex

Json = dict[str, Any]
MOST_RESULTS: Final = 50


@dataclass(frozen=True, slots=True)
class Asked:
    """A question of a program. `conversation`: what it goes on with; None: it stands alone. `scope`: what may be
    searched. `kind`: what is asked for, where that need not be told from the words. `history`: what was said before, of
    a question without a conversation."""

    question: str
    conversation: str | None = None
    scope: Scope = EVERYTHING
    kind: MessageKind | None = None
    history: tuple[Turn, ...] = ()


class Desk:
    """Answers programs. Safe to call from several threads."""

    def __init__(self, dialogue: Dialogue, live: LiveIndex, permalinks: Permalinks | None = None) -> None:
        self._dialogue = dialogue
        self._live = live
        self._checker = Checker(live.kept_texts)
        self._permalinks = permalinks

    def ask(self, asked: Asked) -> Json:
        """Return the object of `ask --json`, with what a vote names it by."""
        [reply] = self.replies(asked, most=1)
        return {"reply": reply.id, **reply_as_json(reply, self._permalinks, asked=asked.question)}

    def replies(self, asked: Asked, most: int = MOST_AT_ONCE) -> Sequence[Reply]:
        """Return the replies to the first questions of a message, in order, each as a follow-up of those before."""
        conversation_id = asked.conversation or f"api:{secrets.token_hex(8)}"
        if asked.conversation is None:
            self._dialogue.remember(conversation_id, asked.history)
        return [
            self._dialogue.reply(conversation_id, question, scope=asked.scope, kind=asked.kind)
            for question in split_questions(asked.question)[:most]
        ]

    def link(self, quote: Quote) -> str | None:
        """Return where a quote is read, if anywhere."""
        return self._permalinks.to_quote(quote) if self._permalinks else None

    def said(self, name: str, about: str | None = None) -> Json:
        """Return what somebody said, newest first, as `ask` does."""
        return self.ask(Asked(SaidRequest(name, about or "").typed))

    def timeline(self, subject: str) -> Json:
        """Return what happened when, as `ask` does."""
        return self.ask(Asked(subject, kind=MessageKind.TIMELINE))

    def search(self, words: str, scope: Scope = EVERYTHING, most: int = 10) -> Json:
        """Return the passages that are found for words, best first: each a slice of its article."""
        retriever = self._live.retriever()
        hits = retriever.search(scope.query(words), min(most, MOST_RESULTS))
        intact = [hit for hit in hits if retriever.archive.is_intact(hit.passage.article_id)]
        return {"results": [self._found(hit, retriever.archive.article(hit.passage.article_id)) for hit in intact]}

    def check(self, text: str) -> Json:
        """Return the object of `check --json`."""
        return checked_as_json(text, self._checker.check(text), self._permalinks)

    def article(self, article_id: str, revision: str | None = None) -> Json | None:
        """Return an article with the spans of its sentences, who speaks where, and its revisions; None if it is not
        there, or not in that revision."""
        kept = self._live.library.revisions_of(article_id)
        archive = self._live.retriever().archive
        try:
            current = archive.article(article_id) if archive.is_intact(article_id) else None
        except UnknownArticle:
            current = None
        wanted = current if revision is None else next((one for one in kept if one.revision == revision), None)
        if wanted is None:
            return None
        is_current = current is not None and current.revision == wanted.revision
        revisions = [one.revision for one in kept]
        return {
            **self._headline(wanted),
            "text": wanted.text,
            "revision": wanted.revision,
            "current": is_current,
            "permalink": self._permalinks.to_words(wanted.id, wanted.revision) if self._permalinks else None,
            "revisions": revisions,
            "sentences": [_bounds(span) for span in archive.sentences_of(article_id)] if is_current else [],
            "said": [_said(one) for one in archive.attributions_of(article_id)] if is_current else [],
        }

    def sources(self, words: str = "", *, first: int = 0, most: int = MOST_RESULTS) -> Json:
        """Return the articles that can be quoted, by title, a page of them; `words`: in title or source."""
        folded = words.casefold()
        articles = [
            one
            for one in self._dialogue.sources()
            if folded in one.title.casefold() or folded in (one.source or "").casefold()
        ]
        page = articles[first : first + most]
        return {"total": len(articles), "first": first, "articles": [self._headline(one) for one in page]}

    def vote(self, reply_id: str, voter: str, vote: Vote) -> bool:
        """Keep a vote on a reply, and return False if it is not known."""
        return self._dialogue.vote(reply_id, voter, vote)

    def _found(self, hit: Hit, article: Article) -> Json:
        quote = quote_from(article, hit.passage.span)
        return {
            "article": article.id,
            "revision": quote.revision,
            "start": quote.span.start,
            "end": quote.span.end,
            "text": quote.text,
            "score": round(hit.score, 4),
            "title": article.title,
            "source": article.source,
            "published": article.published_at.isoformat() if article.published_at else None,
            "url": article.url,
            "permalink": self._permalinks.to_quote(quote) if self._permalinks else None,
        }

    def _headline(self, article: Article) -> Json:
        return {
            "id": article.id,
            "title": article.title,
            "source": article.source,
            "published": article.published_at.isoformat() if article.published_at else None,
            "url": article.url,
        }


def _said(one: Attribution) -> Json:
    return {
        "start": one.span.start,
        "end": one.span.end,
        "kind": one.kind,
        "mention": _bounds(one.mention) if one.mention is not None else None,
        "speaker": one.speaker.name if one.speaker is not None else None,
    }


def _bounds(span: Span) -> list[int]:
    return [span.start, span.end]
