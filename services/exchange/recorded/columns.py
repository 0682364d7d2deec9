"""Which column of a table of others is which, and what its times mean."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from analytics.candles import Floats, Integers
from services.exchange.prices import to_milliseconds

TIMES = (
    *("time", "timestamp", "unix", "unix timestamp", "unix_timestamp", "open_time", "open time", "opentime"),
    *("date", "datetime", "start", "__index_level_0__", ""),
)
"""What the open time is called, the surest first; the last is what pandas leaves unnamed."""
PRICES = ("open", "high", "low", "close")
ORIGIN = ("nature", "is_filled", "source", "received_at")
"""What our own exports carry besides."""
_PER_MS = ((1e17, 1e6), (1e14, 1e3), (1e11, 1.0), (1e8, 1e-3))
"""Above that many since 1970 it is nanoseconds, microseconds, milliseconds, seconds: a span of ages each."""


def roles_of(names: Sequence[str], market: str) -> dict[str, str]:
    """Return for `time`, the prices and `volume`, and what there is of `ORIGIN`, the name that stands for it.

    Volume is in base currency: a column that names the base goes before one that names nothing. Prices may
    stand behind the base and a colon, as in ``BTC:open``.

    Raises:
        ValueError: one is missing. Says which.
    """
    there: dict[str, str] = {}
    for name in names:
        there.setdefault(name.strip().lower(), name)
    base, quote = market.partition(":")[0].lower().split("/")
    wanted: dict[str, tuple[str, ...]] = {"time": TIMES}
    wanted |= {name: (name, f"{base}:{name}") for name in PRICES}
    wanted["volume"] = (f"volume_{base}", f"volume {base}", "volume", "vol", f"{base}:volume", "base_volume")
    found = {role: there[one] for role, them in wanted.items() if (one := _first(them, there)) is not None}
    missing = [role for role in wanted if role not in found]
    if missing == ["volume"] and any(quote in name and "vol" in name for name in there):
        raise ValueError(f"it has volume in {quote.upper()} only, and none in {base.upper()}")
    if missing:
        raise ValueError(f"it lacks the column {', '.join(missing)}; there are {', '.join(names)}")
    return found | {name: there[name] for name in ORIGIN if name in there}


def _first(names: Sequence[str], there: Mapping[str, str]) -> str | None:
    return next((name for name in names if name in there), None)


def moment_of(text: str) -> int:
    """Return milliseconds since 1970 of ISO 8601 (UTC where it says no zone) or of a number since 1970.

    Raises:
        ValueError: it is neither.
    """
    if text[:1].isdecimal() and text.replace(".", "", 1).isdecimal():
        return int(moments_of(np.array([float(text)]))[0])
    moment = datetime.fromisoformat(text)
    return to_milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def moments_of(numbers: Floats) -> Integers:
    """Return numbers since 1970 in whatever unit as milliseconds.

    Raises:
        ValueError: one is too small to be a time, such as a row number, or no number.
    """
    largest = float(np.max(numbers, initial=0.0))
    scale = next((scale for above, scale in _PER_MS if largest >= above), None)
    if scale is None or not np.isfinite(numbers).all():
        raise ValueError("its times are no numbers since 1970")
    return np.rint(numbers / scale).astype(np.int64)
