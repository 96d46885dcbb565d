"""SpanScorer: gives log-probabilities of where in a passage the answer to a question starts and ends.

Two implementations: the shipped 8-bit ONNX model, and any extractive question-answering model of transformers. Which
words to quote, and whether to answer at all, is left to the reader.
"""

import inspect
import os
import re
import threading
import unicodedata
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import numpy as np
from numpy.typing import NDArray
from tokenizers import Encoding, Tokenizer

from index.embedding.embedder import open_session
from index.embedding.onnx_runtime import onnxruntime
from index.errors import ModelUnavailable

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerBase

SHIPPED_FOLDER = Path(__file__).parent / "model"
MODEL_FILES = ("model.onnx", "tokenizer.json")
"""What is in the folder of such a model: the network, and how words become numbers."""
EVIDENCE = "evidence_logits"
"""The output of such a model that says of each token whether its sentence answers. Models that have it were trained
with what stands above a passage in front of it; the others were not."""
_OUTPUTS = ("start_logits", "end_logits", EVIDENCE)
MAX_TOKENS = 192
"""The most that the shipped model reads: question, passage and separators, as it was trained. The rest of a passage is
not read."""
MOST_TOKENS = 512
"""The most that any model reads: passages are shorter."""
_MAX_QUESTION_TOKENS = 64
_NO_ANSWER = 0
_REMEDY = "Install Newsquote again."
_SURROGATE = re.compile(r"[\ud800-\udfff]")

Logits = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SpanScores:
    """Where in one passage the answer may start and end, n being the passage's tokens that were read.

    `offsets`: (n, 2) int64, half-open character bounds of each token in the passage. `start`, `end`: (n,) float32,
    log-probabilities that the answer starts, or ends, at that token. `no_start`, `no_end`: log-probabilities
    that the passage does not answer. exp(start) and exp(no_start) sum to one, and so do the ends. `evidence`: (n,)
    float32, None where a model has none; its mean over a sentence is the odds that this answers, as a logarithm.
    """

    offsets: NDArray[np.int64]
    start: NDArray[np.float32]
    end: NDArray[np.float32]
    no_start: float
    no_end: float
    evidence: NDArray[np.float32] | None = None


class SpanScorer(Protocol):
    """Reads a question and a passage together and says where the answer may stand."""

    @property
    def name(self) -> str:
        """The model as a person would call it."""

    @property
    def spare(self) -> int:
        """How many passages it could read at once now without keeping anybody waiting."""

    @property
    def reads_headings(self) -> bool:
        """Whether it was trained with what stands above a passage in front of it."""

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """Return the scores of each passage, in the order given; the end of what is too long is not read.

        `headings`: what is read in front of each passage, with the space between; offsets do not count it.
        """


class OnnxSpanScorer:
    """The shipped reader in 8-bit integers, run by onnxruntime: no torch, one maths thread a passage.

    Each passage is run alone, unpadded. For 1, 2, 3, 4 and 8 passages of about 110 tokens that is as fast as batches of
    2 and 4 or faster, it keeps every core busy from two passages on, and scores do not depend on the passages beside:
    in 8 bits the values of a whole batch share one scale. However many ask, no more passages are run at once than there
    are cores: more would only take each other's time and memory.
    """

    name = "newsquote-reader"

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, *, workers: int) -> None:
        self._session = session
        self._pairs = _PairEncoder(tokenizer, MAX_TOKENS)
        self._pool = ThreadPoolExecutor(workers, "span-scoring")
        self._workers = workers
        self._waiting = 0
        self._lock = threading.Lock()
        given = {one.name for one in session.get_outputs()}
        self._outputs = [name for name in _OUTPUTS if name in given]

    @property
    def spare(self) -> int:
        """The number of workers that have nothing to do."""
        return max(0, self._workers - self._waiting)

    @property
    def reads_headings(self) -> bool:
        """Models with evidence do."""
        return EVIDENCE in self._outputs

    @classmethod
    def load(cls, folder: Path = SHIPPED_FOLDER) -> "OnnxSpanScorer":
        """Return the model in `folder`: the files of `MODEL_FILES`.

        Raises:
            ModelUnavailable: one of them is absent or unreadable.
        """
        for name in MODEL_FILES:
            if not (folder / name).is_file():
                raise ModelUnavailable(
                    f"The shipped reader's {name} is not in {folder}. Install Newsquote again, put a model there "
                    f"with `python -m training.export`, or set READER_MODEL to a question-answering model."
                )
        tokenizer = _open_tokenizer(folder / "tokenizer.json")
        return cls(open_session(folder / "model.onnx", _REMEDY), tokenizer, workers=os.cpu_count() or 1)

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """Return the scores of each passage, in the order given; passages are read side by side on every core."""
        headings = headings or [""] * len(passages)
        with self._lock:
            self._waiting += len(passages)
        try:
            pairs = self._pairs.encode(question, _below(headings, passages))
            return list(self._pool.map(self._run, passages, headings, pairs))
        finally:
            with self._lock:
                self._waiting -= len(passages)

    def _run(self, passage: str, heading: str, pair: Encoding) -> SpanScores:
        inputs = {"input_ids": [pair.ids], "token_type_ids": [pair.type_ids]}
        rows = {name: np.array(values, np.int64) for name, values in inputs.items()}
        logits = {name: one[0] for name, one in zip(self._outputs, self._session.run(self._outputs, rows), strict=True)}
        return _to_scores(_Pair(passage, heading, pair, _NO_ANSWER), **logits)


class TransformersSpanScorer:
    """Any extractive question-answering model of transformers, by path or hub id, with torch.

    Its no-answer token is the classification token where it has one, as such models are trained, else the first.
    """

    def __init__(self, model_name: str) -> None:
        """Load the model.

        Raises:
            ModelUnavailable: no such folder, and the hub does not have it or cannot be reached; or what was found
                is not a question-answering model with a fast tokenizer.
        """
        self._model, tokenizer = _load_pretrained(model_name)
        if not tokenizer.is_fast:
            raise ModelUnavailable(
                f"READER_MODEL is {model_name!r}, whose tokenizer cannot say where in the text a token stands. "
                "Name a model with a fast tokenizer (one with a tokenizer.json)."
            )
        self.name = Path(model_name).name if Path(model_name).exists() else model_name
        self._pairs = _PairEncoder(tokenizer.backend_tokenizer, _max_tokens(self._model, tokenizer))
        self._classification_id: int | None = tokenizer.cls_token_id
        self._takes_types = _takes_token_types(self._model, tokenizer)

    @property
    def spare(self) -> int:
        """One: passages are read one after another."""
        return 1

    @property
    def reads_headings(self) -> bool:
        """Such models were trained on bare passages."""
        return False

    def score(self, question: str, passages: Sequence[str], headings: Sequence[str] = ()) -> list[SpanScores]:
        """Return the scores of each passage, in the order given, read one after another, on the GPU if there is one."""
        headings = headings or [""] * len(passages)
        return list(map(self._run, passages, headings, self._pairs.encode(question, _below(headings, passages))))

    def _run(self, passage: str, heading: str, pair: Encoding) -> SpanScores:
        # imported with the model, where the reason is given; here it costs a dictionary look-up
        import torch

        inputs = {"input_ids": pair.ids, "attention_mask": pair.attention_mask}
        if self._takes_types:
            inputs["token_type_ids"] = pair.type_ids
        with torch.inference_mode():
            rows = {name: torch.tensor([values], device=self._model.device) for name, values in inputs.items()}
            output = self._model(**rows)
        start, end = (logits[0].float().cpu().numpy() for logits in (output.start_logits, output.end_logits))
        return _to_scores(_Pair(passage, heading, pair, self._no_answer_token(pair)), start, end)

    def _no_answer_token(self, pair: Encoding) -> int:
        added = zip(pair.ids, pair.special_tokens_mask, strict=True)
        return next((at for at, (one, special) in enumerate(added) if special and one == self._classification_id), 0)


def load_span_scorer(model_name: str | None) -> SpanScorer:
    """Return the shipped scorer, or the question-answering model that `model_name` names.

    Raises:
        ModelUnavailable: it cannot be loaded; the text says what to do.
    """
    return TransformersSpanScorer(model_name) if model_name else OnnxSpanScorer.load()


class _PairEncoder:
    """Turns question and passage into the tokens that a model takes, at most `max_tokens` with the separators.

    The tokenizer is set up for that: it belongs to this encoder from now on.

    A long question is cut to 64 tokens, or a third of what the model takes, and then the passage to what is left. The
    tokenizer's own truncation would refuse a question that fills the model alone.
    """

    def __init__(self, tokenizer: Tokenizer, max_tokens: int) -> None:
        self._tokenizer = tokenizer
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        self._tokenizer.encode_special_tokens = True  # "[SEP]" in an article is text like any other
        self._max_tokens = max_tokens - self._tokenizer.num_special_tokens_to_add(True)
        self._max_question_tokens = min(_MAX_QUESTION_TOKENS, self._max_tokens // 3)

    def encode(self, question: str, passages: Sequence[str]) -> list[Encoding]:
        """Return the tokens of the question with each passage, in the order given."""
        asked = self._first_tokens(question, self._max_question_tokens)
        left = self._max_tokens - len(asked)
        return [self._tokenizer.post_process(asked, self._first_tokens(passage, left)) for passage in passages]

    def _first_tokens(self, text: str, max_tokens: int) -> Encoding:
        """Return the first tokens of a text.

        `truncate` alone would keep the rest aside, and later every rest of a question would be paired with every rest
        of a passage: a minute for two long texts.
        """
        text = _SURROGATE.sub("\ufffd", text)  # which tokenizers cannot take
        encoding = self._encode(text)
        if len(encoding) <= max_tokens:
            return encoding
        shorter = self._encode(text[: encoding.offsets[max_tokens - 1][1]])
        shorter.truncate(max_tokens)
        return shorter

    def _encode(self, text: str) -> Encoding:
        return self._tokenizer.encode(text, add_special_tokens=False)


@dataclass(frozen=True, slots=True)
class _Pair:
    """A passage, what stands above it, the tokens of both behind a question, and which token is "no answer"."""

    passage: str
    heading: str
    encoding: Encoding
    no_answer: int


def _below(headings: Sequence[str], passages: Sequence[str]) -> list[str]:
    return [heading + passage for heading, passage in zip(headings, passages, strict=True)]


def _to_scores(
    pair: _Pair, start_logits: Logits, end_logits: Logits, evidence_logits: Logits | None = None
) -> SpanScores:
    """Take logits of all, (tokens of the pair,). The softmax is over the passage's tokens and `no_answer`."""
    moved_by = len(pair.heading)
    bounds = pair.encoding.offsets  # made anew each time it is asked for
    sequences = enumerate(pair.encoding.sequence_ids)
    tokens = [token for token, sequence in sequences if sequence == 1 and bounds[token][0] >= moved_by]
    moved = ((bounds[token][0] - moved_by, bounds[token][1] - moved_by) for token in tokens)
    offsets = np.array([_whole(pair.passage, *one) for one in moved], np.int64).reshape(-1, 2)
    starts, ends = (_log_softmax(logits[[pair.no_answer, *tokens]]) for logits in (start_logits, end_logits))
    evidence = None if evidence_logits is None else evidence_logits[tokens]
    return SpanScores(offsets, starts[1:], ends[1:], float(starts[0]), float(ends[0]), evidence)


def _whole(passage: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of a token without white space around it, and with the marks that belong to its last letter.

    Some tokenizers count the space before a word in; those that strip accents leave a combining one out.
    """
    while start < end and passage[start].isspace():
        start += 1
    while end < len(passage) and not passage[end].isascii() and unicodedata.category(passage[end]).startswith("M"):
        end += 1
    return start, end


def _log_softmax(logits: Logits) -> NDArray[np.float32]:
    shifted = logits.astype(np.float64) - logits.max()
    return np.asarray(shifted - np.log(np.exp(shifted).sum()), np.float32)


def _open_tokenizer(path: Path) -> Tokenizer:
    try:
        return Tokenizer.from_file(str(path))
    except Exception as error:  # tokenizers raises bare Exceptions
        raise ModelUnavailable(f"{path} cannot be opened ({error}). {_REMEDY}") from error


def _load_pretrained(model_name: str) -> "tuple[PreTrainedModel, PreTrainedTokenizerBase]":
    """Return the model, on the GPU if there is one, and its tokenizer."""
    # torch and transformers take seconds to import and are not needed with the shipped model
    import torch
    from transformers import AutoModelForQuestionAnswering, AutoTokenizer

    try:
        tokenizer = AutoTokenizer.from_pretrained(model_name)
        model, loading = AutoModelForQuestionAnswering.from_pretrained(model_name, output_loading_info=True)
    except Exception as error:  # each library that transformers reads files with raises classes of its own
        raise ModelUnavailable(
            f"READER_MODEL is {model_name!r}, and neither a folder nor the model hub gave such a model "
            f"({str(error).splitlines()[0]}). Name a folder with a question-answering model, or unset it."
        ) from error
    if any("qa_outputs" in name for name in loading["missing_keys"]):  # they would be random numbers
        raise ModelUnavailable(
            f"READER_MODEL is {model_name!r}, a model that was not trained to find answers: its scoring layer is "
            "missing. Name an extractive question-answering model, or unset it."
        )
    return model.eval().to("cuda" if torch.cuda.is_available() else "cpu"), tokenizer


def _max_tokens(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> int:
    """Return the longest input of a model, 512 if it does not say or takes more."""
    positions: int = getattr(model.config, "max_position_embeddings", None) or MOST_TOKENS
    table = getattr(getattr(model.base_model, "embeddings", None), "position_embeddings", None)
    padding: int | None = getattr(table, "padding_idx", None)
    unused = 0 if padding is None else padding + 1  # roberta and its kin count positions from there
    longest: int = tokenizer.model_max_length
    return min(MOST_TOKENS, positions - unused, longest)


def _takes_token_types(model: "PreTrainedModel", tokenizer: "PreTrainedTokenizerBase") -> bool:
    """Return whether a model marks question and passage by token types; roberta knows one type and would fail."""
    name = "token_type_ids"
    is_input = name in tokenizer.model_input_names and name in inspect.signature(model.forward).parameters
    return is_input and getattr(model.config, "type_vocab_size", 2) > 1
