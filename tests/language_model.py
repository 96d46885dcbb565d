"""A server on this machine that stands in for a language model: it answers chat completions as it was told to."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

Json = dict[str, Any]
_PATH: Final = "/v1/chat/completions"


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: what it is for, the texts of each of its fences, the whole body, and its headers."""

    task: str
    fenced: tuple[tuple[str, ...], ...]
    body: Json
    headers: Mapping[str, str]

    @property
    def material(self) -> str:
        """The message that holds the fences."""
        return str(self.body["messages"][1]["content"])

    @property
    def last(self) -> str:
        """The message to be understood, or the question that sentences are chosen for."""
        return self.fenced[-1][0] if self.task == "understood" else self.fenced[0][0]

    @property
    def sentences(self) -> tuple[str, ...]:
        """The sentences to choose from, each with its number in front."""
        return self.fenced[-1] if self.task == "chosen" else ()


@dataclass(frozen=True, slots=True)
class Written:
    """What comes back: a status, a body and headers, after some seconds; `trickle`: a byte each so many seconds."""

    body: bytes
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    after_seconds: float = 0.0
    trickle: float = 0.0


Answering = Callable[[Asked], str | Written]
"""What the model writes to a request: its words, or the whole response."""


def completion(words: str, tokens: int | None = 100) -> bytes:
    """The body of an ordinary completion."""
    usage = {} if tokens is None else {"usage": {"total_tokens": tokens}}
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": words}}], **usage}).encode()


def understood(question: str, kind: str | None = None, language: str | None = None) -> str:
    """The words of a model that understands."""
    return json.dumps({"question": question, "kind": kind, "language": language})


def chosen(*numbers: int, heading: str | None = None) -> str:
    """The words of a model that chooses."""
    return json.dumps({"sentences": list(numbers), "heading": heading})


@dataclass(slots=True)
class StandInModel:
    """A running server. `answering` may be set anew at any time; `asked` grows with each request."""

    url: str
    answering: Answering
    asked: list[Asked] = field(default_factory=list)
    closing: threading.Event = field(default_factory=threading.Event)


@contextmanager
def stand_in_model(answering: Answering) -> Iterator[StandInModel]:
    """Run one, on a port of its own, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    model = StandInModel(f"http://127.0.0.1:{server.server_port}/v1", answering)
    server.model = model  # type: ignore[attr-defined]  # what handlers have of it
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield model
    finally:
        model.closing.set()
        server.shutdown()
        server.server_close()
        thread.join()


def fenced_in(material: str) -> tuple[tuple[str, ...], ...]:
    """The lines inside each fence of a message, in order."""
    found: list[tuple[str, ...]] = []
    lines: list[str] | None = None
    end = ""
    for line in material.split("\n"):
        if lines is None and line.startswith("<data "):
            lines, end = [], f"</data {line.removeprefix('<data ')}"
        elif lines is not None and line == end:
            found.append(tuple(lines))
            lines = None
        elif lines is not None:
            lines.append(line)
    return tuple(found)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        model: StandInModel = self.server.model  # type: ignore[attr-defined]  # see stand_in_model
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        system, user = (one["content"] for one in body["messages"])
        task = "understood" if '"question": what the last message asks for' in system else "chosen"
        asked = Asked(task, fenced_in(user), body, dict(self.headers))
        model.asked.append(asked)
        answer = model.answering(asked) if self.path == _PATH else Written(b"", 404)
        self._write(answer if isinstance(answer, Written) else Written(completion(answer)), model.closing)

    def _write(self, written: Written, closing: threading.Event) -> None:
        if written.after_seconds and closing.wait(written.after_seconds):
            self.close_connection = True
            return
        try:
            self.send_response(written.status)
            for name, value in written.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(written.body)))
            self.end_headers()
            pieces = [written.body] if not written.trickle else [bytes([one]) for one in written.body]
            for piece in pieces:
                if written.trickle and closing.wait(written.trickle):
                    break
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:  # whoever asked has waited long enough
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""
