"""POST to servers outside: nothing is followed, little is read, and private addresses are not reached.

Errors never carry the address that was asked: a token may stand in it.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from services.alerts.ways.way import WayRefused, busy

_SECONDS: Final = 10.0
_MOST_BYTES: Final = 64 * 1024
"""Of a reply; what lies beyond is not read."""
_HERE: Final = frozenset({"localhost"})
_LATER: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.LOCKED}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What a server said. `retry_after` is in seconds; None where it did not say."""

    status: int
    body: bytes
    retry_after: float | None

    @property
    def is_taken(self) -> bool:
        """Return whether the server has it."""
        return HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES

    @property
    def is_later(self) -> bool:
        """Return whether the server may take it another time."""
        return self.status in _LATER or self.status >= HTTPStatus.INTERNAL_SERVER_ERROR


class _Private(OSError):
    """A name leads to private addresses only."""


class _PublicAddresses(AbstractResolver):
    """Leaves out private addresses, but for names in `trusted`, at the moment of the connection."""

    def __init__(self, trusted: Collection[str]) -> None:
        self._trusted = trusted
        self._inner = aiohttp.ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        kept = [one for one in found if host in self._trusted or _is_public(one["host"])]
        if found and not kept:
            raise _Private(f"{host} is private")
        return kept

    async def close(self) -> None:
        await self._inner.close()


class Outside:
    """An open session. `who` in its errors is the other side as members are told of it."""

    def __init__(self, session: aiohttp.ClientSession, trusted: Collection[str]) -> None:
        self._session = session
        self._trusted = trusted

    async def post(self, url: str, body: bytes, headers: Mapping[str, str], *, who: str) -> Reply:
        """Send `body` and return what the server said.

        Raises:
            Unavailable: it did not answer; whether it has it is not known.
            WayRefused: the address is a private one.
        """
        address = URL(url)
        if not self._is_reachable(address.host or ""):
            raise _private(who)
        try:
            async with self._session.post(
                address, data=body, headers=dict(headers), allow_redirects=False
            ) as response:
                read = await response.content.read(_MOST_BYTES)
                wait = _seconds(response.headers.get("Retry-After"))
                return Reply(status=response.status, body=read, retry_after=wait)
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, _Private):
                raise _private(who) from None
            raise busy(f"{who} does not answer.") from None
        except (aiohttp.ClientError, OSError):
            raise busy(f"{who} does not answer.") from None

    def _is_reachable(self, host: str) -> bool:
        """Return whether a literal address may be asked; names are looked at when they are resolved."""
        try:
            address = ipaddress.ip_address(host)
        except ValueError:
            return True
        return address.is_loopback or host in self._trusted or _is_public(host)


@asynccontextmanager
async def open_outside(
    trusted: Collection[str] = (), *, tls: ssl.SSLContext | None = None
) -> AsyncIterator[Outside]:
    """Open a session that may also reach private addresses under the names in `trusted`, and this machine."""
    names = _HERE | frozenset(trusted)
    connector = aiohttp.TCPConnector(resolver=_PublicAddresses(names), ssl=tls or True)
    async with aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        headers={"User-Agent": "omega-bot-farm"},
        auto_decompress=False,
    ) as session:
        yield Outside(session, names)


def _is_public(address: str) -> bool:
    return ipaddress.ip_address(address.partition("%")[0]).is_global


def _private(who: str) -> WayRefused:
    return WayRefused(
        f"{who} has a private address.", hint="Name a public one in farm.yaml, or one of this machine."
    )


def _seconds(header: str | None) -> float | None:
    return float(header) if header is not None and header.isdecimal() else None
