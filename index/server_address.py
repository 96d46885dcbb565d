"""Where the vector server is: what VECTOR_URL says, taken apart."""

from dataclasses import dataclass, field
from urllib.parse import unquote, urlsplit

_DEFAULT_PORT = 19530
_WANTED = (
    "should be milvus://HOST:PORT, such as milvus://127.0.0.1:19530; with a database, milvus://HOST:PORT/DATABASE; "
    "with a login, milvus://USER:PASSWORD@HOST:PORT; with TLS, milvus+tls://...; or empty for the index on this disk"
)


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
        """Without the login: for messages and logs."""
        scheme = "milvus+tls" if self.is_encrypted else "milvus"
        return f"{scheme}://{self.host}:{self.port}" + (f"/{self.database}" if self.database else "")

    @property
    def uri(self) -> str:
        """What the client library wants; without the login."""
        return f"{'https' if self.is_encrypted else 'http'}://{self.host}:{self.port}"


def parse_address(text: str) -> ServerAddress:
    """The server that `text` names.

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
