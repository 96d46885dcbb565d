"""Voices: who speaks in the words of the articles found, as a reader knows them."""

from collections import defaultdict
from functools import cached_property

from bot.composing.gathering import Gathered
from index import Article, Span
from index.attribution.names import people_of
from index.attribution.people import Speaker
from index.search.retrieval import Archive

_LEADING = "the "
_LEAST_SHARE = 0.5
_LEAST_WORDS = 2
"""A description of fewer words, such as "the minister", may be anybody's in another article."""


class Voices:
    """Tells who speaks. An office that one article names the holder of, such as "the Armenian prime minister", is that
    person in every other article found with it."""

    def __init__(self, archive: Archive, found: Gathered) -> None:
        self._archive = archive
        self._articles = dict.fromkeys(one.article.id for one in found.sentences)

    def of(self, article: Article, span: Span) -> str | None:
        """Return who surely speaks in a span: their name, else the words that describe them; None for nobody."""
        voice = self._archive.speaker_of(article.id, span)
        speaker = self._acting(article, span) if voice is None else voice.speaker
        if speaker is None:
            return None
        if speaker.is_named:
            return self._full_names.get(speaker.name, speaker.name)
        described = " ".join(speaker.name.split())
        return self._holder_of(described) or described[:1].upper() + described[1:]

    def _acting(self, article: Article, span: Span) -> Speaker | None:
        """Return who accuses, demands or wants what most of a span tells, where only one does."""
        acting = [
            one
            for one in self._archive.attributions_of(article.id)
            if one.mention is not None and span.contains(one.mention) and span.contains(one.span)
        ]
        told = sum(len(one.span) + len(one.mention) for one in acting if one.mention is not None)
        speakers = {one.speaker for one in acting}
        return speakers.pop() if len(speakers) == 1 and told >= _LEAST_SHARE * len(span) else None

    def _holder_of(self, described: str) -> str | None:
        """Return the one person among all named ones whose office is described in so many words."""
        words = frozenset(described.lower().removeprefix(_LEADING).split())
        if len(words) < _LEAST_WORDS or not described.lower().startswith(_LEADING):
            return None
        holders = {
            self._full_names[name] for name, roles in self._roles.items() if any(words <= role for role in roles)
        }
        return holders.pop() if len(holders) == 1 else None

    @cached_property
    def _roles(self) -> dict[str, set[frozenset[str]]]:
        """The words of what each named person is called."""
        roles: dict[str, set[frozenset[str]]] = defaultdict(set)
        for article_id in self._articles:
            for one in self._archive.attributions_of(article_id):
                if one.speaker is not None and one.speaker.is_named:
                    roles[one.speaker.name].add(frozenset((one.speaker.role or "").lower().split()))
        return roles

    @cached_property
    def _full_names(self) -> dict[str, str]:
        """The fullest name of each: "Pashinyan" is Nikol Pashinyan where only he may be meant."""
        counts = [(name, len(roles)) for name, roles in self._roles.items()]
        return {name: names[0] for names in people_of(counts) for name in names}
