"""Fibonacci findings: the swing that was asked for, its levels, and where levels of other timeframes meet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final

from analytics.candles import Candles
from analytics.fibonacci.confluence import Cluster, confluence, frame_levels
from analytics.fibonacci.legs import Leg, Point, auto_leg, leg_between_moments, leg_between_prices, pullback
from analytics.fibonacci.levels import Level, extensions, fan, projections, retracements, standing
from analytics.fibonacci.respect import Respect, most_respected, respect
from analytics.fibonacci.timing import time_zones
from analytics.structure.ranges import last_range
from services.analyst.messages import (
    Confluence,
    FanLine,
    FibFinding,
    FibLevel,
    FibMode,
    FrameRatio,
    Swing,
    TimeZone,
)
from services.analyst.reading import Moments, Prices, read_swing
from services.analyst.sight import Sight
from services.errors import UserMistake
from services.exchange.prices import to_milliseconds, to_moment
from services.market.messages import TIMEFRAMES

LEAST_CANDLES: Final = 40
"""Two turns of a zigzag over a range of fourteen candles need about as many."""
_CLUSTERS: Final = 5
_TOLERANCE: Final = 0.5
"""The widest band of a confluence, in average true ranges of the timeframe that was asked for."""
_RATIO_DIGITS: Final = Decimal("0.001")


def leg_asked(sight: Sight, swing: str) -> Leg:
    """Return the leg that `swing` means.

    Raises:
        UserMistake: what was written is no swing, these candles have none like it, or none at all yet.
    """
    given = read_swing(swing)
    if given is not None:
        return _given_leg(sight, given)
    leg = auto_leg(sight.candles)
    if leg is None:
        raise UserMistake(
            f"No swing of these {len(sight.candles)} candles of {sight.scene.timeframe} is confirmed yet.",
            hint="Take a smaller timeframe, or give two dates or prices.",
        )
    return leg


def _given_leg(sight: Sight, given: Sequence[Prices] | Moments) -> Leg:
    """Return the leg between two given points; of several readings, the first that these candles reached."""
    refused: ValueError | None = None
    for one in [given] if isinstance(given, Moments) else given:
        try:
            if isinstance(one, Prices):
                return leg_between_prices(sight.candles, one.start, one.end)
            return leg_between_moments(sight.candles, to_milliseconds(one.one), to_milliseconds(one.other))
        except ValueError as error:
            refused = error
    raise UserMistake(
        f"There is no such swing in the {len(sight.candles)} candles of {sight.scene.timeframe}.",
        hint="Give two dates or prices that these candles reach, or take another timeframe.",
    ) from refused


def levels_of(sight: Sight, leg: Leg, mode: FibMode) -> tuple[Sequence[Level], Point | None]:
    """Return the levels of `leg`, the lowest first, and the third point that a projection starts from.

    Raises:
        UserMistake: price has not come back from the leg yet, so there is nothing to project from.
    """
    if mode == "retrace":
        return retracements(leg, is_log=leg.is_long), None
    if mode == "extend":
        return extensions(leg, is_log=leg.is_long), None
    third = pullback(sight.candles, leg)
    if third is None:
        raise UserMistake(
            "There is no point to project that swing from: price has not turned back, or took it all back.",
            hint="Ask for extensions instead.",
        )
    return projections(leg, third, is_log=leg.is_long), third


def find_fib(sight: Sight, others: Mapping[str, Sight], *, swing: str, mode: FibMode) -> FibFinding:
    """Return the finding; `others` are the same market at other timeframes, by name.

    Raises:
        UserMistake: see `leg_asked` and `levels_of`.
    """
    leg = leg_asked(sight, swing)
    levels, third = levels_of(sight, leg, mode)
    held = respect(sight.candles, levels, _known_at(leg))
    counted = {one.level: _counted(sight, one) for one in held}
    here = standing(float(sight.scene.price), levels)
    best = most_respected(held)
    return FibFinding(
        scene=sight.scene,
        swing=_swing(sight, leg, third),
        mode=mode,
        is_log=leg.is_long,
        levels=[counted[level] for level in levels],
        above=None if here.above is None else counted[here.above],
        below=None if here.below is None else counted[here.below],
        respected=None if best is None else counted[best.level],
        looked_at=[name for name in TIMEFRAMES if name == sight.scene.timeframe or name in others],
        missing=[name for name in TIMEFRAMES if name != sight.scene.timeframe and name not in others],
        confluences=[_confluence(sight, one) for one in _within(clusters(sight, others), levels)[:_CLUSTERS]],
        zones=[
            TimeZone(number=zone.number, at=to_moment(zone.time_ms))
            for zone in time_zones(sight.candles, leg)
        ],
        fan=[
            FanLine(ratio=ratio_of(line), price=sight.price(line.price))
            for line in fan(leg, len(sight.candles) - 1, is_log=leg.is_long)
        ],
    )


def clusters(sight: Sight, others: Mapping[str, Sight]) -> Sequence[Cluster]:
    """Return where levels of several timeframes meet, the strongest first; none without a range to go by."""
    frames = {name: one.candles for name, one in {sight.scene.timeframe: sight, **others}.items()}
    return meetings(sight.candles, frames)


def meetings(candles: Candles, frames: Mapping[str, Candles]) -> Sequence[Cluster]:
    """Return the same for `candles` and those of every timeframe, their own among them and first."""
    reach = last_range(candles)
    if reach is None:
        return []
    return confluence({name: frame_levels(one) for name, one in frames.items()}, _TOLERANCE * reach)


def _known_at(leg: Leg) -> int:
    """Return from where on touches count: earlier ones are part of the way that made the swing known."""
    return leg.end.position if leg.known_at is None else leg.known_at


def _within(found: Sequence[Cluster], levels: Sequence[Level]) -> list[Cluster]:
    """Leave out bands beyond all levels: they are too far away to matter to whoever looks at these."""
    lowest, highest = levels[0].price, levels[-1].price
    return [one for one in found if one.high >= lowest and one.low <= highest]


def ratio_of(level: Level) -> Decimal:
    """Return a ratio as it is written: 0.618."""
    return Decimal(level.ratio).quantize(_RATIO_DIGITS)


def _counted(sight: Sight, one: Respect) -> FibLevel:
    return FibLevel(
        ratio=ratio_of(one.level),
        price=sight.price(one.level.price),
        touched=one.touched,
        respected=one.respected,
    )


def _swing(sight: Sight, leg: Leg, third: Point | None) -> Swing:
    return Swing(
        start_at=to_moment(leg.start.time_ms),
        start_price=sight.price(leg.start.price),
        end_at=to_moment(leg.end.time_ms),
        end_price=sight.price(leg.end.price),
        known_at=None if leg.known_ms is None else to_moment(leg.known_ms),
        projected_from=None if third is None else sight.price(third.price),
    )


def _confluence(sight: Sight, cluster: Cluster) -> Confluence:
    return Confluence(
        low=sight.price(cluster.low),
        high=sight.price(cluster.high),
        score=round(cluster.score),
        members=[
            FrameRatio(timeframe=member.timeframe, ratio=ratio_of(member.level)) for member in cluster.members
        ],
    )
