"""The network that is trained: an encoder over question and passage with a start and an end score for each token.

The first token stands for "no answer here", as is usual for extractive question answering, so one objective
teaches both where the answer stands and whether there is one, and any tool that runs such models can run it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from tokenizers import Encoding, Tokenizer
from transformers import BertForQuestionAnswering, logging

from bot.reading.span_scoring import MAX_TOKENS
from index import Span
from training.reading_examples import ReadingExample

_NO_ANSWER = 0


@dataclass(frozen=True, slots=True)
class Batch:
    """`ids`, `types`, `mask`: (n, tokens) int64. `readable`, `starts`, `ends`: (n, tokens) bool.

    `readable` are the tokens that a score may fall on: the passage's, and the first. `starts` and `ends` are the
    ones that are right.
    """

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    readable: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the same batch on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


def new_model(weights: Path, *, attention: str = "sdpa") -> BertForQuestionAnswering:
    """Return a model with the weights in a folder and, if they lack one, a fresh scoring layer.

    Word vectors are not trained: the data is small.
    """
    logging.set_verbosity_error()  # that the scoring layer is new is no news
    model = BertForQuestionAnswering.from_pretrained(
        weights, attn_implementation=attention, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0
    )
    for parameters in model.bert.embeddings.parameters():
        parameters.requires_grad = False
    return model


def load_tokenizer(encoder: Path) -> Tokenizer:
    """Return the encoder's tokenizer, which cuts the passage where a pair is too long."""
    tokenizer = Tokenizer.from_file(str(encoder / "tokenizer.json"))
    tokenizer.enable_truncation(MAX_TOKENS, strategy="only_second")
    tokenizer.no_padding()
    return tokenizer


def count_tokens(examples: Sequence[ReadingExample], tokenizer: Tokenizer) -> list[int]:
    """Return the length of each example in tokens."""
    return [len(encoding.ids) for encoding in _encode(examples, tokenizer)]


def load_batches(
    examples: Sequence[ReadingExample], tokenizer: Tokenizer, size: int = 32
) -> Iterator[tuple[Sequence[ReadingExample], list[Encoding], Batch]]:
    """Yield batches of like length, each with its examples and their encodings; the same order for the same
    examples."""
    ordered = sorted(examples, key=lambda one: len(one.question) + len(one.passage))
    for start in range(0, len(ordered), size):
        some = ordered[start : start + size]
        encodings = _encode(some, tokenizer)
        yield some, encodings, _to_batch(some, encodings)


def make_batch(examples: Sequence[ReadingExample], tokenizer: Tokenizer) -> Batch:
    """Return the examples as tensors, padded to the longest."""
    return _to_batch(examples, _encode(examples, tokenizer))


def _to_batch(examples: Sequence[ReadingExample], encodings: Sequence[Encoding]) -> Batch:
    shape = len(examples), max(len(encoding.ids) for encoding in encodings)
    ids, types, mask = (torch.zeros(shape, dtype=torch.int64) for _ in range(3))
    readable, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    readable[:, _NO_ANSWER] = True
    for row, (example, encoding) in enumerate(zip(examples, encodings, strict=True)):
        length = len(encoding.ids)
        ids[row, :length] = torch.tensor(encoding.ids)
        types[row, :length] = torch.tensor(encoding.type_ids)
        mask[row, :length] = 1
        for token, sequence in enumerate(encoding.sequence_ids):
            readable[row, token] |= sequence == 1
        for first, last in _right_tokens(example, encoding):
            starts[row, first] = ends[row, last] = True
    return Batch(ids, types, mask, readable, starts, ends)


def _encode(examples: Sequence[ReadingExample], tokenizer: Tokenizer) -> list[Encoding]:
    encodings: list[Encoding] = tokenizer.encode_batch([(one.question[:400], one.passage) for one in examples])
    return encodings


def scores(model: BertForQuestionAnswering, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return the log-probabilities, (n, tokens) each, that the answer starts, and that it ends, at a token."""
    output = model(input_ids=batch.ids, token_type_ids=batch.types, attention_mask=batch.mask)
    start, end = (
        torch.log_softmax(logits.float().masked_fill(~batch.readable, -1e4), dim=1)
        for logits in (output.start_logits, output.end_logits)
    )
    return start, end


def loss(model: BertForQuestionAnswering, batch: Batch) -> torch.Tensor:
    """Return the mean negative log-probability of a right start and a right end; any of the right ones will do."""
    start, end = scores(model, batch)
    right = (
        torch.logsumexp(logs.masked_fill(~allowed, -1e4), dim=1)
        for logs, allowed in ((start, batch.starts), (end, batch.ends))
    )
    return -sum(one.mean() for one in right) / 2


def _right_tokens(example: ReadingExample, encoding: Encoding) -> list[tuple[int, int]]:
    """Return the first and last token of each right answer; every token of the evidence if no exact answer is known."""
    pairs = [pair for span in example.answers if (pair := _tokens_of(span, encoding)) is not None]
    for span in example.evidence:
        pair = _tokens_of(span, encoding)
        if pair is not None:
            pairs += [(token, token) for token in range(pair[0], pair[1] + 1)]
    return pairs or [(_NO_ANSWER, _NO_ANSWER)]


def _tokens_of(span: Span, encoding: Encoding) -> tuple[int, int] | None:
    inside = [
        token
        for token, ((start, end), sequence) in enumerate(zip(encoding.offsets, encoding.sequence_ids, strict=True))
        if sequence == 1 and start < span.end and span.start < end
    ]
    return (inside[0], inside[-1]) if inside and encoding.offsets[inside[-1]][1] >= span.end else None
