"""What one line of history is called, and where it stands below ``var/history``.

``<venue>/<market>/<timeframe>/``, the market with ``_`` for ``/`` and ``:``. Belongs here: names and folders.
Does not belong here: what stands in a folder (`shelf`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from analytics.candles import timeframe_ms
from services.errors import UserMistake

_VENUE = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_TIMEFRAME = re.compile(r"[1-9][0-9]{0,3}[mhdw]")
_MARKET = re.compile(r"[^/:]+/[^/:]+(:[^/:]+)?")
_ESCAPED = re.compile(r"%([0-9A-F]{2})")
_AWKWARD = re.compile(r"[%_\\\x00-\x1f]|^\.")
_MOST_BYTES = 200


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Series:
    """The candles of one market and timeframe at one venue.

    Raises:
        UserMistake: one of the names cannot be one. Says how it is written.
    """

    venue: str
    market: str
    timeframe: str

    def __post_init__(self) -> None:
        check_venue(self.venue)
        if not _MARKET.fullmatch(self.market) or len(self.market.encode()) > _MOST_BYTES:
            raise UserMistake(
                f"{self.market!r} is no name of a market.",
                hint="Write BTC/USDT for spot, BTC/USDT:USDT for a perpetual.",
            )
        if not _TIMEFRAME.fullmatch(self.timeframe):
            raise UserMistake(
                f"{self.timeframe!r} is no timeframe.",
                hint="Write a number and m, h, d or w, such as 15m or 4h.",
            )

    @property
    def step_ms(self) -> int:
        """Return the length of a candle in milliseconds."""
        return timeframe_ms(self.timeframe)

    def folder(self, root: Path) -> Path:
        """Return where it stands below `root`, the folder ``var/history``."""
        return root / self.venue / _folder_name(self.market) / self.timeframe

    def __str__(self) -> str:
        return f"{self.venue} {self.market} {self.timeframe}"


def check_venue(venue: str) -> None:
    """Refuse a name that no venue's folder can have. Raises UserMistake."""
    if not _VENUE.fullmatch(venue):
        raise UserMistake(
            f"{venue!r} is no name of a venue.", hint="Write it in small letters, such as binance or kraken."
        )


def venues_in(root: Path) -> list[str]:
    """Return the venues that have a folder below `root`, by name."""
    return [name for name in _folders(root) if _VENUE.fullmatch(name)]


def series_in(root: Path, venue: str) -> list[Series]:
    """Return every series of `venue` that has a folder, by market and then by length of the candle."""
    found = [
        Series(venue=venue, market=market, timeframe=timeframe)
        for folder in _folders(root / venue)
        if (market := _market_of(folder))
        for timeframe in _folders(root / venue / folder)
        if _TIMEFRAME.fullmatch(timeframe)
    ]
    return sorted(found, key=lambda one: (one.market, one.step_ms))


def _folders(parent: Path) -> Iterator[str]:
    if not parent.is_dir():
        return
    yield from sorted(entry.name for entry in parent.iterdir() if entry.is_dir() and entry.name[0] != ".")


def _folder_name(market: str) -> str:
    escaped = _AWKWARD.sub(lambda awkward: f"%{ord(awkward[0]):02X}", market)
    return escaped.replace("/", "_").replace(":", "_")


def _market_of(folder: str) -> str:
    """Return the market that has `folder`; empty where none can."""
    parts = [_ESCAPED.sub(lambda escape: chr(int(escape[1], 16)), part) for part in folder.split("_")]
    pair, settle = "/".join(parts[:2]), ":".join(parts[2:])
    market = f"{pair}:{settle}" if settle else pair
    return market if _MARKET.fullmatch(market) else ""
