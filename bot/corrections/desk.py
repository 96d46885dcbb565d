"""CorrectionDesk: finds out what of the words that were quoted lately is no longer so, and whom to tell."""

import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from bot.corrections.comparing import BecameOf, Version, what_became_of
from bot.corrections.corrections import ChangedSentence, Found, QuoteCorrection, QuotedWords, ToTell
from bot.corrections.notes import new_notes
from bot.corrections.wording import fingerprint_of
from bot.quoting.quotes import Quote, may_be_quoted, quote_from
from index import Article, Span
from index.errors import UnknownArticle
from index.library.live import LiveIndex
from index.search.retrieval import Archive
from index.text.sentences import split_sentences

logger = logging.getLogger(__name__)

_MOST_NOTES: Final = 2
_KNOWN: Final = 20_000
"""So many comparisons are kept: each look meets the same quotes again."""


class CorrectionStore(Protocol):
    """Where quotes and corrections are kept: see `bot.store.own_accord.corrections`."""

    def quoted_revisions(self, since: datetime, conversation_id: str | None = None) -> Sequence[tuple[str, str]]:
        """Return the articles and revisions that were quoted since then, each once, to anybody or in a conversation."""

    def quoted_words(
        self, article_id: str, revision: str, since: datetime, conversation_id: str | None = None
    ) -> Sequence[QuotedWords]:
        """Return what was quoted of a revision since then, the first first."""

    def keep(self, found: Iterable[Found]) -> int:
        """Keep what is not kept yet of corrections and of whom to tell, and return how many are still to
        be told."""

    def untold(self, *, messenger: str | None = None, conversation_id: str | None = None) -> Sequence[ToTell]:
        """Return what a conversation has not been told, or all those of a messenger."""

    def note_told(self, told: ToTell, at: datetime) -> None:
        """Note that a conversation has been told, or that it is not to be."""

    def last(self, most: int) -> Sequence[QuoteCorrection]:
        """Return the corrections found last, the newest first."""


@dataclass(frozen=True, slots=True)
class _Revised:
    """An article whose text was another one when it was quoted. `before`: that text, None where it is not kept."""

    now: Article
    revision: str
    before: Article | None


class CorrectionDesk:
    """Compares what was quoted with the articles in service. Safe to call from several threads; too slow for an event
    loop."""

    def __init__(
        self,
        live: LiveIndex,
        records: CorrectionStore,
        *,
        within: timedelta,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`within`: what was quoted longer ago is left alone; nothing at all is looked at where it is no time."""
        self._live = live
        self._records = records
        self._within = within
        self._now = now
        self._known: dict[tuple[str, str, str, str], Sequence[BecameOf]] = {}

    @property
    def snapshot(self) -> str:
        """The name of what is in service: as long as it is the same, nothing has been corrected."""
        return self._live.retriever().snapshot.name

    def look(self, conversation_id: str | None = None) -> int:
        """Find what is no longer so, of all that was quoted or of what was in one conversation, and keep it; return how
        many are still to be told."""
        if not self._within:
            return 0
        since, archive = self._now() - self._within, self._live.retriever().archive
        found: list[Found] = []
        for article_id, revision in self._records.quoted_revisions(since, conversation_id):
            revised = self._revised(article_id, revision, archive)
            if revised is not None:
                quoted = self._records.quoted_words(article_id, revision, since, conversation_id)
                found += self._corrections(revised, quoted, archive)
        return self._records.keep(found) if found else 0

    def untold(self, *, messenger: str | None = None, conversation_id: str | None = None) -> list[ToTell]:
        """Return what a conversation has not been told, or all those of a messenger, as it is now; see `note_told`.

        What an article's last revision has otherwise waits for the next look.
        """
        archive = self._live.retriever().archive
        found = []
        for each in self._records.untold(messenger=messenger, conversation_id=conversation_id):
            current = tuple(one for one in each.corrections if _is_of(one.new_revision, each.article_id, archive))
            if current:
                found.append(replace(each, corrections=current))
        return found

    def note_told(self, told: ToTell) -> None:
        """Note that a conversation has been told, or that it is not to be: it is not told again."""
        self._records.note_told(told, self._now())

    def take(self, conversation_id: str) -> list[ToTell]:
        """Return what a conversation is to be told now, where that is shown at once, and note that it was."""
        self.look(conversation_id)
        found = self.untold(conversation_id=conversation_id)
        for each in found:
            self.note_told(each)
        return found

    def last(self, most: int) -> Sequence[QuoteCorrection]:
        """Return the corrections found last, the newest first."""
        return self._records.last(most)

    def _revised(self, article_id: str, revision: str, archive: Archive) -> _Revised | None:
        """Return an article that was revised since; None if it is as it was, was taken out, or went back a step."""
        try:
            now = archive.article(article_id)
        except UnknownArticle:
            return None
        if now.revision == revision or not archive.is_intact(article_id):
            return None
        kept = {each.revision: each for each in self._live.library.revisions_of(article_id)}
        written = list(kept)
        if revision in kept and now.revision in kept and written.index(revision) < written.index(now.revision):
            return None
        return _Revised(now, revision, kept.get(revision))

    def _corrections(self, revised: _Revised, quoted: Sequence[QuotedWords], archive: Archive) -> Iterator[Found]:
        found: dict[str, tuple[BecameOf, str]] = {}
        told: dict[str, list[QuotedWords]] = {}
        for one in quoted:
            for became in self._became_of(one.quote.text, revised, archive):
                sentence = became.before.slice(one.quote.text)
                fingerprint = fingerprint_of(sentence)
                found.setdefault(fingerprint, (became, sentence))
                told.setdefault(fingerprint, []).append(one)
        notes = _notes(revised, archive) if found else ()
        for fingerprint, (became, sentence) in found.items():
            changed = ChangedSentence(revised.now.id, revised.revision, sentence, fingerprint)
            yield self._correction(changed, became.after, revised.now, notes, archive), told[fingerprint]

    def _became_of(self, words: str, revised: _Revised, archive: Archive) -> Sequence[BecameOf]:
        key = (revised.now.id, revised.revision, revised.now.revision, words)
        if key not in self._known:
            if len(self._known) > _KNOWN:
                self._known.clear()
            new = Version(revised.now.text, archive.sentences_of(revised.now.id))
            old = _version_of(revised.before) if revised.before is not None else None
            self._known[key] = what_became_of(words, new, old)
        return self._known[key]

    def _correction(
        self,
        sentence: ChangedSentence,
        after: Span | None,
        article: Article,
        notes: tuple[Quote, ...],
        archive: Archive,
    ) -> QuoteCorrection:
        now = quote_from(article, after) if after is not None else None
        return QuoteCorrection(
            sentence,
            article.revision,
            now if now is not None and may_be_quoted(now, archive) else None,
            notes,
            article.title,
            article.source,
            article.published_at,
            article.url,
            self._now(),
        )


def _is_of(revision: str, article_id: str, archive: Archive) -> bool:
    try:
        return archive.article(article_id).revision == revision
    except UnknownArticle:
        return False


def _version_of(article: Article) -> Version:
    return Version(article.text, tuple(split_sentences(article.text, ())))


def _notes(revised: _Revised, archive: Archive) -> tuple[Quote, ...]:
    """Return what the publisher says of its corrections, and did not before; none where that is not known."""
    if revised.before is None:
        return ()
    quotes = (quote_from(revised.now, span) for span in new_notes(revised.now.text, revised.before.text))
    return tuple(quote for quote in quotes if may_be_quoted(quote, archive))[:_MOST_NOTES]
