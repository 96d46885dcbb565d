"""Texts to vectors: the Embedder protocol, the shipped int8 ONNX model, and any sentence-transformers model."""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray
from tokenizers import Tokenizer

from index.embedding.onnx_runtime import onnxruntime
from index.embedding.shipped_model import DIMENSION, FINGERPRINT, MAX_TOKENS, NAME, prepare_shipped_model
from index.embedding.token_filter import TokenFilter
from index.errors import ModelUnavailable

_BATCH_TOKENS = 512
"""Padded tokens a batch. Small batches stay in the processor's cache: of 256 to 4096, 512 was within 2% of
the fastest with two cores, 4096 took half as long again and three times the memory."""

Vectors = NDArray[np.float32]


class Embedder(Protocol):
    """Turns texts into vectors that can be compared by their inner product."""

    @property
    def name(self) -> str:
        """The model as a person would call it."""

    @property
    def backend(self) -> str:
        """What computes it: vectors of two backends are close but not equal."""

    @property
    def fingerprint(self) -> str:
        """Equal for equal vectors: weights and backend."""

    @property
    def dimension(self) -> int:
        """Length of a vector."""

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return (len(questions), dimension), float32, rows of unit length, in the order given."""

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension), to be compared with those of questions, which some models embed otherwise."""


class OnnxEmbedder:
    """all-MiniLM-L6-v2 in 8-bit integers, run by onnxruntime: no torch, one maths thread a call.

    Of a passage only the words that mean something are read: see `index.embedding.token_filter`.
    """

    name = NAME
    backend = "onnxruntime int8"
    fingerprint = FINGERPRINT
    dimension = DIMENSION

    def __init__(self, session: onnxruntime.InferenceSession, tokenizer: Tokenizer, *, workers: int) -> None:
        self._session = session
        self._tokenizer = tokenizer
        self._workers = workers
        self._filter = TokenFilter(tokenizer)

    @classmethod
    def load(cls, model_cache: Path) -> Self:
        """Return the shipped model, exported into `model_cache` first if it is not there yet (about half a minute).

        Raises:
            ModelUnavailable: the weights are absent, not the pinned ones, or could not be exported.
        """
        return cls.open(prepare_shipped_model(model_cache))

    @classmethod
    def open(cls, folder: Path) -> Self:
        """Return the exported model in `folder`.

        Raises:
            ModelUnavailable: it cannot be opened.
        """
        tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        tokenizer.enable_truncation(MAX_TOKENS)
        tokenizer.no_padding()
        session = open_session(folder / "model.onnx", f"Delete {folder} and try again.")
        return cls(session, tokenizer, workers=os.cpu_count() or 1)

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return (len(questions), 384), float32, rows of unit length. Texts are batched by length, on every core."""
        return self._embed(self._tokens(questions))

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), 384), float32, rows of unit length, made of the words that mean something."""
        return self._embed([self._filter.of(tokens) for tokens in self._tokens(texts)])

    def _tokens(self, texts: Sequence[str]) -> list[list[int]]:
        return [encoding.ids for encoding in self._tokenizer.encode_batch(list(texts))]

    def _embed(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        vectors = np.empty((len(tokens), self.dimension), np.float32)
        if not tokens:
            return vectors
        batches = _batches_by_length([len(ids) for ids in tokens])

        def run(rows: list[int]) -> None:
            vectors[rows] = self._run([tokens[row] for row in rows])

        if len(batches) == 1:
            run(batches[0])
            return vectors
        with ThreadPoolExecutor(self._workers) as pool:
            list(pool.map(run, batches))
        return vectors

    def _run(self, tokens: Sequence[Sequence[int]]) -> Vectors:
        longest = max(map(len, tokens))
        ids = np.zeros((len(tokens), longest), np.int64)
        mask = np.zeros_like(ids)
        for row, token_ids in enumerate(tokens):
            ids[row, : len(token_ids)] = token_ids
            mask[row, : len(token_ids)] = 1
        outputs: list[Vectors] = self._session.run(["vector"], {"input_ids": ids, "attention_mask": mask})
        return outputs[0]


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, by path or hub id, with torch."""

    backend = "sentence-transformers"

    def __init__(self, model_name: str) -> None:
        """Load the model.

        Raises:
            ModelUnavailable: there is no such folder, and the hub does not have it or cannot be reached.
        """
        # torch and sentence_transformers take seconds to import and are not needed with the shipped model
        from sentence_transformers import SentenceTransformer

        try:
            self._model = SentenceTransformer(model_name, device=None)
        except (OSError, ValueError) as error:
            raise ModelUnavailable(
                f"EMBEDDING_MODEL is {model_name!r}, and neither a folder nor the model hub gave such a model "
                f"({str(error).splitlines()[0]}). Name a folder with a sentence-transformers model, or unset it."
            ) from error
        self.name = Path(model_name).name if Path(model_name).exists() else model_name
        self.dimension = self._dimension()
        self.fingerprint = f"{self.name}/torch/{_digest_of_weights(self._model)}"

    def embed(self, questions: Sequence[str]) -> Vectors:
        """Return (len(questions), dimension), float32, rows of unit length, with the model's prompt for questions."""
        return self._encoded(self._model.encode_query, questions)

    def embed_passages(self, texts: Sequence[str]) -> Vectors:
        """Return (len(texts), dimension), float32, rows of unit length, with the model's prompt for passages."""
        return self._encoded(self._model.encode_document, texts)

    def _encoded(self, encode: Callable[..., object], texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        return np.asarray(encode(list(texts), normalize_embeddings=True, show_progress_bar=False), np.float32)

    def _dimension(self) -> int:
        return int(np.asarray(self._model.encode(["dimension"])).shape[1])


def load_embedder(model_name: str | None, model_cache: Path) -> Embedder:
    """Return the shipped embedder, or the sentence-transformers model that `model_name` names.

    Raises:
        ModelUnavailable: it cannot be loaded; the text says what to do.
    """
    return SentenceTransformerEmbedder(model_name) if model_name else OnnxEmbedder.load(model_cache)


def open_session(path: Path, remedy: str) -> onnxruntime.InferenceSession:
    """Return the model in `path`, run with one maths thread a call: whoever has several texts runs them side by side.

    Raises:
        ModelUnavailable: it cannot be opened; the text ends with `remedy`.
    """
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # a second thread on one short text costs more than it gives
    options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime raises bare RuntimeErrors and classes of its own
        raise ModelUnavailable(f"{path} cannot be opened ({error}). {remedy}") from error


def _batches_by_length(lengths: Sequence[int]) -> list[list[int]]:
    """Return rows grouped so that neighbours in length share a batch of at most _BATCH_TOKENS padded tokens."""
    batches: list[list[int]] = []
    for row in sorted(range(len(lengths)), key=lambda row: -lengths[row]):
        if batches and (len(batches[-1]) + 1) * lengths[batches[-1][0]] <= _BATCH_TOKENS:
            batches[-1].append(row)
        else:
            batches.append([row])
    return batches


def _digest_of_weights(model: object) -> str:
    import hashlib

    digest = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):  # type: ignore[attr-defined]  # a torch module
        digest.update(name.encode())
        digest.update(tensor.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()[:12]
