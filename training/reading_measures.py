"""How well a reader reads: right words on passages that answer, and telling these from the others."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.stats import rankdata
from tokenizers import Tokenizer
from transformers import BertForQuestionAnswering

from training.cross_encoder import load_batches, scores
from training.reading_examples import ReadingExample

_LONGEST_ANSWER = 30  # tokens


def measure(
    model: BertForQuestionAnswering, examples: Sequence[ReadingExample], tokenizer: Tokenizer
) -> dict[str, float]:
    """`word_f1`: of the best span against the right ones, where there are exact ones. `auroc`: of answerability."""
    sure: list[float] = []
    overlaps: list[float] = []
    with torch.inference_mode():
        for some, encodings, batch in load_batches(examples, tokenizer):
            start, end = scores(model, batch)
            for row, example in enumerate(some):
                sure.append(float(-start[row, 0] - end[row, 0]))
                if example.answers:
                    first, last = _best_span(start[row].numpy(), end[row].numpy())
                    offsets = encodings[row].offsets
                    text = example.passage[offsets[first][0] : offsets[last][1]]
                    right = (example.passage[span.start : span.end] for span in example.answers)
                    overlaps.append(max(_word_f1(text, one) for one in right))
    answerable = np.array([one.is_answerable for batch in load_batches(examples, tokenizer) for one in batch[0]])
    return {
        "word_f1": round(float(np.mean(overlaps)), 4),
        "auroc": round(area_under_roc(np.array(sure), answerable), 4),
    }


def area_under_roc(values: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The chance that a positive has a higher value than a negative."""
    ranks = rankdata(values)
    n_positive, n_negative = int(positive.sum()), int((~positive).sum())
    above = float(ranks[positive].sum()) - n_positive * (n_positive + 1) / 2
    return above / (n_positive * n_negative)


def _best_span(start: NDArray[np.float32], end: NDArray[np.float32]) -> tuple[int, int]:
    """The span of highest score among those of the passage."""
    both = np.triu(start[1:, None] + end[None, 1:]) + np.tril(np.full((len(start) - 1,) * 2, -1e9), -1)
    both = both + np.triu(np.full(both.shape, -1e9), _LONGEST_ANSWER)
    first, last = np.unravel_index(int(np.argmax(both)), both.shape)
    return int(first) + 1, int(last) + 1


def _word_f1(found: str, right: str) -> float:
    words, wanted = Counter(found.lower().split()), Counter(right.lower().split())
    shared = sum((words & wanted).values())
    return 2 * shared / (sum(words.values()) + sum(wanted.values())) if shared else 0.0
