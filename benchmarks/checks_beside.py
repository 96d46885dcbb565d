"""Texts of 50,000 characters of quotations are checked on the web, one after the other without a pause, while 50 people
ask on Telegram: what these wait for their answers.

    python -m benchmarks.checks_beside
"""

import json
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread
from typing import Final

import numpy as np

from benchmarks.made_news import made_news
from index import Article
from index.text.chunking import chunk_article
from tests.attacks.attacked_bot import attacked_bot
from tests.ports import free_port

_PEOPLE: Final = 50
_ARTICLES: Final = 300
_TEXT_CHARS: Final = 50_000
_QUOTATIONS: Final = 600
_CHECKED_AT_ONCE: Final = 3
_PATIENCE_SECONDS: Final = 120.0


@dataclass
class _Checks:
    """Seconds that each check took; how many quotations were told in the last."""

    taken: list[float] = field(default_factory=list)
    quotes: int = 0


def measure() -> dict[str, dict[str, float]]:
    """Return what people wait with and without checks beside them."""
    figures = {}
    for name, at_once in (("none", 0), ("checks", _CHECKED_AT_ONCE)):
        figures[name] = _measure_one(at_once)
        print(name, json.dumps(figures[name]), file=sys.stderr, flush=True)
    return figures


def _measure_one(at_once: int) -> dict[str, float]:
    news = list(made_news(_ARTICLES, seed=1))
    web = f"127.0.0.1:{free_port()}"
    with tempfile.TemporaryDirectory() as folder, attacked_bot(Path(folder)) as attacked:
        _append(Path(folder) / "articles.jsonl", news)
        attacked.settings = {"WEB_LISTEN": web}
        attacked.start()
        with _checking(f"http://{web}/v1/check", _text_of(news), at_once) as checks:
            endured = attacked.endure(_PEOPLE)
    waits = {"answer s p50": round(endured.p50, 2), "answer s p95": round(endured.p95, 2)}
    told = {"answered": len(endured.answered), **waits, "slowest /healthz s": round(endured.slowest_healthz, 2)}
    if not checks.taken:
        return told
    return {
        **told,
        "checks": len(checks.taken),
        "quotations in each": checks.quotes,
        "a check s p50": round(float(np.median(checks.taken)), 2),
    }


@contextmanager
def _checking(address: str, text: str, at_once: int) -> Iterator[_Checks]:
    """Have the text checked again and again for the length of the block, so many at once, once one has been."""
    checks, is_over = _Checks(), Event()
    threads = [Thread(target=_check, args=(address, text, checks, is_over)) for _ in range(at_once)]
    for thread in threads:
        thread.start()
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while at_once and not checks.taken and time.monotonic() < deadline:
        time.sleep(0.05)
    try:
        yield checks
    finally:
        is_over.set()
        for thread in threads:
            thread.join()


def _check(address: str, text: str, checks: _Checks, is_over: Event) -> None:
    body = json.dumps({"text": text}).encode()
    while not is_over.is_set():
        began = time.monotonic()
        request = urllib.request.Request(address, body, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=_PATIENCE_SECONDS) as response:
                checks.quotes = len(json.load(response)["quotes"])
        except OSError:
            time.sleep(0.1)  # the bot starts, or stops
        else:
            checks.taken.append(time.monotonic() - began)


def _text_of(news: Sequence[Article]) -> str:
    """Return quotations of all articles, in each of which a number is another one."""
    passages = [(article.text, passage) for article in news for passage in chunk_article(article)]
    said = [sentence.slice(text) for text, passage in passages for sentence in passage.sentences]
    quotations = [f"“{sentence.replace('1', '7').strip('“”.')}”" for sentence in said if "1" in sentence]
    return "\n".join(quotations[:: max(1, len(quotations) // _QUOTATIONS)])[:_TEXT_CHARS]


def _append(path: Path, articles: Sequence[Article]) -> None:
    with path.open("a", encoding="utf-8") as file:
        for article in articles:
            fields = {"id": article.id, "title": article.title, "text": article.text, "source": article.source}
            file.write(json.dumps(fields) + "\n")


if __name__ == "__main__":
    print(json.dumps(measure(), indent=1))
