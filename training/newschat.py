"""newschat as values: fictional news stories, and what people type about them in running chats.

A folder of it holds `articles.jsonl.gz` and `messages.jsonl.gz`. What a message looks like behind the chat that it
stands in is said here too, because a question to search with and one to read with look the same.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.reading.behind import ANSWER_CHARS, put_behind
from index import Article, Span
from training.records import records_of


@dataclass(frozen=True, slots=True)
class Place:
    """A span of an article."""

    article_id: str
    span: Span


@dataclass(frozen=True, slots=True)
class Message:
    """What somebody typed, and what answers it.

    `earlier`: what they had typed before in this chat, oldest first. `told`: what answered the last of that, in the
    article's words; empty where nothing does. `complete`: what was meant, in full. `answer`: the
    shortest words that answer, None where no short ones do. `evidence`: every sentence that answers, best first; empty
    where nothing does. `tempting`: sentences that look like an answer and are none. `facets`: the things that a full
    reply of several quotes must hold, each with the sentences that give it.
    """

    story: str
    kind: str
    typed: str
    complete: str
    earlier: tuple[str, ...]
    answer: Place | None
    evidence: tuple[Place, ...]
    tempting: tuple[Place, ...]
    facets: tuple[tuple[Place, ...], ...] = ()
    told: str = ""

    @property
    def is_answerable(self) -> bool:
        """Whether an article answers."""
        return bool(self.evidence)

    @property
    def behind_the_chat(self) -> str:
        """As typed, behind the last messages before it and what answered them."""
        return put_behind(self.earlier, self.typed, self.told)


@dataclass(frozen=True, slots=True, eq=False)
class Newschat:
    """`stories`: the articles of each, by its id."""

    stories: Mapping[str, Sequence[Article]]
    messages: Sequence[Message]

    @classmethod
    def load(cls, folder: Path) -> "Newschat":
        """Read all of a folder.

        Raises:
            FileNotFoundError: it lacks a file.
        """
        stories: dict[str, list[Article]] = {}
        for one in records_of(folder / "articles.jsonl.gz"):
            published = datetime.fromisoformat(one["published"]).replace(tzinfo=UTC)
            article = Article(one["id"], one["title"], one["text"], one["source"], published)
            stories.setdefault(one["story"], []).append(article)
        texts = {article.id: article.text for articles in stories.values() for article in articles}
        return cls(stories, list(_messages(records_of(folder / "messages.jsonl.gz"), texts)))

    @property
    def articles(self) -> list[Article]:
        """Those of all stories."""
        return [article for articles in self.stories.values() for article in articles]


def _messages(rows: Iterator[dict[str, Any]], texts: Mapping[str, str]) -> Iterator[Message]:
    """Yield them in the order of the file, which is that of each chat."""
    typed: dict[str, list[str]] = {}
    told: dict[str, str] = {}
    for one in rows:
        earlier = typed.setdefault(one["conversation"], [])
        message = Message(
            story=one["story"],
            kind=one["kind"],
            typed=one["question"],
            complete=one["standalone"],
            earlier=tuple(earlier),
            answer=_place(one["answer"]) if one["answer"] else None,
            evidence=tuple(map(_place, one["evidence"])),
            tempting=tuple(map(_place, one["tempting"])),
            facets=tuple(tuple(map(_place, facet)) for facet in one.get("facets") or ()),
            told=told.get(one["conversation"], ""),
        )
        yield message
        earlier.append(one["question"])
        told[one["conversation"]] = _answer_of(message, texts)


def _answer_of(message: Message, texts: Mapping[str, str]) -> str:
    """Return the words that answer a message as a reply begins with them, "" where nothing does."""
    places = (message.answer,) if message.answer else message.evidence[:1]
    return next((one.span.slice(texts[one.article_id])[:ANSWER_CHARS].strip() for one in places), "")


def _place(stored: Mapping[str, Any]) -> Place:
    return Place(stored["article"], Span(stored["start"], stored["end"]))
