"""How well a reader reads: right words on passages that answer, and recognising those that do not."""

from collections import Counter
from collections.abc import Sequence

import numpy as np
import torch
from tokenizers import Tokenizer

from bot.reading.sentence_scores import best_span
from training.area_under_roc import area_under_roc
from training.cross_encoder import SpanReader, load_batches, scores
from training.reading_examples import ReadingExample


def measure(model: SpanReader, examples: Sequence[ReadingExample], tokenizer: Tokenizer) -> dict[str, float]:
    """Measure `word_f1`: of the best span against the right ones, where there are exact ones.

    `auroc`: of answerability. `evidence_auroc`: of marked sentences, where there are such that answer and such that
    do not.
    """
    sure: list[float] = []
    answerable: list[bool] = []
    overlaps: list[float] = []
    odds: list[float] = []
    answering: list[float] = []
    with torch.inference_mode():
        for some, encodings, batch in load_batches(examples, tokenizer):
            start, end, evidence = scores(model, batch)
            odds += evidence.tolist()
            answering += batch.answering.tolist()
            for row, example in enumerate(some):
                sure.append(float(-start[row, 0] - end[row, 0]))
                answerable.append(example.is_answerable)
                if example.answers:
                    first, last = best_span(start[row, 1:].numpy(), end[row, 1:].numpy())
                    offsets = encodings[row].offsets[1:]
                    text = (example.heading + example.passage)[offsets[first][0] : offsets[last][1]]
                    right = (example.passage[span.start : span.end] for span in example.answers)
                    overlaps.append(max(_word_f1(text, one) for one in right))
    measures = {
        "word_f1": round(float(np.mean(overlaps)), 4),
        "auroc": round(area_under_roc(np.array(sure), np.array(answerable)), 4),
    }
    positive = np.array(answering, bool)
    if positive.any() and not positive.all():
        measures["evidence_auroc"] = round(area_under_roc(np.array(odds), positive), 4)
    return measures


def _word_f1(found: str, right: str) -> float:
    words, wanted = Counter(found.lower().split()), Counter(right.lower().split())
    shared = sum((words & wanted).values())
    return 2 * shared / (sum(words.values()) + sum(wanted.values())) if shared else 0.0
