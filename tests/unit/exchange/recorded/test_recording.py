from __future__ import annotations

import os
from pathlib import Path

import pytest

from services.errors import Misconfigured
from services.exchange.recorded.recording import Stamp, recordings_in


@pytest.mark.parametrize(
    ("name", "market", "timeframe", "copy"),
    [
        ("BTC_USDT_USDT-1m-futures.feather", "BTC/USDT:USDT", "1m", "BTC_USDT_USDT/1m.parquet"),
        ("BTC_USDT-1m.feather", "BTC/USDT", "1m", "BTC_USDT/1m.parquet"),
        ("BTC_USDT-5m-futures.feather", "BTC/USDT:USDT", "5m", "BTC_USDT_USDT/5m.parquet"),
        (
            "1000PEPE_USDC_USDC-4h-futures.feather",
            "1000PEPE/USDC:USDC",
            "4h",
            "1000PEPE_USDC_USDC/4h.parquet",
        ),
    ],
)
def test_the_name_of_a_file_says_its_market_and_timeframe(
    tmp_path: Path, name: str, market: str, timeframe: str, copy: str
) -> None:
    (tmp_path / name).touch()
    (found,) = recordings_in(tmp_path)
    assert (found.market, found.timeframe, found.parquet) == (market, timeframe, Path(copy))


@pytest.mark.parametrize(
    "name",
    [
        "BTC_USDT_USDT-8h-funding_rate.feather",
        "BTC_USDT_USDT-8h-mark.feather",
        "BTC_USDT-trades.feather",
        "notes.txt",
    ],
)
def test_files_without_candles_are_passed_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).touch()
    assert recordings_in(tmp_path) == []


def test_two_files_of_one_market_are_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "BTC_USDT-1m-futures.feather").touch()
    (tmp_path / "BTC_USDT_USDT-1m-futures.feather").touch()
    with pytest.raises(
        Misconfigured, match=r"BTC_USDT-1m-futures.*BTC_USDT_USDT-1m-futures.*BTC/USDT:USDT 1m"
    ):
        recordings_in(tmp_path)


def test_a_folder_that_cannot_be_read_is_named_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="absent") as caught:
        recordings_in(tmp_path / "absent")
    assert "OMEGA_DATA" in caught.value.hint


def test_a_stamp_survives_as_text(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("one")
    stamp = Stamp.of(source)
    assert Stamp.from_text(stamp.to_text()) == stamp


@pytest.mark.parametrize("text", ["", "1 2", "a b c", "1 2 3 4"])
def test_another_text_is_no_stamp(text: str) -> None:
    assert Stamp.from_text(text) is None


def test_a_stamp_fits_while_the_content_is_the_same(tmp_path: Path) -> None:
    source = tmp_path / "a"
    source.write_text("one")
    stamp = Stamp.of(source)
    os.utime(source, ns=(1, 1))
    assert stamp.still_fits(source)
    source.write_text("two")
    assert not stamp.still_fits(source)
    source.write_text("longer")
    assert not stamp.still_fits(source)
