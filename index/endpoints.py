"""Addresses in settings, taken apart: the vector server of VECTOR_URL and the feeds of FEEDS."""

import re
from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_DEFAULT_PORT = 19530
_WANTED = (
    "should be milvus://HOST:PORT, such as milvus://127.0.0.1:19530; with a database, milvus://HOST:PORT/DATABASE; "
    "with a login, milvus://USER:PASSWORD@HOST:PORT; with TLS, milvus+tls://...; or empty for the index on this disk"
)

_FEED = re.compile(r"(?P<url>https?://[^\s,|]+)(?:\|(?P<minutes>\d{1,5}))?")


@dataclass(frozen=True, slots=True)
class ServerAddress:
    """A Milvus server, and the database on it that holds the library; None for the server's default one."""

    host: str
    port: int
    database: str | None = None
    user: str = ""
    password: str = field(default="", repr=False)
    is_encrypted: bool = False

    def __str__(self) -> str:
        """Return the address without the login: for messages and logs."""
        scheme = "milvus+tls" if self.is_encrypted else "milvus"
        return f"{scheme}://{self.host}:{self.port}" + (f"/{self.database}" if self.database else "")

    @property
    def uri(self) -> str:
        """The address as the client library wants it, without the login."""
        return f"{'https' if self.is_encrypted else 'http'}://{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Feed:
    """An address that gives RSS or Atom. `every_minutes`: None means as often as feeds are read by default."""

    url: str
    every_minutes: int | None = None


def parse_address(text: str) -> ServerAddress:
    """Return the server that `text` names.

    Raises:
        ValueError: it names none; says what to write.
    """
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError as error:
        raise ValueError(_WANTED) from error
    database = unquote(parts.path.strip("/"))
    odd = parts.query or parts.fragment or "/" in database
    if parts.scheme not in ("milvus", "milvus+tls") or not parts.hostname or odd:
        raise ValueError(_WANTED)
    return ServerAddress(
        parts.hostname,
        port or _DEFAULT_PORT,
        database or None,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        is_encrypted=parts.scheme == "milvus+tls",
    )


def parse_feeds(text: str) -> tuple[Feed, ...]:
    """Return the feeds of a list with spaces or commas between them, each perhaps followed by `|` and its minutes.

    Raises:
        ValueError: something in it is no feed.
    """
    feeds = {}
    for part in filter(None, re.split(r"[\s,]+", text)):
        match = _FEED.fullmatch(part)
        if match is None or match["minutes"] == "0":
            raise ValueError("should be addresses such as https://news.example/rss|30 (every 30 minutes)")
        feeds[match["url"]] = Feed(match["url"], int(match["minutes"]) if match["minutes"] else None)
    return tuple(feeds.values())
