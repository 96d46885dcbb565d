"""API keys: made once, shown once, and kept as hashes. A key is 256 random bits, so a plain hash gives nothing away."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Final

_PREFIX: Final = "nq_"
_ENTRY: Final = re.compile(r"([A-Za-z0-9_-]{1,40})=(read|admin):([0-9a-f]{64})")


class KeyScope(Enum):
    """What a key is good for: asking, or changing the articles as well."""

    READ = "read"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key by its name, without the key itself."""

    name: str
    scope: KeyScope
    digest: str

    def __str__(self) -> str:
        """Return it as `API_KEYS` lists it."""
        return f"{self.name}={self.scope.value}:{self.digest}"


def make_key(name: str, scope: KeyScope) -> tuple[str, ApiKey]:
    """Return a new key, and what is kept of it.

    Raises:
        ValueError: the name cannot be listed.
    """
    key = _PREFIX + secrets.token_urlsafe(32)
    return key, read_keys(f"{name}={scope.value}:{_digest(key)}")[0]


def read_keys(listed: str) -> tuple[ApiKey, ...]:
    """Return the keys of a list with commas between.

    Raises:
        ValueError: one is not as `make_key` gives it, or a name is there twice; the text holds none of the list.
    """
    entries = [entry.strip() for entry in listed.split(",") if entry.strip()]
    matches = [_ENTRY.fullmatch(entry) for entry in entries]
    if None in matches:
        raise ValueError("should be entries as `python -m bot key NAME` prints them, with commas between")
    keys = tuple(ApiKey(match[1], KeyScope(match[2]), match[3]) for match in matches if match is not None)
    if len({key.name for key in keys}) < len(keys):
        raise ValueError("should give each key a name of its own")
    return keys


def key_given(given: str, keys: Iterable[ApiKey]) -> ApiKey | None:
    """Return the key that was given, if it is one of these; how long that takes tells nothing of them."""
    digest = _digest(given)
    found = [key for key in keys if hmac.compare_digest(key.digest, digest)]
    return found[0] if found else None


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
