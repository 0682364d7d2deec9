"""put and latest: the newest value of a key, with its source time and receive time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import msgspec

from services.bus.codec import decoder, encode
from services.bus.lane import Lane
from services.bus.messages import Key, Latest, M
from services.clock import Clock
from services.errors import Fault


class _Stored(msgspec.Struct, frozen=True):
    value: msgspec.Raw
    as_of: datetime
    received_at: datetime


class Values:
    """The two verbs of newest values."""

    def __init__(self, lane: Lane, *, clock: Clock) -> None:
        self._lane = lane
        self._clock = clock

    async def put(
        self, key: Key[M], value: M, *, part: str, as_of: datetime | None, ttl: float | None
    ) -> None:
        """Replace the newest value; `as_of` is its source time (now when left out), `ttl` in seconds."""
        expiry = () if ttl is None else ("PX", max(1, round(ttl * 1000)))
        await self._lane.do("SET", _name(key, part), self._stored(value, as_of), *expiry)

    async def put_all(self, key: Key[M], values: Mapping[str, M], *, as_of: Mapping[str, datetime]) -> None:
        """Replace the newest value of each part; `as_of` has their source times, now where one lacks."""
        pairs = [
            argument
            for part, value in values.items()
            for argument in (_name(key, part), self._stored(value, as_of.get(part)))
        ]
        if pairs:
            await self._lane.do("MSET", *pairs)

    def _stored(self, value: M, as_of: datetime | None) -> bytes:
        now = self._clock.now()
        return encode(_Stored(msgspec.Raw(encode(value)), as_of or now, now))

    async def latest(self, key: Key[M], *, part: str) -> Latest[M] | None:
        """Return the newest value, or None when there is none."""
        stored = await self._lane.do("GET", _name(key, part))
        if stored is None:
            return None
        try:
            found = decoder(_Stored).decode(stored)  # type: ignore[arg-type]  # GET answers bytes
            value = decoder(key.message).decode(found.value)
        except msgspec.DecodeError as error:
            raise Fault(f"The value of {key.name} cannot be read.", facts={"reason": str(error)}) from error
        return Latest(value=value, as_of=found.as_of, received_at=found.received_at)


def _name(key: Key[M], part: str) -> str:
    return f"omega:latest:{key.name}:{part}" if part else f"omega:latest:{key.name}"
