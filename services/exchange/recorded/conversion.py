"""Copies recorded feather files into Parquet, in a process of its own that gives pyarrow's memory back.

``python -m services.exchange.recorded.conversion`` reads a list of `Order` as JSON from stdin and writes a
`WireError` to stdout when it fails. Of what lives long nothing else imports pyarrow. A copy appears whole or
not at all.
"""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
from pyarrow import feather, parquet

from services.errors import Misconfigured, WireError, to_wire
from services.exchange.recorded.recording import STAMP_KEY, Kind, Stamp
from services.exchange.replacing import replacing

COLUMNS: dict[Kind, dict[str, str]] = {
    "candles": {name: name for name in ("open", "high", "low", "close", "volume")},
    "funding": {"rate": "open"},
}
"""What a copy calls its columns, and what they are called where they come from."""
EXIT_REFUSED = 78


class Order(msgspec.Struct, frozen=True):
    """One file to copy."""

    source: str
    target: str
    kind: Kind = "candles"


def convert(source: Path, target: Path, kind: Kind = "candles") -> None:
    """Copy one file: `time` in milliseconds since 1970 and the other columns as float64, oldest first.

    Raises:
        Misconfigured: the source is torn, empty or lacks a column, or the copy cannot be written.
    """
    try:
        stamp, table = _stamped(source, kind)
    except ValueError as error:
        raise Misconfigured(
            f"The recording {source} is of no use: {error}.",
            hint="Fetch the file again or remove it, or set sandbox_exchange.source to simulated.",
        ) from error
    _write(table.replace_schema_metadata({STAMP_KEY: stamp.to_text()}), target)


def read_feather(source: Path, kind: Kind = "candles") -> pa.Table:
    """Return what a copy of `source` would hold.

    Raises:
        ValueError: it is torn, empty or lacks a column. Says which.
    """
    return _stamped(source, kind)[1]


def _stamped(source: Path, kind: Kind) -> tuple[Stamp, pa.Table]:
    try:
        return Stamp.of(source), _read(source, COLUMNS[kind])
    except (OSError, pa.ArrowException) as error:
        raise ValueError(f"it cannot be read ({_first_line(error)})") from error


def _read(source: Path, wanted: dict[str, str]) -> pa.Table:
    table = feather.read_table(source, memory_map=False)
    missing = [name for name in ("date", *wanted.values()) if name not in table.column_names]
    if missing:
        raise ValueError(f"it lacks the column {', '.join(missing)}")
    if table.num_rows == 0:
        raise ValueError("it holds nothing")
    moments = pc.cast(table["date"], pa.timestamp("ms", tz="UTC"), safe=False)
    columns = {"time": pc.cast(moments, pa.int64())}
    columns |= {name: pc.cast(table[there], pa.float64()) for name, there in wanted.items()}
    return pa.table(columns).sort_by("time")


def _write(table: pa.Table, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with replacing(target) as beside:
            parquet.write_table(table, beside, compression="zstd")
    except OSError as error:
        raise Misconfigured(
            f"Cannot write {target}: {error.strerror or error}.",
            hint="Free space there, make it writable, or set OMEGA_VAR to another folder.",
        ) from error


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]


def main() -> int:
    """Copy what stdin says; return 0, or 78 after telling stdout why not."""
    orders = msgspec.json.decode(sys.stdin.buffer.read(), type=list[Order])
    try:
        for order in orders:
            convert(Path(order.source), Path(order.target), order.kind)
    except Misconfigured as error:
        told: WireError = to_wire(error)
        sys.stdout.buffer.write(msgspec.json.encode(told))
        return EXIT_REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
