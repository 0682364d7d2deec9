"""Keeps a bot connected for ever: a fresh client after every failure that discord.py does not survive.

discord.py reconnects and resumes by itself while a client lives. It ends when the first connect is refused
and on an event it cannot parse, and it may wait minutes between tries; then this makes a new one. A token or
an intent that Discord refuses is an operator's matter and ends the process.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Protocol, Self

import aiohttp
import discord
import structlog

from services.clock import Clock
from services.errors import Misconfigured

log = structlog.get_logger(__name__)

_REFUSED = {
    4004: "Discord refuses the token",
    4010: "Discord refuses the shard",
    4011: "Discord wants this bot sharded",
    4012: "Discord refuses the version of its gateway",
    4013: "Discord does not know an intent",
    4014: "Discord has not enabled an intent for this application",
}


OnState = Callable[[str | None], None]
"""Told why the bot is not there; None when it is."""


class Client(Protocol):
    """The part of a discord.py client that keeping it connected needs."""

    async def start(self, token: str) -> None:
        """Log in and stay connected until closed."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc_value: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Patience:
    """How long to wait, in seconds."""

    first: float = 0.25
    after_refusal: float = 5.0
    """The longest pause while Discord cannot be reached."""
    after_defect: float = 120.0
    """The longest pause after an event that ended the client: each try is one of 1,000 identifies a day."""
    lost: float = 15.0
    """A connection lost for so long gets a new client."""
    glance: float = 1.0
    """Between two looks at whether it is lost."""
    steady: float = 60.0
    """A client that lived so long starts the pauses afresh."""


class Line:
    """One bot's connection to Discord, through as many clients as it takes."""

    def __init__(
        self,
        *,
        make: Callable[[OnState], Client],
        token: str,
        clock: Clock,
        report: OnState,
        patience: Patience = Patience(),
    ) -> None:
        self._make = make
        self._token = token
        self._clock = clock
        self._report = report
        self._patience = patience
        self._lost_at: float | None = None
        self._failures = 0
        self._life: asyncio.Timeout | None = None

    async def stay(self) -> None:
        """Stay connected until cancelled.

        Raises:
            Misconfigured: Discord refuses the token or the intents.
        """
        while True:
            self._report("connecting to Discord")
            started = self._clock.monotonic()
            longest = await self._live(self._make(self._on_state))
            lived = self._clock.monotonic() - started
            self._failures = 0 if lived > self._patience.steady else self._failures + 1
            await asyncio.sleep(min(longest, self._patience.first * 2 ** min(self._failures, 12)))

    async def watch(self) -> None:
        """End a client whose connection stays lost, because its own pauses grow to minutes; for ever."""
        while True:
            await asyncio.sleep(self._patience.glance)
            lost_at, now = self._lost_at, self._clock.monotonic()
            if self._life is not None and lost_at is not None and now - lost_at > self._patience.lost:
                log.warning("client_replaced", lost_s=self._patience.lost)
                life, self._life = self._life, None
                life.reschedule(asyncio.get_running_loop().time())

    async def _live(self, client: Client) -> float:
        """Run one client to its end and return the longest pause that its end calls for."""
        self._lost_at = None
        try:
            async with client:
                await self._start(client)
        except (discord.LoginFailure, discord.PrivilegedIntentsRequired, discord.ConnectionClosed) as error:
            return self._after_refusal(error)
        except (OSError, aiohttp.ClientError, discord.HTTPException, discord.GatewayNotFound) as error:
            return self._after_failure(error, "Discord cannot be reached", self._patience.after_refusal)
        except Exception as error:  # noqa: BLE001 - the supervisor of a loop: discord.py ends on a bad event
            return self._after_failure(error, "the connection broke", self._patience.after_defect)
        return self._patience.after_refusal

    async def _start(self, client: Client) -> None:
        """Let `watch` end the client while it is connected, and not what comes after."""
        try:
            async with asyncio.timeout(None) as self._life:
                await client.start(self._token)
        finally:
            self._life = None

    def _after_refusal(self, error: Exception) -> float:
        code = 4014 if isinstance(error, discord.PrivilegedIntentsRequired) else getattr(error, "code", 4004)
        if code in _REFUSED:
            hint = "Check the token and the intents of the application in Discord's developer portal."
            raise Misconfigured(f"{_REFUSED[code]} (close code {code}).", hint=hint) from error
        return self._after_failure(
            error, f"Discord closed the connection ({code})", self._patience.after_refusal
        )

    def _after_failure(self, error: Exception, reason: str, longest: float) -> float:
        log.warning("connection_ended", reason=reason, error=f"{type(error).__name__}: {error}")
        self._report(reason)
        return longest

    def _on_state(self, missing: str | None) -> None:
        self._lost_at = None if missing is None else self._lost_at or self._clock.monotonic()
        self._report(missing)
