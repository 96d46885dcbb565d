"""The command that reports how well questions with known answers are answered."""

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.progress import track

from bot.adapters.jsonl import AskedQuestion, ask, read_questions
from bot.app import Models, build_dialogue, build_pointing, judgement_of, load_models
from bot.commands.preparing import ERRORS, lines_of, prepare
from bot.errors import BotError
from bot.evaluation import (
    BothWays,
    Gold,
    Judged,
    as_markdown,
    compared,
    evaluate,
    fit_judgement,
    gold_of,
    judge,
    judged_anew,
    make_folder,
    write_report,
)
from bot.pointing import Judgement, Pointing, RememberingModel
from bot.pointing.judgement import OURS_FIRST, THEIRS_FIRST
from bot.settings import Settings
from bot.store import Store
from index import Article
from index.command_line import CommandLine
from index.ingest.sources import read_articles

_EVALUATE_EXAMPLES = """examples:
  python -m bot evaluate questions.jsonl --articles seeds                figures and the worst failures
  python -m bot evaluate questions.jsonl --articles seeds --out report   ... with pictures, all failures and JSON

lines of QUESTIONS.jsonl:
  {"question": "Who brokered the ceasefire?", "evidence": ["brokered by Moscow"], "answers": ["Moscow"]}
  {"question": "What is the capital of France?", "answerable": false}

With --llm the language model of LLM_URL is asked, too, and the figures with it stand beside those without; --out then
also writes llm.json, how its choices are judged best, for LLM_JUDGEMENT.

Evidence is words of an article, or "gold": [{"article": "ID", "start": 0, "end": 9}]. Each of "groups": ["..."] is also
reported on its own. "articles", "before" and "history" mean what they mean to `ask --jsonl`; an earlier question
in "history" may have the "answer" and the "citations" of a reply.
Without --index the articles are indexed for this report only.
"""


def add_to(line: CommandLine) -> None:
    """Add the command."""
    report = line.add("evaluate", _evaluate, "report how well a file of questions with known answers is answered")
    report.epilog = _EVALUATE_EXAMPLES
    report.add_argument(
        "questions", metavar="QUESTIONS.jsonl", help='with "evidence" or "gold" where an article answers'
    )
    report.add_argument("--articles", metavar="PATH", type=Path, required=True, help="the articles they are asked over")
    report.add_argument(
        "--llm", action="store_true", help="ask LLM_URL's model, too: both ways beside each other, and how it is judged"
    )
    report.add_argument(
        "--out", metavar="DIR", type=Path, help="a folder for report.md, report.json, failures.md, pictures"
    )


def _evaluate(options: argparse.Namespace, settings: Settings) -> int:
    if options.llm and settings.llm_url is None:
        raise BotError("--llm asks a language model, and LLM_URL is not set; see .env.example")
    texts = {item.id: item.text for item in read_articles(options.articles) if isinstance(item, Article)}
    known = _known_questions(options.questions, texts)
    if options.out:
        make_folder(options.out)
    with TemporaryDirectory() as folder:
        given: dict[str, Path | None] = {"articles": options.articles, "index": options.index}
        if options.index is None:
            given |= {"index": Path(folder) / "index", "vector_url": None}
        settings = settings.model_copy(update=given)
        prepare(settings)
        models = load_models(settings)
        without = settings.model_copy(update={"llm_url": None})
        beside = _judged(known, texts, without, models)
        asked = _with_model(known, texts, settings, models) if options.llm else None
    evaluation = evaluate(asked.judged if asked else beside)
    print(as_markdown(evaluation), end="")
    if asked:
        _report_on_model(beside, asked, judgement_of(settings), options.out)
    if options.out:
        write_report(evaluation, options.out)
        ERRORS.print(f"The report is in {options.out}.", markup=False, highlight=False, soft_wrap=True)
    return 0


@dataclass(frozen=True, slots=True)
class _Asked:
    """What became of questions with the language model as it is set, and with either sentence in front."""

    judged: list[Judged]
    both: BothWays


def _judged(
    known: Sequence[tuple[AskedQuestion, Gold]],
    texts: Mapping[str, str],
    settings: Settings,
    models: Models,
    pointing: Pointing | None = None,
) -> list[Judged]:
    """Return what each reply is worth."""
    with Store.in_memory() as store:
        dialogue = build_dialogue(settings, store, models=models, pointing=pointing)
        asking = track(known, "asking", console=ERRORS, transient=True)
        return [judge(asked.question, gold, ask(dialogue, asked), texts) for asked, gold in asking]


def _with_model(
    known: Sequence[tuple[AskedQuestion, Gold]], texts: Mapping[str, str], settings: Settings, models: Models
) -> _Asked:
    """Ask the language model once, and reply in each way."""
    with Store.in_memory() as store:
        pointing = build_pointing(settings, store)
        if pointing is None:
            raise BotError("--llm asks a language model, and LLM_URL is not set; see .env.example")
        pointing = replace(pointing, model=RememberingModel(pointing.model))
        judged = _judged(known, texts, settings, models, pointing)
        theirs, ours = (
            _judged(known, texts, settings, models, replace(pointing, judgement=judgement))
            for judgement in (THEIRS_FIRST, OURS_FIRST)
        )
        return _Asked(judged, BothWays(theirs, ours))


def _report_on_model(without: list[Judged], asked: _Asked, before: Judgement, folder: Path | None) -> None:
    """Print both ways beside each other, and keep how the model's choices are judged best."""
    print(f"\n{compared(without, asked.judged, judged_anew(asked.both, before))}")
    fitted = fit_judgement(asked.both, before)
    if fitted is None:
        ERRORS.print("Too few choices of the model are known to be right or wrong to fit how they are judged.")
    elif folder is not None:
        (folder / "llm.json").write_text(json.dumps(fitted.as_json(), indent=1) + "\n", encoding="utf-8")
        where = f"How the model's choices are judged best is in {folder / 'llm.json'}: set LLM_JUDGEMENT to it."
        ERRORS.print(where, markup=False, highlight=False, soft_wrap=True)


def _known_questions(path: str, texts: Mapping[str, str]) -> list[tuple[AskedQuestion, Gold]]:
    with lines_of(path) as lines:
        known = [(asked, gold_of(asked.fields, texts)) for asked in read_questions(lines)]
    if not known:
        raise BotError(f"{path} holds no question; expected a JSON object a line")
    n_lost = sum(gold.is_out_of_reach for _, gold in known)
    if n_lost == sum(bool(gold.evidence) for _, gold in known) > 0:
        raise BotError(f"no evidence of {path} is in any of the {len(texts)} articles; are --articles the right ones?")
    if n_lost:
        lost = f"Questions with all evidence in articles that were not read, which count as not retrieved: {n_lost}."
        ERRORS.print(lost, highlight=False, soft_wrap=True)
    return known
