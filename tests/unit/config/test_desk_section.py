"""The section `desk` of a farm file: what is refused in it, and that the defaults are those of the schema."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from config.farm_file import DeskSection, RiskSection
from config.loader import parse
from config.problems import ConfigError
from config.semantics import Surroundings

THERE = Surroundings(
    personas=frozenset({"waze", "xyko", "biel", "f", "z", "gemini"}), cogs=frozenset({"price"})
)
GOOD = (Path(__file__).resolve().parents[3] / "config" / "farm.yaml").read_bytes()
BAD: dict[str, tuple[str, str]] = {
    "live and nobody runs it": (
        "bots: {market: {}}\nexchange: {id: binance}\ndesk: {mode: live, operator: ' '}\n",
        "3:desk.operator: expected who runs this farm",
    ),
    "live at the local exchange": (
        "bots: {market: {}}\ndesk:\n  mode: live\n  operator: the crew\n",
        "3:desk.mode: expected paper, exchange.id is sandbox",
    ),
    "no such venue to link": (
        "bots: {market: {}}\ndesk: {venues: [bitget, binanse]}\n",
        "2:desk.venues[1]: expected the name of an exchange in ccxt; did you mean binance",
    ),
    "the local exchange to link": (
        "bots: {market: {}}\ndesk: {venues: [sandbox]}\n",
        "2:desk.venues[0]: expected the name of an exchange in ccxt",
    ),
    "no market to trade": (
        "bots: {market: {}}\ndesk: {markets: [BTC/USDT:USDT, '']}\n",
        "2:desk.markets[1]: expected a market such as BTC/USDT:USDT",
    ),
    "half a market to trade": (
        "bots: {market: {}}\ndesk: {markets: [BTCUSDT]}\n",
        "2:desk.markets[0]: expected a market such as BTC/USDT:USDT",
    ),
    "a watchdog on edge": (
        "bots: {market: {}}\ndesk: {watchdog_after: 1s}\n",
        "2:desk.watchdog_after: expected at least 3s",
    ),
    "a limit above all": (
        "bots: {market: {}}\ndesk: {risk: {daily_loss: 5.0}}\n",
        "2:desk.risk.daily_loss: expected",
    ),
    "the desk with company": (
        "bots:\n  desk: {services: [market]}\n",
        "2:bots.desk.services: expected no services here, desk always stands alone",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_desk_that_cannot_be_is_refused_with_line_key_and_what_was_expected(name: str) -> None:
    raw, said = BAD[name]
    with pytest.raises(ConfigError) as caught:
        parse(raw.encode(), "farm.yaml", THERE)
    assert any(line.startswith(f"farm.yaml:{said}") for line in str(caught.value).splitlines())


def test_every_limit_in_the_file_that_comes_with_the_farm_is_the_default() -> None:
    file = parse(GOOD, "farm.yaml", THERE).file
    assert file.desk == DeskSection()
    assert set(DeskSection.model_fields) - {"risk"} <= set(re.findall(r"(?m)^  (\w+):", GOOD.decode()))
    assert set(RiskSection.model_fields) <= set(re.findall(r"(?m)^    (\w+):", GOOD.decode()))


def test_live_trading_at_a_real_venue_is_taken() -> None:
    live = b"{bots: {market: }, exchange: {id: bitget}, desk: {mode: live, operator: us, venues: [bitget]}}"
    assert parse(live, "farm.yaml", THERE).file.desk.mode == "live"
