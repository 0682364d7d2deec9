"""How a position went, from its fills, and what there is to learn from it. Pure.

The sentences follow from figures and from nothing else: the same trade says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

import msgspec

from services.alerts.trading_posts import PostMortem
from services.exchange.orders import sign_of, signed
from services.store.trading_rows import FillRow, FundingRow
from services.trading.positions.living.card import CardBody

_NOTHING: Final = Decimal(0)
_FEWEST: Final = 3
_MOST: Final = 5
_HALF: Final = Decimal("0.5")
_NEARLY_ALL: Final = Decimal("0.8")
_PLANNED: Final = (Decimal("-1.1"), Decimal("-0.9"))
_TWICE: Final = 2
_HARDLY: Final = Decimal("-0.25")
_QUICK: Final = 300
_GOOD: Final = 70
_POOR: Final = 40
_CLOSE: Final = Decimal("1.002")
_OF_THE_COURSE: Final = ("net_share", "amount", "net", "realised", "fees", "funding")
EXIT_NOT_KNOWN: Final = "The venue has not told its exit: the last mark price stands in for it."


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """A position from its first fill to flat. Money in the currency that it settles in."""

    entry: Decimal
    exit: Decimal
    amount: Decimal
    realised: Decimal
    fees: Decimal | None
    funding: Decimal
    until: datetime

    @property
    def net(self) -> Decimal | None:
        """Return what it brought after fees and funding; None where a fee is not known."""
        return None if self.fees is None else self.realised - self.fees + self.funding

    @property
    def net_of_one(self) -> Decimal | None:
        """Return the same of one unit."""
        return None if self.net is None else self.net / self.amount

    @property
    def net_share(self) -> Decimal | None:
        """Return the same as a share of what was put in at its entry."""
        return None if self.net is None else self.net / (self.entry * self.amount)


def course_of(body: CardBody, fills: Sequence[FillRow], fundings: Sequence[FundingRow]) -> Course | None:
    """Return the course of a position; None while its fills do not end flat.

    Args:
        body: with the moment of its first fill, or nothing can be told.
        fills: of its account and market since then, oldest first.
        fundings: of the same.
    """
    made = _from_first_to_flat(body, fills)
    if body.opened_at is None or not made:
        return None
    opening = "buy" if body.position.side == "long" else "sell"
    opened = [one for one in made if one.side == opening]
    if not opened:
        return None
    entry, leaving = _average(opened), _average([one for one in made if one.side != opening])
    amount = sum((one.amount for one in opened), _NOTHING)
    until = made[-1].at
    paid = [one.amount for one in fundings if body.opened_at <= one.at <= until]
    return Course(
        entry=entry,
        exit=leaving,
        amount=amount,
        realised=(leaving - entry) * amount * _sign(body),
        fees=_fees(made, body.position.market),
        funding=sum(paid, _NOTHING),
        until=until,
    )


def post_mortem(body: CardBody, course: Course | None) -> PostMortem | None:
    """Return how a closed position went; None where neither its exit nor a mark is known."""
    leaving = body.position.mark if course is None else course.exit
    if leaving is None:
        return None
    entry = body.position.entry if course is None else course.entry
    gained = (leaving - entry) * _sign(body)
    share = gained / entry
    after = PostMortem(
        exit=leaving,
        share=share,
        r=_r(gained if course is None else course.net_of_one, body),
        best_share=share if body.best is None else max(body.best, share),
        worst_share=share if body.worst is None else min(body.worst, share),
        seconds=_seconds(body, body.position.as_of if course is None else course.until),
    )
    if course is not None:
        after = msgspec.structs.replace(after, **{name: getattr(course, name) for name in _OF_THE_COURSE})
    after.words.extend(lessons(body, after, is_exit_known=course is not None))
    return after


def _r(gained: Decimal | None, body: CardBody) -> Decimal | None:
    """Return what one unit brought in units of the first risk."""
    return gained / body.risk if gained is not None and body.risk else None


def is_liquidated(body: CardBody, leaving: Decimal) -> bool:
    """Tell whether a position ended at its liquidation price or beyond."""
    liquidation = body.position.liquidation
    if liquidation is None:
        return False
    return leaving <= liquidation * _CLOSE if _sign(body) > 0 else leaving * _CLOSE >= liquidation


def lessons(body: CardBody, after: PostMortem, *, is_exit_known: bool = True) -> list[str]:
    """Return three to five sentences, English keys of the texts, the weightiest first."""
    found = [] if is_exit_known else [EXIT_NOT_KNOWN]
    found += _of_the_plan(body, after)
    found += _of_a_win(after, body) if after.share > 0 else _of_a_loss(after)
    found += _of_the_rest(body, after)
    few = [
        "Its best and its worst show what stop and target it had room for.",
        "One trade shows little: look at the figures of many.",
    ]
    missing = max(1, _FEWEST - len(found))
    return [*found[: _MOST - missing], *few[-missing:]]


def _of_the_plan(body: CardBody, after: PostMortem) -> Iterator[str]:
    if is_liquidated(body, after.exit):
        yield "It was liquidated: its leverage left less room than price took."
    if body.risk is None and not body.position.is_trailing:
        yield "It had no stop, so what it risked was never known."


def _of_a_win(after: PostMortem, body: CardBody) -> Iterator[str]:
    best, r, worst = after.best_share, after.r, _in_risks(after.worst_share, body)
    if best is not None and after.share < best * _HALF:
        yield "It left more than half of the best on the table."
    elif best is not None and after.share >= best * _NEARLY_ALL:
        yield "It was closed near its best."
    if r is not None and r >= _TWICE:
        yield "It won at least twice what it risked."
    elif r is not None and r < 1:
        yield "It won less than it risked: such wins must come more often than losses."
    if worst is not None and worst <= -_HALF:
        yield "Price came more than halfway to the stop before it turned."
    elif worst is not None and worst > _HARDLY:
        yield "Price hardly went against the entry."


def _of_a_loss(after: PostMortem) -> Iterator[str]:
    r = after.r
    if r is not None and r < _PLANNED[0]:
        yield "It lost more than the first risk: the stop was moved, or price jumped over it."
    elif r is not None and r <= _PLANNED[1]:
        yield "It lost what was planned, and no more."
    elif r is not None and after.share < 0:
        yield "It was closed before its stop, which kept the loss small."
    if after.share < 0 and after.best_share is not None and after.best_share >= -after.share:
        yield "It had been further ahead than it lost in the end: nothing secured that profit."
    elif after.best_share is not None and after.best_share <= 0:
        yield "It was never in profit."


def _of_the_rest(body: CardBody, after: PostMortem) -> Iterator[str]:
    realised, fees = after.realised, after.fees
    if realised is not None and fees is not None and fees > abs(realised) * _HALF:
        yield "Fees were more than half of what price brought or took."
    if after.seconds < _QUICK:
        yield "It was held for minutes: fees weigh most on such trades."
    score = body.golden_score
    if score is not None and score >= _GOOD:
        yield "Its prices lay well on the levels of the swing."
    elif score is not None and score < _POOR:
        yield "Its prices lay on few levels of the swing."


def _in_risks(share: Decimal | None, body: CardBody) -> Decimal | None:
    if share is None or not body.risk:
        return None
    return share * body.position.entry / body.risk


def _from_first_to_flat(body: CardBody, fills: Sequence[FillRow]) -> list[FillRow]:
    """Return its fills; none where they do not begin with it and end flat. In hedge mode its side's only."""
    held, made = _NOTHING, []
    for fill in fills:
        if body.opened_at is None or fill.at < body.opened_at:
            continue
        if fill.position_side not in {"", body.position.side}:
            continue
        made.append(fill)
        held += signed(fill) * _sign(body)
        if held <= 0:
            return made
    return []


def _average(fills: Sequence[FillRow]) -> Decimal:
    amount = sum((one.amount for one in fills), _NOTHING)
    return sum((one.price * one.amount for one in fills), _NOTHING) / amount


def _fees(made: Sequence[FillRow], market: str) -> Decimal | None:
    """Return the fees; None where one is not known or is of another currency than the position settles in."""
    settled = market.partition(":")[2] or market.partition("/")[2]
    fees = [one.fee for one in made if one.fee_currency == settled and one.fee is not None]
    return sum(fees, _NOTHING) if len(fees) == len(made) else None


def _seconds(body: CardBody, until: datetime) -> int:
    began = body.opened_at
    return 0 if began is None else max(0, int((until - began).total_seconds()))


def _sign(body: CardBody) -> int:
    return sign_of(body.position.side)
