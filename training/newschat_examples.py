"""newschat to what a reader is trained on: a message, complete or behind its chat, and passages to be told apart.

Passages that do not answer are those with tempting sentences first, then what the search finds for the message, then
others of the same story. Of seven stories one says somewhere unmarked what answers too: what nobody marked counts less,
and what repeats the marked words is left out.
"""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import count

from bot.reading.behind import put_behind
from bot.reading.headings import heading_of
from index import Article, Passage, Query, Span
from index.search.retrieval import Retriever
from index.text.chunking import chunk_article
from training.newschat import Message, Newschat, Place
from training.reading_examples import Mark, ReadingExample, marks_of, swapped
from training.typing_noise import as_typed

_PASSAGE_CHARS = (250, 400, 500)
_UNMARKED = 0.5
_HASTE = {True: 0.15, False: 0.4}
"""How often what was typed, and what was written in full, is typed worse."""
_NO_HEADING, _NO_DATE = 0.2, 0.2
_CHANGED_SUBJECT = 0.1
_NOT_TOLD, _TOLD_WRONG = 0.3, 0.1
"""How often the last answer does not stand before a follow-up, and how often other words of the story do."""
_RESTATED = 0.6
_SEARCHED = 10
_TEMPTING_FIRST, _SEARCHED_NEXT, _BEST_SEARCHED = 0.5, 0.8, 0.5
"""How often what does not answer is drawn from what tempts; else from what the search finds, and of that the best."""
_SHORTEST_ANSWER = 4
_WORD = re.compile(r"\w{3,}")


@dataclass(frozen=True, slots=True)
class Shares:
    """How often a message is taken in full, and behind its chat; how many passages that do not answer are told from
    one that does; and how often names are swapped."""

    complete: float = 0.3
    behind_chat: float = 0.4
    others: int = 3
    swapped: float = 0.06


@dataclass(frozen=True, slots=True)
class _Sheet:
    """A passage of an article."""

    article: Article
    span: Span

    @property
    def text(self) -> str:
        return self.span.slice(self.article.text)

    def overlaps(self, other: "_Sheet") -> bool:
        """Return whether both hold some of the same words."""
        return self.article.id == other.article.id and self.span.overlaps(other.span)

    def inside(self, places: Sequence[Place]) -> list[Span]:
        """Return what of these stands in it, in its own offsets."""
        return [
            Span(one.span.start - self.span.start, one.span.end - self.span.start)
            for one in places
            if one.article_id == self.article.id and self.span.contains(one.span)
        ]


@dataclass(frozen=True, slots=True)
class _Desk:
    """The passages of every story, cut anew to lengths drawn by chance."""

    chat: Newschat
    retriever: Retriever
    chance: random.Random
    numbers: Iterator[int] = field(default_factory=count)
    sheets: dict[str, list[_Sheet]] = field(default_factory=dict)

    def of(self, story: str) -> list[_Sheet]:
        if story not in self.sheets:
            self.sheets[story] = [
                _Sheet(article, passage.span)
                for article in self.chat.stories[story]
                for passage in _passages(article, self.chance)
            ]
        return self.sheets[story]

    def found(self, question: str) -> list[_Sheet]:
        """Return what the search finds, best first."""
        hits = self.retriever.search(Query(question), _SEARCHED)
        article = self.retriever.archive.article
        return [_Sheet(article(hit.passage.article_id), hit.passage.span) for hit in hits]


def newschat_examples(
    chat: Newschat, retriever: Retriever, *, seed: int, shares: Shares = Shares()
) -> list[list[ReadingExample]]:
    """Make the examples of all messages, shuffled, those to be told apart together.

    `retriever` searches all stories.
    """
    chance = random.Random(seed)
    desk = _Desk(chat, retriever, chance)
    examples = []
    for message in chat.messages:
        for share, is_typed in ((shares.complete, False), (shares.behind_chat, True)):
            if chance.random() < share:
                question = _asked(message, desk, is_typed=is_typed)
                examples += list(_examples(question, message, desk, shares))
    chance.shuffle(examples)
    return examples


def _asked(message: Message, desk: _Desk, *, is_typed: bool) -> str:
    """Return the message in one of its forms, now and then typed worse, or behind a chat about something else."""
    text = message.typed if is_typed else message.complete
    text = as_typed(text, desk.chance, rate=_HASTE[is_typed])
    if is_typed and message.earlier:
        return put_behind(message.earlier, text, _told(message, desk))
    if is_typed and desk.chance.random() < _CHANGED_SUBJECT:
        other = desk.chance.choice(desk.chat.messages)
        return put_behind((*other.earlier, other.typed), text)
    return text


def _told(message: Message, desk: _Desk) -> str:
    """Return what the last message was answered with, now and then nothing, or what answers something else: earlier
    replies may be wrong."""
    drawn = desk.chance.random()
    if drawn < _NOT_TOLD:
        return ""
    return message.told if drawn < 1 - _TOLD_WRONG else desk.chance.choice(desk.of(message.story)).text


def _examples(question: str, message: Message, desk: _Desk, shares: Shares) -> Iterator[list[ReadingExample]]:
    sheets, chance = desk.of(message.story), desk.chance
    answering = [one for one in sheets if one.inside(message.evidence)]
    number = next(desk.numbers)
    chosen: list[_Sheet] = []
    if answering:
        best = [one for one in answering if one.inside(message.evidence[:1])]
        chosen = [chance.choice(best if best and chance.random() < 0.5 else answering)]
        changed = swapped(question, chosen[0].text, [], chance) if chance.random() < shares.swapped else None
        if changed is not None:
            unanswered = Message(message.story, message.kind, changed, changed, (), None, (), ())
            yield [_example(changed, unanswered, chosen[0], chance)]
    found = desk.found(question)
    others = [
        one for one in (*sheets, *found) if not one.inside(message.evidence) and not _restates(one, message, desk)
    ]
    tempting = [one for one in others if one.inside(message.tempting)]
    for _ in range(shares.others if answering else max(1, shares.others - 1)):
        left = [one for one in others if not any(map(one.overlaps, chosen))]
        tempting = [one for one in tempting if one in left]
        searched = [one for one in found if one in left]
        if not left:
            break
        if tempting and chance.random() < _TEMPTING_FIRST:
            chosen.append(chance.choice(tempting))
        elif searched and chance.random() < _SEARCHED_NEXT:
            chosen.append(searched[0] if chance.random() < _BEST_SEARCHED else chance.choice(searched))
        else:
            chosen.append(_likely(question, left, chance))
    yield [replace(_example(question, message, one, chance), rivals=number) for one in chosen]


def _example(question: str, message: Message, sheet: _Sheet, chance: random.Random) -> ReadingExample:
    """Make an example of the passage as it answers, or does not."""
    evidence = sheet.inside(message.evidence)
    answers = sheet.inside([message.answer]) if message.answer else []
    is_doubted = message.is_answerable and not evidence and not sheet.inside(message.tempting)
    return ReadingExample(
        question,
        sheet.text,
        answers=tuple(answers),
        evidence=() if answers else tuple(evidence),
        marks=_marks(message, sheet, evidence),
        heading=_heading(sheet.article, chance),
        weight=_UNMARKED if is_doubted else 1.0,
    )


def _marks(message: Message, sheet: _Sheet, evidence: Sequence[Span]) -> tuple[Mark, ...]:
    """Mark all its sentences. Tempting ones surely do not answer; others nobody looked at."""
    tempting = sheet.inside(message.tempting)
    return tuple(
        replace(one, weight=1.0) if not one.answers and any(map(one.span.overlaps, tempting)) else one
        for one in marks_of(sheet.text, evidence, others=_UNMARKED if message.is_answerable else 0.8)
    )


def _heading(article: Article, chance: random.Random) -> str:
    if chance.random() < _NO_HEADING:
        return ""
    return heading_of(article.title, None if chance.random() < _NO_DATE else article.published_at)


def _restates(sheet: _Sheet, message: Message, desk: _Desk) -> bool:
    """Return whether a passage without a marked sentence says what answers all the same, as far as words tell."""
    texts = {article.id: article.text for article in desk.chat.stories[message.story]}
    if sheet.article.id not in texts:
        return False
    if message.answer:
        short = message.answer.span.slice(texts[message.answer.article_id]).lower()
        if len(short) >= _SHORTEST_ANSWER and short in sheet.text.lower():
            return True
    words = set(_WORD.findall(sheet.text.lower()))
    wanted = (set(_WORD.findall(one.span.slice(texts[one.article_id]).lower())) for one in message.evidence)
    return any(len(one & words) >= _RESTATED * len(one) for one in wanted)


def _likely(question: str, sheets: Sequence[_Sheet], chance: random.Random) -> _Sheet:
    """Return, of two drawn by chance, the one that shares more words with the question."""
    asked = set(_WORD.findall(question.lower()))
    drawn = chance.choices(sheets, k=2)
    return max(drawn, key=lambda sheet: len(asked & set(_WORD.findall(sheet.text.lower()))))


def _passages(article: Article, chance: random.Random) -> list[Passage]:
    return chunk_article(article, max_chars=chance.choice(_PASSAGE_CHARS))
