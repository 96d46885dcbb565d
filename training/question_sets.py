"""Question sets from a folder of `DATASET.jsonl.gz`: questions with a context, answers and evidence.

A record holds `question`, `context`, `title`, `doc`, `answerable`, `answers` [{text, start}] and `evidence`
[{start, end}], offsets into the context. Contexts of one document become one article here.
"""

import gzip
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index import Article, Span

_CONTEXTS_AN_ARTICLE = 12
_SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class LabelledQuestion:
    """A question about one article: `evidence` are spans of that article's text, empty if nothing answers."""

    text: str
    article_id: str
    answerable: bool
    evidence: tuple[Span, ...]


def load_question_sets(folder: Path, names: Sequence[str]) -> tuple[list[Article], list[LabelledQuestion]]:
    """The articles and questions of these sets, in the order of the files."""
    articles: list[Article] = []
    questions: list[LabelledQuestion] = []
    for name in names:
        some_articles, some_questions = _load(name, list(_records(folder / f"{name}.jsonl.gz")))
        articles += some_articles
        questions += some_questions
    return articles, questions


def _records(path: Path) -> Iterator[dict[str, object]]:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _load(name: str, records: list[dict[str, object]]) -> tuple[list[Article], list[LabelledQuestion]]:
    contexts: dict[tuple[str, int], list[str]] = {}
    place: dict[str, tuple[str, int]] = {}
    parts: defaultdict[str, int] = defaultdict(int)
    for record in records:
        document, context = str(record.get("title") or record["doc"]), str(record["context"])
        if context in place:
            continue
        key = (document, parts[document])
        if len(contexts.get(key, ())) == _CONTEXTS_AN_ARTICLE:
            parts[document] += 1
            key = (document, parts[document])
        contexts.setdefault(key, []).append(context)
        place[context] = key
    articles = {
        key: Article(f"{name}/{number}", key[0], _SEPARATOR.join(texts))
        for number, (key, texts) in enumerate(contexts.items())
    }
    questions = [_question(record, articles[place[str(record["context"])]]) for record in records]
    return list(articles.values()), questions


def _question(record: dict[str, object], article: Article) -> LabelledQuestion:
    offset = article.text.index(str(record["context"]))
    spans = record["evidence"] or []
    evidence = tuple(Span(offset + one["start"], offset + one["end"]) for one in spans)  # type: ignore[attr-defined]
    return LabelledQuestion(str(record["question"]), article.id, bool(record["answerable"]), evidence)
