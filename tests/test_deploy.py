"""What `deploy/` sets is what the bot reads, and its hardening stays."""

import re
import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest
import yaml
from sqlalchemy import make_url

from bot.settings import Settings
from tests.conftest import ROOT

_DEPLOY = ROOT / "deploy"
_OF_OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "OMP_WAIT_POLICY", "VECTOR_URL"}


def _set_in_dockerfile() -> set[str]:
    [block] = re.findall(r"^ENV PATH(?:.*\\\n)*.*", (_DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    return set(re.findall(r"\b([A-Z_]+)=", block))


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


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here to judge its unit")
def test_systemd_finds_little_to_attack() -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(_DEPLOY / "newsquote.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout
