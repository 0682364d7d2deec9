"""Orders while the desk is killed and while the venue misbehaves: at most one each, and all accounted for.

``OMEGA_CHAOS`` scales the 25 states of each crash point and the two thousand intents.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import pytest
from desk_intents_stage import open_house
from desk_storm import Storm, weather
from sandbox_exchange_stage import Stage

from services.trading.intents.crash_points import CrashPoint

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(1800)]

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261128"))
CHILD = Path(__file__).parents[1] / "stage" / "desk_dying_child.py"
POINTS = get_args(CrashPoint)
KEPT = 1_000_000
"""Every request of a run."""
SEEDS = max(1, round(25 * SHARE) - 1) if SHARE < 1 else 25
STORM = Storm(
    intents=round(2_000 * SHARE), accounts=max(4, round(20 * SHARE)), seed=SEED, is_hurried=SHARE < 1
)


def sent(house: Stage) -> Counter[str]:
    """Return how often each client id was sent in an order that reached the venue."""
    bodies = [json.loads(one.body) for one in house.journal.of("order/place-", "POST")]
    return Counter(str(body["clientOid"]) for body in bodies)


async def test_a_desk_that_is_killed_anywhere_sends_nothing_twice_and_loses_nothing(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    lives = [f"{point}:{SEED + seed}" for seed in range(SEEDS) for point in POINTS]
    async with open_house(kept=KEPT) as house:
        house.faults.set({"late_visible": 0.1})
        child = await asyncio.create_subprocess_exec(
            sys.executable, str(CHILD), house.url, str(tmp_path), *lives,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
        )  # fmt: skip
        out, _ = await child.communicate()
        assert child.returncode == 0
        counts = sent(house)
    reports = [json.loads(line) for line in out.splitlines()]
    slowest = max(one["seconds"] for one in reports)
    figures = {"lives": len(lives), "orders": len(counts), "slowest_s": round(slowest, 2)}
    record_property("killed", figures)
    print(f"killed: seed {SEED}, {figures}")  # noqa: T201
    assert len(reports) == len(lives) + 1
    assert [one for one in reports if one["wrong"] or one["halted"]] == []
    assert slowest <= 5.0
    assert [name for name, count in counts.items() if count > 1] == []


async def test_two_thousand_intents_in_bad_weather_are_at_most_one_order_each(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async with open_house(kept=KEPT) as house:
        seen = await weather(house, tmp_path, STORM)
        counts = sent(house)
    figures = {
        "intents": STORM.intents,
        "accounts": STORM.accounts,
        "states": dict(seen.states),
        "were_unknown": seen.unknown,
        "longest_unknown_s": round(seen.longest_unknown, 1),
        "sent_twice": sum(count > 1 for count in counts.values()),
        "seconds": round(seen.seconds, 1),
    }
    record_property("weather", {**figures, "seed": SEED})
    print(f"weather: seed {SEED}, {figures}")  # noqa: T201
    assert [name for name, count in counts.items() if count > 1] == []
    assert seen.wrong == []
    assert seen.unknown > 0
    assert seen.longest_unknown <= 30.0
