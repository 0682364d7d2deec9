"""What our layer over TA-Lib costs: ten usual indicators on 500 candles, against bare calls of the same ten.

A process without pandas measures, as one that serves has none: with pandas installed, TA-Lib wraps each
function of its own, which would flatter us.
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path

from figures import Figure

CHILD = Path(__file__).with_name("indicator_times.py")


async def measure() -> list[Figure]:
    """Return the ratio, and what ours takes for all ten."""
    child = await asyncio.create_subprocess_exec(sys.executable, str(CHILD), stdout=asyncio.subprocess.PIPE)
    told, _ = await child.communicate()
    assert child.returncode == 0, "the process that measures has failed"
    times = json.loads(told)
    return [
        Figure("analytics.talib_ratio", times["ours"] / times["bare"], "x"),
        Figure("analytics.ten_indicators_us", 1e6 * times["ours"], "us"),
    ]
