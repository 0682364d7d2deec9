"""A market that is not live goes on where the process before this one left it."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from market_stage import SleeperClock, wandering_minutes, write_feather
from structlog.testing import capture_logs

from config.farm_file import SandboxExchangeSection
from services.exchange.exchange import TIMEFRAMES, Exchange
from services.exchange.played.beginning import place_of
from services.exchange.source import Ground, open_played

ROOT = Path(__file__).resolve().parents[3]
SIMULATED = SandboxExchangeSection(source="simulated")
REPLAY = SandboxExchangeSection(source="replay")
RECORDING_MINUTES = 15_000
BEFORE_THE_END = timedelta(minutes=RECORDING_MINUTES // 5)
"""A fifth of the recording is played."""


async def opened(section: SandboxExchangeSection, tmp_path: Path, clock: SleeperClock) -> Exchange:
    ground = Ground(root=ROOT, data=tmp_path / "data", var=tmp_path / "var", clock=clock)
    async with open_played(section, ground) as exchange:
        return exchange


@pytest.fixture
def recorded(tmp_path: Path) -> Path:
    recording = tmp_path / "data" / REPLAY.recording / "BTC_USDT_USDT-1m-futures.feather"
    write_feather(recording, wandering_minutes(RECORDING_MINUTES))
    return tmp_path


async def seen(exchange: Exchange) -> list[object]:
    """Every closed candle, the ticker, the book and the newest trades of every market."""
    markets = await exchange.markets()
    found: list[object] = list(await exchange.tickers())
    for market in markets:
        found.append(await exchange.order_book(market.name, depth=100))
        found.append(await exchange.trades(market.name, limit=50))
        for timeframe in TIMEFRAMES:
            candles = await exchange.candles(market.name, timeframe, limit=1_000)
            columns = (candles.time, candles.open, candles.high, candles.low, candles.close, candles.volume)
            found.append([column.tolist() for column in columns])
    return found


@pytest.mark.parametrize("minutes", [0.2, 3, 59.5, 60 * 30 + 0.1])
async def test_a_simulated_market_is_the_same_whenever_its_process_started(
    tmp_path: Path, minutes: float
) -> None:
    clock = SleeperClock()
    first = await opened(SIMULATED, tmp_path, clock)
    clock.step(minutes * 60)
    before = await seen(first)
    assert await seen(await opened(SIMULATED, tmp_path, clock)) == before


async def test_two_processes_of_one_market_stay_the_same_from_then_on(tmp_path: Path) -> None:
    clock = SleeperClock()
    first = await opened(SIMULATED, tmp_path, clock)
    clock.step(600)
    second = await opened(SIMULATED, tmp_path, clock)
    clock.step(4_000)
    assert await seen(first) == await seen(second)


async def test_another_seed_begins_a_market_of_its_own(tmp_path: Path) -> None:
    clock = SleeperClock()
    await opened(SIMULATED, tmp_path, clock)
    clock.step(600)
    other = SandboxExchangeSection(source="simulated", seed=2)
    here = await seen(await opened(other, tmp_path, clock))
    assert here == await seen(await opened(other, tmp_path / "elsewhere", clock))


async def test_a_simulated_market_that_began_too_long_ago_begins_anew_and_says_so(tmp_path: Path) -> None:
    clock = SleeperClock()
    await opened(SIMULATED, tmp_path, clock)
    clock.step(timedelta(days=15).total_seconds())
    with capture_logs() as lines:
        late = await opened(SIMULATED, tmp_path, clock)
    assert "market_begins_anew" in [line["event"] for line in lines]
    assert await seen(late) == await seen(await opened(SIMULATED, tmp_path / "fresh", clock))


@pytest.mark.parametrize("left", [b"", b"{", b'{"began_at":"2026-01-01T00:00:00","of":""}'])
async def test_a_beginning_that_cannot_be_read_is_replaced(tmp_path: Path, left: bytes) -> None:
    place = place_of(tmp_path / "var", "simulated", 1)
    place.parent.mkdir(parents=True)
    place.write_bytes(left)
    clock = SleeperClock()
    first = await opened(SIMULATED, tmp_path, clock)
    clock.step(120)
    assert await seen(await opened(SIMULATED, tmp_path, clock)) == await seen(first)


async def test_a_market_whose_beginning_cannot_be_kept_opens_and_says_so(tmp_path: Path) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    with capture_logs() as lines:
        exchange = await opened(SIMULATED, tmp_path, SleeperClock())
    assert exchange.nature == "simulated"
    assert "market_beginning_not_kept" in [line["event"] for line in lines]


async def test_a_replay_that_was_away_shortly_goes_on_where_wall_time_says(recorded: Path) -> None:
    clock = SleeperClock()
    first = await opened(REPLAY, recorded, clock)
    clock.step(599)
    assert await seen(await opened(REPLAY, recorded, clock)) == await seen(first)


@pytest.mark.parametrize("away", [timedelta(minutes=11), BEFORE_THE_END + timedelta(minutes=1)])
async def test_a_replay_that_was_away_long_begins_at_its_start_again(recorded: Path, away: timedelta) -> None:
    clock = SleeperClock()
    first = await (await opened(REPLAY, recorded, clock)).tickers()
    clock.step(away.total_seconds())
    assert await (await opened(REPLAY, recorded, clock)).tickers() == first
