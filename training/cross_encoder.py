"""The network that is trained: an encoder over question and passage with three scores for each token.

Of an answer's start and end the first token stands for "no answer here", as is usual for extractive question
answering, so one objective teaches both where the answer stands and whether there is one, and any tool that runs such
models can run it. The third score is evidence: its mean over a sentence's tokens is the odds, as a logarithm, that the
sentence answers by itself; several of a passage may.

Scores are compared across the passages of a question, which reading one passage at a time never teaches. So those of
several passages of one question are also normalised together (Clark and Gardner 2018, "Simple and Effective
Multi-Paragraph Reading Comprehension").
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import torch
from tokenizers import Encoding, Tokenizer
from torch.nn.functional import binary_cross_entropy_with_logits
from transformers import (
    AutoConfig,
    BertConfig,
    BertForQuestionAnswering,
    MPNetConfig,
    MPNetForQuestionAnswering,
    logging,
)

from bot.reading.span_scoring import MAX_TOKENS
from index import Span
from training.reading_examples import Mark, ReadingExample

_NO_ANSWER = 0
_NEVER = -1e4
_RIVALS_COUNT = 0.5
"""What comparing the passages of a question counts beside judging each alone."""
_QUESTION_CHARS = 400


class SpanReader(BertForQuestionAnswering):  # type: ignore[misc]  # transformers is not type-checked here
    """An extractive question-answering model, which every tool can read it as, with an evidence score beside.

    Calling it gives (n, tokens) scores of start, end and evidence.
    """

    def __init__(self, config: BertConfig) -> None:
        super().__init__(config)
        self.evidence = torch.nn.Linear(config.hidden_size, 1)
        self.post_init()

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        return _scored(self, self.bert(input_ids=ids, token_type_ids=types, attention_mask=mask).last_hidden_state)


class LargeSpanReader(MPNetForQuestionAnswering):  # type: ignore[misc]  # as above
    """The same over an MPNet, whose parts of a pair are told by marks between them alone."""

    def __init__(self, config: MPNetConfig) -> None:
        super().__init__(config)
        self.evidence = torch.nn.Linear(config.hidden_size, 1)
        self.post_init()

    def forward(self, ids: torch.Tensor, types: torch.Tensor, mask: torch.Tensor) -> tuple[torch.Tensor, ...]:
        ids = ids.masked_fill(mask == 0, self.config.pad_token_id)
        return _scored(self, self.mpnet(input_ids=ids, attention_mask=mask).last_hidden_state)


def _scored(model: "SpanReader | LargeSpanReader", hidden: torch.Tensor) -> tuple[torch.Tensor, ...]:
    """Return (n, tokens) scores of start, end and evidence by what an encoder made of the tokens."""
    start, end = model.qa_outputs(hidden).unbind(-1)
    return start, end, model.evidence(hidden).squeeze(-1)


@dataclass(frozen=True, slots=True)
class Batch:
    """`ids`, `types`, `mask`: (n, tokens) int64. `readable`, `starts`, `ends`: (n, tokens) bool.

    `readable` are the tokens that a score may fall on: the passage's, and the first. `starts` and `ends` are the
    ones that are right. `weights`: (n,) what each example counts.

    `sentences`: (n, tokens) int64, for each token the number, from 1, of the marked sentence that it belongs to, 0
    where it belongs to none. `answering`, `mark_weights`: (n_marks,) whether these answer, and what that counts.
    """

    ids: torch.Tensor
    types: torch.Tensor
    mask: torch.Tensor
    readable: torch.Tensor
    starts: torch.Tensor
    ends: torch.Tensor
    weights: torch.Tensor
    sentences: torch.Tensor
    answering: torch.Tensor
    mark_weights: torch.Tensor
    rivals: torch.Tensor
    mark_rivals: torch.Tensor

    def to(self, device: torch.device) -> "Batch":
        """Return the same batch on another device."""
        return Batch(*(getattr(self, field.name).to(device) for field in fields(self)))


def new_model(weights: Path, *, attention: str = "sdpa", kept_layers: int = 0) -> SpanReader:
    """Return the weights in a folder; scoring layers that they lack are fresh. Word vectors stay: the data is small.

    So do the first `kept_layers`.
    """
    logging.set_verbosity_error()  # that a scoring layer is new is no news
    is_large = AutoConfig.from_pretrained(weights).model_type == MPNetConfig.model_type
    model: SpanReader = (LargeSpanReader if is_large else SpanReader).from_pretrained(
        weights,
        attn_implementation="eager" if is_large else attention,
        hidden_dropout_prob=0.0,
        attention_probs_dropout_prob=0.0,
    )
    encoder = model.base_model
    for kept in (encoder.embeddings, *encoder.encoder.layer[:kept_layers]):
        kept.requires_grad_(False)
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
    ids, types, mask, sentences = (torch.zeros(shape, dtype=torch.int64) for _ in range(4))
    readable, starts, ends = (torch.zeros(shape, dtype=torch.bool) for _ in range(3))
    readable[:, _NO_ANSWER] = True
    marks: list[Mark] = []
    mark_rows: list[int] = []
    for row, (example, encoding) in enumerate(zip(examples, encodings, strict=True)):
        length = len(encoding.ids)
        ids[row, :length] = torch.tensor(encoding.ids)
        types[row, :length] = torch.tensor(encoding.type_ids)
        mask[row, :length] = 1
        read = _Read.of(example, encoding)
        readable[row, list(read.tokens)] = True
        for first, last in _right_tokens(example, read):
            starts[row, first] = ends[row, last] = True
        for mark in example.marks:
            if (tokens := read.tokens_of(mark.span)) is not None:
                marks.append(mark)
                mark_rows.append(row)
                sentences[row, tokens[0] : tokens[1] + 1] = len(marks)
    weights = torch.tensor([example.weight for example in examples])
    answering = torch.tensor([float(mark.answers) for mark in marks])
    rivals = _rivals(examples)
    return Batch(
        ids,
        types,
        mask,
        readable,
        starts,
        ends,
        weights,
        sentences,
        answering,
        torch.tensor([mark.weight for mark in marks]),
        rivals,
        rivals[mark_rows],
    )


def _rivals(examples: Sequence[ReadingExample]) -> torch.Tensor:
    """Return (n,) the same number for examples with the same `rivals`, another for each that has none."""
    names = [example.rivals if example.rivals is not None else -row for row, example in enumerate(examples, 1)]
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return torch.tensor([numbers[name] for name in names])


def _encode(examples: Sequence[ReadingExample], tokenizer: Tokenizer) -> list[Encoding]:
    pairs = [(one.question[:_QUESTION_CHARS], one.heading + one.passage) for one in examples]
    encodings: list[Encoding] = tokenizer.encode_batch(pairs)
    return encodings


def scores(model: SpanReader, batch: Batch) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return (n, tokens) log-probabilities of where the answer starts, and of where it ends; (n_marks,) of each marked
    sentence the odds, as a logarithm, that it answers."""
    start, end, evidence = (logits.float() for logits in model(batch.ids, batch.types, batch.mask))
    start, end = (torch.log_softmax(logits.masked_fill(~batch.readable, _NEVER), dim=1) for logits in (start, end))
    return start, end, _sentence_means(evidence, batch)


def _sentence_means(values: torch.Tensor, batch: Batch) -> torch.Tensor:
    """Return (n_marks,) the mean over the tokens of each marked sentence."""
    numbers = batch.sentences.flatten()
    sums, counts = (
        torch.zeros(len(batch.answering) + 1, device=values.device).index_add(0, numbers, each.flatten())
        for each in (values, torch.ones_like(values))
    )
    return sums[1:] / counts[1:]


def loss(model: SpanReader, batch: Batch) -> torch.Tensor:
    """Return the mean negative log-probability of a right start and a right end, any of those that are right will do,
    and of what is right for each marked sentence, each passage alone and, where there are several, among its rivals."""
    start, end, evidence = scores(model, batch)
    places = (start, batch.starts), (end, batch.ends)
    right = (torch.logsumexp(logs.masked_fill(~allowed, _NEVER), dim=1) for logs, allowed in places)
    spans = -sum((batch.weights * one).sum() for one in right) / 2 / batch.weights.sum()
    answers = [_loss_among_rivals(*_odds_of_passages(*one, batch), batch.rivals) for one in places]
    together = spans + _RIVALS_COUNT * sum(answers) / 2
    if not len(batch.answering):
        return together
    marked = binary_cross_entropy_with_logits(evidence, batch.answering, batch.mark_weights, reduction="sum")
    rightly = evidence.masked_fill(batch.answering == 0, _NEVER)
    return (
        together
        + marked / batch.mark_weights.sum()
        + _RIVALS_COUNT * _loss_among_rivals(evidence, rightly, batch.mark_rivals)
    )


def _odds_of_passages(logs: torch.Tensor, right: torch.Tensor, batch: Batch) -> tuple[torch.Tensor, torch.Tensor]:
    """Return, (n,) each, the odds of any place in the passage against "no answer here", and of the right places."""
    odds = logs - logs[:, :1]
    in_passage = batch.readable.clone()
    in_passage[:, _NO_ANSWER] = False
    every, good = (torch.logsumexp(odds.masked_fill(~one, _NEVER), dim=1) for one in (in_passage, in_passage & right))
    return every, good


def _loss_among_rivals(every: torch.Tensor, right: torch.Tensor, rivals: torch.Tensor) -> torch.Tensor:
    """Return the mean negative logarithm of the share of what is right, over questions of which something is and
    something is not; 0 if there are none.

    `every`, `right`: (n,) logarithms of weights, `right` of what is right of each alone; `rivals`: (n,) whose they are.
    """
    numbers = torch.arange(int(rivals.max()) + 1, device=rivals.device)
    of = rivals == numbers[:, None]
    both = [torch.logsumexp(one.expand(of.shape).masked_fill(~of, _NEVER), dim=1) for one in (every, right)]
    usable = (both[1] > _NEVER / 2) & (of.sum(dim=1) > 1)
    return (both[0] - both[1])[usable].mean() if bool(usable.any()) else every.sum() * 0.0


@dataclass(frozen=True, slots=True)
class _Read:
    """The passage's tokens as far as they were read, and their bounds in it."""

    tokens: Sequence[int]
    bounds: Sequence[tuple[int, int]]

    @classmethod
    def of(cls, example: ReadingExample, encoding: Encoding) -> "_Read":
        moved_by = len(example.heading)
        offsets = encoding.offsets  # made anew each time it is asked for
        tokens = [
            token
            for token, sequence in enumerate(encoding.sequence_ids)
            if sequence == 1 and offsets[token][0] >= moved_by
        ]
        return cls(tokens, [(offsets[token][0] - moved_by, offsets[token][1] - moved_by) for token in tokens])

    def tokens_of(self, span: Span) -> tuple[int, int] | None:
        """Return first and last, None if not all of it was read."""
        inside = [at for at, (start, end) in enumerate(self.bounds) if start < span.end and span.start < end]
        if not inside or self.bounds[inside[-1]][1] < span.end:
            return None
        return self.tokens[inside[0]], self.tokens[inside[-1]]


def _right_tokens(example: ReadingExample, read: _Read) -> list[tuple[int, int]]:
    """Return the first and last token of each right answer; every token of the evidence if no exact answer is known."""
    pairs = [pair for span in example.answers if (pair := read.tokens_of(span)) is not None]
    for span in example.evidence:
        pair = read.tokens_of(span)
        if pair is not None:
            pairs += [(token, token) for token in range(pair[0], pair[1] + 1)]
    return pairs or [(_NO_ANSWER, _NO_ANSWER)]
