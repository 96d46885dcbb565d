"""Training of the clause parser: what is learnt from, and that what ships computes what was trained."""

from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from index.attribution.parsing import ClauseParser
from index.attribution.words import QUOTE, Clause, Word
from tests.late_imports import imported_when_used
from training.clause_grammar import ClauseGrammar, clauses_in, says
from training.made_sources import with_made_source

if TYPE_CHECKING:
    import torch

    from training import clause_parser
else:
    torch = imported_when_used("torch")
    clause_parser = imported_when_used("training.clause_parser")

_SAID = ClauseGrammar(
    [QUOTE, ",", "said", "Ada", "Brook", "."],
    ["X", "PUNCT", "VERB", "PROPN", "PROPN", "PUNCT"],
    ["O", "O", "O", "B", "I", "O"],
    {2: 4},
)
_OPENED = ClauseGrammar(
    ["The", "bridge", "opened", "."], ["DET", "NOUN", "VERB", "PUNCT"], ["B", "I", "O", "O"], {2: 1}
)


def _clause(grammar: ClauseGrammar) -> Clause:
    return Clause(tuple(Word(word, at, at + 1) for at, word in enumerate(grammar.words)), {}, 0)


def test_the_clauses_of_an_article_begin_with_its_headline() -> None:
    words = [
        [word.text for word in clause.words] for clause in clauses_in("Bridge opens", "“It holds well now,” he said.")
    ]
    assert words == [["Bridge", "opens", "."], [QUOTE, ",", "he", "said", "."], ["It", "holds", "well", "now", ","]]


@pytest.mark.parametrize("seed", range(200))
def test_a_made_source_is_the_subject_of_its_verb(seed: int) -> None:
    for clause in (_SAID, _OPENED):
        made = with_made_source(clause, says, Random(seed))
        assert len(made.words) == len(made.tags) == len(made.chunks)
        assert all(made.tags[verb] in ("VERB", "VERBVBG") for verb in made.subjects)
        assert all(made.tags[place] not in ("PUNCT", "VERB") for place in made.subjects.values())


def test_what_ships_computes_what_was_trained(tmp_path: Path) -> None:
    (network, _), *_ = list(clause_parser.train([_SAID, _OPENED] * 8, 2))[-1:]
    network.load_state_dict({name: tensor.half().float() for name, tensor in network.state_dict().items()})
    clause_parser.write(network, tmp_path / "parser.npz")

    clauses = [_SAID, _OPENED]
    parses = ClauseParser(tmp_path / "parser.npz").parse([_clause(one) for one in clauses], [[2], [2]])
    with torch.no_grad():
        batch = clause_parser.batch_of(clauses)
        states = network.states(batch)
        wanted = network.subjects(states, batch).softmax(-1).numpy()
    quoted = wanted[0].copy()
    barred = [0, 1, 5]  # a quotation and marks are never taken for a source
    quoted[barred] = 0
    np.testing.assert_allclose(parses[0].subjects[2], quoted / quoted.sum(), atol=1e-4)
    assert clause_parser.measured(network, clauses).keys() == {"tags", "chunks", "subjects"}
