"""What strangers wrote, parsed in a process of its own: what it may take, and what it is given."""

import atexit
import os
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from index.errors import FetchFailed, ParsingCutOff, Unreadable
from index.ingest.feeds.parsing import parse_feed
from index.ingest.parsing_apart import ParsingLimits, parse_apart
from index.ingest.sources.html import read_html
from index.ingest.sources.metadata import Metadata
from index.ingest.sources.pdf import read_pdf
from tests.index.ingest.test_sources_web import page_of

_SHORT = ParsingLimits(cpu_seconds=1, wall_seconds=300.0)  # of a busy machine


def parsers() -> list[int]:
    """The processes of ours that parse and still run."""
    children = map(int, Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    return [pid for pid in children if "index.ingest.parsing_process" in Path(f"/proc/{pid}/cmdline").read_text()]


def say(content: bytes, name: str) -> tuple[str, Metadata]:
    """What this process sees of the world."""
    if name == "environment":
        return Path("/proc/self/environ").read_text(), Metadata()
    if name == "write":
        Path(content.decode()).write_text("x" * 100)
    if name == "die":
        os.abort()
    if name == "sleep":
        time.sleep(60)
    if name == "linger":
        atexit.register(time.sleep, 2.0)
    if name in ("fill", "linger"):
        return str(len(b"x" * 2_000_000_000)), Metadata()
    return str(os.getpid()), Metadata(title=str(resource.getrlimit(resource.RLIMIT_AS)[0]))


def test_a_page_is_read_as_in_this_process() -> None:
    content = page_of().encode()
    assert parse_apart(read_html, content, "a.html", None) == read_html(content, "a.html")


def test_one_process_serves_file_after_file_and_knows_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TELEGRAM_BOT_TOKEN", "123:abc")
    first, second = (parse_apart(say, b"", "who")[0] for _ in range(2))
    assert first == second != str(os.getpid())
    names = {entry.partition("=")[0] for entry in parse_apart(say, b"", "environment")[0].split("\0")}
    assert names - {"", "LC_CTYPE"} == {"PYTHONPATH", "PYTHONUTF8", "PYTHONSAFEPATH"}


@pytest.mark.parametrize(
    ("what", "limits", "reason"),
    [
        ("die", ParsingLimits(), "broke what reads it"),
        ("sleep", ParsingLimits(wall_seconds=2.0), "was not read within 2 s"),
        ("fill", ParsingLimits(), "takes more than 512 MB of memory"),
        ("linger", ParsingLimits(), "takes more than 512 MB of memory"),  # and the process takes its time to end
    ],
)
def test_what_breaks_the_process_or_takes_too_much_costs_that_file(
    what: str, limits: ParsingLimits, reason: str
) -> None:
    with pytest.raises(ParsingCutOff, match=reason):
        parse_apart(say, b"", what, limits=limits)
    assert parse_apart(say, b"", "who")[1] == Metadata(title="512000000")


def test_nothing_is_written_to_the_disk(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="File too large"):
        parse_apart(say, str(tmp_path / "out").encode(), "write")


def _frozen_by_an_author() -> bytes:
    author = "a." * 200_000
    return f'<rss version="2.0"><channel><item><author>{author}</author></item></channel></rss>'.encode()


def _frozen_by_comments() -> bytes:
    described = f"<description><![CDATA[{'<!--' * 100_000}]]></description>"
    return f'<rss version="2.0"><channel><item>{described}</item></channel></rss>'.encode()


@pytest.mark.parametrize("feed", [_frozen_by_an_author(), _frozen_by_comments()], ids=["author", "comments"])
def test_a_feed_that_takes_minutes_is_cut_off_and_stops_no_other_thread(feed: bytes) -> None:
    with _watched_threads() as waits, pytest.raises(ParsingCutOff, match="takes more than 1 s of the processor"):
        parse_apart(parse_feed, feed, "https://a.example/rss", limits=_SHORT)
    assert max(waits) < 2.0


def test_a_page_that_takes_minutes_is_cut_off() -> None:
    attributes = " ".join(f"a{number}=x" for number in range(100_000))
    page = f"<html><body><div {attributes}>{' '.join(['word'] * 100)}</div></body></html>"
    with pytest.raises(ParsingCutOff, match="takes more than 1 s of the processor"):
        parse_apart(read_html, page.encode(), "a.html", None, limits=_SHORT)


def test_what_a_function_says_of_a_file_is_said_here_too() -> None:
    with pytest.raises(Unreadable, match="is not a PDF that can be read"):
        parse_apart(read_pdf, b"%PDF-nonsense", "a.pdf")
    with pytest.raises(FetchFailed, match="is not an RSS or Atom feed"):
        parse_apart(parse_feed, b"<html></html>", "https://a.example/rss")


@contextmanager
def _watched_threads() -> Iterator[list[float]]:
    """Collects how long another thread of this process had to wait for its turn."""
    waits, is_over = [0.0], Event()

    def watch() -> None:
        started = time.monotonic()
        while not is_over.wait(0.05):
            waits.append(time.monotonic() - started)
            started = time.monotonic()

    thread = Thread(target=watch)
    thread.start()
    try:
        yield waits
    finally:
        is_over.set()
        thread.join()


def test_a_process_that_has_read_its_share_is_followed_by_another_unnoticed() -> None:
    ids = [parse_apart(say, b"", "who")[0] for _ in range(450)]
    assert len(set(ids)) in (3, 4)
    assert len(parsers()) <= 1


def test_a_limit_that_the_system_has_set_already_is_kept() -> None:
    program = (
        "import resource; resource.setrlimit(resource.RLIMIT_AS, (400_000_000, 400_000_000)); "
        "from index.ingest.parsing_apart import parse_apart; from tests.index.ingest.test_parsing_apart import say; "
        "print(parse_apart(say, b'', 'who')[1].title)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=Path(__file__).parents[3], check=True
    )
    assert done.stdout.strip() == "400000000"
