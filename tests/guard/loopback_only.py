"""Refuse every connection, datagram and name lookup that would leave the machine.

An audit hook cannot be removed, and it sees what C extensions and asyncio do as well: a test that reaches for
the Internet fails at that line, and says for which address.
"""

from __future__ import annotations

import ipaddress
import sys

LOCAL_NAMES = {"localhost", "", "0.0.0.0", "::"}  # noqa: S104 - names of this machine, nothing is bound


class LeftTheMachineError(RuntimeError):
    """A test reached for an address that is not loopback."""


def is_local(host: object) -> bool:
    """Tell whether `host` names this machine."""
    if host is None:
        return True
    name = host.decode() if isinstance(host, bytes) else str(host)
    if name in LOCAL_NAMES or name.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(name.partition("%")[0]).is_loopback
    except ValueError:
        return False


def _watch(event: str, args: tuple[object, ...]) -> None:
    if event in {"socket.connect", "socket.sendto", "socket.sendmsg"}:
        address = args[1] if len(args) > 1 else None
        if isinstance(address, tuple) and not is_local(address[0]):
            raise LeftTheMachineError(f"{event} to {address[0]}")
    elif event in {"socket.getaddrinfo", "socket.gethostbyname"} and not is_local(args[0]):
        raise LeftTheMachineError(f"{event} for {args[0]!r}")


def install() -> None:
    """Put the guard in place for the rest of this process."""
    sys.addaudithook(_watch)
