"""publish and subscribe: at most once, and a `Gap` whenever something may have been missed.

One connection per process hears every channel, the replies to its questions included.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Generic, Protocol

import msgspec
import structlog

from services.bus.codec import decoder, encode
from services.bus.connection import LOST, Dial, Reply, Wire
from services.bus.lane import Lane, pause
from services.bus.messages import Gap, M, Topic
from services.clock import Clock

_ROOM = 2048
"""Messages that a slow subscriber may lag behind before the oldest are dropped and it is told of a gap."""

_PROBES = 2

log = structlog.get_logger(__name__)


class Ear(Protocol):
    """Who listens to a channel. Its methods must not wait."""

    def hear(self, channel: str, payload: bytes) -> None:
        """Take one message."""
        ...

    def lose(self, since: float) -> None:
        """Learn that nothing can have been heard since that moment of the monotonic clock."""
        ...

    def regain(self) -> None:
        """Learn that the channel is heard again."""
        ...


@dataclass(slots=True)
class _Channel:
    ears: list[Ear] = field(default_factory=list)
    is_heard: asyncio.Event = field(default_factory=asyncio.Event)


class Listener:
    """The connection that hears; `run` keeps it up, and subscribed to the same channels, until cancelled."""

    def __init__(self, dial: Dial, *, clock: Clock, tell: Callable[[str], None]) -> None:
        """`tell` hears ``""`` when the listener is up and the reason when it is lost."""
        self._dial = dial
        self._clock = clock
        self._tell = tell
        self._channels: dict[str, _Channel] = {}
        self._wire: Wire | None = None

    async def listen(self, channel: str, ear: Ear) -> None:
        """Let `ear` hear `channel`, from now on or from when the bus is there."""
        known = self._channels.setdefault(channel, _Channel())
        known.ears.append(ear)
        if len(known.ears) == 1:
            await self._say("SUBSCRIBE", channel)

    async def stop_listening(self, channel: str, ear: Ear) -> None:
        """Take `ear` off `channel`."""
        known = self._channels[channel]
        known.ears.remove(ear)
        if not known.ears:
            del self._channels[channel]
            await self._say("UNSUBSCRIBE", channel)

    async def wait_until_heard(self, channels: Iterable[str]) -> bool:
        """Wait as long as a verb may; return whether all of `channels` are heard."""
        with suppress(TimeoutError):
            async with asyncio.timeout(self._dial.timing.verb):
                for channel in channels:
                    await self._channels[channel].is_heard.wait()
                return True
        return False

    async def run(self) -> None:
        """Connect for ever, and pass on what is heard."""
        failures = 0
        while True:
            try:
                async with self._dial.open() as wire:
                    failures = 0
                    await self._hear(wire)
            except LOST as error:
                self._tell(str(error) or type(error).__name__)
            finally:
                self._wire = None
            await asyncio.sleep(pause(failures))
            failures += 1

    async def _hear(self, wire: Wire) -> None:
        heard_at = self._clock.monotonic()
        unanswered = 0
        self._wire = wire
        if self._channels:
            await wire.write([("SUBSCRIBE", *self._channels)])
        self._tell("")
        try:
            while True:
                reply = await wire.read(self._dial.timing.beat)
                if reply is not None:
                    heard_at, unanswered = self._clock.monotonic(), 0
                    self._pass_on(reply)
                elif unanswered == _PROBES:
                    raise TimeoutError("the server fell silent")
                else:
                    unanswered += 1
                    await wire.write([("PING",)])
        finally:
            self._lose(heard_at)

    def _pass_on(self, reply: Reply) -> None:
        match reply:
            case [b"message", bytes(name), bytes(payload)]:
                channel = name.decode()
                for ear in tuple(self._channels[channel].ears) if channel in self._channels else ():
                    ear.hear(channel, payload)
            case [b"subscribe", bytes(name), _] if name.decode() in self._channels:
                known = self._channels[name.decode()]
                known.is_heard.set()
                for ear in known.ears:
                    ear.regain()

    def _lose(self, since: float) -> None:
        for channel in self._channels.values():
            channel.is_heard.clear()
            for ear in channel.ears:
                ear.lose(since)

    async def _say(self, verb: str, channel: str) -> None:
        """Change the subscriptions of the present connection; a new one starts with all of them."""
        if self._wire is not None:
            with suppress(*LOST):  # the reader of the same connection sees the loss and connects again
                await self._wire.write([(verb, channel)])


class _Subscription(Generic[M]):
    """The messages of a few topics, for one reader."""

    def __init__(self, topics: Iterable[Topic[M]], clock: Clock) -> None:
        self._decoders = {channel_of(topic): decoder(topic.message) for topic in topics}
        self._clock = clock
        self._heard: deque[tuple[str, bytes] | Gap] = deque()
        self._has_news = asyncio.Event()
        self._silent_since: float | None = None
        self._full_since: float | None = None

    def hear(self, channel: str, payload: bytes) -> None:
        if len(self._heard) >= _ROOM:
            self._heard.popleft()
            self._full_since = self._full_since or self._clock.monotonic()
        self._heard.append((channel, payload))
        self._has_news.set()

    def lose(self, since: float) -> None:
        if self._silent_since is None:
            self._silent_since = since

    def regain(self) -> None:
        if self._silent_since is not None:
            self._heard.append(Gap(self._clock.monotonic() - self._silent_since))
            self._silent_since = None
            self._has_news.set()

    def __aiter__(self) -> AsyncIterator[M | Gap]:
        return self

    async def __anext__(self) -> M | Gap:
        while not self._heard:
            self._has_news.clear()
            await self._has_news.wait()
        if self._full_since is not None:
            gap = Gap(self._clock.monotonic() - self._full_since)
            self._full_since = None
            return gap
        return self._decoded(self._heard.popleft())

    def _decoded(self, item: tuple[str, bytes] | Gap) -> M | Gap:
        if isinstance(item, Gap):
            return item
        channel, payload = item
        try:
            message: M = self._decoders[channel].decode(payload)
        except msgspec.DecodeError as error:
            log.warning("live_message_refused", channel=channel, reason=str(error))
            return Gap(0.0)
        return message


def channel_of(topic: Topic[M]) -> str:
    """Return the name of the channel that carries `topic`."""
    return f"omega:live:{topic.name}"


class Live:
    """The two live verbs."""

    def __init__(self, lane: Lane, listener: Listener, *, clock: Clock) -> None:
        self._lane = lane
        self._listener = listener
        self._clock = clock

    async def publish(self, topic: Topic[M], message: M) -> None:
        """Tell whoever listens now."""
        await self._lane.do("PUBLISH", channel_of(topic), encode(message))

    @asynccontextmanager
    async def subscribe(self, topics: Iterable[Topic[M]]) -> AsyncIterator[AsyncIterator[M | Gap]]:
        """Listen to `topics`; what is published once this is entered is heard, or a `Gap` follows."""
        since = self._clock.monotonic()
        subscription = _Subscription(topics := tuple(topics), self._clock)
        channels = [channel_of(topic) for topic in topics]
        for channel in channels:
            await self._listener.listen(channel, subscription)
        try:
            if not await self._listener.wait_until_heard(channels):
                subscription.lose(since)
            yield subscription
        finally:
            for channel in channels:
                await self._listener.stop_listening(channel, subscription)
