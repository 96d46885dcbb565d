"""Answers one message from the articles: one quote, several, or the reason why there is none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.answering import Answer, Answerer, Refusal, quote_lead, with_further, withheld
from bot.composing.draft import Wanted
from bot.composing.weights import COMPOSED
from bot.conversation import Conversation, Turn
from bot.followup import Resolution
from bot.pointing import Pointer
from bot.query.event_dates import since_event
from bot.query.headlines import article_asked_for
from bot.query.kinds import MessageKind, ToldKind
from bot.query.operators import EVERYTHING, Scope
from bot.query.topic_words import names_something
from bot.replying.meaning import Meant
from bot.stopwatch import Stopwatch
from index import Hit, Query
from index.errors import UnknownArticle
from index.search.retrieval import Retriever
from index.text.terms import terms_of

_MAY_BE_ASKED, _STANDS_ALONE, _SURE_ENOUGH = 0.1, 0.3, 0.5
"""From the first chance on that several quotes are asked for they follow a single one; from the second on they are
given where no single one answers and they do with the third."""
_TURNS = 4
"""What was quoted further back may be asked for again."""
_OF_A_QUOTE = frozenset(terms_of("say says said saying"))
"""Terms of messages that ask on about what was just quoted, and name nothing else."""


class MessageAnswerer:
    """Answers one message: nothing is read twice for it."""

    def __init__(
        self, answerer: Answerer, retriever: Retriever, watch: Stopwatch, pointer: Pointer | None = None
    ) -> None:
        """`watch` measures the stages; `pointer`: a language model that points at sentences."""
        self._answerer = answerer.for_one_message(pointer)
        self._retriever = retriever
        self._watch = watch
        self._pointer = pointer

    def answer(self, meant: Meant) -> Answer | Refusal:
        """Return what the articles say to a message.

        Where several quotes are surely asked for, or by a message that names nothing, they are the answer. Where they
        may be, one sentence is looked for first, and they follow it; they stand alone if none is found and they are
        likely enough asked for. Where they are surely asked for and refused, a single one has to be surer than usual;
        not for a name alone, which asks for nothing.
        """
        query, told = self._query_of(meant), meant.told
        maybe, chance = told.likeliest(COMPOSED)
        may_be_asked = chance >= _MAY_BE_ASKED
        is_sure = told.is_sure or not names_something(meant.asked)
        is_asked = may_be_asked and is_sure and told.kind is maybe
        asked_for = self._asked_for(maybe, query, meant) if is_asked else None
        if isinstance(asked_for, Answer):
            return asked_for
        first = self._first(query, meant)
        must_be_sure = isinstance(asked_for, Refusal) and not meant.is_name
        if must_be_sure and isinstance(first, Answer) and first.confidence < _SURE_ENOUGH:
            return withheld(first)
        is_answered = isinstance(first, Answer)
        if is_asked or not (may_be_asked and (is_answered or chance >= _STANDS_ALONE)):
            return first
        composed = self._compose(Wanted(maybe, is_further=is_answered), query, meant)
        return self._together(first, composed, told) if isinstance(composed, Answer) else first

    def sum_up(self, conversation: Conversation, scope: Scope) -> Answer | None:
        """Return the gist of the article under discussion: the only one that may be searched, or the one quoted last;
        None where there is none that may be quoted."""
        archive = self._retriever.archive
        quoted = next((turn.article_ids[:1] for turn in reversed(conversation.turns) if turn.article_ids), ())
        searched = archive.ids() if scope.articles is None else list(scope.articles)
        meant = searched if len(searched) == 1 else quoted
        try:
            article = archive.article(meant[0]) if meant else None
        except UnknownArticle:
            return None
        if article is None or not article.title or not scope.allows(article):
            return None
        query = replace(EVERYTHING.query(article.title), articles=frozenset((article.id,)), dates=None)
        with self._watch.measure("compose"):
            wanted = Wanted(MessageKind.OVERVIEW, is_about_it=True)
            composed = self._answerer.compose(wanted, query, query.text, self._retriever)
        return composed if isinstance(composed, Answer) else quote_lead(article, archive)

    def _query_of(self, meant: Meant) -> Query:
        """Return what is searched: for the latest, only articles that were there on the day of asking."""
        asked_on = meant.scope.asked_on
        query = query_for(meant.resolution, meant.scope, meant.conversation.turns if meant.resolution.leans else ())
        if meant.told.kind is not MessageKind.LATEST or asked_on is None or query.before is not None:
            return query
        before = replace(query, before=asked_on + timedelta(days=1))
        return before if self._retriever.newest_day(before) else query

    def _asked_for(self, kind: MessageKind, query: Query, meant: Meant) -> Answer | Refusal | None:
        """Return several quotes; where the latest of a day is asked for that no article tells of, the latest there
        is, which has its dates above it."""
        composed = self._compose(Wanted(kind), query, meant)
        if isinstance(composed, Answer) or kind is not MessageKind.LATEST or query.dates is None:
            return composed
        return self._compose(Wanted(kind), replace(query, dates=None), meant)

    def _first(self, query: Query, meant: Meant) -> Answer | Refusal:
        """Return what single sentences say to it."""
        with self._watch.measure("retrieve"):
            searched = since_event(query, meant.scope.asked_on, self._retriever)
            hits = self._answerer.find(searched, self._retriever)
        with self._watch.measure("read"):
            return read(self._answerer, replace(searched, text=meant.resolution.read), hits, self._retriever)

    def _compose(self, wanted: Wanted, query: Query, meant: Meant) -> Answer | Refusal | None:
        with self._watch.measure("compose"):
            return self._answerer.compose(wanted, query, meant.resolution.read, self._retriever)

    def _together(self, first: Answer | Refusal, composed: Answer, told: ToldKind) -> Answer | Refusal:
        """Return what becomes of a single quote, or a refusal, and of several that may be asked for."""
        if isinstance(first, Answer):
            return with_further(first, composed)
        if not told.is_sure and composed.confidence < _SURE_ENOUGH:
            return first
        if self._pointer is not None:
            self._pointer.leave_out_choice()
        return composed


def read(answerer: Answerer, query: Query, hits: Sequence[Hit], retriever: Retriever) -> Answer | Refusal:
    """Return what the articles say to a question; to one that only names a headline, how that article begins."""
    named = article_asked_for(query.text, hits, retriever.archive)
    shown = quote_lead(named, retriever.archive) if named else None
    return replace(shown, hits=tuple(hits)) if shown else answerer.read(query, hits, retriever)


def query_for(resolution: Resolution, scope: Scope, turns: Sequence[Turn]) -> Query:
    """Return the query for a message that was understood so, and that leans on these turns.

    What they quoted is hardly asked for again, unless the message has no words of its own: "when", "who said that".
    """
    preferred = frozenset(turns[-1].article_ids[:1] if turns else ())
    query = scope.query(resolution.searched, resolution.context, preferred)
    query = replace(query, subject=resolution.subject.terms, said=resolution.subject.said)
    if _OF_A_QUOTE.issuperset(terms_of(resolution.searched)):
        return query
    return replace(
        query, quoted=tuple((turn.article_ids[0], turn.quotes[0]) for turn in turns[-_TURNS:] if turn.quotes)
    )
