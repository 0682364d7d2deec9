"""Alerts while any process is killed: all of them arrive, and none is shown twice.

``OMEGA_CHAOS`` scales the ten thousand alerts and the fifty kills; ``OMEGA_SOAK_SEED`` gives back the
victims of an earlier run.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from alert_storm import Storm, survive

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(600)]

SHARE = float(os.environ.get("OMEGA_CHAOS", "0.1"))
SEED = int(os.environ.get("OMEGA_SOAK_SEED", "20261128"))
STORM = Storm(alerts=round(10_000 * SHARE), kills=max(5, round(50 * SHARE)), seed=SEED)


async def test_all_alerts_arrive_and_none_twice_whatever_is_killed(
    tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    survived = await survive(tmp_path, STORM)
    figures = {
        "alerts": STORM.alerts,
        "kills": dict(survived.kills),
        "lost": len(survived.lost),
        "shown_twice": len(survived.twice),
    }
    record_property("storm", {**figures, "seed": SEED, "seconds": round(survived.seconds, 1)})
    after = f"{survived.after_last_kill:.1f} s after the last kill"
    print(f"storm: seed {SEED}, {figures}, {survived.seconds:.1f} s, {after}")  # noqa: T201
    assert survived.lost == []
    assert survived.twice == []
