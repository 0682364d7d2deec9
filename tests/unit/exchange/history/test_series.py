from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import UserMistake
from services.exchange.history.series import Series, series_in, venues_in

NAMES = st.text(st.characters(exclude_characters="/:", exclude_categories=["Cs"]), min_size=1, max_size=12)


def test_a_series_stands_in_folders_of_its_venue_market_and_timeframe() -> None:
    series = Series(venue="binance", market="BTC/USDT:USDT", timeframe="1m")
    assert series.folder(Path("var")) == Path("var/binance/BTC_USDT_USDT/1m")
    assert (series.step_ms, str(series)) == (60_000, "binance BTC/USDT:USDT 1m")


@given(base=NAMES, quote=NAMES, settle=st.none() | NAMES)
def test_every_market_is_found_again_by_its_folder_and_no_two_share_one(
    tmp_path_factory: pytest.TempPathFactory, base: str, quote: str, settle: str | None
) -> None:
    root = tmp_path_factory.mktemp("history")
    market = f"{base}/{quote}" if settle is None else f"{base}/{quote}:{settle}"
    series = Series(venue="kraken", market=market, timeframe="4h")
    series.folder(root).mkdir(parents=True)
    assert series.folder(root).parent.parent == root / "kraken"
    assert series_in(root, "kraken") == [series]


@pytest.mark.parametrize(
    "market", ["", "BTC", "BTC/", "/USDT", "BTC/USDT:", "A/B/C", "A/B:C:D", "B" * 200 + "/C"]
)
def test_what_is_no_market_is_refused_with_how_one_is_written(market: str) -> None:
    with pytest.raises(UserMistake, match="no name of a market") as caught:
        Series(venue="binance", market=market, timeframe="1m")
    assert "BTC/USDT:USDT" in caught.value.hint


@pytest.mark.parametrize("venue", ["", "..", "a/b", "Binance", "-x", ".hidden", "a" * 65])
def test_what_is_no_venue_never_becomes_a_path(venue: str) -> None:
    with pytest.raises(UserMistake, match="no name of a venue"):
        Series(venue=venue, market="BTC/USDT", timeframe="1m")


@pytest.mark.parametrize(
    "timeframe", ["", "1", "m", "0m", "1s", "1M", "01m", "\N{ARABIC-INDIC DIGIT ONE}m", "1m/..", "99999m"]
)
def test_what_is_no_timeframe_is_refused(timeframe: str) -> None:
    with pytest.raises(UserMistake, match="no timeframe"):
        Series(venue="binance", market="BTC/USDT", timeframe=timeframe)


def test_series_come_by_market_and_length_and_strange_folders_are_passed_over(tmp_path: Path) -> None:
    for folder in (
        "BTC_USDT/1h",
        "BTC_USDT/5m",
        "ADA_USDT/1d",
        "notes/1m",
        "BTC_USDT/.cache",
        "A_B_C_D/1m",
        "BTC_USDT/1s",
    ):
        (tmp_path / "binance" / folder).mkdir(parents=True)
    (tmp_path / "binance" / "began-1.json").touch()
    (tmp_path / "binance" / "BTC_USDT" / "1m.parquet").touch()
    found = [(one.market, one.timeframe) for one in series_in(tmp_path, "binance")]
    assert found == [("ADA/USDT", "1d"), ("BTC/USDT", "5m"), ("BTC/USDT", "1h")]
    assert (venues_in(tmp_path), venues_in(tmp_path / "absent"), series_in(tmp_path, "okx")) == (
        ["binance"],
        [],
        [],
    )
