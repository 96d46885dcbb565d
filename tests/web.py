"""A small web server on this machine that serves what a test sets up, under names that only the test knows."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

from index.ingest.fetching import Fetcher, FetchLimits

QUICK = FetchLimits(max_bytes=100_000, total_seconds=5, step_seconds=5, pause_seconds=0)


@dataclass(frozen=True)
class Page:
    """One response. `drip_seconds`: the pause before each of its bytes."""

    content: bytes | str = b""
    kind: str = "text/html"
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    drip_seconds: float = 0.0

    @property
    def body(self) -> bytes:
        """The content as bytes."""
        return self.content.encode() if isinstance(self.content, str) else self.content


Serve = Callable[[Message], Page]
NOT_THERE = Page("no such page", status=404)


class Site:
    """Pages by path, the same for every host name. `requests` are the (Host header, path) pairs, as they came."""

    def __init__(self, server: ThreadingHTTPServer, scheme: str) -> None:
        self.pages: dict[str, Page | Serve] = {"/robots.txt": NOT_THERE}
        self.requests: list[tuple[str, str]] = []
        self.port: int = server.server_address[1]
        self._scheme = scheme

    @property
    def trusted(self) -> frozenset[tuple[str, int]]:
        """What a fetcher must take for a public address to come here."""
        return frozenset({("127.0.0.1", self.port)})

    def url(self, path: str, host: str = "news.example") -> str:
        """Where a page is."""
        return f"{self._scheme}://{host}:{self.port}{path}"

    def fetcher(
        self,
        limits: FetchLimits = QUICK,
        hosts: Mapping[str, Sequence[str]] | None = None,
        ssl_context: ssl.SSLContext | None = None,
    ) -> Fetcher:
        """One that finds every host here, but for numbers, and for those given, which have these addresses."""

        async def resolve(host: str, port: int) -> Sequence[str]:
            found = (hosts or {}).get(host, (host,) if host[0].isdigit() else ("127.0.0.1",))
            if not found:
                raise OSError("Name or service not known")
            return found

        return Fetcher(limits, resolve=resolve, trusted=self.trusted, ssl_context=ssl_context)

    def page(self, path: str, headers: Message) -> Page:
        """What a request gets."""
        self.requests.append((headers["Host"], path))
        served = self.pages.get(path) or self.pages.get(path.partition("?")[0], NOT_THERE)
        return served if isinstance(served, Page) else served(headers)

    def paths(self) -> list[str]:
        """What was asked for, but for robots.txt."""
        return [path for _, path in self.requests if path != "/robots.txt"]


@contextmanager
def serve_site(ssl_context: ssl.SSLContext | None = None) -> Iterator[Site]:
    """A site on a port of its own, in a thread, until the block ends."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    if ssl_context is not None:
        server.socket = ssl_context.wrap_socket(server.socket, server_side=True)
    site = Site(server, "https" if ssl_context else "http")
    server.site = site  # type: ignore[attr-defined]  # the handler finds it there
    thread = Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    """Answers one request and closes."""

    def do_GET(self) -> None:
        page: Page = self.server.site.page(self.path, self.headers)  # type: ignore[attr-defined]
        try:
            self.send_response(page.status)
            if page.kind:
                self.send_header("Content-Type", page.kind)
            for name, value in page.headers.items():
                self.send_header(name, value)
            self.end_headers()
            if not page.drip_seconds:
                self.wfile.write(page.body)
                return
            for byte in page.body:
                time.sleep(page.drip_seconds)
                self.wfile.write(bytes([byte]))
        except OSError:
            return  # whoever asked has hung up

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing: tests have their own output."""
