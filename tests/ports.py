"""Ports of this machine that nobody listens at.

They are none of those that the system gives out by itself: to whoever listens at any port, and to every connection.
"""

import socket
from contextlib import ExitStack
from random import SystemRandom

_GIVEN_OUT_BY_NOBODY = range(15_000, 32_768)
_chance = SystemRandom()


def free_ports(count: int) -> list[int]:
    """Different ones, found free just now."""
    with ExitStack() as held:
        ports: list[int] = []
        while len(ports) < count:
            one = held.enter_context(socket.socket())
            port = _chance.choice(_GIVEN_OUT_BY_NOBODY)
            try:
                one.bind(("127.0.0.1", port))
            except OSError:
                continue
            ports.append(port)
        return ports


def free_port() -> int:
    """One of them."""
    return free_ports(1)[0]
