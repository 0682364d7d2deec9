from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from bots.cli.flat import _words, flatten
from services.clock import SystemClock
from services.errors import Misconfigured
from services.trading.killswitch.folder import DeskFolder
from services.trading.killswitch.messages import FlatLine
from services.trading.watchdog.heartbeat import Beat, BeatAccount, boot_id


def beat(folder: DeskFolder, *names: str) -> None:
    clock = SystemClock()
    accounts = [BeatAccount(id=f"id-of-{one}", name=one, venue="sandbox", mode="paper") for one in names]
    told = Beat(
        pid=1, number=1, at=clock.now(), monotonic=clock.monotonic(), boot=boot_id(), accounts=accounts
    )
    folder.heartbeat.write_bytes(msgspec.json.encode(told))


def test_where_no_farm_runs_that_is_said_and_the_order_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert flatten(tmp_path, (), "", clock=SystemClock(), within=0.05) == 1
    assert "No farm runs here" in capsys.readouterr().err
    assert DeskFolder.below(tmp_path).flat.exists()


def test_a_name_that_no_account_has_orders_nothing(tmp_path: Path) -> None:
    folder = DeskFolder.below(tmp_path)
    beat(folder, "main")
    with pytest.raises(Misconfigured, match='no account "nobody"'):
        flatten(tmp_path, ("nobody",), "", clock=SystemClock(), within=0.05)
    assert not folder.flat.exists()


def test_one_known_name_is_enough_and_the_other_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = DeskFolder.below(tmp_path)
    beat(folder, "main")
    flatten(tmp_path, ("main", "nobody"), "", clock=SystemClock(), within=0.05)
    told = capsys.readouterr().err
    assert 'no account "nobody"' in told
    assert "No farm runs" not in told
    assert folder.flat.exists()


def test_two_accounts_of_one_name_are_told_apart() -> None:
    line = FlatLine(account="a1b2c3d4", name="season paper", mode="paper", state="flat", orders=1, closed=2)
    assert "season paper (a1b2c3) paper" in _words(line)
    assert "1 order canceled, 2 positions closed" in _words(line)
