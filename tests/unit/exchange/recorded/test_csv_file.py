"""Dialects of CSV, and what is said of a line that is no candle."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from market_stage import MIDNIGHT_MS, MINUTE_MS, wandering_minutes

from services.errors import Misconfigured
from services.exchange.history.rows import NATURES
from services.exchange.prices import to_milliseconds, to_moment
from services.exchange.recorded.columns import moment_of
from services.exchange.recorded.csv_file import read_csv
from services.exchange.recorded.foreign import Foreign, checked, ordered
from services.exchange.recorded.timeframe import timeframe_of

NOW = to_milliseconds(datetime(2026, 1, 1, tzinfo=UTC))
HEADER = "timestamp,open,high,low,close,volume"
LINES = [
    "2025-06-16 00:00:00+00:00,1.0,2.0,0.5,1.5,10",
    "2025-06-16 00:01:00+00:00,1.5,2.0,1.0,1.0,20",
    "2025-06-16 00:02:00+00:00,1.0,1.0,1.0,1.0,0",
]
CLOSES = [1.5, 1.0, 1.0]


def read(tmp_path: Path, *lines: str, market: str = "BTC/USD") -> Foreign:
    path = tmp_path / "candles.csv"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return ordered(read_csv(path, market, now_ms=NOW))


def unix(line: str, per_second: int) -> str:
    moment, _, rest = line.partition(",")
    return f"{round(datetime.fromisoformat(moment).timestamp() * per_second)},{rest}"


DIALECTS = {
    "header": [HEADER, *LINES],
    "no header": LINES,
    "newest first": [HEADER, *LINES[::-1]],
    "talk above": ["Created on 10-17-2019,https://example.org", HEADER, *LINES],
    "comments and empty lines": ["# by hand", HEADER, LINES[0], "", "# a pause", *LINES[1:]],
    "semicolons": [line.replace(",", ";") for line in (HEADER, *LINES)],
    "tabs": [line.replace(",", "\t") for line in (HEADER, *LINES)],
    "capitals and blanks": [
        "Date, Open, High, Low, Close, Volume",
        *(line.replace(",", ", ") for line in LINES),
    ],
    "quotes": [HEADER, *(f'"{line.replace(",", chr(34) + "," + chr(34))}"' for line in LINES)],
    "no zone is UTC": [HEADER, *(line.replace("+00:00", "") for line in LINES)],
    "another zone": [
        HEADER,
        *(line.replace("00:0", "02:0", 1).replace("+00:00", "+02:00") for line in LINES),
    ],
    "letter Z": [HEADER, *(line.replace(" ", "T").replace("+00:00", "Z") for line in LINES)],
    "seconds": [HEADER, *(unix(line, 1) for line in LINES)],
    "milliseconds": [unix(line, 1_000) for line in LINES],
    "microseconds": [HEADER, *(unix(line, 1_000_000) for line in LINES)],
    "nanoseconds": [HEADER, *(unix(line, 1_000_000_000) for line in LINES)],
    "byte order mark": ["\ufeff" + HEADER, *LINES],
    "a column more": [HEADER + ",trades", *(line + ",7" for line in LINES)],
    "base volume beside quote volume": [
        "date,symbol,open,high,low,close,volume,Volume BTC",
        *(
            ",".join([*line.split(",")[:1], "BTCUSD", *line.split(",")[1:5], "999", line.split(",")[5]])
            for line in LINES
        ),
    ],
    "several markets": [
        ",BTC:open,BTC:high,BTC:low,BTC:close,BTC:volume,ETH:open,ETH:high,ETH:low,ETH:close,ETH:volume",
        *(line + ",9,9,9,9,9" for line in LINES),
    ],
}


@pytest.mark.parametrize("lines", DIALECTS.values(), ids=DIALECTS.keys())
def test_a_dialect_gives_the_same_candles_as_any_other(tmp_path: Path, lines: list[str]) -> None:
    foreign = read(tmp_path, *lines)
    rows = checked(foreign, timeframe_of(foreign, named=None), now_ms=NOW)
    assert rows.time.tolist() == [MIDNIGHT_MS + minute * MINUTE_MS for minute in range(3)]
    assert (rows.close.tolist(), rows.volume.tolist()) == (CLOSES, [10.0, 20.0, 0.0])
    assert {NATURES[nature] for nature in rows.nature} == {"replay"}
    assert set(rows.source) == {"candles.csv"}


BAD_LINES = {
    "2025-06-16 00:01:00+00:00,1.5,2.0,1.0,1.0": "it has 5 fields, expected at least 6",
    "2025-06-16 00:01:00+00:00,1.5,2.0,1.0,one,20": "its close 'one' is no number",
    "2025-06-16 00:01:00+00:00,1.5,,1.0,1.0,20": "its high '' is no number",
    "16.06.2025 00:01,1.5,2.0,1.0,1.0,20": "is neither ISO 8601 nor a number since 1970",
    "7,1.5,2.0,1.0,1.0,20": "its time '7' is neither",
    '2025-06-16 00:01:00+00:00,1.5,2.0,1.0,1.0,"20': "its quotation marks do not fit",
    "2025-06-16 00:01:00+00:00,1.5,1.0,0.9,1.0,20": "its high is below its open or close",
    "2025-06-16 00:01:00+00:00,1.5,2.0,1.2,1.0,20": "its low is above its open or close",
    "2025-06-16 00:01:00+00:00,nan,2.0,1.0,1.0,20": "its open is not a finite number",
    "2025-06-16 00:01:00+00:00,0,2.0,0,1.0,20": "a price is not above 0",
    "2025-06-16 00:01:00+00:00,1.5,2.0,1.0,1.0,-1": "its volume is below 0",
    "2025-06-16 00:01:30+00:00,1.5,2.0,1.0,1.0,20": "it opens off the grid of its timeframe",
    "2025-06-16 00:00:00+00:00,1.5,2.0,1.0,1.0,20": "it opens no later than the one before it",
}


@pytest.mark.parametrize(("line", "complaint"), BAD_LINES.items())
def test_a_bad_line_is_named_with_its_file_number_and_what_is_wrong(
    tmp_path: Path, line: str, complaint: str
) -> None:
    with pytest.raises(Misconfigured) as caught:
        checked(read(tmp_path, HEADER, LINES[0], "# a comment", line, LINES[2]), "1m", now_ms=NOW)
    told = caught.value.message
    assert f"{tmp_path / 'candles.csv'}:4: " in told
    assert complaint in told
    assert told.startswith("Nothing of ")


def test_a_file_with_many_bad_lines_names_the_first_and_counts_the_rest(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="and 15 more") as caught:
        read(tmp_path, HEADER, *(LINES[0].replace("1.5", "?") for _ in range(20)))
    assert caught.value.message.count("is no number") == 5


def test_the_line_is_right_in_a_file_with_the_newest_first(tmp_path: Path) -> None:
    spoiled = LINES[0].replace("2.0", "0.7")
    with pytest.raises(Misconfigured, match=r"candles\.csv:4: 2025-06-16 00:00 UTC, open=1 high=0\.7"):
        checked(read(tmp_path, HEADER, LINES[2], LINES[1], spoiled), "1m", now_ms=NOW)


def test_a_candle_that_has_not_closed_yet_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"candles\.csv:4: .*has not closed yet"):
        checked(read(tmp_path, HEADER, *LINES), "1m", now_ms=MIDNIGHT_MS + 2 * MINUTE_MS + 1)


@pytest.mark.parametrize(
    ("lines", "complaint"),
    [
        ([], "it holds no candle"),
        ([HEADER], "it holds no candle"),
        (["nothing", "of", "use"], "neither a header nor"),
        (["time,open,high,close,volume", LINES[0]], "it lacks the column low; there are time, open"),
        (["open,high,low,close,volume", LINES[0]], "it lacks the column time"),
        (["time,open,high,low,close,volume_usd", LINES[0]], "it has volume in USD only, and none in BTC"),
    ],
)
def test_a_file_without_candles_or_columns_is_told(tmp_path: Path, lines: list[str], complaint: str) -> None:
    with pytest.raises(Misconfigured, match=complaint):
        checked(read(tmp_path, *lines), "1m", now_ms=NOW)


def test_a_file_that_is_no_text_is_told(tmp_path: Path) -> None:
    path = tmp_path / "candles.csv"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Misconfigured, match="no text in UTF-8"):
        read_csv(path, "BTC/USD", now_ms=NOW)
    with pytest.raises(Misconfigured, match="No such file"):
        read_csv(tmp_path / "absent.csv", "BTC/USD", now_ms=NOW)


def test_rows_without_figures_are_no_candles_and_are_counted(tmp_path: Path) -> None:
    foreign = read(tmp_path, HEADER, "2025-06-15 23:59:00,,,,,", *LINES)
    assert (len(foreign.rows), foreign.blanks) == (3, 1)


def test_the_origin_of_an_export_is_kept(tmp_path: Path) -> None:
    header = HEADER + ",nature,is_filled,source,received_at"
    foreign = read(tmp_path, header, LINES[0] + ",live,true,kraken,2025-06-16T00:01:00.250Z")
    rows = foreign.rows
    assert (NATURES[rows.nature[0]], bool(rows.is_filled[0]), rows.source[0]) == ("live", True, "kraken")
    assert rows.received_at[0] == MIDNIGHT_MS + 60_250
    with pytest.raises(Misconfigured, match="its nature 'real' is none of simulated, replay, live"):
        read(tmp_path, header, LINES[0] + ",real,true,kraken,2025-06-16T00:01:00Z")
    with pytest.raises(Misconfigured, match="its is_filled 'perhaps' is neither true nor false"):
        read(tmp_path, header, LINES[0] + ",live,perhaps,kraken,2025-06-16T00:01:00Z")


def candles_as_lines(count: int) -> Iterator[str]:
    minutes = wandering_minutes(count)
    columns = (minutes.open, minutes.high, minutes.low, minutes.close, minutes.volume)
    for place, moment in enumerate(minutes.time):
        yield ",".join([to_moment(moment).isoformat(), *(repr(float(column[place])) for column in columns)])


def test_every_figure_of_a_long_file_comes_back_as_it_was(tmp_path: Path) -> None:
    foreign = read(tmp_path, HEADER, *candles_as_lines(5_000))
    minutes = wandering_minutes(5_000)
    assert foreign.rows.candles(MINUTE_MS).volume.tolist() == minutes.volume.tolist()
    assert (foreign.rows.close.tolist(), foreign.rows.time.tolist()) == (
        minutes.close.tolist(),
        minutes.time.tolist(),
    )


@given(seconds=st.integers(160_000_000, 4_000_000_000))
def test_a_time_means_the_same_in_every_unit(seconds: int) -> None:
    text = datetime.fromtimestamp(seconds, UTC).isoformat()
    found = {moment_of(text)} | {
        moment_of(str(seconds * unit)) for unit in (1, 1_000, 1_000_000, 1_000_000_000)
    }
    assert found == {seconds * 1_000}
