"""What a bot's requests to Discord have in common: their pace, their refusals, and how long one may hang.

It hears every request of a client through an `aiohttp.TraceConfig`, those that discord.py repeats by itself
too. A send is never cut short while discord.py sleeps: it would leave its lock on all requests closed.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

import aiohttp
import yarl

from bots.waze.invalid import InvalidRequests
from bots.waze.openings import ROUTE, Openings
from bots.waze.pace import Pace

HANG: Final = 15.0
"""Seconds without an answer after which a request is given up."""
_API: Final = "/api/"
_EXEMPT: Final = ("/interactions/", "/webhooks/")
"""Answers to interactions do not count against what a token may send."""


@dataclass(frozen=True, slots=True)
class _Sending:
    is_urgent: bool
    limit: asyncio.Timeout
    check: Callable[[], None]


_sending: ContextVar[_Sending | None] = ContextVar("sending", default=None)


class Outbound:
    """One bot's way out to Discord, whichever client it has just now."""

    def __init__(self, pace: Pace, refusals: InvalidRequests, *, hang: float = HANG) -> None:
        self._pace = pace
        self._refusals = refusals
        self._hang = hang
        self.openings: Final = Openings()

    def trace(self) -> aiohttp.TraceConfig:
        """Return what a client is given as its ``http_trace``."""
        trace = aiohttp.TraceConfig()
        trace.on_request_start.append(self._begin)
        trace.on_request_end.append(self._end)
        trace.on_response_chunk_received.append(self._read)
        return trace

    @asynccontextmanager
    async def sending(self, check: Callable[[], None], *, is_urgent: bool) -> AsyncIterator[None]:
        """Send a delivery inside the ``async with``: `check` is asked before each request and may raise.

        Raises:
            TimeoutError: a request hung.
        """
        async with asyncio.timeout(None) as limit:
            token = _sending.set(_Sending(is_urgent, limit, check))
            try:
                yield
            finally:
                _sending.reset(token)

    async def _begin(
        self, _session: aiohttp.ClientSession, _context: object, params: aiohttp.TraceRequestStartParams
    ) -> None:
        if not _counts(params.url):
            return
        sending = _sending.get()
        await self._pace.take(is_urgent=sending is None or sending.is_urgent)
        if sending is not None:
            sending.check()
            sending.limit.reschedule(asyncio.get_running_loop().time() + self._hang)

    async def _end(
        self, _session: aiohttp.ClientSession, _context: object, params: aiohttp.TraceRequestEndParams
    ) -> None:
        if _API not in params.url.path:
            return
        status = params.response.status
        if params.response.url.path.endswith(ROUTE):
            self.openings.note(params.response.headers)
        self._refusals.note(status, params.response.headers.get("X-RateLimit-Scope"))
        if status == HTTPStatus.TOO_MANY_REQUESTS:
            self._pace.slow_down()
        elif status < HTTPStatus.BAD_REQUEST:
            self._pace.speed_up()

    async def _read(
        self,
        _session: aiohttp.ClientSession,
        _context: object,
        _params: aiohttp.TraceResponseChunkReceivedParams,
    ) -> None:
        """From here on discord.py may sleep, as a rate limit tells it to."""
        sending = _sending.get()
        if sending is not None:
            sending.limit.reschedule(None)


def _counts(url: yarl.URL) -> bool:
    return _API in url.path and not any(part in url.path for part in _EXEMPT)
