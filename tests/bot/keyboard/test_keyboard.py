"""A chat at a real keyboard: a process of its own, at the other end of a pseudo-terminal."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

from bot.adapters.terminal import texts
from tests.bot.adapters.test_terminal import CHAT, REPOSITORY

TAKE_TERMINAL = """
import fcntl, signal, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
"""Makes standard input the terminal that sends Ctrl-C, and has it heard: what a shell starts behind an "&" ignores it,
and so would all that it starts."""


def test_a_keyboard_can_stop_an_answer_drop_a_line_and_end_the_chat(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    chat = subprocess.Popen(
        [sys.executable, "-c", TAKE_TERMINAL + CHAT],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(REPOSITORY), "TERM": "xterm"},
        stdin=theirs,
        stdout=theirs,
        start_new_session=True,
    )
    os.close(theirs)
    shown = [read_until(ours, "\n> ")]
    for typed, answered_by in [
        ("Who opened it?\n", "\n> "),
        ("half a li", "half a li"),
        ("\x03", "\n> "),
        ("Who opened it?\n", "\n> "),
        ("\x04", "Goodbye."),
    ]:
        time.sleep(0.1)  # Python misses a Ctrl-C that comes between its showing a prompt and waiting for a key
        os.write(ours, typed.encode())
        shown.append(read_until(ours, answered_by))
    assert chat.wait(timeout=20) == 0
    os.close(ours)
    assert [texts.STOPPED in shown[1], "Ada Brook" in shown[4]] == [True, True]
    assert (tmp_path / "var/chat_history").read_text() == "Who opened it?\n"  # twice in a row is kept once
    assert (tmp_path / "var/chat_history").stat().st_mode & 0o777 == 0o600


def read_until(terminal: int, mark: str) -> str:
    """What is shown up to and with the mark, which must come within 20 seconds."""
    shown = b""
    while mark.encode() not in shown.replace(b"\r", b""):
        assert select.select([terminal], [], [], 20)[0], f"no {mark!r} after {shown!r}"
        shown += os.read(terminal, 1024)
    return shown.decode()
