"""What a language model that points does to the figures of chats whose questions are known in full.

    python -m benchmarks.llm --data DIR [--index DIR]
    python -m benchmarks.llm --data DIR --index DIR --url http://127.0.0.1:8000/v1 --model NAME --limit 60

DIR holds `articles.jsonl` and `gold.jsonl`, lines as `python -m bot evaluate` takes them, each with `"standalone"`: the
question put in full by a person. They are asked as typed; in full, without the chat; and as typed with a server that
stands in for a model and puts each message in full as that person did, which loses nothing if its figures are those of
the questions in full. Then in full with stand-ins that choose: always rightly, half of the time, at random, and some
that always name the first one, or none. Their choices are judged as shipped, anew from the choices of all of them, and
anew from those of each alone, always on articles that were not fitted on. With `--url` also with the model there.
`--judgement FILE` keeps what is fitted to all the choices of all stand-ins, which is what ships.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from benchmarks.choosers import Chooser, on_one_line
from bot.adapters.jsonl import AskedQuestion, ask, read_questions
from bot.adapters.llm.prompts import to_understand
from bot.app import Models, build_dialogue, build_first_index, load_models
from bot.evaluation import BothWays, Gold, Judged, evaluate, fit_judgement, gold_of, judge, judged_anew, judged_by
from bot.pointing import shipped_judgement
from bot.pointing.judgement import OURS_FIRST, THEIRS_FIRST
from bot.query.operators import read_scope
from bot.reading.shared_scores import SharingScorer
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.ingest.sources import read_articles
from tests.language_model import Asked, Written, completion, fenced_in, stand_in_model, understood

_FIGURES: Final = ("end_to_end", "quote@1_forced", "quote_f1", "hit@5", "cited_in200", "cited_in400", "auroc", "ece")
_PATIENCE: Final = 60.0
"""Seconds that a model may take: what is measured is what it says."""

_HOW_RIGHT: Final = {"right": 1.0, "half right": 0.5, "at random": 0.0}
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
        loaded = load_models(self._settings)
        self._models = Models(loaded.embedder, SharingScorer(loaded.scorer, {}))

    def figures(self, asked_as: Callable[[AskedQuestion], AskedQuestion], **llm: str | Path) -> Figures:
        """Return the figures of these questions, asked so; `llm`: settings of a language model."""
        judged, seconds = self.asked(asked_as, **llm)
        return {**_figures(judged), **_used(judged), "s a message": round(seconds / len(judged), 3)}

    def asked(
        self, asked_as: Callable[[AskedQuestion], AskedQuestion], **llm: str | Path
    ) -> tuple[list[Judged], float]:
        """Return what each reply is worth, and how many seconds all took."""
        given = {"llm_tokens_a_day": 0, **llm}
        with Store.in_memory() as store:
            dialogue = build_dialogue(self._settings.model_copy(update=given), store, models=self._models)
            began = time.monotonic()
            judged = [judge(one.question, gold, ask(dialogue, asked_as(one)), self.texts) for one, gold in self.known]
            return judged, time.monotonic() - began


def measure(
    bench: _Bench, *, server: Mapping[str, str] | None = None, judgement: Path | None = None
) -> dict[str, Figures]:
    """Return the figures of each way. `server`: settings of a real model, to be asked as well."""
    in_full = {_told(asked): _in_full(asked).question for asked, _ in bench.known}
    measured = {"as typed": bench.figures(lambda asked: asked), "in full": bench.figures(_in_full)}
    with stand_in_model(lambda asked: _put_in_full(asked, in_full)) as stand_in:
        stood_in = bench.figures(lambda asked: asked, llm_url=stand_in.url, llm_model="stand-in")
    measured["as typed, put in full by a stand-in"] = stood_in
    measured["what the way loses"] = {
        name: round(measured["in full"][name] - stood_in[name], 4) for name in _FIGURES if name in stood_in
    }
    measured |= _chosen(bench, judgement)
    if server:
        measured[f"as typed, with {server['llm_model']}"] = bench.figures(lambda asked: asked, **server)
    return measured


def _chosen(bench: _Bench, judgement: Path | None) -> dict[str, Figures]:
    """Return the figures where stand-ins choose, judged in several ways."""
    measured: dict[str, Figures] = {}
    chose = {name: _both_ways(bench, chooser) for name, chooser in _choosers(bench.known).items()}
    shipped = shipped_judgement()
    everything = BothWays(
        [one for both in chose.values() for one in both.theirs], [one for both in chose.values() for one in both.ours]
    )
    of_all = iter(judged_anew(everything, shipped))
    for name, both in chose.items():
        way = f"in full, chosen by a stand-in: {name}"
        measured[f"{way}; as the reader says of what it chose"] = {**_figures(both.theirs), **_used(both.theirs)}
        measured[f"{way}; judged as shipped"] = _figures(judged_by(both, shipped))
        measured[f"{way}; judged anew from all"] = _figures([next(of_all) for _ in both.theirs])
        measured[f"{way}; judged anew from its own"] = _figures(judged_anew(both, shipped))
    fitted = fit_judgement(everything, shipped)
    if judgement is not None and fitted is not None:
        judgement.write_text(json.dumps(fitted.as_json(), indent=1) + "\n", encoding="utf-8")
    return measured


def _choosers(known: Sequence[Known]) -> dict[str, Chooser]:
    evidence = {_in_full(asked).question: [on_one_line(one.text) for one in gold.evidence] for asked, gold in known}
    return {
        **{name: Chooser(evidence, right) for name, right in _HOW_RIGHT.items()},
        "always the first": Chooser(evidence, always=(1,)),
        "never any": Chooser(evidence, always=()),
    }


def _both_ways(bench: _Bench, chooser: Chooser) -> BothWays:
    with stand_in_model(chooser) as server, tempfile.TemporaryDirectory() as folder:
        replies = []
        for judgement in (THEIRS_FIRST, OURS_FIRST):
            file = Path(folder) / "llm.json"
            file.write_text(json.dumps(judgement.as_json()), encoding="utf-8")
            judged, _ = bench.asked(_in_full, llm_url=server.url, llm_model="stand-in", llm_judgement=file)
            replies.append(judged)
        return BothWays(*replies)


def _in_full(asked: AskedQuestion) -> AskedQuestion:
    return replace(asked, question=str(asked.fields.get("standalone") or asked.question), history=())


def _told(asked: AskedQuestion) -> tuple[tuple[str, ...], ...]:
    """Return what a model is told of a message: by this the stand-in knows it."""
    return fenced_in(to_understand(read_scope(asked.question)[0], asked.history).material)


def _put_in_full(asked: Asked, in_full: Mapping[tuple[tuple[str, ...], ...], str]) -> str | Written:
    """Return what a model would say that understands as people do, and leaves choosing to the reader."""
    return understood(in_full[asked.fenced]) if asked.task == "understood" else Written(completion("not asked"))


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
    parser.add_argument("--judgement", type=Path, metavar="FILE", help="where to keep what is fitted to the choices")
    parser.add_argument("--seconds", type=float, default=_PATIENCE, help="that a model may take for a message")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = options.index or Path(stack.enter_context(tempfile.TemporaryDirectory())) / "index"
        real = {"llm_url": options.url, "llm_model": options.model} if options.url else None
        bench = _Bench(options.data, folder, options.limit, options.seconds)
        found = measure(bench, server=real, judgement=options.judgement)
    print(json.dumps(found, indent=1))
