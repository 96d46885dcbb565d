"""What is known about a question: the words that answer it, the short answers, the groups it counts in."""

import operator
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from bot.errors import InvalidQuestion
from bot.reading.answer_types import Kind, kind_of
from index import Span

_ASKED_FOR = {kind: f"asks for a {kind.value}" for kind in Kind} | {Kind.OTHER: "asks for something else"}
_KEYS = ("gold", "evidence", "answers", "answerable")


@dataclass(frozen=True, slots=True)
class Evidence:
    """Words of an article that answer a question; empty where the article was not read."""

    article_id: str
    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Gold:
    """What a question's right answer is.

    `evidence` is empty where nothing answers, and where only the short `answers` are known. `is_passage`: the evidence
    is a whole passage, of which no quote can be asked to hold half. `groups` are what the question is reported under;
    questions of one `cluster`, an article, are resampled together.
    """

    evidence: tuple[Evidence, ...]
    is_answerable: bool
    answers: tuple[str, ...] = ()
    is_passage: bool = False
    groups: tuple[str, ...] = ()
    cluster: str | None = None

    @property
    def has_verdict(self) -> bool:
        """Whether it is known of every quote if it is right or wrong."""
        return bool(self.evidence) or not self.is_answerable

    @property
    def is_out_of_reach(self) -> bool:
        """Whether all evidence is in articles that were not read: skipped as a duplicate, say, or simply others."""
        return bool(self.evidence) and not any(one.text for one in self.evidence)


def gold_of(fields: Mapping[str, Any], texts: Mapping[str, str]) -> Gold:
    """Return the gold of a question line; `texts` are the articles' texts by id.

    Evidence is `gold` [{article, start, end}], or `evidence`, words to be found, of which white space may differ.

    Raises:
        InvalidQuestion: nothing is known about the question, or its evidence is in no article; names the question.
    """
    name = repr(fields.get("id") or fields["question"])
    if all(fields.get(key) is None for key in _KEYS):
        raise InvalidQuestion(f'question {name} has no known answer: give it "gold", "evidence" or "answerable": false')
    evidence = (*_marked(fields, texts, name), *_found(fields, texts, name))
    answers = _listed(fields.get("answers"))
    is_answerable = fields.get("answerable")
    if is_answerable is None:
        is_answerable = bool(evidence or answers)
    return Gold(
        evidence=evidence if is_answerable else (),
        is_answerable=bool(is_answerable),
        answers=answers,
        is_passage=fields.get("gold_kind") == "passage",
        groups=_groups(fields),
        cluster=_cluster(fields, evidence),
    )


def _marked(fields: Mapping[str, Any], texts: Mapping[str, str], name: str) -> Iterator[Evidence]:
    given = fields.get("gold") or []
    for one in given if isinstance(given, list) else [given]:
        try:
            article_id, span = str(one["article"]), Span(operator.index(one["start"]), operator.index(one["end"]))
        except (KeyError, TypeError, ValueError) as error:
            shape = '{"article", "start", "end"}'
            raise InvalidQuestion(
                f'"gold" of question {name} should be a list of {shape}, found {one!r:.80} ({error})'
            ) from error
        text = texts.get(article_id)
        if text is not None and span.end > len(text):
            raise InvalidQuestion(
                f"question {name} has evidence at {span} of {article_id!r}, of {len(text)} characters"
            )
        yield Evidence(article_id, span, span.slice(text or ""))


def _found(fields: Mapping[str, Any], texts: Mapping[str, str], name: str) -> Iterator[Evidence]:
    everywhere, allowed = fields.get("articles") is None, _listed(fields.get("articles"))
    searched = {id: text for id, text in texts.items() if everywhere or id in allowed}
    for words in _listed(fields.get("evidence")):
        pattern = re.compile(r"\s+".join(map(re.escape, words.split())) or r"(?!)")
        places = [(id, match) for id, text in searched.items() for match in pattern.finditer(text)]
        if not places:
            raise InvalidQuestion(f"no article holds the evidence of question {name}: {words!r:.200}")
        yield from (Evidence(id, Span(*match.span()), match.group()) for id, match in places)


def _groups(fields: Mapping[str, Any]) -> tuple[str, ...]:
    given = [name for key in ("dataset", "kind", "groups") for name in _listed(fields.get(key))]
    return tuple(dict.fromkeys([_ASKED_FOR[kind_of(fields["question"])], *given]))


def _cluster(fields: Mapping[str, Any], evidence: tuple[Evidence, ...]) -> str | None:
    """Return the article that a question is about; None if nothing says which."""
    if fields.get("cluster") is not None:
        return str(fields["cluster"])
    if evidence:
        return evidence[0].article_id
    allowed = _listed(fields.get("articles"))
    return allowed[0] if len(allowed) == 1 else None


def _listed(value: Any) -> tuple[str, ...]:  # noqa: ANN401  # it comes from JSON
    if value is None:
        return ()
    return tuple(map(str, value)) if isinstance(value, list) else (str(value),)
