"""Fakes that a persona bot is given instead of the farm: a hand-moved clock, a bus that answers as told."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from services.bus.messages import Entry, Key, Latest, Log, Message, Request
from services.clock import Clock
from services.members.messages import GetMember

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)
Told = Message | Exception | Callable[[Request[Any]], Message]
"""What a question is answered with."""


class HandClock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def now(self) -> datetime:
        return datetime(2026, 8, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

    def monotonic(self) -> float:
        return self.seconds


class FakeBus:
    """Answers with what a test laid down for a request's type; counts what it was asked."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.answers: dict[type[Request[Any]], Told] = {}
        self.delays: dict[type[Request[Any]], float] = {}
        self.parts: dict[type[Request[Any]], Sequence[tuple[float, Message]]] = {}
        """What comes before an answer: each with the seconds that pass before it."""
        self.consumers: dict[str, Callable[[Entry[Any]], Awaitable[None]]] = {}
        self.carriers: dict[str, Callable[[Entry[Any]], Awaitable[Message]]] = {}
        self.asked: list[Request[Any]] = []
        self.kept: dict[str, Message] = {}
        self.appended: list[tuple[str, Message]] = []

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ARG002, ASYNC109 - the bus's own parameter
        on_part: Callable[[Any], Awaitable[None]] | None = None,
    ) -> R:
        self.asked.append(request)
        for seconds, part in self.parts.get(type(request), ()):
            await asyncio.sleep(seconds)
            if on_part is not None:
                await on_part(part)
        await asyncio.sleep(self.delays.get(type(request), 0.0))
        answer: Any = self.answers[type(request)]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            answer = answer(request)
        result: R = answer
        return result

    @property
    def questions(self) -> list[Request[Any]]:
        """What was asked, but for who the member is, which every answer asks."""
        return [request for request in self.asked if not isinstance(request, GetMember)]

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        value: Any = self.kept.get(f"{key.name}:{part}")
        return (
            None
            if value is None
            else Latest(value=value, as_of=self.clock.now(), received_at=self.clock.now())
        )

    async def put(
        self,
        key: Key[M],
        value: M,
        *,
        part: str = "",
        ttl: float | None = None,  # noqa: ARG002 - the bus's own parameter
    ) -> None:
        self.kept[f"{key.name}:{part}"] = value

    async def append(self, log: Log[M], message: M) -> str:
        self.appended.append((log.name, message))
        return f"{len(self.appended)}-0"

    async def consume(
        self,
        log: Log[M],
        group: str,  # noqa: ARG002 - the bus's own parameter
        handle: Callable[[Entry[M]], Awaitable[None]],
    ) -> None:
        self.consumers[log.name] = handle
        await asyncio.Event().wait()

    async def carry(
        self,
        log: Log[M],
        group: str,  # noqa: ARG002 - the bus's own parameter
        handle: Callable[[Entry[M]], Awaitable[Message]],
        **_course: Any,
    ) -> None:
        self.carriers[log.name] = handle
        await asyncio.Event().wait()

    def quota(self, name: str, *, units: float, seconds: float) -> NoLimit:  # noqa: ARG002 - the bus's own
        return NoLimit()


class NoLimit:
    """A rate that nobody has used."""

    async def reserve(self, units: float, *, within: float) -> float:  # noqa: ARG002 - the bus's own parameters
        return 0.0
