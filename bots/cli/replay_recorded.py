"""Finds the finest candles of a market that reach over a period: recordings, and the farm's own history.

A recording is a folder of candles below ``market`` in OMEGA_DATA, one venue each; the farm's own history is
``var/history``.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from analytics.candles import Candles, timeframe_ms
from services.errors import Misconfigured, UserMistake
from services.exchange.exchange import Market
from services.exchange.history.history import open_history
from services.exchange.history.series import venues_in
from services.exchange.played.funding import FundingHistory
from services.exchange.played.terms import market_of
from services.exchange.prices import smallest_step, to_moment
from services.exchange.recorded.history import read_funding, read_history
from services.exchange.recorded.recording import Recording, recordings_in

_FOLDER: Final = "market"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Recorded:
    """Candles of one market, where they come from, and the funding that was recorded with them."""

    source: str
    """The folder of the recording, or ``history`` and the venue."""
    venue: str
    market: Market
    candles: Candles
    funding: FundingHistory | None

    @property
    def timeframe(self) -> str:
        """Return the length of the candles, such as 1m."""
        step_ms = self.candles.step_ms
        unit = next(one for one in "dhm" if step_ms % timeframe_ms(f"1{one}") == 0)
        return f"{step_ms // timeframe_ms(f'1{unit}')}{unit}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Places:
    """Where recordings are, where their copies are kept, and where this project's packages are."""

    data: Path
    var: Path
    root: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is looked for. An empty `source` takes the finest that reaches over the period."""

    market: str
    timeframe: str
    since_ms: int | None = None
    until_ms: int | None = None
    source: str = ""


async def find_recorded(wanted: Wanted, places: Places) -> Recorded:
    """Return the finest candles of the market that are no longer than its timeframe and hold the period.

    Raises:
        UserMistake: there are none; says what there is.
        Misconfigured: a recording is torn, or its copy cannot be written.
    """
    _check_market(wanted.market)
    found = await _all(wanted, places)
    fitting = [one for one in found if _reaches(one.candles, wanted)]
    if not fitting:
        raise UserMistake(
            f"There are no recorded candles of {wanted.market} over that time for {wanted.timeframe}.",
            hint=_what_there_is(found),
        )
    return min(fitting, key=lambda one: (one.candles.step_ms, -len(one.candles), one.source))


def _check_market(name: str) -> None:
    if "/" not in name:
        raise UserMistake(f"{name} is no market.", hint="Name the perpetual, such as BTC/USDT:USDT.")
    if ":" not in name:
        raise UserMistake(
            f"{name} is spot, and strategies sell short, too.",
            hint="Name the perpetual, such as BTC/USDT:USDT.",
        )


def _reaches(candles: Candles, wanted: Wanted) -> bool:
    if not len(candles):
        return False
    first, last = int(candles.time[0]), int(candles.time[-1]) + candles.step_ms
    is_begun = wanted.since_ms is None or first <= wanted.since_ms < last
    return is_begun and (wanted.until_ms is None or first < wanted.until_ms <= last)


def _what_there_is(found: Sequence[Recorded]) -> str:
    if not found:
        return "Import some with omega data import, or set OMEGA_DATA to the folder with recordings."
    spans = (
        f"{one.source} from {to_moment(int(one.candles.time[0])):%Y-%m-%d %H:%M}"
        f" to {to_moment(int(one.candles.time[-1]) + one.candles.step_ms):%Y-%m-%d %H:%M}"
        for one in found
    )
    return f"There are: {'; '.join(spans)}."


async def _all(wanted: Wanted, places: Places) -> list[Recorded]:
    recordings = await asyncio.to_thread(_recordings, wanted, places.data / _FOLDER)
    found = [await _read(recording, places) for recording in recordings]
    return found + await _of_history(wanted, places.var / "history")


def _recordings(wanted: Wanted, folder: Path) -> list[Recording]:
    """Return the recordings of the market whose candles are no longer than its timeframe."""
    folders = sorted(one for one in folder.iterdir() if one.is_dir()) if folder.is_dir() else []
    return [
        recording
        for one in folders
        if wanted.source in {"", one.name}
        for recording in recordings_in(one)
        if recording.market == wanted.market and _is_short(recording.timeframe, wanted)
    ]


async def _read(recording: Recording, places: Places) -> Recorded:
    folder = recording.source.parent
    copies = places.var / "recorded" / folder.name
    candles = (await read_history([recording], copies, root=places.root))[recording.market]
    funding = await read_funding(folder, copies, root=places.root)
    return _of(candles, recording.market, source=folder.name, funding=funding.get(recording.market))


def _of(candles: Candles, name: str, *, source: str, funding: FundingHistory | None) -> Recorded:
    prices = np.concatenate([candles.open, candles.high, candles.low, candles.close])
    try:
        tick = smallest_step(prices)
    except ValueError as error:
        raise Misconfigured(
            f"The candles of {name} in {source} have prices of no common step.", hint="Remove them."
        ) from error
    market = market_of(
        name, tick=tick, price=float(np.median(candles.close)), volumes=np.asarray(candles.volume)
    )
    venue = source.removeprefix("history ").partition("_")[0]
    return Recorded(source=source, venue=venue, market=market, candles=candles, funding=funding)


async def _of_history(wanted: Wanted, root: Path) -> list[Recorded]:
    found: list[Recorded] = []
    venues = [venue for venue in venues_in(root) if wanted.source in {"", f"history {venue}"}]
    for venue in venues:
        async with open_history(root, venue) as history:
            for extent in await history.listing():
                one = extent.series
                if one.market == wanted.market and _is_short(one.timeframe, wanted):
                    candles = await history.between(one.market, one.timeframe, extent.start, extent.end)
                    found.append(_of(candles, one.market, source=f"history {venue}", funding=None))
    return found


def _is_short(timeframe: str, wanted: Wanted) -> bool:
    return timeframe_ms(timeframe) <= timeframe_ms(wanted.timeframe)
