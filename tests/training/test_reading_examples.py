"""Question sets to examples: passages that answer, and passages that do not."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from index import Span
from training.reading_examples import REPLAY, WIDER, Portion, ReadingExample, load_examples

_CONTEXT = (
    "The ferry to Marlow was sold in 1998. Its last captain, Tom Reed, kept the bell. "
    + "It hung over the door of the inn for years and was rung when somebody won at cards. " * 4
    + "\n\nThe bridge was opened by Ada Brook in May 2004. It is 300 metres long and has two lanes for cyclists. "
    + "On winter days it is closed when the wind is too strong, which the council decides. " * 4
)


def _record(question: str, *answers: str, **more: object) -> dict[str, Any]:
    spans = [{"text": answer, "start": _CONTEXT.index(answer)} for answer in answers]
    record = {"question": question, "context": _CONTEXT, "answers": spans, "evidence": [], "answerable": True}
    return {**record, **more}


def _write(folder: Path, name: str, *records: dict[str, Any]) -> None:
    with gzip.open(folder / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        file.writelines(json.dumps(record) + "\n" for record in records)


def _load(folder: Path, *records: dict[str, Any], **rates: float) -> list[ReadingExample]:
    _write(folder, "set", *records)
    return load_examples(folder, [Portion("set", **rates)], seed=1)  # type: ignore[arg-type]


def test_a_passage_keeps_its_exact_answers_where_they_stand(tmp_path: Path) -> None:
    (example,) = _load(tmp_path, _record("Who opened the bridge?", "Ada Brook"))

    assert [span.slice(example.passage) for span in example.answers] == ["Ada Brook"]
    assert example.passage in _CONTEXT
    assert len(example.passage) < len(_CONTEXT)


def test_evidence_serves_where_no_exact_answer_is_known(tmp_path: Path) -> None:
    sentence = "The bridge was opened by Ada Brook in May 2004."
    start = _CONTEXT.index(sentence)
    evidence = [{"start": start, "end": start + len(sentence)}]

    (example,) = _load(tmp_path, _record("Who opened it?", evidence=evidence))

    assert example.answers == ()
    assert [span.slice(example.passage) for span in example.evidence] == [sentence]


def test_without_either_the_whole_passage_is_the_evidence(tmp_path: Path) -> None:
    (example,) = _load(tmp_path, _record("Is there a bridge?"))

    assert example.evidence == (Span(0, len(example.passage)),)


def test_a_question_that_nothing_answers_gets_the_passage_most_like_it(tmp_path: Path) -> None:
    (example,) = _load(tmp_path, _record("How long is the bridge for cyclists?", answerable=False))

    assert not example.is_answerable
    assert "300 metres" in example.passage


def test_a_neighbour_lacks_the_answer(tmp_path: Path) -> None:
    examples = _load(tmp_path, _record("Who opened the bridge?", "Ada Brook"), neighbours=1.0)

    (neighbour,) = [one for one in examples if not one.is_answerable]
    assert "Ada Brook" not in neighbour.passage


def test_a_swapped_name_is_not_the_one_that_was_asked_for(tmp_path: Path) -> None:
    examples = _load(tmp_path, _record("When did Ada Brook open the bridge?", "May 2004"), swapped=1.0)

    (swapped,) = [one for one in examples if not one.is_answerable]
    assert swapped.question != "When did Ada Brook open the bridge?"
    assert swapped.passage == next(one.passage for one in examples if one.is_answerable)


def test_a_name_is_swapped_whole(tmp_path: Path) -> None:
    question = "When did Ada Brook open the bridge?"
    _write(tmp_path, "set", _record(question, "May 2004"))
    loaded = [load_examples(tmp_path, [Portion("set", swapped=1.0)], seed=seed) for seed in range(20)]

    asked = {one.question for examples in loaded for one in examples if not one.is_answerable}

    assert asked
    assert not any("Ada" in one or "Brook" in one for one in asked)


def test_found_passages_come_from_their_own_file(tmp_path: Path) -> None:
    _write(tmp_path, "set.hardneg", {"question": "Who?", "context": "Nobody came.", "answers": []})

    examples = _load(tmp_path, _record("Who opened the bridge?", "Ada Brook"), found=1.0)

    assert ("Who?", "Nobody came.", False) in [(one.question, one.passage, one.is_answerable) for one in examples]


def test_the_sentence_that_holds_the_answer_is_marked_and_the_others_are_doubted(tmp_path: Path) -> None:
    (example,) = _load(tmp_path, _record("How long is it?", "300 metres"))

    marked = [(one.span.slice(example.passage)[:11], one.weight) for one in example.marks if one.answers]
    assert marked == [("It is 300 m", 1.0)]
    assert {one.weight for one in example.marks if not one.answers} == {0.5}


def test_of_questions_that_people_wrote_as_traps_no_sentence_is_doubted(tmp_path: Path) -> None:
    (example,) = _load(tmp_path, _record("How long is the bridge for cyclists?", answerable=False))

    assert {(one.answers, one.weight) for one in example.marks} == {(False, 1.0)}


def test_passages_that_do_not_answer_have_titles_as_often_as_the_others(tmp_path: Path) -> None:
    records = [_record(f"Who opened bridge {number}?", "Ada Brook", title="Old_bridges") for number in range(200)]
    _write(tmp_path, "set.hardneg", *({**one, "answers": []} for one in records))

    examples = _load(tmp_path, *records, found=1.0)

    for answerable in (True, False):
        headings = [one.heading for one in examples if one.is_answerable == answerable]
        assert set(headings) == {"", "Old bridges: "}
        assert 70 < sum(map(bool, headings)) < 130


def test_every_set_is_read_once_more() -> None:
    names = [one.name for one in REPLAY]

    assert sorted(names) == sorted({one.name for one in WIDER})


def test_the_same_seed_gives_the_same_examples(tmp_path: Path) -> None:
    records = [_record(f"Who opened bridge {number}?", "Ada Brook") for number in range(20)]

    assert _load(tmp_path, *records, neighbours=0.5) == _load(tmp_path, *records, neighbours=0.5)


def test_no_more_questions_are_taken_than_asked_for(tmp_path: Path) -> None:
    records = [_record(f"Who opened bridge {number}?", "Ada Brook") for number in range(20)]

    assert len(_load(tmp_path, *records, questions=5)) == 5


def test_a_missing_set_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        load_examples(tmp_path, [Portion("absent")], seed=1)
