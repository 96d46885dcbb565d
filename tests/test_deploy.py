"""What `deploy/` sets is what the bot reads, and its hardening stays."""

import ast
import asyncio
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from aiohttp import web
from aiohttp.test_utils import TestServer
from sqlalchemy import make_url

from bot.settings import Settings
from index.embedding.embedder import OnnxEmbedder
from index.library.disk.library import DiskLibrary
from tests.bot.digests.news import ALL, NOW
from tests.conftest import ROOT

_DEPLOY = ROOT / "deploy"
_OF_OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "OMP_WAIT_POLICY"}


def _instructions(name: str) -> list[str]:
    """What follows each instruction of that name in the Dockerfile, continued lines joined."""
    lines = [line for line in (_DEPLOY / "Dockerfile").read_text().splitlines() if not line.startswith("#")]
    joined = "\n".join(lines).replace("\\\n", " ")
    return re.findall(rf"^\s*{name} (.*)", joined, re.MULTILINE)


def _set_in_dockerfile() -> set[str]:
    return set(re.findall(r"\b([A-Z_]+)=", _instructions("ENV")[-1]))


def _set_in_compose() -> set[str]:
    return set(yaml.safe_load((_DEPLOY / "compose.yaml").read_text())["services"]["bot"]["environment"])


def _set_in_unit() -> set[str]:
    lines = re.findall(r"^Environment=(.*)", (_DEPLOY / "newsquote.service").read_text(), re.MULTILINE)
    return {assignment.partition("=")[0] for line in lines for assignment in line.split()}


def _cluster() -> dict[str, dict[str, Any]]:
    services: dict[str, dict[str, Any]] = yaml.safe_load((_DEPLOY / "compose.cluster.yaml").read_text())["services"]
    return services


def _set_in_cluster() -> set[str]:
    return set(_cluster()["bot-1"]["environment"])


@pytest.mark.parametrize("named", [_set_in_dockerfile, _set_in_compose, _set_in_cluster, _set_in_unit])
def test_every_variable_that_is_set_is_one_the_bot_reads(named: Callable[[], set[str]]) -> None:
    assert (
        {"INDEX", "DATABASE_URL", "HEALTH_LISTEN", "LOG_FORMAT"}
        <= named()
        <= _OF_OTHERS | {name.upper() for name in Settings.model_fields}
    )


def test_what_is_set_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    compose = yaml.safe_load((_DEPLOY / "compose.yaml").read_text())["services"]["bot"]
    for name, value in compose["environment"].items():
        monkeypatch.setenv(name, value)
    settings = Settings.from_environment()
    assert settings.health_listen == ("0.0.0.0", 8080)
    assert settings.log_format == "json"


def test_the_container_has_no_rights_and_time_to_stop() -> None:
    compose = yaml.safe_load((_DEPLOY / "compose.yaml").read_text())["services"]["bot"]
    assert compose["read_only"] is True
    assert compose["cap_drop"] == ["ALL"]
    assert compose["security_opt"] == ["no-new-privileges:true"]
    assert int(compose["stop_grace_period"].removesuffix("s")) > 10
    assert all(port.startswith("127.0.0.1:") for port in compose["ports"])
    assert re.search(r"^USER newsquote$", (_DEPLOY / "Dockerfile").read_text(), re.MULTILINE)


def test_the_cluster_runs_no_milvus_with_the_known_hole() -> None:
    """CVE-2026-26190 is closed since 2.6.10."""
    version = _cluster()["milvus"]["image"].removeprefix("milvusdb/milvus:v")
    assert tuple(map(int, version.split("."))) >= (2, 6, 10)


def test_a_cluster_has_two_replicas_that_share_everything() -> None:
    services = _cluster()
    assert services["bot-1"] == services["bot-2"]
    address = services["bot-1"]["environment"]["DATABASE_URL"]
    assert make_url(re.sub(r"\$\{[^}]*\}", "secret", address)).drivername == "postgresql+psycopg"
    assert set(services["bot-1"]["depends_on"]) == {"postgres", "milvus"}
    backends = re.search(r"reverse_proxy (.*) \{", (_DEPLOY / "Caddyfile").read_text())
    assert backends is not None
    assert backends[1].split() == ["bot-1:8443", "bot-2:8443"]


@pytest.mark.parametrize("name", ["bot-1", "bot-2", "proxy", "postgres", "etcd", "minio", "milvus"])
def test_what_runs_in_a_cluster_has_few_rights_and_no_secret_of_its_own(name: str) -> None:
    service = _cluster()[name]
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert {"mem_limit", "pids_limit", "restart", "volumes"} <= set(service)
    assert "healthcheck" in service or service["image"] == "newsquote"  # the image has one of its own
    assert ("ports" in service) == (name == "proxy")
    assert not service["image"].endswith(":latest")
    secrets = [value for key, value in service.get("environment", {}).items() if "PASSWORD" in key or "SECRET" in key]
    assert all(re.fullmatch(r"\$\{[A-Z_]+:\?.*\}", value) for value in secrets)


def test_what_becomes_another_user_hears_the_signal_to_stop() -> None:
    """An init before it would stay root and, without CAP_KILL, could not pass the signal on."""
    changing = [service for service in _cluster().values() if "SETUID" in service.get("cap_add", [])]
    assert [service["init"] for service in changing] == [False]


def test_nothing_that_is_reached_from_outside_reaches_what_keeps_the_data() -> None:
    services = _cluster()
    assert services["proxy"]["networks"] == ["outside"]
    keepers = ("postgres", "etcd", "minio", "milvus")
    assert [services[name]["networks"] for name in keepers] == [["inside"]] * len(keepers)


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here to judge its unit")
def test_systemd_finds_little_to_attack() -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(_DEPLOY / "newsquote.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout


def test_what_the_image_copies_is_in_the_repository_and_reaches_the_builder() -> None:
    kept = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split("\n")
    kept_away = (ROOT / ".dockerignore").read_text().split()
    copied = [source for line in _instructions("COPY") if not line.startswith("--from") for source in line.split()[:-1]]
    assert {"pyproject.toml", "bot", "index", "training", "seeds"} <= set(copied)
    for source in copied:
        assert any(path == source or path.startswith(f"{source}/") for path in kept), source
        assert source not in kept_away


def test_what_is_installed_by_name_is_what_the_project_pins() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    installed = [line for line in _instructions("RUN") if "pip install" in line]
    pinned = [word for line in installed for word in line.split() if "==" in word]
    assert pinned
    assert set(pinned) <= set(project["dependencies"])
    assert (ROOT / project["readme"]).name in " ".join(_instructions("COPY"))


def test_the_image_needs_nothing_of_what_it_throws_away(
    tmp_path: Path, model_cache: Path, seed_index: Path, shipped_embedder: OnnxEmbedder
) -> None:
    """A question is answered, what came in is told and `/stats` drawn by a process that has none of those packages."""
    news = tmp_path / "news"
    DiskLibrary(news).rebuild(ALL, shipped_embedder)
    environment = {**os.environ, "HOME": str(tmp_path), "MODEL_CACHE": str(model_cache)}
    asking = ["ask", "Who brokered the ceasefire?", "--index", str(seed_index)]
    telling = ["digest", "--index", str(news), "--days", "2", "--until", NOW.date().isoformat()]
    program = [sys.executable, "-c", _without_what_is_thrown_away(), json.dumps([asking, telling])]
    done = subprocess.run(program, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, "Moscow" in done.stdout, "7 articles" in done.stdout) == (0, True, True), done.stderr


def _without_what_is_thrown_away() -> str:
    [line] = [line for line in _instructions("RUN") if "pip uninstall" in line]
    thrown_away = shlex.split(line.partition("pip uninstall --yes")[2])
    assert "torch" in thrown_away
    modules = {"scikit-learn": "sklearn"}
    blocked = [modules.get(name, name.replace("-", "_")) for name in thrown_away]
    return (
        f"import json, sys; sys.modules.update(dict.fromkeys({blocked!r})); import bot.adapters.telegram.views.charts; "
        "from bot.__main__ import main; sys.exit(max(map(main, json.loads(sys.argv[1]))))"
    )


def test_the_program_that_exports_the_model_calls_what_is_there(model_cache: Path) -> None:
    """Run as it stands, but for the folder: there the model has been exported already."""
    [line] = [line for line in _instructions("RUN") if " -c " in line]
    [program] = re.findall(r'-c\s+"(.*?)"', line)
    names = [node for node in ast.walk(ast.parse(program)) if isinstance(node, ast.ImportFrom)]
    assert all(
        hasattr(importlib.import_module(node.module or ""), alias.name) for node in names for alias in node.names
    )
    here = program.replace("/opt/models", str(model_cache))
    subprocess.run([sys.executable, "-c", here], cwd=ROOT, check=True)


def test_the_container_runs_a_command_that_there_is() -> None:
    words = [*json.loads(_instructions("ENTRYPOINT")[0]), *json.loads(_instructions("CMD")[-1])]
    assert words[0] == "python"
    helped = subprocess.run(
        [sys.executable, *words[1:], "--help"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert helped.returncode == 0, helped.stderr
    [started] = re.findall(r"^ExecStart=\S+ (.*)", (_DEPLOY / "newsquote.service").read_text(), re.MULTILINE)
    assert started.split() == words[1:]


async def test_the_health_check_tells_a_bot_that_lives_from_one_that_does_not() -> None:
    async def alive(_: web.Request) -> web.Response:
        return web.json_response({"status": "ok"})

    app = web.Application()
    app.router.add_get("/healthz", alive)
    [asked] = [json.loads(line.partition("CMD ")[2]) for line in _instructions("HEALTHCHECK")]
    command = [sys.executable, *asked[1:]]
    async with TestServer(app) as server:
        assert server.port is not None
        port = server.port
        assert await _ends_with(command, port) == 0
    assert await _ends_with(command, port) != 0


async def _ends_with(command: list[str], port: int) -> int:
    listening = {**os.environ, "HEALTH_LISTEN": f"0.0.0.0:{port}"}
    process = await asyncio.create_subprocess_exec(*command, stderr=asyncio.subprocess.DEVNULL, env=listening)
    return await process.wait()
