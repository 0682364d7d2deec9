"""Candle history with real files, real processes and the real DuckDB."""

from __future__ import annotations

import asyncio
import os
import resource
import signal
import subprocess
import sys
import time
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from history_rows import rows_on
from history_writing import MARKETS, START, VENUE, candle, write_minute

from analytics.candles import Candles
from services.errors import Misconfigured, StoreUnavailable, UserMistake
from services.exchange.exchange import Nature
from services.exchange.history.gaps import Gap
from services.exchange.history.history import History, open_history
from services.exchange.history.lock import sole_writer
from services.exchange.history.parquet import connect
from services.exchange.history.series import Series, series_in
from services.exchange.history.shelf import Shelf
from services.exchange.history.verify import flaws_of
from services.exchange.history.writer import open_history_writer
from services.exchange.prices import to_milliseconds

ROOT = Path(__file__).resolve().parents[3]
STAGE = ROOT / "tests" / "stage"
BTC, ETH = MARKETS
DAY = 1_440
FOREVER = (START - timedelta(days=1), START + timedelta(days=4_000))
RECEIVED = START + timedelta(seconds=61)


async def written(root: Path, *numbers: int, nature: Nature = "live") -> None:
    """Write BTC minutes of these numbers."""
    async with open_history_writer(root, VENUE) as writer:
        for number in numbers:
            made = replace(candle(number), nature=nature)
            await writer.write(made, is_filled=False, received_at=RECEIVED)


async def read(root: Path) -> Candles:
    async with open_history(root, VENUE) as history:
        return await history.between(BTC, "1m", *FOREVER)


def numbers_in(candles: Candles) -> list[int]:
    """The numbers of the candles, each of which has the figures that it was written with."""
    numbers = ((candles.time - to_milliseconds(START)) // candles.step_ms).tolist()
    minutes = [number * candles.step_ms // 60_000 for number in numbers]
    assert candles.volume.tolist() == minutes
    assert candles.close.tolist() == [1000 + minute % 977 + 0.125 for minute in minutes]
    return minutes


async def test_a_candle_can_be_read_as_soon_as_it_is_written(tmp_path: Path) -> None:
    async with open_history_writer(tmp_path, VENUE) as writer, open_history(tmp_path, VENUE) as history:
        assert len(await history.last(BTC, "1m", 10)) == 0
        for number in range(3):
            await write_minute(writer, number)
            assert numbers_in(await history.last(BTC, "1m", 10)) == list(range(number + 1))
        assert numbers_in(await history.last(ETH, "1m", 2)) == [1, 2]
        assert numbers_in(await history.last(BTC, "1h", 5)) == [0]


async def test_the_newest_are_found_across_journal_days_and_months(tmp_path: Path) -> None:
    await written(tmp_path, *range(4 * DAY + 30))
    folder = tmp_path / VENUE / "BTC_USDT" / "1m"
    assert sorted(path.name for path in folder.iterdir()) == [
        "2025-06.parquet",
        "2025-07-01.parquet",
        "2025-07-02.parquet",
        "journal",
    ]
    async with open_history(tmp_path, VENUE) as history:
        for limit in (1, 30, 31, 500, DAY + 31, 3 * DAY, 4 * DAY + 30, 10_000):
            expected = list(range(4 * DAY + 30))[-limit:]
            assert numbers_in(await history.last(BTC, "1m", limit)) == expected


async def test_the_newest_are_found_behind_a_long_gap(tmp_path: Path) -> None:
    await written(tmp_path, *range(20), *range(40 * DAY, 40 * DAY + 5), 400 * DAY)
    async with open_history(tmp_path, VENUE) as history:
        assert numbers_in(await history.last(BTC, "1m", 10)) == [
            *range(16, 20),
            *range(40 * DAY, 40 * DAY + 5),
            400 * DAY,
        ]


async def test_until_leaves_out_what_had_not_closed_by_then(tmp_path: Path) -> None:
    """A replay that begins again must not be shown the candles of the last time."""
    await written(tmp_path, *range(2 * DAY))
    async with open_history(tmp_path, VENUE) as history:
        then = START + timedelta(minutes=100, seconds=59)
        assert numbers_in(await history.last(BTC, "1m", 3, until=then)) == [97, 98, 99]
        assert numbers_in(await history.last(BTC, "1m", 3, until=START)) == []


async def test_a_range_holds_what_opens_and_closes_within_it(tmp_path: Path) -> None:
    await written(tmp_path, *range(300))
    async with open_history(tmp_path, VENUE) as history:
        at = [START + timedelta(seconds=seconds) for seconds in (59, 60, 179, 180)]
        for start, end, expected in ((0, 3, [1, 2]), (1, 2, [1]), (1, 3, [1, 2]), (3, 0, [])):
            assert numbers_in(await history.between(BTC, "1m", at[start], at[end])) == expected


async def test_gaps_are_told_within_and_at_the_edges_of_a_range(tmp_path: Path) -> None:
    await written(tmp_path, *range(10), *range(15, 20))
    async with open_history(tmp_path, VENUE) as history:
        inner = Gap(start=START + timedelta(minutes=10), end=START + timedelta(minutes=15), missing=5)
        assert await history.gaps(BTC, "1m") == [inner]
        edges = await history.gaps(BTC, "1m", START - timedelta(minutes=2), START + timedelta(minutes=23))
        assert [gap.missing for gap in edges] == [2, 5, 3]
        (all_of_it,) = await history.gaps(ETH, "1m", START, START + timedelta(hours=1))
        assert all_of_it.missing == 60
        assert await history.gaps(ETH, "1m") == []


async def test_the_listing_tells_extent_gaps_and_size(tmp_path: Path) -> None:
    await written(tmp_path, *range(DAY), *range(DAY + 5, DAY + 10))
    (tmp_path / VENUE / "XRP_USDT" / "1m").mkdir(parents=True)
    async with open_history(tmp_path, VENUE) as history:
        (extent,) = await history.listing()
    assert (extent.series, extent.candles, extent.gaps, extent.missing) == (
        Series(venue=VENUE, market=BTC, timeframe="1m"),
        DAY + 5,
        1,
        5,
    )
    assert (extent.start, extent.end) == (START, START + timedelta(minutes=DAY + 10))
    files = (tmp_path / VENUE / "BTC_USDT" / "1m").iterdir()
    assert extent.size == sum(path.stat().st_size for path in files)


async def test_a_reader_for_whom_simulated_candles_are_none_does_not_see_them(tmp_path: Path) -> None:
    await written(tmp_path, *range(10))
    await written(tmp_path, *range(5, 20), nature="simulated")
    async with open_history(tmp_path, VENUE, natures=["live", "replay"]) as history:
        assert numbers_in(await history.last(BTC, "1m", 30)) == list(range(10))
    assert numbers_in(await read(tmp_path)) == list(range(20))


async def test_a_filled_candle_never_replaces_a_traded_one_and_makes_way_for_it(tmp_path: Path) -> None:
    async with open_history_writer(tmp_path, VENUE) as writer, open_history(tmp_path, VENUE) as history:

        async def write(volume: int, *, is_filled: bool) -> float:
            made = replace(candle(0), volume=Decimal(volume))
            await writer.write(made, is_filled=is_filled, received_at=RECEIVED)
            return float((await history.last(BTC, "1m", 1)).volume[0])

        assert await write(1, is_filled=True) == 1
        assert await write(2, is_filled=True) == 2
        assert await write(3, is_filled=False) == 3
        await writer.flush()
        assert await write(4, is_filled=True) == 3
        assert await write(5, is_filled=False) == 5


async def test_source_and_receive_times_are_kept_with_each_candle(tmp_path: Path) -> None:
    await written(tmp_path, 0)
    shelf = Shelf(tmp_path / VENUE / "BTC_USDT" / "1m", step_ms=60_000, source=VENUE)
    with connect() as database:
        for _ in range(2):
            rows = rows_on(shelf, database)
            assert (rows.time[0], rows.received_at[0]) == (to_milliseconds(START), to_milliseconds(RECEIVED))
            assert rows.source[0] == VENUE
            shelf.empty_journal(database)


async def test_a_replay_that_is_written_again_and_again_adds_nothing(tmp_path: Path) -> None:
    for _ in range(3):
        await written(tmp_path, *range(DAY - 10, 2 * DAY + 10), nature="replay")
    assert numbers_in(await read(tmp_path)) == list(range(DAY - 10, 2 * DAY + 10))


async def test_what_is_no_candle_is_a_defect_of_its_writer(tmp_path: Path) -> None:
    impossible, nameless = replace(candle(0), high=Decimal(1)), replace(candle(0), market="BTC")
    async with open_history_writer(tmp_path, VENUE) as writer:
        with pytest.raises(ValueError, match=r"kraken BTC/USDT 1m 2025-06-29.*high is below"):
            await writer.write(impossible, is_filled=False, received_at=RECEIVED)
        with pytest.raises(UserMistake, match="no name of a market"):
            await writer.write(nameless, is_filled=False, received_at=RECEIVED)
    assert series_in(tmp_path, VENUE) == []


async def test_a_second_writer_is_refused_by_pid_until_the_first_is_done(tmp_path: Path) -> None:
    async with open_history_writer(tmp_path, VENUE):
        with pytest.raises(
            StoreUnavailable, match=rf"Another process \(pid {os.getpid()}\) writes"
        ) as caught:
            async with open_history_writer(tmp_path, VENUE):
                pass
        assert "Stop the farm" in caught.value.hint
        async with open_history_writer(tmp_path, "binance"):
            pass
    async with open_history_writer(tmp_path, VENUE):
        pass


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(Misconfigured, match="Cannot write the history") as caught,
        sole_writer(tmp_path / "file", VENUE),
    ):
        pass
    assert "OMEGA_VAR" in caught.value.hint


async def test_readers_see_whole_candles_while_days_are_merged_into_months(tmp_path: Path) -> None:
    """A minute that was acknowledged before a reader looked is in what it sees, each time."""
    acknowledged, looks = 0, 0

    async def look(history: History) -> None:
        nonlocal looks
        while acknowledged < 4 * DAY - 1:
            least = acknowledged
            seen = numbers_in(await history.between(BTC, "1m", *FOREVER))
            assert seen == list(range(len(seen)))
            assert len(seen) >= least
            looks += 1

    async with (
        open_history_writer(tmp_path, VENUE) as writer,
        open_history(tmp_path, VENUE) as history,
        asyncio.TaskGroup() as tasks,
    ):
        tasks.create_task(look(history))
        tasks.create_task(look(history))
        for number in range(4 * DAY):
            await writer.write(candle(number), is_filled=False, received_at=RECEIVED)
            acknowledged = number
    assert looks > 10


async def test_a_full_disk_refuses_the_candle_and_keeps_the_ones_before_it(tmp_path: Path) -> None:
    """A limit on the size of a file stands in for the disk: the write fails in the middle in the same way."""
    script = (
        "import asyncio, resource, signal, sys; from pathlib import Path\n"
        "from history_writing import START, VENUE, candle\n"
        "from services.errors import StoreUnavailable\n"
        "from services.exchange.history.writer import open_history_writer\n"
        "async def main():\n"
        "    async with open_history_writer(Path(sys.argv[1]), VENUE) as writer:\n"
        "        for number in range(100):\n"
        "            try: await writer.write(candle(number), is_filled=False, received_at=START)\n"
        "            except StoreUnavailable as error: return print(number, error.message)\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "asyncio.run(main())"
    )
    ended = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{STAGE}:{os.environ['PYTHONPATH']}"},
        capture_output=True,
        check=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, 1_000)),
    )
    assert ended.stdout.startswith("15 Cannot write")
    assert "File too large" in ended.stdout
    assert numbers_in(await read(tmp_path)) == list(range(15))


class _Life(NamedTuple):
    last_acknowledged: int
    was_killed: bool


def one_life(root: Path, first: int, seconds: float) -> _Life:
    """Let a writer run from `first` on, kill it `seconds` after its first candle; return how far it came."""
    child = subprocess.Popen(
        [sys.executable, str(STAGE / "history_writing.py"), str(root), str(first)],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{os.environ['PYTHONPATH']}"},
        stdout=subprocess.PIPE,
    )
    assert child.stdout is not None
    said = child.stdout.readline()
    time.sleep(seconds)
    child.send_signal(signal.SIGKILL)
    said += child.stdout.read()
    child.stdout.close()
    lines = said.decode().split("\n")[:-1]
    return _Life(int(lines[-1]), was_killed=child.wait() == -signal.SIGKILL)


@pytest.mark.chaos
async def test_nothing_that_was_acknowledged_is_lost_when_the_writer_is_killed(tmp_path: Path) -> None:
    """Kills fall anywhere: in an append, when a day becomes a file, when days become a month."""
    kills = max(3, round(40 * float(os.environ.get("OMEGA_CHAOS", "0.1"))))
    chance = np.random.default_rng(1)
    first = 2 * DAY - 300
    async with open_history_writer(tmp_path, VENUE) as writer:
        for number in range(first):
            await write_minute(writer, number)
    for _ in range(kills):
        life = one_life(tmp_path, first, chance.uniform(0.05, 0.8))
        assert life.was_killed
        async with open_history(tmp_path, VENUE) as history:
            for market in MARKETS:
                kept = numbers_in(await history.between(market, "1m", *FOREVER))
                assert kept[: life.last_acknowledged + 1] == list(range(life.last_acknowledged + 1))
                assert len(kept) <= life.last_acknowledged + 2
            hours = numbers_in(await history.between(BTC, "1h", *FOREVER))
            assert hours[: life.last_acknowledged // 60 + 1] == list(range(0, life.last_acknowledged + 1, 60))
        first = life.last_acknowledged + 1
    async with open_history_writer(tmp_path, VENUE) as writer:
        await writer.flush()
    with connect() as database:
        series = series_in(tmp_path, VENUE)
        assert [flaw for one in series for flaw in flaws_of(tmp_path, one, database)] == []
    assert first > 2 * DAY, "the kills came too early to meet days becoming a month"


def test_reading_and_writing_history_needs_neither_pyarrow_nor_pandas_nor_ccxt() -> None:
    code = (
        "import sys\nimport services.exchange.history.writer, services.exchange.history.history\n"
        "import services.exchange.history.verify\n"
        "print(sorted({'pyarrow', 'pandas', 'ccxt', 'duckdb'} & set(sys.modules)))"
    )
    found = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['duckdb']"


async def test_memory_stays_bounded_while_weeks_of_many_markets_are_written(tmp_path: Path) -> None:
    """The writer keeps a few numbers for each series, and no candle."""
    async with open_history_writer(tmp_path, VENUE) as writer:
        for number in range(0, 20 * DAY, 97):
            for market in range(10):
                await writer.write(
                    candle(number, market=f"C{market}/USDT"), is_filled=False, received_at=RECEIVED
                )
        held = [running for running in writer._running.values() if running.count > DAY]
    assert (len(writer._running), held) == (10, [])
    async with open_history(tmp_path, VENUE) as history:
        last = await history.last("C3/USDT", "1m", 1)
    assert np.array_equal(last.time, [to_milliseconds(START) + (20 * DAY - 1) // 97 * 97 * 60_000])
