"""The bytes of a response, unpacked, and never more of them than asked for."""

import zlib

import httpx

from index.errors import FetchFailed, FetchRefused

_UNPACKERS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}
ACCEPTED_CODINGS = "gzip, deflate"


async def read_body(response: httpx.Response, max_bytes: int, *, cut: bool = False) -> bytes:
    """Return the content of a streamed response. A few kilobytes that unpack to gigabytes are stopped at the limit.

    `cut`: what is beyond the limit is left out rather than an error.

    Raises:
        FetchRefused: it is longer than `max_bytes`, or packed in a way that was not asked for.
        FetchFailed: it is packed and broken.
    """
    if int(response.headers.get("content-length", "0")) > max_bytes and not cut:
        raise _too_large(response, max_bytes)
    coding = response.headers.get("content-encoding", "identity").strip().lower()
    if coding not in ("", "identity", *_UNPACKERS):
        raise FetchRefused(f"{response.url.host} packs its pages in a way that is not read ({coding[:40]})")
    unpacker = zlib.decompressobj(_UNPACKERS[coding]) if coding in _UNPACKERS else None
    content = bytearray()
    async for chunk in response.aiter_raw():
        try:
            content += unpacker.decompress(chunk, max_bytes + 1 - len(content)) if unpacker else chunk
        except zlib.error as error:
            raise FetchFailed(f"{response.url.host} sent something that cannot be unpacked ({error})") from error
        if len(content) > max_bytes:
            if cut:
                return bytes(content[:max_bytes])
            raise _too_large(response, max_bytes)
        if unpacker and unpacker.eof:
            break  # what follows belongs to nothing, and would pile up
    if unpacker and not unpacker.eof and content:
        raise FetchFailed(f"{response.url.host} broke off in the middle of what it sent")
    return bytes(content)


def _too_large(response: httpx.Response, max_bytes: int) -> FetchRefused:
    return FetchRefused(f"{response.url} is larger than {max_bytes / 1e6:g} MB, the most that is read")
