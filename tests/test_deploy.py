"""What `deploy/` sets is what the bot reads, and its hardening stays."""

import re
import shutil
import subprocess
from collections.abc import Callable

import pytest
import yaml

from bot.settings import Settings
from tests.conftest import ROOT

_DEPLOY = ROOT / "deploy"
_OF_OTHERS = {"PATH", "PYTHONUNBUFFERED", "PYTHONDONTWRITEBYTECODE", "OMP_WAIT_POLICY"}


def _set_in_dockerfile() -> set[str]:
    [block] = re.findall(r"^ENV PATH(?:.*\\\n)*.*", (_DEPLOY / "Dockerfile").read_text(), re.MULTILINE)
    return set(re.findall(r"\b([A-Z_]+)=", block))


def _set_in_compose() -> set[str]:
    return set(yaml.safe_load((_DEPLOY / "compose.yaml").read_text())["services"]["bot"]["environment"])


def _set_in_unit() -> set[str]:
    lines = re.findall(r"^Environment=(.*)", (_DEPLOY / "newsquote.service").read_text(), re.MULTILINE)
    return {assignment.partition("=")[0] for line in lines for assignment in line.split()}


@pytest.mark.parametrize("named", [_set_in_dockerfile, _set_in_compose, _set_in_unit])
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


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not here to judge its unit")
def test_systemd_finds_little_to_attack() -> None:
    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(_DEPLOY / "newsquote.service")],
        capture_output=True,
        text=True,
        check=False,
    )
    assert judged.returncode == 0, judged.stdout
