"""What went wrong, question by question, in words that say what to mend."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from bot.evaluation.judging import Judged, Stage

_LONGEST_TEXT = 400
_MARKUP = re.compile(r"([\\`*_\[\]<>|])")
_MENDED_BY = {
    Stage.NOT_RETRIEVED: "search: no passage that was read holds the evidence",
    Stage.OTHER_SENTENCE: "reader: the passage was there, another sentence seemed to fit better",
    Stage.REFUSED: "confidence: too low for a right quote",
    Stage.ANSWERED_NOTHING: "confidence: too high where nothing answers",
}


def failures_of(judged: Iterable[Judged]) -> list[Judged]:
    """Return the replies that went wrong, the worst first: answers before refusals, the most confident first."""
    return sorted((one for one in judged if one.stage), key=lambda one: (not one.is_answered, -one.confidence))


def stage_table(judged: Sequence[Judged]) -> str:
    """Return a Markdown table of the failures at each stage, and how many of them were given as answers."""
    failed = failures_of(judged)
    counts = Counter(one.stage for one in failed)
    answered = Counter(one.stage for one in failed if one.is_answered)
    rows = (
        f"| {stage.value} | {counts[stage]} | {counts[stage] / len(judged):.1%} | {answered[stage]} | {what} |"
        for stage, what in _MENDED_BY.items()
    )
    total = f"| **all** | {len(failed)} | {len(failed) / len(judged):.1%} | {answered.total()} | |"
    head = (
        "| stage | failures | of all questions | told as an answer | to be mended in |\n| --- | --: | --: | --: | --- |"
    )
    return "\n".join([head, *rows, total])


def listed(failed: Sequence[Judged]) -> str:
    """Return each failure as a Markdown section with its texts."""
    return "\n\n".join("\n".join(_lines(number, one)) for number, one in enumerate(failed, 1))


def failures_by_stage(judged: Sequence[Judged]) -> str:
    """Return all failures as a Markdown document, a chapter for each stage."""
    failed = failures_of(judged)
    chapters = [
        f"## {stage.value.capitalize()}: {len(some)}\n\n{listed(some)}"
        for stage in _MENDED_BY
        if (some := [one for one in failed if one.stage is stage])
    ]
    return "\n\n".join(["# Failures", stage_table(judged), *chapters]) + "\n"


def _lines(number: int, one: Judged) -> Iterator[str]:
    assert one.stage
    what = "answered" if one.is_answered else "refused"
    found = f"evidence in passage {one.rank}" if one.rank else "evidence in no passage"
    yield f"### {number}. {_plain(one.question)}\n"
    where = f", {found}" if one.gold.is_answerable else ""
    yield f"*{one.stage.value}*: {what} with confidence {one.confidence:.2f}{where}\n"
    if one.reply.resolved_question != one.question:
        yield f"- understood as: {_plain(one.reply.resolved_question)}"
    for citation in one.reply.citations[:1]:
        yield f"- quoted: “{_plain(citation.quote.text)}” ({_plain(citation.title)})"
    for words in dict.fromkeys(_plain(evidence.text) for evidence in one.gold.evidence):
        yield f"- evidence: “{words}”" if words else "- evidence: in an article that was not read"
    if one.short_answer:
        yield f"- short answer: {_plain(one.short_answer)}"
    if one.gold.answers:
        yield f"- known answers: {_plain('; '.join(one.gold.answers))}"


def _plain(text: str) -> str:
    """Return the text on one line, cut if it is long, without anything that Markdown would take for markup."""
    words = " ".join(text.split())
    return _MARKUP.sub(r"\\\1", words if len(words) <= _LONGEST_TEXT else f"{words[:_LONGEST_TEXT]} …")
