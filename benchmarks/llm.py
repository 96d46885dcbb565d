"""What a language model that points does to the figures of chats whose questions are known in full.

    python -m benchmarks.llm --data DIR [--index DIR]
    python -m benchmarks.llm --data DIR --index DIR --url http://127.0.0.1:8000/v1 --model NAME --limit 60

DIR holds `articles.jsonl` and `gold.jsonl`, lines as `python -m bot evaluate` takes them, each with `"standalone"`: the
question put in full by a person. They are asked as typed; in full, without the chat; and as typed with a server that
stands in for a model and puts each message in full as that person did, which loses nothing if its figures are those of
the questions in full. Then in full with a stand-in that also chooses, right as often as `--right` says: the sentences
with evidence, or else any one; its choices judged as they are, and anew on other articles. With `--url` also with the
model there. `--judgement FILE` keeps what is fitted to all the choices, for `LLM_JUDGEMENT`.
"""

import argparse
import json
import random
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from bot.adapters.jsonl import AskedQuestion, ask, read_questions
from bot.adapters.llm.prompts import to_understand
from bot.app import Models, build_dialogue, build_first_index, load_models
from bot.evaluation import Gold, Judged, evaluate, fit_judgement, gold_of, judge, judged_anew
from bot.pointing import shipped_judgement
from bot.query.operators import read_scope
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.ingest.sources import read_articles
from tests.language_model import Asked, Written, chosen, completion, fenced_in, stand_in_model, understood

_FIGURES: Final = ("end_to_end", "quote@1_forced", "quote_f1", "hit@5", "cited_in200", "cited_in400", "auroc")
_PATIENCE: Final = 60.0
"""Seconds that a model may take: what is measured is what it says."""

_RIGHT: Final = 0.8
Known = tuple[AskedQuestion, Gold]
Figures = dict[str, float]


class _Bench:
    """The bot over one folder of questions."""

    def __init__(self, data: Path, index: Path, limit: int | None, seconds: float) -> None:
        self.texts = {one.id: one.text for one in read_articles(data / "articles.jsonl") if isinstance(one, Article)}
        with (data / "gold.jsonl").open(encoding="utf-8") as lines:
            known = [(asked, gold_of(asked.fields, self.texts)) for asked in read_questions(lines)]
        self.known: Sequence[Known] = known[:: max(1, len(known) // limit)][:limit] if limit else known
        given: dict[str, Any] = {"index": index, "articles": data / "articles.jsonl", "llm_url": None}
        self._settings = Settings.from_environment().model_copy(update=given | {"llm_seconds": seconds})
        build_first_index(self._settings)
        self._models: Models = load_models(self._settings)

    def figures(self, asked_as: Callable[[AskedQuestion], AskedQuestion], **llm: str) -> Figures:
        """Return the figures of these questions, asked so; `llm`: settings of a language model."""
        judged, seconds = self.asked(asked_as, **llm)
        return {**_figures(judged), **_used(judged), "s a message": round(seconds / len(judged), 3)}

    def asked(self, asked_as: Callable[[AskedQuestion], AskedQuestion], **llm: str) -> tuple[list[Judged], float]:
        """Return what each reply is worth, and how many seconds all took."""
        given = {"llm_tokens_a_day": 0, **llm}
        with Store.in_memory() as store:
            dialogue = build_dialogue(self._settings.model_copy(update=given), store, models=self._models)
            began = time.monotonic()
            judged = [judge(one.question, gold, ask(dialogue, asked_as(one)), self.texts) for one, gold in self.known]
            return judged, time.monotonic() - began


def measure(
    bench: _Bench, *, server: Mapping[str, str] | None = None, right: float = _RIGHT, judgement: Path | None = None
) -> dict[str, Figures]:
    """Return the figures of each way. `server`: settings of a real model, to be asked as well."""
    in_full = {_told(asked): _in_full(asked).question for asked, _ in bench.known}
    measured = {"as typed": bench.figures(lambda asked: asked), "in full": bench.figures(_in_full)}
    with stand_in_model(lambda asked: _put_in_full(asked, in_full)) as stand_in:
        stood_in = bench.figures(lambda asked: asked, llm_url=stand_in.url, llm_model="stand-in")
    measured["as typed, put in full by a stand-in"] = stood_in
    with stand_in_model(_Chooser(bench.known, right)) as chooser:
        chose, _ = bench.asked(_in_full, llm_url=chooser.url, llm_model="stand-in")
    measured[f"in full, chosen by a stand-in, right {right:.0%}"] = {**_figures(chose), **_used(chose)}
    measured["... judged anew on other articles"] = _figures(judged_anew(chose, shipped_judgement()))
    fitted = fit_judgement(chose, shipped_judgement())
    if judgement is not None and fitted is not None:
        judgement.write_text(json.dumps(fitted.as_json(), indent=1) + "\n", encoding="utf-8")
    measured["what the way loses"] = {
        name: round(measured["in full"][name] - stood_in[name], 4) for name in _FIGURES if name in stood_in
    }
    if server:
        measured[f"as typed, with {server['llm_model']}"] = bench.figures(lambda asked: asked, **server)
    return measured


def _in_full(asked: AskedQuestion) -> AskedQuestion:
    return replace(asked, question=str(asked.fields.get("standalone") or asked.question), history=())


def _told(asked: AskedQuestion) -> tuple[tuple[str, ...], ...]:
    """Return what a model is told of a message: by this the stand-in knows it."""
    return fenced_in(to_understand(read_scope(asked.question)[0], asked.history).material)


def _put_in_full(asked: Asked, in_full: Mapping[tuple[tuple[str, ...], ...], str]) -> str | Written:
    """Return what a model would say that understands as people do, and leaves choosing to the reader."""
    return understood(in_full[asked.fenced]) if asked.task == "understood" else Written(completion("not asked"))


class _Chooser:
    """A model that puts nothing in other words, and chooses sentences of which it knows which are right."""

    def __init__(self, known: Sequence[Known], right: float) -> None:
        self._right = right
        self._evidence = {
            _in_full(asked).question: [_plain(one.text) for one in gold.evidence] for asked, gold in known
        }

    def __call__(self, asked: Asked) -> str | Written:
        """Return its choice."""
        if asked.task == "understood":
            return Written(completion("not asked"))
        numbers = range(1, len(asked.sentences) + 1)
        said = {number: _plain(line.partition(") ")[2]) for number, line in zip(numbers, asked.sentences, strict=True)}
        evidence = self._evidence.get(asked.last, [])
        holding = [number for number in numbers if any(_shares(said[number], one) for one in evidence)]
        chance = random.Random(asked.last)
        if chance.random() < self._right:
            return chosen(*holding[:3])
        return chosen(chance.choice(numbers))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _shares(sentence: str, evidence: str) -> bool:
    return bool(sentence and evidence) and (sentence in evidence or evidence in sentence)


def _figures(judged: Sequence[Judged]) -> Figures:
    estimates = evaluate(judged).groups[0].estimates
    return {name: round(estimates[name].value, 4) for name in _FIGURES if name in estimates}


def _used(judged: Sequence[Judged]) -> Figures:
    """Return how often what a model said was used, and how often not."""
    notes = [one.reply.llm for one in judged if one.reply.llm is not None]
    if not notes:
        return {}
    dropped: dict[str, float] = {}
    for task, fault in (one for note in notes for one in note.dropped):
        name = f"{task.value}: {fault.value}"
        dropped[name] = dropped.get(name, 0) + 1
    return {
        "put in full": sum(note.question is not None for note in notes),
        "chosen": sum(note.chosen > 0 for note in notes),
        "none chosen": sum(note.judged is not None and note.judged.none for note in notes),
        "tokens": sum(note.tokens for note in notes),
        **dropped,
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        "python -m benchmarks.llm", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--index", type=Path, metavar="DIR", help="an index of the articles (default: made for this)")
    parser.add_argument("--url", help="of a real model's endpoint")
    parser.add_argument("--model", default="model", help="its name")
    parser.add_argument("--limit", type=int, help="ask so many of the questions, evenly spread")
    parser.add_argument("--right", type=float, default=_RIGHT, help="how often the stand-in that chooses is right")
    parser.add_argument("--judgement", type=Path, metavar="FILE", help="where to keep what is fitted to its choices")
    parser.add_argument("--seconds", type=float, default=_PATIENCE, help="that a model may take for a message")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.index or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "index"
        real = {"llm_url": options.url, "llm_model": options.model} if options.url else None
        bench = _Bench(options.data, folder, options.limit, options.seconds)
        found = measure(bench, server=real, right=options.right, judgement=options.judgement)
    print(json.dumps(found, indent=1))
