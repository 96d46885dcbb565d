"""Hashes of texts and bytes that indexes keep: they must stay as they are, or what was stored is not found again."""

import hashlib


def digest_of(content: str | bytes, size: int) -> bytes:
    """Return `size` bytes of BLAKE2b over the content; a text counts as UTF-8, half characters (lone surrogates)
    encoded like whole ones."""
    if isinstance(content, str):
        content = content.encode("utf-8", "surrogatepass")
    return hashlib.blake2b(content, digest_size=size).digest()


def hash64(content: str | bytes) -> int:
    """Return 64 bits that stand for a text or for bytes: an unsigned number."""
    return int.from_bytes(digest_of(content, 8), "big")
