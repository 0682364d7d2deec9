"""Feather to Parquet and back, with the real child process and the real DuckDB."""

from __future__ import annotations

import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import numpy as np
import pytest
from market_stage import MIDNIGHT_MS, MINUTE_MS, wandering_minutes, write_feather

from analytics.candles import Candles
from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.recorded.conversion import EXIT_REFUSED, convert
from services.exchange.recorded.history import read_funding, read_history
from services.exchange.recorded.recording import recordings_in

ROOT = Path(__file__).resolve().parents[3]
NAME = "BTC_USDT_USDT-1m-futures.feather"
BTC = "BTC/USDT:USDT"
COLUMNS = ("time", "open", "high", "low", "close", "volume")


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    return tmp_path / "recorded"


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "history" / "binance"


async def read(recorded: Path, kept: Path) -> dict[str, Candles]:
    return await read_history(recordings_in(recorded), kept, root=ROOT)


def is_same(one: Candles, other: Candles) -> bool:
    return all(getattr(one, name).tolist() == getattr(other, name).tolist() for name in COLUMNS)


def files_in(folder: Path) -> Iterator[str]:
    return (str(path.relative_to(folder)) for path in sorted(folder.rglob("*")) if path.is_file())


def put_in_place_of_the_conversion(root: Path, script: str) -> None:
    package = root / "services" / "exchange" / "recorded"
    package.mkdir(parents=True)
    for folder in (package, package.parent, package.parent.parent):
        (folder / "__init__.py").touch()
    (package / "conversion.py").write_text(script, "utf-8")


async def test_a_recording_comes_back_as_it_was(recorded: Path, kept: Path) -> None:
    minutes, spot = wandering_minutes(500), wandering_minutes(300, seed=2)
    write_feather(recorded / NAME, minutes)
    write_feather(recorded / "ETH_USDT-1m.feather", spot)
    history = await read(recorded, kept)
    assert is_same(history[BTC], minutes)
    assert is_same(history["ETH/USDT"], spot)
    assert history[BTC].step_ms == MINUTE_MS
    assert list(files_in(kept)) == ["BTC_USDT_USDT/1m.parquet", "ETH_USDT/1m.parquet"]


async def test_a_recording_is_converted_once_and_again_when_it_changes(recorded: Path, kept: Path) -> None:
    write_feather(recorded / NAME, wandering_minutes(50))
    await read(recorded, kept)
    copy = kept / "BTC_USDT_USDT" / "1m.parquet"
    first = copy.stat().st_mtime_ns
    await read(recorded, kept)
    assert copy.stat().st_mtime_ns == first
    longer = wandering_minutes(60)
    write_feather(recorded / NAME, longer)
    assert is_same((await read(recorded, kept))[BTC], longer)


async def test_a_damaged_copy_is_made_again(recorded: Path, kept: Path) -> None:
    minutes = wandering_minutes(50)
    write_feather(recorded / NAME, minutes)
    await read(recorded, kept)
    copy = kept / "BTC_USDT_USDT" / "1m.parquet"
    copy.write_bytes(copy.read_bytes()[:100])
    assert is_same((await read(recorded, kept))[BTC], minutes)


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def _without_close(path: Path) -> None:
    write_feather(path, wandering_minutes(50), lacking="close")


def _empty(path: Path) -> None:
    write_feather(path, wandering_minutes(0))


def _nothing(path: Path) -> None:
    path.write_bytes(b"")


def _impossible(path: Path) -> None:
    minutes = wandering_minutes(50)
    arrays = {name: getattr(minutes, name).copy() for name in COLUMNS}
    arrays["high"][7] = arrays["low"][7] / 2
    write_feather(path, _Loose(**arrays))  # type: ignore[arg-type]  # Candles would refuse it


def _holed(path: Path) -> None:
    minutes = wandering_minutes(50)
    arrays = {name: getattr(minutes, name).copy() for name in COLUMNS}
    arrays["close"][7] = np.nan
    write_feather(path, _Loose(**arrays))  # type: ignore[arg-type]  # Candles would refuse it


class _Loose(msgspec.Struct):
    time: np.ndarray
    open: np.ndarray
    high: np.ndarray
    low: np.ndarray
    close: np.ndarray
    volume: np.ndarray


@pytest.mark.parametrize(
    ("spoil", "complaint"),
    [
        (_torn, "cannot be read"),
        (_nothing, "cannot be read"),
        (_without_close, "lacks the column close"),
        (_empty, "holds nothing"),
        (_impossible, "high below open or close at position 7"),
        (_holed, "close is not finite at position 7"),
    ],
)
async def test_a_recording_of_no_use_is_named_with_what_to_do(
    recorded: Path, kept: Path, spoil: Callable[[Path], None], complaint: str
) -> None:
    spoil(write_feather(recorded / NAME, wandering_minutes(50)))
    with pytest.raises(Misconfigured, match=complaint) as caught:
        await read(recorded, kept)
    assert str(recorded / NAME) in caught.value.message
    assert " sandbox_exchange.source to simulated" in caught.value.hint


async def test_a_place_that_cannot_be_written_is_named_with_what_to_do(
    recorded: Path, tmp_path: Path
) -> None:
    write_feather(recorded / NAME, wandering_minutes(50))
    blocked = tmp_path / "blocked"
    blocked.touch()
    with pytest.raises(Misconfigured, match="Cannot write") as caught:
        await read(recorded, blocked)
    assert "OMEGA_VAR" in caught.value.hint


def test_a_full_disk_leaves_nothing_half_written(recorded: Path, kept: Path) -> None:
    """A limit on the size of a file stands in for the disk: the write fails in the middle in the same way."""
    source = write_feather(recorded / NAME, wandering_minutes(5_000))
    order = msgspec.json.encode([{"source": str(source), "target": str(kept / "1m.parquet")}])
    ended = subprocess.run(
        [sys.executable, "-m", "services.exchange.recorded.conversion"],
        input=order,
        cwd=ROOT,
        capture_output=True,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000)),
    )
    assert (ended.returncode, b"Cannot write" in ended.stdout) == (EXIT_REFUSED, True)
    assert list(files_in(kept)) == []


def test_an_older_copy_survives_a_conversion_that_fails(recorded: Path, kept: Path) -> None:
    source = write_feather(recorded / NAME, wandering_minutes(50))
    target = kept / "1m.parquet"
    convert(source, target)
    before = target.read_bytes()
    _without_close(source)
    with pytest.raises(Misconfigured, match="lacks the column close"):
        convert(source, target)
    assert target.read_bytes() == before


def test_reading_history_needs_neither_pyarrow_nor_pandas_in_this_process(recorded: Path, kept: Path) -> None:
    write_feather(recorded / NAME, wandering_minutes(50))
    script = (
        "import asyncio, sys; from pathlib import Path\n"
        "from services.exchange.recorded.history import read_history\n"
        "from services.exchange.recorded.recording import recordings_in\n"
        "recorded, kept = map(Path, sys.argv[1:])\n"
        "asyncio.run(read_history(recordings_in(recorded), kept, root=Path.cwd()))\n"
        "print(sorted({'pyarrow', 'pandas', 'ccxt', 'duckdb'} & set(sys.modules)))"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(recorded), str(kept)],
        cwd=ROOT,
        capture_output=True,
        check=True,
        text=True,
    )
    assert ended.stdout.strip() == "['duckdb']"


@pytest.mark.parametrize(
    ("script", "why"),
    [
        ("import os; os.kill(os.getpid(), 9)", "ended with -9: no reason was given"),
        ("raise MemoryError('too little')", "ended with 1: MemoryError: too little"),
        ("import time; time.sleep(60)", "took longer than 0.5 s"),
    ],
)
async def test_a_conversion_that_does_not_come_to_its_end_may_be_tried_again(
    recorded: Path, kept: Path, tmp_path: Path, script: str, why: str
) -> None:
    write_feather(recorded / NAME, wandering_minutes(5))
    root = tmp_path / "root"
    put_in_place_of_the_conversion(root, script)
    with pytest.raises(ExchangeUnavailable, match=why) as raised:
        await read_history(recordings_in(recorded), kept, root=root, patience=0.5)
    assert raised.value.facts == {"venue": "binance"}


FUNDING = "BTC_USDT_USDT-8h-funding_rate.feather"
EIGHT_HOURS_MS = 28_800_000


def write_funding(path: Path, rates: list[float], *, late_ms: int = 6) -> None:
    count = len(rates)
    price = np.ones(count)
    time = MIDNIGHT_MS + np.arange(count, dtype=np.int64) * EIGHT_HOURS_MS + late_ms
    write_feather(
        path,
        _Loose(time=time, open=np.array(rates), high=price, low=price, close=price, volume=price),  # type: ignore[arg-type]  # no candles
    )


async def test_funding_rates_are_found_at_the_boundary_that_they_were_paid_at(
    recorded: Path, kept: Path
) -> None:
    write_funding(recorded / FUNDING, [0.0001, -0.00003651, 0.0])
    write_feather(recorded / NAME, wandering_minutes(5))
    found = await read_funding(recorded, kept, root=ROOT)
    assert list(found) == [BTC]
    boundaries = [MIDNIGHT_MS + place * EIGHT_HOURS_MS for place in range(4)]
    assert [found[BTC].at(boundary) for boundary in boundaries] == [0.0001, -0.00003651, 0.0, None]
    assert list(files_in(kept)) == ["BTC_USDT_USDT/funding.parquet"]


async def test_funding_is_converted_once_and_again_when_it_changes(recorded: Path, kept: Path) -> None:
    write_funding(recorded / FUNDING, [0.0001])
    await read_funding(recorded, kept, root=ROOT)
    copy = kept / "BTC_USDT_USDT" / "funding.parquet"
    first = copy.stat().st_mtime_ns
    await read_funding(recorded, kept, root=ROOT)
    assert copy.stat().st_mtime_ns == first
    write_funding(recorded / FUNDING, [0.0001, 0.0002])
    assert (await read_funding(recorded, kept, root=ROOT))[BTC].rate.tolist() == [0.0001, 0.0002]


async def test_a_folder_without_funding_has_none(recorded: Path, kept: Path) -> None:
    write_feather(recorded / NAME, wandering_minutes(5))
    assert await read_funding(recorded, kept, root=ROOT) == {}


async def test_a_rate_that_is_no_number_is_an_error_and_not_nought(recorded: Path, kept: Path) -> None:
    write_funding(recorded / FUNDING, [0.0001, float("nan")])
    with pytest.raises(
        Misconfigured, match=r"funding_rate\.feather is of no use: the funding of BTC/USDT:USDT"
    ):
        await read_funding(recorded, kept, root=ROOT)


async def test_a_conversion_that_cannot_be_started_may_be_tried_again(
    recorded: Path, kept: Path, tmp_path: Path
) -> None:
    write_feather(recorded / NAME, wandering_minutes(5))
    with pytest.raises(ExchangeUnavailable, match="No such file"):
        await read_history(recordings_in(recorded), kept, root=tmp_path / "missing")
