"""What of a position is worth telling now, and what its card remembers from then on. Pure.

At most one thing is told at a time, the most pressing: what else happened stands on the card as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import msgspec

from analytics.fibonacci.alignment import Ruler
from services.alerts.trading_posts import NearLevel, PositionNews
from services.exchange.orders import sign_of
from services.exchange.prices import to_decimal, to_price
from services.trading.losses import lost_at
from services.trading.messages import PositionView
from services.trading.positions.living.card import CardBody
from services.trading.positions.living.ladder import URGENT, born_with, climb
from services.trading.positions.messages import Analysis

EDIT_EVERY: Final = timedelta(seconds=20)
_LEVEL_AGAIN: Final = timedelta(hours=4)
_NEAR_RANGES: Final = 0.25
_NEAR_STOP: Final = Decimal("0.25")
_FAR_FROM_STOP: Final = Decimal("0.3125")
_TENTH_OF_A_PERCENT: Final = Decimal("0.001")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something to tell. `is_new`: in a message of its own, and not as an edit of the card."""

    news: PositionNews
    rung: Decimal | None = None
    is_new: bool = False
    is_urgent: bool = False


def marked(body: CardBody, mark: Decimal, as_of: datetime) -> PositionView:
    """Return the position of a card as it stands at another mark."""
    position = body.position
    moved_by = (mark - position.entry) * sign_of(position.side)
    return msgspec.structs.replace(
        position,
        mark=mark,
        unrealised=moved_by * position.amount,
        share=moved_by / position.entry,
        r=moved_by / body.risk if body.risk else position.r,
        as_of=as_of,
    )


def seen(body: CardBody, position: PositionView) -> CardBody:
    """Return what a card remembers once the venue has shown its position."""
    found = msgspec.structs.replace(
        body,
        opened_at=body.opened_at or position.opened_at,
        missing_since=None,
        unknown_since=None,
        is_unknown=False,
        shown="" if body.is_unknown else body.shown,
        told_at=None if body.is_unknown else body.told_at,
    )
    return moved(found, position)


def moved(body: CardBody, position: PositionView) -> CardBody:
    """Return what a card remembers of where its position stands: how far it has been, its first risk."""
    share = position.share
    shares = [one for one in (body.best, share) if one is not None]
    others = [one for one in (body.worst, share) if one is not None]
    return msgspec.structs.replace(
        body,
        position=position,
        risk=first_risk(position) if body.risk is None else body.risk,
        best=max(shares, default=None),
        worst=min(others, default=None),
    )


def first_risk(position: PositionView) -> Decimal | None:
    """Return how far the first stop was from the entry; None without a stop that loses anything."""
    if position.r and position.unrealised:
        return abs(position.unrealised / position.r / position.amount)
    return lost_at(position.stop, entry=position.entry, side=position.side)


def first_notice(body: CardBody, ruler: Ruler | None, now: datetime) -> tuple[CardBody, Notice]:
    """Return what is told when a position is seen first, and what is known with that: levels it is near."""
    position = body.position
    passed = born_with(position.entry, position.liquidation)
    near = _levels_at(position, ruler)
    body = msgspec.structs.replace(
        body, passed=passed, levels=dict.fromkeys(near, now), is_near_stop=_is_near_stop(body) is True
    )
    distance = position.liquidation_distance
    is_urgent = distance is not None and distance <= URGENT and URGENT not in passed
    return _shown(body, now), Notice(news="opened", is_urgent=is_urgent)


def notice(body: CardBody, ruler: Ruler | None, now: datetime) -> tuple[CardBody, Notice | None]:
    """Return what is to be told of a position that was told before."""
    body, rung = _climbed(body)
    body, is_at_stop = _at_stop(body)
    body, level = _at_level(body, ruler, now)
    if rung is not None:
        found = Notice(news="near_liquidation", rung=rung, is_new=True, is_urgent=rung <= URGENT)
    elif is_at_stop:
        found = Notice(news="near_stop", is_new=True)
    elif level and not body.is_muted:
        found = Notice(news="level", is_new=True)
    elif _is_worth_an_edit(body, now):
        found = Notice(news="changed")
    else:
        return body, None
    return _shown(body, now), found


def told_unknown(body: CardBody, now: datetime) -> tuple[CardBody, Notice]:
    """Return what is told when nobody has known for a while how a position stands."""
    return _shown(msgspec.structs.replace(body, is_unknown=True), now), Notice(news="unknown")


def read_into(body: CardBody, analysis: Analysis | None) -> CardBody:
    """Return what a card remembers of a reading."""
    if analysis is None:
        return body
    near = [
        NearLevel(what=one.what, ratio=one.ratio, level=one.level)
        for one in analysis.alignments
        if one.distance <= to_decimal(_NEAR_RANGES)
    ]
    return msgspec.structs.replace(
        body, golden_score=analysis.golden_score, health=analysis.health.score, near=near
    )


def mark_near(position: PositionView, ruler: Ruler | None) -> Sequence[NearLevel]:
    """Return the level that the mark is near, if any."""
    near = _levels_at(position, ruler)
    if not near or position.mark is None:
        return ()
    mark = float(position.mark)
    ratio = min(near, key=lambda one: abs(near[one] - mark))
    level = to_price(near[ratio], position.tick)
    return (NearLevel(what="mark", ratio=Decimal(ratio), level=level),)


def _climbed(body: CardBody) -> tuple[CardBody, Decimal | None]:
    distance = body.position.liquidation_distance
    if distance is None:
        return body, None
    rung, passed = climb(distance, body.passed)
    return msgspec.structs.replace(body, passed=passed), rung


def _at_stop(body: CardBody) -> tuple[CardBody, bool]:
    is_near = _is_near_stop(body)
    if is_near is None or is_near == body.is_near_stop:
        return body, False
    return msgspec.structs.replace(body, is_near_stop=is_near), is_near


def _is_near_stop(body: CardBody) -> bool | None:
    """Tell whether at most a quarter of the first risk is left to the stop; None where it cannot be told."""
    position = body.position
    if position.stop is None or position.mark is None or body.risk is None:
        return None
    left = (position.mark - position.stop) * sign_of(position.side) / body.risk
    return left <= (_FAR_FROM_STOP if body.is_near_stop else _NEAR_STOP)


def _at_level(body: CardBody, ruler: Ruler | None, now: datetime) -> tuple[CardBody, bool]:
    kept = {ratio: at for ratio, at in body.levels.items() if now - at < _LEVEL_AGAIN}
    new = [ratio for ratio in _levels_at(body.position, ruler) if ratio not in kept]
    if not new and len(kept) == len(body.levels):
        return body, False
    return msgspec.structs.replace(body, levels=kept | dict.fromkeys(new, now)), bool(new)


def _levels_at(position: PositionView, ruler: Ruler | None) -> dict[str, float]:
    """Return the levels that the mark is near, by their ratios."""
    if ruler is None or position.mark is None:
        return {}
    mark, reach = float(position.mark), _NEAR_RANGES * ruler.range
    return {str(one.ratio): one.price for one in ruler.levels if abs(one.price - mark) <= reach}


def _is_worth_an_edit(body: CardBody, now: datetime) -> bool:
    is_due = body.told_at is None or now - body.told_at >= EDIT_EVERY
    return is_due and not body.is_unknown and body.shown != _in_short(body)


def _shown(body: CardBody, now: datetime) -> CardBody:
    return msgspec.structs.replace(body, shown=_in_short(body), told_at=now)


def _in_short(body: CardBody) -> str:
    """Return what a card shows, coarse enough that what nobody would notice is no change."""
    one = body.position
    share = None if one.share is None else one.share.quantize(_TENTH_OF_A_PERCENT)
    parts = (one.amount, one.entry, one.stop, one.target, share, one.funding, one.is_protected_by_venue)
    return "|".join(
        str(part) for part in (*parts, one.is_trailing, one.leverage, body.golden_score, body.is_unknown)
    )
