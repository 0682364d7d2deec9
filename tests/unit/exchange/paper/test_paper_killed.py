from __future__ import annotations

import os
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from services.exchange.paper.files import AccountFiles

STAGE = Path(__file__).resolve().parents[3] / "stage"
ROOT = STAGE.parents[1]
KILLS = 5


@pytest.mark.slow
def test_whatever_was_acknowledged_before_a_kill_is_there_after_it(tmp_path: Path) -> None:
    path = os.pathsep.join([str(ROOT), str(STAGE), os.environ.get("PYTHONPATH", "")])
    for kill in range(KILLS):
        folder = tmp_path / str(kill)
        folder.mkdir()
        acknowledged = trade_until_killed(folder, path, orders=40 + 13 * kill)
        (account,) = AccountFiles(folder).load()
        assert set(acknowledged) <= set(account.used_ids)
        assert sum((one.amount for one in account.bookings), Decimal(0)) == account.cash_of(
            "swap", "USDT"
        ) + account.cash_of("spot", "USDT")
        bought = sum((one.amount for one in account.fills if one.side == "buy"), Decimal(0))
        position = account.position("ETH/USDT:USDT")
        assert position is not None
        assert position.amount == bought


def trade_until_killed(folder: Path, path: str, *, orders: int) -> list[str]:
    """Let a process trade, kill it after so many orders, and return those it said were acknowledged."""
    command = [sys.executable, str(STAGE / "paper_child.py"), str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": path}
    ) as child:
        assert child.stdout is not None
        seen = [child.stdout.readline().strip() for _ in range(orders)]
        child.kill()
        rest = child.stdout.read().split()
    assert all(seen)
    return [*seen, *rest]
