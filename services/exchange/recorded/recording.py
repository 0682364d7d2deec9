"""Recorded candles as others leave them: what their file names mean, and whether a copy of ours is fresh.

Both sides of the conversion need this: `conversion`, which runs as a process of its own, and `history`, which
reads what that left behind. Nothing here reads a candle.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from services.errors import Misconfigured

Kind = Literal["candles", "funding"]

_PAIR = r"^([A-Z0-9]+)_([A-Z0-9]+)(?:_([A-Z0-9]+))?-(\d+[mhdw])"
_NAMES: dict[Kind, re.Pattern[str]] = {
    "candles": re.compile(_PAIR + r"(-futures)?\.feather$"),
    "funding": re.compile(_PAIR + r"(-funding_rate)\.feather$"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recording:
    """One recorded file and what its name says."""

    source: Path
    market: str
    timeframe: str
    kind: Kind = "candles"

    @property
    def parquet(self) -> Path:
        """Return where its copy stands below the folder of its venue."""
        name = self.timeframe if self.kind == "candles" else self.kind
        return Path(re.sub(r"[/:]", "_", self.market)) / f"{name}.parquet"


def recordings_in(folder: Path, kind: Kind = "candles") -> list[Recording]:
    """Return the recorded candles, or funding rates, in `folder`, by name.

    ``BTC_USDT_USDT-1m-futures.feather`` is BTC/USDT:USDT, ``BTC_USDT-1m.feather`` is BTC/USDT,
    ``BTC_USDT_USDT-8h-funding_rate.feather`` is the funding of BTC/USDT:USDT. Mark prices are neither.

    Raises:
        Misconfigured: the folder cannot be read, or two files are of the same market and timeframe.
    """
    try:
        names = sorted(path.name for path in folder.iterdir())
    except OSError as error:
        raise Misconfigured(
            f"Cannot read the recorded candles in {folder}: {error.strerror}.",
            hint="Point OMEGA_DATA at the folder with them, or set sandbox_exchange.source to simulated.",
        ) from error
    matches = ((name, _NAMES[kind].match(name)) for name in names)
    found = [_recording(folder / name, match, kind) for name, match in matches if match]
    _refuse_twins(found)
    return found


def _refuse_twins(recordings: Sequence[Recording]) -> None:
    seen: dict[Path, Path] = {}
    for one in recordings:
        other = seen.setdefault(one.parquet, one.source)
        if other != one.source:
            raise Misconfigured(
                f"{other} and {one.source} both record {one.market} {one.timeframe} {one.kind}.",
                hint="Remove one of them.",
            )


def _recording(source: Path, match: re.Match[str], kind: Kind) -> Recording:
    base, quote, settle, timeframe, is_contract = match.groups()
    settled = settle or (quote if is_contract else None)
    market = f"{base}/{quote}:{settled}" if settled else f"{base}/{quote}"
    return Recording(source=source, market=market, timeframe=timeframe, kind=kind)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stamp:
    """What a file was when it was copied; kept inside the copy, so that the two cannot part."""

    size: int
    mtime_ns: int
    sha256: str

    @classmethod
    def of(cls, source: Path) -> Stamp:
        """Read the file and return its stamp. Raises OSError."""
        found = source.stat()
        digest = hashlib.sha256(source.read_bytes()).hexdigest()
        return cls(size=found.st_size, mtime_ns=found.st_mtime_ns, sha256=digest)

    def still_fits(self, source: Path) -> bool:
        """Return whether the file is as it was; reads it only where size and time leave a doubt."""
        found = source.stat()
        if found.st_size != self.size:
            return False
        if found.st_mtime_ns == self.mtime_ns:
            return True
        return hashlib.sha256(source.read_bytes()).hexdigest() == self.sha256

    def to_text(self) -> str:
        """Return the stamp as one line."""
        return f"{self.size} {self.mtime_ns} {self.sha256}"

    @classmethod
    def from_text(cls, text: str) -> Stamp | None:
        """Return the stamp that `to_text` wrote, or None for any other text."""
        parts = text.split(" ")
        if len(parts) != 3 or not (parts[0].isdecimal() and parts[1].isdecimal()):  # noqa: PLR2004 - its three fields
            return None
        return cls(size=int(parts[0]), mtime_ns=int(parts[1]), sha256=parts[2])


STAMP_KEY = "omega.source"
"""The Parquet metadata under which the stamp stands."""
