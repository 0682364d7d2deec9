"""How a process reaches Redis or Valkey; with `embedded`, the one place that knows redis-py.

A `Dial` knows the address, a `Wire` is one open connection. redis-py gives the handshake (TLS, ACL user), the
packing and the hiredis parser. Its client and its retries stay unused: they resend a command after a read
time-out, so that one XADD becomes two entries, and the default pool raises at 100 connections. Here every
exchange has one deadline of ours and nothing is ever sent twice. What runs over a wire stands elsewhere:
`lane` for commands, `live` for pub/sub, `groups` for blocking reads.

RESP2 is spoken on purpose: replies are plain lists on every server, and no handshake is tried that only one
vendor knows. Commands are those of Redis 7.0.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from redis.asyncio.connection import AbstractConnection, ConnectionPool, parse_url
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ReadOnlyError, RedisError, ResponseError

from services.errors import BusUnavailable, Misconfigured

if TYPE_CHECKING:
    from pydantic import SecretStr

Command: TypeAlias = tuple[str | bytes | int, ...]
Reply: TypeAlias = object
"""bytes, int, None, a list of replies, or the `ResponseError` with which the server refused the command."""

LOST = (RedisError, OSError)
"""What a wire raises when it is of no use any more; `TimeoutError` is an `OSError`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """Every duration of the bus, in seconds; tests shorten them."""

    exchange: float = 1.2
    """One round trip, connecting included. A frozen server costs this much."""
    grace: float = 0.6
    """How long after a loss a verb still waits for the bus to come back; later ones fail at once."""
    verb: float = 1.9
    """The most that any verb takes to say that the bus is away."""
    block: float = 1.0
    """How long the server holds a blocking read of a Stream."""
    beat: float = 1.0
    """A silent connection is probed this often, and given up after two probes without an echo."""
    reclaim: float = 15.0
    """What a consumer has not touched for this long is taken over by another of its group."""
    drain: float = 1.0
    """How long a stopping service may finish what is in work."""
    retry: float = 0.2
    """Pause before the second delivery of an entry whose handling failed; doubles each time."""


@dataclass(frozen=True, slots=True)
class Dial:
    """The address of the server and how to open connections to it. Its repr shows neither."""

    pool: ConnectionPool
    timing: Timing

    def __repr__(self) -> str:
        return "Dial(...)"

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Wire]:
        """Connect, sign in, and hang up at the end. Raises one of `LOST` when that does not work."""
        wire = Wire(self.pool.make_connection(), self.timing)  # type: ignore[no-untyped-call]  # redis-py
        try:
            await wire.connect()
            yield wire
        finally:
            await wire.hang_up()


def dial(url: SecretStr, *, name: str, timing: Timing) -> Dial:
    """Read ``redis://``, ``rediss://`` or ``unix://``, with or without an ACL user; the server sees `name`.

    Raises:
        Misconfigured: the URL cannot be read. The message does not repeat it.
    """
    try:
        address: dict[str, Any] = {**parse_url(url.get_secret_value())}
    except ValueError:
        raise Misconfigured(
            "The bus URL cannot be read.",
            hint="Write redis://, rediss:// or unix:// with [user:password@] and a host or a socket path.",
        ) from None
    address |= {
        "protocol": 2,
        "retry": Retry(NoBackoff(), 0),
        "socket_timeout": None,
        "socket_connect_timeout": None,
        "client_name": name,
        "driver_info": None,
    }
    return Dial(ConnectionPool(**address), timing)


class Wire:
    """One connection. At most one task reads from it at a time; any task may write."""

    def __init__(self, connection: AbstractConnection, timing: Timing) -> None:
        self._connection = connection
        self._patience = timing.exchange

    async def connect(self) -> None:
        """Open the socket and sign in."""
        async with asyncio.timeout(self._patience):
            await self._connection.connect()  # type: ignore[no-untyped-call]  # redis-py

    async def hang_up(self) -> None:
        """Close without waiting for the other side, which may be frozen."""
        await self._connection.disconnect(nowait=True)

    async def is_over(self) -> bool:
        """Return whether the server has hung up, or said something unasked; with no reply outstanding."""
        return await self._connection.can_read()

    async def exchange(self, commands: Sequence[Command], *, held: float = 0.0) -> list[Reply]:
        """Send `commands` in one go and return their replies in order.

        Args:
            commands: what to send.
            held: seconds that the server may hold the answer back on purpose.

        Raises one of `LOST`; then it is unknown which of the commands were carried out.
        """
        async with asyncio.timeout(self._patience + held):
            await self.write(commands)
            return [await self._reply() for _ in commands]

    async def write(self, commands: Sequence[Command]) -> None:
        """Send `commands` and leave the replies to the reader."""
        await self._connection.send_packed_command(self._connection.pack_commands(commands))

    async def read(self, within: float) -> Reply:
        """Return what arrives next, or None when nothing does `within` seconds."""
        reply: Reply = await self._connection.read_response(timeout=within)
        return reply

    async def _reply(self) -> Reply:
        try:
            reply: Reply = await self._connection.read_response()
        except ReadOnlyError:
            raise
        except ResponseError as refusal:
            return refusal
        return reply


def away(error: BaseException) -> BusUnavailable:
    """Say that the bus does not answer, with the reason."""
    reason = str(error) or type(error).__name__
    return BusUnavailable(
        "The bus does not answer.",
        hint="Redis is away or frozen; wait, and look at `omega status`.",
        facts={"reason": reason},
    )


def accepted(reply: Reply) -> Reply:
    """Return `reply`, unless it is a refusal: disk full, memory full, no right. Raises `BusUnavailable`."""
    if isinstance(reply, ResponseError):
        raise BusUnavailable(
            "The bus refused that.",
            hint="The server's disk or memory is full, or its user lacks a right; see the reason.",
            facts={"reason": str(reply)},
        ) from reply
    return reply
