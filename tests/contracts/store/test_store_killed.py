from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
KILLS = 200


@pytest.mark.chaos
def test_killing_the_writer_in_its_commits_loses_and_halves_nothing(tmp_path: Path) -> None:
    kills = max(2, round(KILLS * float(os.environ.get("OMEGA_CHAOS", "0.1"))))
    command = [sys.executable, "-m", "tests.contracts.store.kill_writers"]
    arguments = [str(tmp_path / "omega.db"), str(kills)]
    done = subprocess.run([*command, *arguments], check=True, capture_output=True, text=True, cwd=ROOT)
    found = json.loads(done.stdout)
    assert (found["lost"], found["half_written"], found["integrity"]) == (0, 0, "ok")
    assert found["promised"] >= kills
    assert found["unpromised"] <= kills, "more than the one commit in hand at each kill"
