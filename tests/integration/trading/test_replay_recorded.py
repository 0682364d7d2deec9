"""Replays over the recorded data of this project, where OMEGA_DATA has it, and what the pages say of them."""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import pytest

from bots.cli import replay as command
from bots.cli.replay_recorded import Places
from bots.cli.replay_words import lines_of, plain
from config.settings import read_settings
from services.errors import UserMistake
from services.trading.strategies.registry import STRATEGIES
from services.trading.strategies.results import read_results

ROOT = Path(__file__).resolve().parents[3]
SHORTEST = ("mean_reversion", "BTC/USDT:USDT", "1h", "binance_perp_1m")
"""The row that is repeated here: a month of minutes."""


@pytest.fixture(scope="module")
def pages() -> Any:
    spec = importlib.util.spec_from_file_location("strategy_pages", ROOT / "scripts" / "strategy_pages.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def places(lacking: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Places:
    data = read_settings().data
    if not (data / "market" / "binance_perp_1m").is_dir():
        lacking(f"no recorded data in {data / 'market'}; set OMEGA_DATA")
    return Places(data=data, var=tmp_path_factory.mktemp("var"), root=ROOT)


def test_every_page_says_what_the_results_say(pages: Any) -> None:
    rows = read_results()
    assert {row.strategy for row in rows} == set(STRATEGIES)
    for strategy in STRATEGIES.values():
        written = (pages.FOLDER / f"{strategy.name}.md").read_text("utf-8")
        assert written == pages.page(strategy, rows), "run scripts/strategy_pages.py"
    assert (pages.FOLDER / "README.md").read_text("utf-8") == pages.index(rows)


def test_a_replay_repeats_its_row_to_the_last_digit(pages: Any, places: Places) -> None:
    row = next(
        one
        for one in read_results()
        if (one.strategy, one.result.market, one.result.timeframe, one.source) == SHORTEST
    )
    asked = pages.asked_of(row)
    assert pages.row_of(command.replay(asked, places), asked, row.candles) == row


def test_a_time_without_candles_is_refused_with_the_times_that_there_are(places: Places) -> None:
    asked = command.Asked(strategy="breakout", market="BTC/USDT:USDT", since="2019-01-01")
    with pytest.raises(UserMistake, match="no recorded candles") as caught:
        command.replay(asked, places)
    assert "binance_perp_1h from 2023-12-01 00:00" in caught.value.hint


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"strategy": "moon"}, "no strategy moon"),
        ({"timeframe": "5m"}, "does not run on 5m"),
        ({"market": "BTC/USDT"}, "is spot"),
        ({"profile": "whale"}, "no trader profile"),
        ({"since": "yesterday"}, "is no time"),
        ({"market": "FOO"}, "FOO is no market"),
        ({"since": "2025-06-20", "until": "2025-06-10"}, "holds nothing"),
        ({"market": "MOON/USDT:USDT"}, "no recorded candles"),
    ],
)
def test_what_cannot_be_replayed_says_why(tmp_path: Path, more: dict[str, Any], why: str) -> None:
    asked = command.Asked(**{"strategy": "breakout", "market": "BTC/USDT:USDT", **more})
    with pytest.raises(UserMistake, match=why):
        command.replay(asked, Places(data=tmp_path, var=tmp_path, root=ROOT))


def test_the_command_prints_figures_and_that_they_are_simulated(
    places: Places, capsys: pytest.CaptureFixture[str]
) -> None:
    found = command.replay(
        command.Asked(
            strategy="breakout",
            market="BTC/USDT:USDT",
            since="2025-06-10",
            until="2025-06-20",
            timeframe="1h",
        ),
        places,
    )
    lines = "\n".join(lines_of(found.recorded, found.played, found.outcome))
    for part in ("binance_perp_1m, candles of 1m", "buy and hold", "max drawdown", "too few", "Simulated."):
        assert part in lines
    told = json.loads(json.dumps(plain(found.recorded, found.played, found.outcome)))
    assert told["trades"] == found.outcome.trades
    assert capsys.readouterr().out == ""
