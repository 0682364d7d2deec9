"""The HTTP connections of one model: nothing is followed, and no answer is read without end."""

from __future__ import annotations

import asyncio
import ipaddress
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from typing import Final
from urllib.parse import urlsplit

import httpx2

from services.chat.models.failing import broken, too_much

MOST_BYTES: Final = 4 * 1024 * 1024
"""Of one answer as it is sent: an answer of the most characters, each in a piece of its own, takes less."""
_SLICE: Final = 4 * 1024
"""What comes at once is read in slices, so that others have their turn while a flood of events is."""
_CONNECT_S: Final = 5.0
_MOST_CONNECTIONS: Final = 100
_NOTED: ContextVar[list[httpx2.Response] | None] = ContextVar("noted", default=None)


@contextmanager
def noting(answers: list[httpx2.Response]) -> Iterator[None]:
    """Note in `answers` what is opened meanwhile, for an SDK that does not close what nobody reads on."""
    token = _NOTED.set(answers)
    try:
        yield
    finally:
        _NOTED.reset(token)


def is_here(url: str) -> bool:
    """Return whether an address is one of this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def open_wire(name: str, *, url: str, seconds: float) -> httpx2.AsyncClient:
    """Open the client that an SDK sends its requests with; a proxy is only used to leave this machine.

    Args:
        name: of the model, for errors.
        url: where its API begins.
        seconds: the longest silence that is waited out.
    """

    async def bound(response: httpx2.Response) -> None:
        is_packed = response.headers.get("content-encoding", "identity") != "identity"
        if (noted := _NOTED.get()) is not None:
            noted.append(response)
        response.stream = _Bounded(name, response.stream, is_packed=is_packed)

    trusts_env = not is_here(url)
    return httpx2.AsyncClient(
        verify=_certificates(trust_env=trusts_env),
        timeout=httpx2.Timeout(seconds, connect=min(_CONNECT_S, seconds)),
        limits=httpx2.Limits(max_connections=_MOST_CONNECTIONS),
        follow_redirects=False,
        trust_env=trusts_env,
        headers={"Accept-Encoding": "identity"},
        event_hooks={"response": [bound]},
    )


@cache
def _certificates(*, trust_env: bool) -> ssl.SSLContext:
    """Return the authorities that are believed; reading them takes as long as the rest of opening a model."""
    return httpx2.create_ssl_context(trust_env=trust_env)


class _Bounded(httpx2.AsyncByteStream):
    """A body of at most so many bytes. A packed one is not read: a few of its bytes may become many."""

    def __init__(
        self, name: str, body: httpx2.SyncByteStream | httpx2.AsyncByteStream | None, *, is_packed: bool
    ) -> None:
        self._name = name
        self._body = body
        self._is_packed = is_packed

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_packed or not isinstance(self._body, httpx2.AsyncByteStream):
            raise broken(self._name)
        read = 0
        async for chunk in self._body:
            read += len(chunk)
            if read > MOST_BYTES:
                raise too_much(self._name)
            for begun in range(0, len(chunk), _SLICE):
                if begun:
                    await asyncio.sleep(0)
                yield chunk[begun : begun + _SLICE]

    async def aclose(self) -> None:
        if isinstance(self._body, httpx2.AsyncByteStream):
            await self._body.aclose()
