"""Texts to vectors: the shipped model, and any other that is named."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tokenizers import Tokenizer

from index.embedding.embedder import Embedder, OnnxEmbedder, load_embedder
from index.embedding.shipped_model import prepare_shipped_model
from index.embedding.token_filter import FUNCTION_WORDS
from index.errors import ModelUnavailable

_TEXTS = ["The bridge opened.", "", "A ferry. " * 200, "Who brokered the ceasefire?", "x" * 10_000, "雨 🎈 \x00"]


def test_vectors_have_unit_length(shipped_embedder: OnnxEmbedder) -> None:
    vectors = shipped_embedder.embed(_TEXTS)

    assert vectors.shape == (len(_TEXTS), shipped_embedder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)


def test_vectors_come_in_the_order_of_the_texts(shipped_embedder: OnnxEmbedder) -> None:
    """In 8 bits a text's vector depends a little on the others of its batch."""
    together = shipped_embedder.embed(_TEXTS)
    alone = np.concatenate([shipped_embedder.embed([text]) for text in _TEXTS])

    assert (together @ alone.T).argmax(axis=1).tolist() == list(range(len(_TEXTS)))
    np.testing.assert_allclose((together * alone).sum(axis=1), 1, atol=0.07)


@given(st.lists(st.text(max_size=40), max_size=4))
@settings(max_examples=15)
def test_any_text_has_a_vector(shipped_embedder: OnnxEmbedder, texts: list[str]) -> None:
    vectors = shipped_embedder.embed(texts)

    assert vectors.shape == (len(texts), 384)
    assert np.isfinite(vectors).all()


def test_what_means_the_same_is_nearer_than_what_shares_words(shipped_embedder: OnnxEmbedder) -> None:
    question, same, other = shipped_embedder.embed(
        ["Who became the new physician?", "A doctor was appointed.", "Who became the new champion?"]
    )
    unrelated = shipped_embedder.embed(["The price of crude oil rose."])[0]

    assert question @ unrelated < min(question @ same, question @ other)


def test_what_is_beyond_256_tokens_is_not_read(shipped_embedder: OnnxEmbedder) -> None:
    long = "rain " * 300

    np.testing.assert_array_equal(*shipped_embedder.embed([long, f"{long} and a bridge"]))


def test_the_shipped_model_is_used_unless_another_is_named(model_cache: Path, shipped_embedder: Embedder) -> None:
    loaded = load_embedder(None, model_cache)

    assert (loaded.name, loaded.backend, loaded.fingerprint, loaded.dimension) == (
        "all-MiniLM-L6-v2",
        "onnxruntime int8",
        shipped_embedder.fingerprint,
        384,
    )


def test_a_broken_export_says_what_to_delete(model_cache: Path, tmp_path: Path, shipped_embedder: Embedder) -> None:
    exported = next(path for path in model_cache.glob("all-MiniLM-L6-v2-onnx-*") if path.is_dir())
    broken = tmp_path / exported.name
    broken.mkdir()
    (broken / "tokenizer.json").write_bytes((exported / "tokenizer.json").read_bytes())
    (broken / "model.onnx").write_bytes(b"half")

    with pytest.raises(ModelUnavailable, match=f"Delete {broken} and try again"):
        OnnxEmbedder.load(tmp_path)


@pytest.mark.slow
def test_a_sentence_transformers_model_is_named_by_its_folder(tiny_model: Path, tmp_path: Path) -> None:
    embedder = load_embedder(str(tiny_model), tmp_path)

    vectors = embedder.embed(["bridge", "mayor", "bridge mayor"])

    assert (embedder.name, embedder.backend, embedder.dimension) == ("five-words", "sentence-transformers", 6)
    np.testing.assert_allclose(vectors @ vectors.T, [[1, 0, 0.5**0.5], [0, 1, 0.5**0.5], [0.5**0.5, 0.5**0.5, 1]])
    assert embedder.embed([]).shape == (0, 6)
    assert load_embedder(str(tiny_model), tmp_path).fingerprint == embedder.fingerprint


@pytest.mark.slow
def test_a_model_that_is_nowhere_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")

    with pytest.raises(ModelUnavailable, match=r"EMBEDDING_MODEL is '\./nowhere'"):
        load_embedder("./nowhere", tmp_path)


def test_a_passage_is_known_by_its_telling_words(shipped_embedder: OnnxEmbedder) -> None:
    full, short, denied = shipped_embedder.embed_passages(
        [
            "The bridge was opened by the mayor of the town.",
            "Bridge opened mayor town.",
            "Bridge not opened mayor town.",
        ]
    )

    np.testing.assert_allclose(full @ short, 1, atol=0.01)
    assert denied @ short < 0.99
    assert shipped_embedder.embed(["The bridge was opened by the mayor of the town."])[0] @ full < 0.99


def test_what_a_passage_says_for_the_third_time_is_passed_over(shipped_embedder: OnnxEmbedder) -> None:
    once, twice, thrice, more = shipped_embedder.embed_passages(
        [
            "Rain, Kyrgyzstan",
            "Rain, rain, Kyrgyzstan",
            "Rain, rain, Kyrgyzstan rain",
            "rain rainy, rain, Kyrgyzstan, rains,",
        ]
    )

    np.testing.assert_allclose(twice @ thrice, 1, atol=0.01)
    assert once @ twice < 0.99
    assert thrice @ more < 0.99


def test_a_passage_of_function_words_alone_has_a_vector_of_its_own(shipped_embedder: OnnxEmbedder) -> None:
    words, others, nothing = shipped_embedder.embed_passages(["It is what it is.", "To be or to be", ""])

    assert words @ others < 0.9
    assert others @ nothing < 0.9


def test_every_function_word_is_one_token_of_the_model(shipped_embedder: OnnxEmbedder, model_cache: Path) -> None:
    vocabulary = Tokenizer.from_file(str(prepare_shipped_model(model_cache) / "tokenizer.json")).get_vocab()

    assert vocabulary.keys() >= FUNCTION_WORDS
