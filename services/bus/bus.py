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
from services.bus.carriers import Carrier, Course, N
from services.bus.connection import Dial
from services.bus.consumers import Consumer
from services.bus.dead import Shelf
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

    async def append_all(self, log: Log[M], messages: Sequence[M]) -> list[str]:
        """Append `messages` to `log`, many in one round trip, and return their ids. Raises as `append`."""
        return await self._logs.append_all(log, messages)

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> None:
        """Hand entries of `log` to `handle`, one at a time, until cancelled; at least once for each group.

        An entry is acknowledged when `handle` returns. When it raises `Unavailable` it is called again, with
        growing pauses. When it raises anything else the entry comes again, up to five times in all, and is
        then moved to ``omega:dead:<log>`` with the error. What a dead consumer held comes to another of its
        group.
        """

        async def handle_one(entries: Sequence[Entry[M]]) -> None:
            for entry in entries:
                await handle(entry)

        await self._consume(log, group, handle_one, together=1)

    async def consume_all(
        self,
        log: Log[M],
        group: str,
        handle: Callable[[Sequence[Entry[M]]], Awaitable[None]],
        *,
        together: int = 256,
    ) -> None:
        """Do as `consume`, with up to `together` entries in one call, as many as are there.

        When the call fails they come again one by one, so that only the one at fault is buried.
        """
        await self._consume(log, group, handle, together=together)

    async def _consume(
        self,
        log: Log[M],
        group: str,
        handle: Callable[[Sequence[Entry[M]]], Awaitable[None]],
        *,
        together: int,
    ) -> None:
        place = Group(stream_of(log.name), group, self._name)
        consumer = Consumer(
            log, place, handle, together=together, dial=self._dial, lane=self._lane, clock=self._clock
        )
        await consumer.run()

    async def carry(
        self,
        log: Log[M],
        group: str,
        handle: Callable[[Entry[M]], Awaitable[N]],
        *,
        into: Log[N],
        order: Callable[[M], str],
        buried: Callable[[M | None, str], N],
        at_once: int = 16,
    ) -> None:
        """Hand entries to `handle`, up to `at_once` side by side, and append what it returns to `into`.

        What it returns and the acknowledgement of the entry are one transaction. Entries with the same
        `order` come strictly one after the other; those with another one never wait for them. `Unavailable`
        is tried again in place, and only its own line waits. An entry that fails five times, or whose
        consumer dies with it as often, is moved to ``omega:dead:<log>``, and `buried` says what is appended
        instead: it gets the message, None for one that cannot be read, and the reason.
        """
        place = Group(stream_of(log.name), group, self._name)
        course = Course(handle=handle, into=into, order=order, buried=buried, at_once=at_once)
        carrier = Carrier(
            log, place, course, dial=self._dial, lane=self._lane, logs=self._logs, clock=self._clock
        )
        await carrier.run()

    @property
    def shelf(self) -> Shelf:
        """Return the logs as an operator sees them: dead letters, and what nobody has read yet."""
        return Shelf(self._lane)

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
