"""The container image, run with the hardening of `deploy/compose.yaml`. `make image` builds it and runs these."""

import json
import os
import shutil
import subprocess
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import yaml

from bot.adapters.telegram.views import admin_texts
from tests.botapi import ThreadedBotApiServer, User, running_server
from tests.conftest import ROOT
from tests.ports import free_port

pytestmark = pytest.mark.image

_IMAGE = "newsquote"
_ENGINE = os.environ.get("CONTAINER_ENGINE") or shutil.which("docker") or "podman"
_QUESTION = "Who brokered the ceasefire?"
_QUOTED = "ceasefire agreement brokered by Moscow"
_STATE = "/var/lib/newsquote"
_LOOKS_ROUND = """
import importlib.util, json, os, pathlib, tempfile

def writes(folder):
    try:
        tempfile.TemporaryFile(dir=folder).close()
    except OSError:
        return False
    return True

status = dict(line.split(":", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
print(json.dumps({
    "user": os.getuid(),
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "no new privileges": int(status["NoNewPrivs"]),
    "writes": [folder for folder in ("/", "/opt/newsquote", "/opt/models", "/usr/share/newsquote", "/tmp",
                                     "/var/lib/newsquote") if writes(folder)],
    "left behind": [name for name in ("torch", "transformers", "onnx", "pip") if importlib.util.find_spec(name)],
}))
"""


def _engine(*arguments: str) -> str:
    """What the engine prints; fails with its complaints."""
    done = subprocess.run([_ENGINE, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{arguments}: {done.stderr}"
    return done.stdout


def _hardening() -> list[str]:
    """The options that do what the compose file says."""
    service: dict[str, Any] = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text())["services"]["bot"]
    assert service["read_only"]
    assert service["init"]
    return [
        "--read-only",
        "--init",
        *(f"--cap-drop={name}" for name in service["cap_drop"]),
        *(f"--security-opt={option}" for option in service["security_opt"]),
        *(f"--tmpfs={mount}" for mount in service["tmpfs"]),
        f"--pids-limit={service['pids_limit']}",
        f"--memory={service['mem_limit']}",
    ]


@pytest.fixture
def volume() -> Iterator[str]:
    """A volume that the engine makes at its first use, owned by whoever the image says."""
    name = f"newsquote-test-{uuid.uuid4().hex}"
    yield name
    _engine("volume", "rm", "--force", name)


def _run_once(volume: str, *arguments: str, entrypoint: str = "") -> str:
    """What a container without a network prints."""
    mounted = [f"--volume={volume}:{_STATE}", "--network=none", *([f"--entrypoint={entrypoint}"] if entrypoint else [])]
    return _engine("run", "--rm", *_hardening(), *mounted, _IMAGE, *arguments)


@dataclass
class _Container:
    """The bot in a container that has the network of this machine, where the Bot API server is."""

    server: ThreadedBotApiServer
    volume: str
    admin: User
    name: str = field(default_factory=lambda: f"newsquote-test-{uuid.uuid4().hex}")

    def run(self) -> None:
        """Makes and starts it."""
        given = {
            "TELEGRAM_BOT_TOKEN": self.server.token,
            "TELEGRAM_API_URL": self.server.url,
            "TELEGRAM_FILE_URL": self.server.file_url,
            "ADMIN_IDS": str(self.admin.id),
            "HEALTH_LISTEN": f"127.0.0.1:{free_port()}",
        }
        set_so = [f"--env={name}={value}" for name, value in given.items()]
        kept = [f"--name={self.name}", f"--volume={self.volume}:{_STATE}", "--network=host"]
        self._until_it_polls("run", "--detach", *_hardening(), *kept, *set_so, _IMAGE)

    def start(self) -> None:
        """Starts it again."""
        self._until_it_polls("start", self.name)

    def stop(self) -> tuple[float, int]:
        """Stops it; after how many seconds it has ended, and with which code."""
        began = time.monotonic()
        _engine("stop", "--time=12", self.name)
        seconds = time.monotonic() - began
        return seconds, int(_engine("inspect", "--format={{.State.ExitCode}}", self.name))

    def is_healthy(self) -> bool:
        """What the image's own health check says, asked at once instead of at its next turn."""
        check: list[str] = json.loads(_engine("inspect", "--format={{json .Config.Healthcheck.Test}}", self.name))
        assert check[0] == "CMD"
        return (
            subprocess.run([_ENGINE, "exec", self.name, *check[1:]], capture_output=True, check=False).returncode == 0
        )

    def remove(self) -> None:
        """Ends it without a word, and leaves nothing of it but the volume."""
        _engine("rm", "--force", self.name)

    def _until_it_polls(self, *arguments: str) -> None:
        before = len(self.server.calls_of("getUpdates"))
        _engine(*arguments)
        self.server.wait_until(lambda: len(self.server.calls_of("getUpdates")) > before, timeout=120)


def test_a_question_is_answered_without_a_network(volume: str) -> None:
    built = _run_once(
        volume, "-m", "index", "build", "--articles", "/usr/share/newsquote/articles", entrypoint="python"
    )
    assert json.loads(built)["skipped"] == 0
    assert _QUOTED in _run_once(volume, "ask", _QUESTION)


def test_it_has_no_rights_and_writes_to_its_volume_alone(volume: str) -> None:
    assert json.loads(_run_once(volume, "-c", _LOOKS_ROUND, entrypoint="python")) == {
        "user": 10001,
        "capabilities": 0,
        "no new privileges": 1,
        "writes": ["/tmp", _STATE],
        "left behind": [],
    }


def test_it_answers_on_telegram_and_a_restart_loses_nothing(volume: str) -> None:
    with running_server() as server:
        admin, reader = server.user("Grace"), server.user("Ada")
        container = _Container(server, volume, admin)
        try:
            container.run()
            assert container.is_healthy()
            reader.says(reader.opens_chat(), "Who is Armenia's prime minister?")
            server.wait_for_message(reader.opens_chat(), lambda said: "Nikol Pashinyan" in said.text, timeout=30)

            seconds, code = container.stop()
            assert (seconds < 10, code) == (True, 0)
            container.start()
            reader.says(reader.opens_chat(), "What did he say to parliament?")
            server.wait_for_message(reader.opens_chat(), lambda said: "we have 49" in said.text, timeout=30)

            admin.says(admin.opens_chat(), "/reload")
            server.wait_for_message(admin.opens_chat(), lambda said: said.text.startswith("Reloaded in"), timeout=60)
            assert admin_texts.BROKE not in [said.text for said in server.messages(admin.opens_chat())]
            assert container.is_healthy()
        finally:
            container.remove()
