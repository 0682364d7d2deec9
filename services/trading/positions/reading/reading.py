"""A position, read: how its prices lie on Fibonacci levels, and how it stands. Pure.

A reading describes geometry and distances as they are; none of it is a forecast.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final

from analytics import position_health
from analytics.fibonacci.alignment import (
    Prices,
    Ruler,
    aligned,
    golden_score,
    is_out_of_the_way,
)
from analytics.position_health import Standing
from services.exchange.prices import to_decimal, to_price
from services.trading.messages import PositionView
from services.trading.positions.messages import Alignment, Analysis, Health
from services.trading.positions.reading.grounds import Ground

AGAINST: Final = "The last swing runs against this position, so its levels make no score."
_HUNDREDTH: Final = Decimal("0.01")
_LOW: Final = 50
_WORDS: Final[Mapping[str, str]] = {
    "distance": "It is close to its stop or to liquidation.",
    "risk": "It risks more of the account than one trade should.",
    "protection": "Its stop is watched from here, and only while the farm runs.",
    "reward": "There is less left to win than to lose.",
    "alignment": "Its prices lie on no levels that plans are made with.",
}
"""What to look at where a part is low, the most pressing first."""
_NO_STOP: Final = "Nothing limits its loss: it has no stop."
_HALF_PROTECTED: Final = 100


def read(position: PositionView, ground: Ground, *, timeframe: str, equity: Decimal | None) -> Analysis:
    """Return a position, read on the ground of its market."""
    ruler = ground.ruler
    score = None if ruler is None else golden_score(_prices(position), ruler)
    reason = ground.reason if ruler is None else AGAINST if score is None else ""
    return Analysis(
        position=position,
        timeframe=timeframe,
        alignments=[] if ruler is None else list(alignments_of(position, ruler)),
        golden_score=score,
        health=health_of(_standing(position, ground, equity, score)),
        reason=reason,
    )


def read_all(
    positions: Sequence[PositionView],
    grounds: Mapping[str, Ground],
    *,
    timeframe: str,
    equity: Decimal | None,
) -> list[Analysis]:
    """Return positions of one account, each read on the ground of its own market."""
    return [read(one, grounds[one.market], timeframe=timeframe, equity=equity) for one in positions]


def alignments_of(position: PositionView, ruler: Ruler) -> Iterator[Alignment]:
    """Yield how each price of a position lies on the levels."""
    for what in ("entry", "stop", "target", "liquidation"):
        price: Decimal | None = getattr(position, what)
        if price is not None:
            yield alignment_of(what, price, position, ruler)


def alignment_of(what: str, price: Decimal, position: PositionView, ruler: Ruler) -> Alignment:
    """Return how one price lies on the levels."""
    found = aligned(float(price), ruler)
    is_up = position.side == "long"
    return Alignment(
        what=what,
        price=price,
        ratio=to_decimal(found.ratio),
        level=to_price(found.level, position.tick),
        distance=to_decimal(found.distance).quantize(_HUNDREDTH),
        is_beyond=what == "stop" and is_out_of_the_way(float(price), found.level, is_up=is_up),
    )


def health_of(standing: Standing) -> Health:
    """Return how a position stands, and what to look at."""
    parts = position_health.parts_of(standing)
    return Health(score=position_health.score_of(parts), parts=parts, words=list(_pressing(standing, parts)))


def _pressing(standing: Standing, parts: Mapping[str, int]) -> Iterator[str]:
    if not standing.has_stop:
        yield _NO_STOP
    for name, words in _WORDS.items():
        is_about_stop = name in {"risk", "protection"}
        if not standing.has_stop and is_about_stop:
            continue
        low = _HALF_PROTECTED if name == "protection" else _LOW
        if parts.get(name, low) < low:
            yield words


def _prices(position: PositionView) -> Prices:
    return Prices(
        is_up=position.side == "long",
        entry=float(position.entry),
        stop=_number(position.stop),
        target=_number(position.target),
        liquidation=_number(position.liquidation),
    )


def _standing(position: PositionView, ground: Ground, equity: Decimal | None, score: int | None) -> Standing:
    return Standing(
        is_up=position.side == "long",
        entry=float(position.entry),
        amount=float(position.amount),
        mark=_number(position.mark),
        stop=_number(position.stop),
        target=_number(position.target),
        liquidation=_number(position.liquidation),
        range=ground.range,
        equity=_number(equity),
        golden_score=score,
        is_protected_by_venue=position.is_protected_by_venue,
        is_trailing=position.is_trailing,
        is_never_liquidated=position.is_never_liquidated,
    )


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
