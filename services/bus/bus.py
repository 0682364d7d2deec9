"""The bus as every process sees it: four verbs with two ends each, and rates that all processes share.

The pieces live in sibling modules.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

from services.bus.answers import Answerer
from services.bus.asks import Asker
from services.bus.connection import Dial
from services.bus.consumers import Consumer
from services.bus.groups import Group
from services.bus.lane import Lane
from services.bus.latest import Values
from services.bus.live import Live
from services.bus.messages import Entry, Gap, Key, Latest, Log, M, Message, R, Request, Topic
from services.bus.quota import Quota
from services.bus.streams import Logs, stream_of
from services.clock import Clock


class Bus:
    """The verbs. They raise `BusUnavailable` within two seconds when Redis is away; nothing is sent twice."""

    def __init__(
        self,
        *,
        name: str,
        dial: Dial,
        lane: Lane,
        live: Live,
        logs: Logs,
        asker: Asker,
        values: Values,
        clock: Clock,
    ) -> None:
        self._name = name
        self._dial = dial
        self._lane = lane
        self._live = live
        self._logs = logs
        self._asker = asker
        self._values = values
        self._clock = clock

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Tell `message` to whoever is subscribed now; at most once."""
        await self._live.publish(topic, message)

    def subscribe(self, *topics: Topic[M]) -> AbstractAsyncContextManager[AsyncIterator[M | Gap]]:
        """Hear `topics` inside an ``async with``.

        The iterator never ends. After a reconnect, or when its reader is too slow, it gives a `Gap`: messages
        may have been missed, take a fresh snapshot. Entering never raises; without Redis a `Gap` comes first.
        """
        return self._live.subscribe(topics)

    async def append(self, log: Log[M], message: M) -> str:
        """Append `message` to `log` and return the id that its consumers see.

        Raises:
            BusUnavailable: it may have been appended all the same. A message with an `id` of its own can be
                appended again: consumers see the same id.
        """
        return await self._logs.append(log, message)

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> None:
        """Hand entries of `log` to `handle`, one at a time, until cancelled; at least once for each group.

        An entry is acknowledged when `handle` returns. When it raises `Unavailable` it is called again, with
        growing pauses. When it raises anything else the entry comes again, up to five times in all, and is
        then moved to ``omega:dead:<log>`` with the error. What a dead consumer held comes to another of its
        group.
        """
        place = Group(stream_of(log.name), group, self._name)
        consumer = Consumer(log, place, handle, dial=self._dial, lane=self._lane, clock=self._clock)
        await consumer.run()

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - it travels with the question as its deadline
        on_part: Callable[[R], Awaitable[None]] | None = None,
    ) -> R:
        """Put `request` to the service in its tag and return the answer.

        A service may answer in parts: `on_part` gets each of them as it comes, the last one too, which is
        then returned.

        Raises:
            NoAnswer: nobody answered within `timeout` seconds.
            BusUnavailable: Redis is away.
            OmegaError: what the service raised, as the same class; `Fault` for a defect over there.
        """
        return await self._asker.ask(request, patience=timeout, on_part=on_part)

    async def answer(
        self,
        service: str,
        requests: Sequence[type[Request[Any]]],
        handle: Callable[[Request[Any]], Awaitable[Message] | AsyncIterator[Message]],
        *,
        concurrency: int = 64,
    ) -> None:
        """Answer `requests` put to `service` until cancelled, up to `concurrency` at once.

        An `OmegaError` that `handle` raises is raised again at the asker; any other error is logged with its
        trace and becomes a `Fault` there. A question may come twice: what changes state carries an id.
        """
        answerer = Answerer(
            service,
            requests,
            handle,
            consumer=self._name,
            concurrency=concurrency,
            dial=self._dial,
            lane=self._lane,
            clock=self._clock,
        )
        await answerer.run()

    async def put(
        self,
        key: Key[M],
        value: M,
        *,
        part: str = "",
        as_of: datetime | None = None,
        ttl: float | None = None,
    ) -> None:
        """Make `value` the newest of `key`; `as_of` is its source time, `ttl` its life in seconds."""
        await self._values.put(key, value, part=part, as_of=as_of, ttl=ttl)

    async def put_all(self, key: Key[M], values: Mapping[str, M], *, as_of: Mapping[str, datetime]) -> None:
        """Make each of `values` the newest of its part of `key`, in one round trip.

        `as_of` has the source time of each part.
        """
        await self._values.put_all(key, values, as_of=as_of)

    def quota(self, name: str, *, units: float, seconds: float) -> Quota:
        """Return the rate called `name`, `units` in any `seconds`, that all who name it share."""
        return Quota(self._lane, name, units=units, seconds=seconds)

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of `key`, however old it is, or None when there is none."""
        return await self._values.latest(key, part=part)
