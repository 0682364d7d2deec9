"""When a market that is not live began in wall time, so that a restarted process goes on where it was killed.

``var/played/<venue>-<seed>.json`` is written once, when the market begins, and touched while it is played:
its modification time is when the market was last alive. Prices are not kept here: they follow from the
beginning and the seed.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import msgspec
import structlog

from services.clock import Clock
from services.exchange.replacing import replacing

log = structlog.get_logger(__name__)

_TOUCH_SECONDS = 20.0
_CLOCK_MAY_GO_BACK = timedelta(minutes=10)


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """When a market began in wall time, and `of` what: any change of that text is another market."""

    began_at: Annotated[datetime, msgspec.Meta(tz=True)]
    of: str


class Patience(msgspec.Struct, frozen=True, kw_only=True):
    """How long ago a market may have begun, and been alive for the last time, to be gone on with."""

    since_beginning: timedelta
    since_alive: timedelta | None = None
    """None: a pause of any length is caught up with."""


def place_of(var: Path, venue: str, seed: int) -> Path:
    """Return the file of a market's beginning."""
    return var / "played" / f"{venue}-{seed}.json"


def go_on_or_begin(place: Path, *, of: str, patience: Patience, clock: Clock) -> datetime:
    """Return when the market began: as `place` says, else now, which is then kept there.

    It begins anew, and the log says why, where `place` holds another market, nothing legible, or one that
    `patience` does not reach back to. A beginning that cannot be kept is logged and holds for this process.
    """
    now = clock.now()
    known = _read(place)
    why = None if known is None else _why_not(known, place, of, patience, now)
    if known is not None and why is None:
        _touch(place, now)
        log.info("market_goes_on", began_at=known.began_at.isoformat())
        return known.began_at
    if why is not None:
        log.warning("market_begins_anew", why=why)
    _keep(place, Beginning(began_at=now, of=of))
    _touch(place, now)
    return now


async def stay_alive(
    place: Path, *, clock: Clock, sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
) -> None:
    """Keep saying in `place`, until cancelled, that its market is alive."""
    while True:
        await asyncio.to_thread(_touch, place, clock.now())
        await sleep(_TOUCH_SECONDS)


def _read(place: Path) -> Beginning | None:
    try:
        return msgspec.json.decode(place.read_bytes(), type=Beginning)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.DecodeError) as error:
        log.warning("market_beginning_illegible", path=str(place), why=str(error))
        return None


def _why_not(known: Beginning, place: Path, of: str, patience: Patience, now: datetime) -> str | None:
    age, pause = now - known.began_at, now - _last_alive(place)
    if known.of != of:
        return "it is made of something else now"
    if not -_CLOCK_MAY_GO_BACK <= age <= patience.since_beginning:
        return f"it began {age.total_seconds():.0f} s ago"
    if patience.since_alive is not None and pause > patience.since_alive:
        return f"it was last alive {pause.total_seconds():.0f} s ago"
    return None


def _last_alive(place: Path) -> datetime:
    try:
        return datetime.fromtimestamp(place.stat().st_mtime, UTC)
    except OSError:  # removed since it was read: as long ago as can be
        return datetime.min.replace(tzinfo=UTC)


def _keep(place: Path, beginning: Beginning) -> None:
    try:
        place.parent.mkdir(parents=True, exist_ok=True)
        with replacing(place) as beside:
            beside.write_bytes(msgspec.json.encode(beginning))
    except OSError as error:
        log.warning("market_beginning_not_kept", path=str(place), why=error.strerror or str(error))


def _touch(place: Path, now: datetime) -> None:
    try:
        os.utime(place, (now.timestamp(), now.timestamp()))
    except OSError as error:
        log.debug("market_beginning_not_touched", path=str(place), why=error.strerror or str(error))
