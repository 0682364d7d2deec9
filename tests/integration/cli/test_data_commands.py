"""`omega data ...`, as a process of its own where that is what matters."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from history_rows import rows_of, rows_on
from market_stage import wandering_minutes, write_feather
from typer.testing import CliRunner

from analytics.candles import Candles, resample
from bots.cli.app import app
from services.exchange.exchange import Nature
from services.exchange.history import journal
from services.exchange.history.lock import sole_writer
from services.exchange.history.parquet import connect
from services.exchange.history.series import Series
from services.exchange.history.shelf import Shelf
from services.exchange.prices import to_moment

ROOT = Path(__file__).resolve().parents[3]
MINUTES = wandering_minutes(3_000)
SERIES = ["--venue", "kraken", "--market", "BTC/USD"]
HEADER = "timestamp,open,high,low,close,volume"


def omega(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in this process."""
    env = {"NO_COLOR": "1", "COLUMNS": "200", "OMEGA_VAR": str(var)}
    done = CliRunner().invoke(app, ["data", *arguments], env=env)
    return subprocess.CompletedProcess(arguments, done.exit_code, done.stdout, done.stderr)


def as_a_process(var: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bots", "data", *arguments],
        cwd=ROOT,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "OMEGA_VAR": str(var)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write_csv(path: Path, candles: Candles) -> Path:
    columns = (candles.open, candles.high, candles.low, candles.close, candles.volume)
    lines = (
        ",".join([f"{to_moment(moment):%Y-%m-%d %H:%M}", *(repr(float(column[place])) for column in columns)])
        for place, moment in enumerate(candles.time)
    )
    path.write_text("\n".join([HEADER, *lines]) + "\n", "utf-8")
    return path


def listed(var: Path) -> list[dict[str, object]]:
    done = omega(var, "list", "--json")
    assert done.returncode == 0
    found: list[dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.fixture
def var(tmp_path: Path) -> Path:
    return tmp_path / "var"


@pytest.mark.parametrize("command", ["import", "list", "verify", "export"])
def test_the_help_of_each_command_ends_with_an_example(command: str) -> None:
    assert f"Example: omega data {command}" in CliRunner().invoke(app, ["data", command, "--help"]).stdout


def test_a_folder_of_recordings_is_imported_and_what_holds_no_candles_is_named(
    var: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "binance" / "futures"
    write_feather(folder / "BTC_USDT_USDT-1m-futures.feather", MINUTES)
    write_feather(folder / "BTC_USDT_USDT-8h-funding_rate.feather", MINUTES)
    write_feather(folder / "BTC_USDT_USDT-1h-futures.feather", resample(MINUTES, 3_600_000))
    done = as_a_process(var, "import", str(tmp_path / "binance"))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[1] == (
        "binance BTC/USDT:USDT 1m: 3,000 candles from 2025-06-16 00:00 to 2025-06-18 02:00 UTC, "
        f"3,000 of them new ({folder / 'BTC_USDT_USDT-1m-futures.feather'})"
    )
    assert "funding_rate.feather holds no candles" in done.stderr
    assert "reading 2/2" in done.stderr
    assert "\x1b" not in done.stdout + done.stderr
    assert [(row["market"], row["timeframe"], row["candles"], row["gaps"]) for row in listed(var)] == [
        ("BTC/USDT:USDT", "1m", 3_000, 0),
        ("BTC/USDT:USDT", "1h", 50, 0),
    ]
    assert as_a_process(var, "verify").returncode == 0


def test_importing_again_skips_what_is_there_and_adds_what_is_new(var: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "candles.csv", MINUTES.slice(0, 2_000))
    assert "2,000 of them new" in omega(var, "import", str(path), *SERIES).stdout
    assert ", 0 of them new" in omega(var, "import", str(path), *SERIES).stdout
    write_csv(path, MINUTES)
    assert "1,000 of them new" in omega(var, "import", str(path), *SERIES).stdout
    (row,) = listed(var)
    assert (row["from"], row["to"]) == ("2025-06-16T00:00:00+00:00", "2025-06-18T02:00:00+00:00")
    assert (row["candles"], row["gaps"], row["missing"]) == (3_000, 0, 0)


def test_a_bad_row_is_named_nothing_of_its_file_is_taken_and_the_other_files_are(
    var: Path, tmp_path: Path
) -> None:
    good = write_csv(tmp_path / "btc_usd_1m.csv", MINUTES)
    bad = write_csv(tmp_path / "eth_usd_1m.csv", MINUTES)
    lines = bad.read_text().splitlines()
    lines[700] = lines[700].replace(",", ",x", 1)
    bad.write_text("\n".join(lines))
    done = omega(var, "import", str(good), str(bad), "--venue", "kraken")
    assert done.returncode == 1
    assert f"error: Nothing of {bad} was imported:\n  {bad}:701: its open 'x" in done.stderr
    assert "fix: Put the file right" in done.stderr
    assert [row["market"] for row in listed(var)] == ["BTC/USD"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ([], "does not say its venue"),
        (["--venue", "kraken"], "does not say its market"),
        (["--venue", "Kraken!", "--market", "BTC/USD"], "'Kraken!' is no name of a venue"),
        (["--venue", "kraken", "--market", "BTC"], "'BTC' is no name of a market"),
        ([*SERIES, "--timeframe", "1x"], "'1x' is no timeframe"),
        ([*SERIES, "--timeframe", "7h"], "--timeframe says 7h, but its candles are 1m apart"),
    ],
)
def test_what_cannot_be_told_or_used_is_said_with_what_to_do(
    var: Path, tmp_path: Path, options: list[str], complaint: str
) -> None:
    path = write_csv(tmp_path / "candles.csv", MINUTES)
    done = omega(var, "import", str(path), *options)
    assert (done.returncode, done.stdout) == (1, "")
    assert complaint in done.stderr
    assert "  fix: " in done.stderr
    assert "Traceback" not in done.stderr


def test_a_path_that_is_no_file_of_candles_is_wrong_use(var: Path, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").touch()
    assert "does not exist" in omega(var, "import", str(tmp_path / "absent.csv")).stderr
    done = omega(var, "import", str(tmp_path / "notes.txt"))
    assert (done.returncode, "is none of .feather, .parquet, .csv" in done.stderr) == (2, True)
    empty = omega(var, "import", str(tmp_path))
    assert (empty.returncode, "There is no file of candles" in empty.stderr) == (1, True)


def test_an_import_is_refused_while_another_process_writes_that_venue(var: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "candles.csv", MINUTES)
    with sole_writer(var / "history", "kraken"):
        done = as_a_process(var, "import", str(path), *SERIES)
        assert done.returncode == 1
        assert f"error: Another process (pid {os.getpid()}) writes the history of kraken" in done.stderr
        assert "fix: Stop the farm" in done.stderr
        other = as_a_process(var, "import", str(path), "--venue", "bitstamp", "--market", "BTC/USD")
        assert other.returncode == 0
        assert as_a_process(var, "list").returncode == 0
    assert omega(var, "import", str(path), *SERIES).returncode == 0


def test_the_list_is_a_table_that_no_pipe_wraps_and_says_where_there_is_none(
    var: Path, tmp_path: Path
) -> None:
    nothing = omega(var, "list")
    assert (nothing.returncode, nothing.stdout) == (0, "")
    assert f"There is no history in {var / 'history'}" in nothing.stderr
    assert listed(var) == []
    omega(var, "import", str(write_csv(tmp_path / "candles.csv", MINUTES)), *SERIES)
    heading, row = as_a_process(var, "list").stdout.splitlines()
    named = " ".join(heading.split())
    assert named == "venue market timeframe from to candles gaps missing size origin"
    assert " ".join(row.split()[:8]) == "kraken BTC/USD 1m 2025-06-16 00:00 2025-06-18 02:00 3,000"
    assert row.split()[-1] == "recorded"
    assert listed(var)[0]["origins"] == {"recorded": 3_000}
    assert listed(var)[0]["bytes"] == sum(
        path.stat().st_size for path in (var / "history").rglob("*.parquet")
    )


def test_verify_names_each_flaw_and_fails(var: Path, tmp_path: Path) -> None:
    holed = tmp_path / "candles.csv"
    write_csv(holed, MINUTES)
    lines = holed.read_text().splitlines()
    holed.write_text("\n".join(lines[:500] + lines[510:]))
    omega(var, "import", str(holed), *SERIES)
    done = omega(var, "verify")
    assert (done.returncode, done.stderr.splitlines()) == (
        1,
        ["kraken BTC/USD 1m: 2,990 candles, recorded", "1 series looked at, 1 flaw."],
    )
    assert done.stdout.startswith("kraken BTC/USD 1m: gap: 10 candles are missing in 1 gap from")
    assert omega(var, "verify", "--allow-gaps").returncode == 0
    (torn,) = (var / "history").rglob("2025-06-17.parquet")
    torn.write_bytes(torn.read_bytes()[:100])
    flaws = json.loads(omega(var, "verify", "--allow-gaps", "--json").stdout)
    assert [(flaw["kind"], flaw["market"]) for flaw in flaws] == [("file", "BTC/USD")]
    assert str(torn) in flaws[0]["what"]
    listing = omega(var, "list")
    assert (listing.returncode, "omega data verify" in listing.stderr) == (1, True)


def test_verify_of_what_is_not_there_fails(var: Path) -> None:
    done = omega(var, "verify", "--venue", "kraken")
    assert (done.returncode, "Nothing of it is in" in done.stderr) == (1, True)


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_what_is_exported_can_be_imported_and_is_the_same_to_the_last_bit(
    var: Path, tmp_path: Path, suffix: str
) -> None:
    """Also where it comes from, and when each candle was received."""
    series = Series(venue="kraken", market="BTC/USD", timeframe="1m")
    rows = rows_of(MINUTES, nature="live", source="kraken", received_ms=int(MINUTES.time[-1]) + 60_250)
    with connect() as database:
        shelf = Shelf(series.folder(var / "history"), step_ms=60_000, source="kraken")
        list(shelf.put(database, rows))
        exported, elsewhere = tmp_path / f"out.{suffix}", tmp_path / "elsewhere"
        done = omega(var, "export", str(exported), *SERIES, "--timeframe", "1m")
        assert (done.returncode, done.stdout) == (0, f"{exported}: 3,000 candles of kraken BTC/USD 1m\n")
        assert omega(elsewhere, "import", str(exported), *SERIES).returncode == 0
        copied = Shelf(series.folder(elsewhere / "history"), step_ms=60_000, source="kraken")
        assert rows_on(copied, database).digest() == rows.digest()


def test_an_export_takes_a_range_and_says_when_there_is_nothing_in_it(var: Path, tmp_path: Path) -> None:
    omega(var, "import", str(write_csv(tmp_path / "candles.csv", MINUTES)), *SERIES)
    out, asked = tmp_path / "out.csv", [*SERIES, "--timeframe", "1m"]
    omega(var, "export", str(out), *asked, "--start", "2025-06-16T10:00", "--end", "2025-06-16 10:02")
    lines = out.read_text().splitlines()
    assert lines[0] == "time,open,high,low,close,volume,nature,is_filled,source,received_at"
    assert [line.partition(",")[0] for line in lines[1:]] == ["2025-06-16T10:00:00Z", "2025-06-16T10:01:00Z"]
    none = omega(var, "export", str(tmp_path / "none.csv"), *asked, "--start", "2025-07-01")
    assert (none.returncode, (tmp_path / "none.csv").exists()) == (2, False)
    assert "omega data list" in none.stderr
    assert "'soon' is no time" in omega(var, "export", str(out), *asked, "--start", "soon").stderr
    assert "is none of .csv, .parquet" in omega(var, "export", str(tmp_path / "out.xls"), *asked).stderr


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_an_export_that_cannot_be_written_names_its_file_and_no_setting_of_the_farm(
    var: Path, tmp_path: Path, suffix: str
) -> None:
    omega(var, "import", str(write_csv(tmp_path / "candles.csv", MINUTES)), *SERIES)
    (folder := tmp_path / f"folder.{suffix}").mkdir()
    for target, why in (
        (tmp_path / "absent" / f"out.{suffix}", "No such file or directory"),
        (folder, "Is a directory"),
    ):
        done = omega(var, "export", str(target), *SERIES, "--timeframe", "1m")
        assert (done.returncode, done.stdout) == (1, "")
        assert done.stderr.splitlines() == [
            f"error: Cannot write {target}: {why}.",
            "  fix: Name a file in a folder that is there, that you may write to, and that has room.",
        ]
    assert not list(tmp_path.glob(".*"))


def test_made_up_candles_are_told_from_recorded_and_live_ones(var: Path) -> None:
    series = Series(venue="kraken", market="BTC/USD", timeframe="1m")
    shelf = Shelf(series.folder(var / "history"), step_ms=60_000, source="kraken")
    parts: tuple[tuple[Nature, int, int], ...] = (
        ("live", 0, 2_000),
        ("replay", 2_000, 2_600),
        ("simulated", 2_600, 3_000),
    )
    with connect() as database:
        for nature, start, end in parts:
            rows = rows_of(MINUTES.slice(start, end), nature=nature, source="kraken", received_ms=5)
            list(shelf.put(database, rows))
    again = rows_of(MINUTES.slice(1_990, 1_999), nature="simulated", source="kraken", received_ms=6)
    journal.append(shelf.folder, again)  # less real than what is there: it does not count
    told = "live 2,000, recorded 600, simulated 400"
    assert omega(var, "list").stdout.splitlines()[1].endswith(f" MB  {told}")
    assert listed(var)[0]["origins"] == {"simulated": 400, "recorded": 600, "live": 2_000}
    assert omega(var, "verify").stderr.splitlines()[0] == f"kraken BTC/USD 1m: 3,000 candles, {told}"


def test_candles_are_not_imported_as_those_of_a_timeframe_that_they_plainly_do_not_have(
    var: Path, tmp_path: Path
) -> None:
    path = write_csv(tmp_path / "btcusd_1h.csv", resample(MINUTES, 3_600_000))
    done = omega(var, "import", str(path), *SERIES, "--timeframe", "5m")
    assert (done.returncode, done.stdout) == (1, "")
    assert "--timeframe says 5m, but its candles are 1h apart and its name says 1h" in done.stderr
    assert "fix: If they are candles of 1h, say so: --timeframe 1h" in done.stderr
    assert listed(var) == []


def on_a_terminal(var: Path, *arguments: str, interrupt_at: bytes = b"") -> tuple[int, str]:
    """Run a command with a terminal for its stderr; press Ctrl-C once that shows `interrupt_at`."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "bots", "data", *arguments],
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm-256color", "COLUMNS": "120", "OMEGA_VAR": str(var)},
        stdout=subprocess.DEVNULL,
        stderr=theirs,
    )
    os.close(theirs)
    seen, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        if select.select([ours], [], [], 0.1)[0]:
            try:
                more = os.read(ours, 65_536)
            except OSError:  # the terminal is gone with its last process
                break
            seen += more
            if interrupt_at and interrupt_at in seen:
                child.send_signal(signal.SIGINT)
                interrupt_at = b""
        elif child.poll() is not None:
            break
    os.close(ours)
    return child.wait(), seen.decode(errors="replace")


def test_a_feather_file_of_no_use_is_refused_like_any_other_and_no_setting_of_the_farm_is_blamed(
    var: Path, tmp_path: Path
) -> None:
    torn = tmp_path / "BTC_USDT-1m.feather"
    write_feather(torn, MINUTES, lacking="close")
    done = omega(var, "import", str(torn), "--venue", "kraken")
    assert done.returncode == 1
    assert f"Nothing of {torn} was imported" in done.stderr
    assert "it lacks the column close" in done.stderr
    assert "Put the file right and import it again." in done.stderr
    assert "sandbox_exchange" not in done.stderr


def test_a_terminal_shows_a_bar_for_each_file(var: Path, tmp_path: Path) -> None:
    path = write_csv(tmp_path / "candles.csv", MINUTES)
    code, shown = on_a_terminal(var, "import", str(path), *SERIES)
    assert code == 0
    assert "1/1 candles.csv" in shown
    assert "3000/3000" in shown


def test_an_interrupted_import_says_how_to_go_on_and_then_does(var: Path, tmp_path: Path) -> None:
    """Ctrl-C between two of many files: what is there stays, and the second run adds what is missing."""
    folder = tmp_path / "files"
    folder.mkdir()
    for number in range(30):
        write_csv(folder / f"c{number:02}_usd_1m.csv", MINUTES)
    code, shown = on_a_terminal(var, "import", str(folder), "--venue", "kraken", interrupt_at=b"5/30")
    assert code == 130
    assert "the same command goes on from there" in shown
    before = len(listed(var))
    assert 3 <= before < 30
    done = omega(var, "import", str(folder), "--venue", "kraken")
    assert done.returncode == 0
    assert done.stdout.count(" 0 of them new") in {before - 1, before}
    assert [row["candles"] for row in listed(var)] == [3_000] * 30


@pytest.mark.chaos
def test_an_import_that_was_killed_anywhere_goes_on_to_the_same_history(var: Path, tmp_path: Path) -> None:
    rng, long = np.random.default_rng(3), wandering_minutes(100 * 1_440)
    path = write_csv(tmp_path / "candles.csv", long)
    for _ in range(max(2, round(10 * float(os.environ.get("OMEGA_CHAOS", "0.1"))))):
        child = subprocess.Popen(
            [sys.executable, "-m", "bots", "data", "import", str(path), *SERIES],
            cwd=ROOT,
            env={**os.environ, "OMEGA_VAR": str(var)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(0.6, 1.6))
        child.kill()
        child.wait()
    assert omega(var, "import", str(path), *SERIES).returncode == 0
    assert omega(var, "verify").returncode == 0
    series = Series(venue="kraken", market="BTC/USD", timeframe="1m")
    with connect() as database:
        kept = rows_on(Shelf(series.folder(var / "history"), step_ms=60_000, source=""), database)
    assert np.array_equal(kept.close, long.close)
    assert np.array_equal(kept.time, long.time)
