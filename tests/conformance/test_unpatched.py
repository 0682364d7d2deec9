from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

PROGRAM = Path(__file__).with_name("believer.py")


def test_discord_py_with_no_attribute_touched_believes_that_it_talks_to_discord_com(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROGRAM), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "asked").read_text().split() == [
        "cdn.discordapp.com",
        "discord.com",
        "gateway.discord.gg",
    ]
