"""What a drawing process does: stay with its parent, warm up, draw."""

from __future__ import annotations

import os
import signal
import threading
from decimal import Decimal
from multiprocessing import connection, parent_process

import numpy as np

from analytics.candles import Candles
from services.charts.render import draw
from services.charts.spec import ChartSpec

_STEP_MS = 60_000


def begin() -> None:
    """Leave interrupts of a terminal to the parent, and end when it has gone, however it went."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="tether", daemon=True).start()


def warm_up() -> int:
    """Draw something, so that the first chart asked for is as fast as the others; return the process's id."""
    draw(_anything())
    return os.getpid()


def drawn(spec: ChartSpec) -> bytes:
    """Return the picture of `spec`."""
    return draw(spec)


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        connection.wait([parent.sentinel])
        os._exit(0)


def _anything() -> ChartSpec:
    prices = np.array([1.0, 2.0])
    candles = Candles(
        step_ms=_STEP_MS,
        time=np.array([0, _STEP_MS]),
        open=prices,
        high=prices,
        low=prices,
        close=prices,
        volume=prices,
    )
    return ChartSpec(
        market="",
        timeframe="1m",
        candles=candles,
        price=Decimal(1),
        tick=Decimal(1),
        source="",
        nature="simulated",
    )
