from __future__ import annotations

from pathlib import Path

import pytest
from market_stage import SleeperClock, wandering_minutes, write_feather

from config.farm_file import SandboxExchangeSection
from services.errors import Misconfigured
from services.exchange.exchange import Exchange
from services.exchange.source import Ground, open_played

ROOT = Path(__file__).resolve().parents[3]
RECORDING = "market/binance_perp_1m"


async def opened(
    section: SandboxExchangeSection, tmp_path: Path, clock: SleeperClock | None = None
) -> Exchange:
    ground = Ground(root=ROOT, data=tmp_path / "data", var=tmp_path / "var", clock=clock or SleeperClock())
    async with open_played(section, ground) as exchange:
        return exchange


def record(tmp_path: Path) -> None:
    write_feather(
        tmp_path / "data" / RECORDING / "BTC_USDT_USDT-1m-futures.feather", wandering_minutes(3_000)
    )


async def test_auto_replays_the_recording_where_there_is_one(tmp_path: Path) -> None:
    record(tmp_path)
    exchange = await opened(SandboxExchangeSection(), tmp_path)
    assert (exchange.venue, exchange.nature) == ("binance", "replay")
    assert [market.name for market in await exchange.markets()] == ["BTC/USDT:USDT"]


async def test_auto_simulates_where_there_is_no_recording(tmp_path: Path) -> None:
    exchange = await opened(SandboxExchangeSection(), tmp_path)
    assert (exchange.venue, exchange.nature) == ("simulated", "simulated")
    assert [file.name for file in (tmp_path / "var").rglob("*.*")] == ["simulated-1.json"]


async def test_simulated_leaves_a_recording_alone(tmp_path: Path) -> None:
    record(tmp_path)
    exchange = await opened(SandboxExchangeSection(source="simulated"), tmp_path)
    assert exchange.nature == "simulated"


@pytest.mark.parametrize("has_folder", [True, False])
async def test_a_replay_without_a_recording_says_where_it_looked(tmp_path: Path, *, has_folder: bool) -> None:
    if has_folder:
        (tmp_path / "data" / RECORDING).mkdir(parents=True)
    with pytest.raises(Misconfigured, match=str(tmp_path / "data" / RECORDING)) as caught:
        await opened(SandboxExchangeSection(source="replay"), tmp_path)
    assert "OMEGA_DATA" in caught.value.hint


async def test_a_torn_recording_is_not_passed_over_in_silence(tmp_path: Path) -> None:
    record(tmp_path)
    (tmp_path / "data" / RECORDING / "ETH_USDT-1m.feather").write_bytes(b"ARROW1")
    with pytest.raises(Misconfigured, match=r"ETH_USDT-1m\.feather is of no use"):
        await opened(SandboxExchangeSection(), tmp_path)
