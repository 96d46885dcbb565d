"""Attacks on whoever types commands: names that steer a terminal, disks that are full, secrets that lie about."""

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest

import bot.__main__
import index.__main__
from bot.store import Store
from index.arrays import open_array
from index.article import Article
from index.embedding.embedder import OnnxEmbedder
from index.ingest.intake import Ingest
from index.ingest.sources.sent import read_document
from index.library.disk.library import DiskLibrary
from index.settings import environment_of_helpers
from tests.embedders import HashingEmbedder

_STEERING = "Bridge \x1b]0;owned\x07\x1b[2J\u202eopen\nagain"


@pytest.fixture
def hostile(tmp_path: Path, shipped_embedder: OnnxEmbedder) -> Path:
    """An index with an article whose title and text would steer a terminal."""
    article = Article("an\x1b[1mid", _STEERING, f"The {_STEERING} bridge opened again on Friday.")
    DiskLibrary(tmp_path / "index").rebuild([article], shipped_embedder)
    return tmp_path / "index"


@pytest.mark.parametrize("command", [["list"], ["search", "bridge"], ["remove", "\x1b[2J"]])
def test_no_command_lets_an_article_steer_the_terminal(
    hostile: Path, capsys: pytest.CaptureFixture[str], command: list[str]
) -> None:
    index.__main__.main([*command, "--index", str(hostile)])
    said = "".join(capsys.readouterr())
    assert said.strip()
    assert not set(said) & set("\x1b\x07\u202e")


def test_what_was_skipped_does_not_steer_it_either(hostile: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = hostile.parent / "more"
    folder.mkdir()
    (folder / "evil\x1b[2J.xyz").write_text("no kind of file")
    (folder / "good.txt").write_text("The ferry stopped on Sunday for good.")
    assert index.__main__.main(["add", str(folder), "--index", str(hostile)]) == 0
    said = "".join(capsys.readouterr())
    assert "evil\u241b[2J.xyz" in said
    assert "\x1b" not in said


@pytest.mark.parametrize("command", ["build", "add", "rollback", "export", "renew", "list", "run"])
def test_a_folder_that_cannot_be_written_is_told_in_a_sentence(
    tmp_path: Path, seeds: Path, capsys: pytest.CaptureFixture[str], command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("in the way")
    index_in_the_way = str(tmp_path / "file" / "index")
    if command == "run":
        monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path}/file/bot.db")
        monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:abc")
        code = bot.__main__.main(["run", "--index", index_in_the_way])
    else:
        given = {"build": ["--articles", str(seeds)], "add": [str(seeds)], "export": [str(tmp_path / "out.tar")]}
        code = index.__main__.main([command, *given.get(command, []), "--index", index_in_the_way])
    said = "".join(capsys.readouterr())
    assert code == 1
    assert said.splitlines()[-1].startswith("error: ") or "error: " in said
    assert "Traceback" not in said


def test_a_document_with_a_name_of_many_long_letters_is_read() -> None:
    (article,) = read_document(b"The bridge opened again on Friday.", "\u6f22" * 200 + ".txt")
    assert isinstance(article, Article)
    assert len(article.id.encode()) < 255


def test_nobody_else_reads_conversations_and_what_was_sent(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        Store.open(f"sqlite:///{tmp_path}/bot.db").close()
        ingest = Ingest(DiskLibrary(tmp_path / "index"), HashingEmbedder())
        ingest.arrivals.keep([Article("a", "A", "Words.")], "message")
    finally:
        os.umask(before)
    for path in (tmp_path / "bot.db", ingest.file.path):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_build_and_export_are_given_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("TELEGRAM_BOT_TOKEN", "WEBHOOK_SECRET", "DATABASE_URL", "API_KEYS", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    passed_on = environment_of_helpers()
    assert "secret" not in passed_on.values()
    assert passed_on["OMP_NUM_THREADS"] == "1"


@pytest.mark.parametrize("place", range(0, 128, 3))
def test_a_damaged_array_is_an_error_of_one_kind(tmp_path: Path, place: int) -> None:
    np.save(tmp_path / "a.npy", np.arange(100, dtype=np.int32))
    content = bytearray((tmp_path / "a.npy").read_bytes())
    for harm in (0x00, 0x27, 0x28, 0xFF):
        content[place] = harm
        (tmp_path / "a.npy").write_bytes(content)
        try:
            open_array(tmp_path / "a.npy")
        except (ValueError, OSError):
            continue


def test_halves_of_characters_in_questions_and_what_was_said_before_are_answered(
    tmp_path: Path, hostile: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [
        {"question": "and \ud800 when?", "history": [{"question": "Which \ud800 bridge?", "answer": "x \ud83d y"}]},
        {"question": "Who \ud800 opened it?", "history": ["\udfff"]},
    ]
    (tmp_path / "q.jsonl").write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    assert bot.__main__.main(["ask", "--jsonl", str(tmp_path / "q.jsonl"), "--index", str(hostile)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 2
