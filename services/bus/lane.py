"""The lane: one connection that carries the commands of all tasks of a process.

What is waiting goes out together, so that a hundred questions cost one round trip. A command that was not
sent yet survives a short loss of the bus; one that was on the wire fails, because nobody knows whether it was
carried out, and sending it again could do it twice.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import cast

from services.bus.connection import LOST, Command, Dial, Reply, Wire, accepted, away
from services.clock import Clock
from services.errors import BusUnavailable

_AT_ONCE = 256
_PAUSES = (0.05, 0.1, 0.2, 0.4)


@dataclass(frozen=True, slots=True)
class _Parcel:
    commands: tuple[Command, ...]
    replies: asyncio.Future[list[Reply]]

    def fail(self, error: BusUnavailable) -> None:
        if not self.replies.done():
            self.replies.set_exception(error)

    def deliver(self, replies: list[Reply]) -> None:
        if not self.replies.done():
            self.replies.set_result(replies)


def pause(failures: int) -> float:
    """Return the seconds to wait before connecting again, after `failures` in a row."""
    return _PAUSES[min(failures, len(_PAUSES) - 1)]


class Lane:
    """The shared connection; `run` keeps it up until cancelled."""

    def __init__(self, dial: Dial, *, clock: Clock, tell: Callable[[str], None]) -> None:
        """`tell` hears ``""`` when the lane is up and the reason when it is lost."""
        self._dial = dial
        self._clock = clock
        self._tell = tell
        self._waiting: deque[_Parcel] = deque()
        self._is_wanted = asyncio.Event()
        self._away_since: float | None = None
        self._given_up: BusUnavailable | None = None

    async def send(self, *commands: Command) -> list[Reply]:
        """Carry `commands`, which reach the server side by side and in order, and return their replies.

        Raises:
            BusUnavailable: the bus is away; a command may have been carried out all the same.
        """
        self.refuse_when_long_away()
        parcel = _Parcel(commands, asyncio.get_running_loop().create_future())
        self._waiting.append(parcel)
        self._is_wanted.set()
        try:
            async with asyncio.timeout(self._dial.timing.verb):
                return await parcel.replies
        except TimeoutError as error:
            raise away(error) from None

    async def do(self, *command: str | bytes | int) -> Reply:
        """Carry one command. Raises `BusUnavailable` when the bus is away or refuses it."""
        (reply,) = await self.send(command)
        return accepted(reply)

    async def transact(self, *commands: Command) -> list[Reply]:
        """Carry `commands` as one transaction, all of them or none, and return their replies.

        Raises:
            BusUnavailable: the bus is away or refuses one of them. Where it is away they may have been
                carried out all the same.
        """
        *_, replies = await self.send(("MULTI",), *commands, ("EXEC",))
        if not isinstance(accepted(replies), list):
            raise away(ConnectionError("the transaction was not carried out"))
        return [accepted(reply) for reply in cast("list[Reply]", replies)]

    async def run(self) -> None:
        """Connect for ever, and carry what is sent."""
        failures = 0
        try:
            while True:
                try:
                    async with self._dial.open() as wire:
                        failures = 0
                        self._come_back()
                        await self._carry(wire)
                except LOST as error:
                    self._lose(error)
                await asyncio.sleep(pause(failures))
                failures += 1
        finally:
            self._give_up(BusUnavailable("The bus was closed.", hint="The process is stopping."))

    async def _carry(self, wire: Wire) -> None:
        while True:
            batch = await self._next_batch()
            if await wire.is_over():
                self._waiting.extendleft(reversed(batch))
                raise ConnectionError("the server hung up")
            await self._exchange(wire, batch)

    async def _exchange(self, wire: Wire, batch: Sequence[_Parcel]) -> None:
        commands = [command for parcel in batch for command in parcel.commands] or [("PING",)]
        try:
            replies = iter(await wire.exchange(commands))
        except LOST as error:
            for parcel in batch:
                parcel.fail(away(error))
            raise
        for parcel in batch:
            parcel.deliver([next(replies) for _ in parcel.commands])

    async def _next_batch(self) -> list[_Parcel]:
        """Return what is to be sent; empty after a beat of silence, when a probe is due."""
        if not self._waiting:
            self._is_wanted.clear()
            try:
                async with asyncio.timeout(self._dial.timing.beat):
                    await self._is_wanted.wait()
            except TimeoutError:
                return []
        size = min(len(self._waiting), _AT_ONCE)
        batch = (self._waiting.popleft() for _ in range(size))
        return [parcel for parcel in batch if not parcel.replies.done()]

    def refuse_when_long_away(self) -> None:
        """Raise `BusUnavailable` when the bus has been away for longer than verbs wait for it."""
        if self._given_up is not None:
            raise BusUnavailable(self._given_up.message, hint=self._given_up.hint, facts=self._given_up.facts)

    def _come_back(self) -> None:
        self._away_since = self._given_up = None
        self._tell("")

    def _lose(self, error: BaseException) -> None:
        """Note a failed attempt; give up waiting when attempts have failed for longer than the grace."""
        now = self._clock.monotonic()
        if self._away_since is None:
            self._away_since = now
        self._tell(str(error) or type(error).__name__)
        if now - self._away_since > self._dial.timing.grace:
            self._give_up(away(error))

    def _give_up(self, reason: BusUnavailable) -> None:
        self._given_up = reason
        while self._waiting:
            self._waiting.popleft().fail(reason)
