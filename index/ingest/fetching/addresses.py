"""Which addresses may be fetched: web addresses by their form, network addresses by where they lead."""

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Sequence

import httpx

from index.errors import FetchFailed, FetchRefused

_MAX_CHARS = 2000
_PORTS = {"http": 80, "https": 443}
_FIRST_FREE_PORT = 1024  # below it, mail servers and the like would be spoken to
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_GLOBAL_IPV6 = ipaddress.IPv6Network("2000::/3")
_NOT_FOR_VISITORS = tuple(
    map(
        ipaddress.ip_network,
        (
            "168.63.129.16/32",  # Azure's own services, seen from every machine there
            "192.0.0.0/24",  # protocols and, at 192.0.0.192, Oracle's metadata
            "192.88.99.0/24",  # 6to4 relays
            "3fff::/20",  # documentation
        ),
    )
)
"""Which some versions of `ipaddress` take for global, or which is so, and yet no web site's."""
_TUNNELS = (ipaddress.IPv6Network("2002::/16"), ipaddress.IPv6Network("2001::/32"))  # 6to4, Teredo: lead anywhere

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host's name and a port to its network addresses, in the order to be tried."""


def check_address(text: str) -> httpx.URL:
    """Return the web address that `text` is, if it may be fetched at all; its host is looked at when it is connected
    to.

    Raises:
        FetchRefused: it is no complete http or https address, names a user, or has an odd port.
    """
    if len(text) > _MAX_CHARS:
        raise FetchRefused(f"{_short(text)} is longer than a web address may be")
    try:
        url = httpx.URL(text.strip())
        host = url.host  # which is decoded only now
    except (httpx.InvalidURL, ValueError) as error:
        raise FetchRefused(f"{_short(text)} is not a web address: {error}") from error
    if len(str(url)) > _MAX_CHARS:  # which has three characters for each byte that is not plain
        raise FetchRefused(f"{_short(text)} is longer than a web address may be, once it is written as one")
    if url.scheme not in _PORTS:
        raise FetchRefused(f"{_short(text)} is not fetched: only addresses that start with https:// or http:// are")
    if not host:
        raise FetchRefused(f"{_short(text)} is not a complete web address")
    if url.userinfo:
        raise FetchRefused(f"{url.host}: an address with a user name or password in it is not fetched")
    if not (port_of(url) in _PORTS.values() or port_of(url) >= _FIRST_FREE_PORT):
        raise FetchRefused(f"{_short(text)} is not fetched: port {url.port} is not one that web sites use")
    return url.copy_with(fragment=None)


def port_of(url: httpx.URL) -> int:
    """Return the port that a checked address means."""
    return url.port or _PORTS[url.scheme]


async def resolve_host(host: str, port: int) -> list[str]:
    """Return the addresses that the system's resolver gives, numbers in any notation included."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


async def public_addresses(host: str, port: int, resolve: Resolver, trusted: frozenset[tuple[str, int]]) -> list[str]:
    """Return what `host` resolves to just now, all of it public (or trusted): connect to these, and resolve no more.

    Raises:
        FetchRefused: any one is not public: a host that has both kinds is up to something.
        FetchFailed: the name cannot be resolved.
    """
    try:
        addresses = await resolve(host, port)
    except (OSError, UnicodeError) as error:
        raise FetchFailed(f"{host}: no such host could be found (is the name right, and the network up?)") from error
    if not addresses:
        raise FetchFailed(f"{host} has no network address")
    for address in addresses:
        if (address, port) not in trusted and not is_public(address):
            raise FetchRefused(f"{host} is not fetched: it leads to {address}, which is not a public address")
    return list(addresses)


def is_public(address: str) -> bool:
    """Return whether a network address belongs to the open internet, and not to this machine or a private network."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(parsed, ipaddress.IPv6Address):
        embedded = parsed.ipv4_mapped
        if parsed in _NAT64:
            embedded = ipaddress.IPv4Address(int(parsed) & 0xFFFFFFFF)
        if embedded is not None:
            return is_public(str(embedded))
        if parsed not in _GLOBAL_IPV6 or any(parsed in tunnel for tunnel in _TUNNELS):
            return False
    if any(parsed in network for network in _NOT_FOR_VISITORS):
        return False
    return parsed.is_global and not parsed.is_multicast and not parsed.is_reserved


def _short(text: str) -> str:
    text = "".join(character if character.isprintable() else "\ufffd" for character in text[:101])
    return text if len(text) <= 100 else f"{text[:100]}…"
