"""Which ratios are looked at, and how much each of them weighs where several meet.

Belongs here: the ratios and numbers themselves. Does not belong here: prices.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

RETRACEMENTS: Final = (0.0, 0.236, 0.382, 0.5, 0.618, 0.65, 0.786, 0.886, 1.0)
"""Shares of a leg that were given back. With p the golden ratio: 1/p, its square and its cube are 0.618,
0.382 and 0.236; 0.786 and 0.886 are the square root of 0.618 and the root of that; a half is Dow's; from
0.618 to 0.65 is the golden pocket.

Source: Robert Fischer, Fibonacci Applications and Strategies for Traders (1993); Scott M. Carney, Harmonic
Trading, Volume One (2010) for 0.786 and 0.886.
"""

EXTENSIONS: Final = (1.272, 1.414, 1.618, 2.0, 2.618, 4.236)
"""Multiples of a leg from its start: the roots of p and of 2, p, 2, and the square and cube of p.

Source: as `RETRACEMENTS`.
"""

PROJECTIONS: Final = (0.618, 0.786, 1.0, 1.272, 1.618, 2.0, 2.618)
"""Multiples of a leg from where its pullback ended.

Source: Carolyn Boroden, Fibonacci Trading (2008), chapter on price projections.
"""

FANS: Final = (0.236, 0.382, 0.5, 0.618, 0.786)
"""Shares of a leg's height through which its fan lines go.

Source: StockCharts ChartSchool, Fibonacci Fans (0.382, 0.5, 0.618); the outer two as `RETRACEMENTS`.
"""

_WEIGHTS: Final = {
    0.618: 1.0,
    1.618: 0.9,
    0.65: 0.9,
    0.382: 0.8,
    0.5: 0.8,
    0.786: 0.8,
    1.272: 0.7,
    2.618: 0.7,
    0.0: 0.6,
    1.0: 0.6,
    2.0: 0.6,
    0.886: 0.5,
    1.414: 0.5,
    4.236: 0.5,
    0.236: 0.4,
}
_OTHER_WEIGHT: Final = 0.4


def weight(ratio: float) -> float:
    """Return how much a level of `ratio` counts, up to 1.

    Source: this project's own order, after how much room the books at `RETRACEMENTS` give to each ratio. It
    is a convention and was not measured.
    """
    return _WEIGHTS.get(ratio, _OTHER_WEIGHT)


def numbers() -> Iterator[int]:
    """Yield 1, 2, 3, 5, 8, 13 and so on without end.

    Source: Leonardo of Pisa, Liber Abaci (1202), without the first of its two ones.
    """
    last, number = 1, 1
    while True:
        yield number
        last, number = number, last + number
