from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from sandbox.exchange.past import past_positions
from services.exchange.exchange import Side
from services.exchange.orders import Fee, Fill, PositionSide

BEGAN = datetime(2025, 6, 24, tzinfo=UTC)


def fill(number: int, side: Side, amount: str, price: str, held: PositionSide | None = None) -> Fill:
    return Fill(
        id=str(number),
        order_id=str(100 + number),
        market="BTC/USDT:USDT",
        side=side,
        price=Decimal(price),
        amount=Decimal(amount),
        at=BEGAN + timedelta(minutes=number),
        fee=Fee(amount=Decimal("0.1"), currency="USDT"),
        is_maker=False,
        position_side=held,
    )


def test_a_position_lasts_from_its_first_fill_until_nothing_of_it_is_left() -> None:
    fills = [fill(1, "buy", "1", "100"), fill(2, "buy", "1", "110"), fill(3, "sell", "2", "120")]
    (one,) = past_positions(fills)
    assert one.side == "long"
    figures = [one.opened, one.closed, one.open_cost, one.close_cost]
    assert figures == [Decimal(n) for n in (2, 2, 210, 240)]
    assert (one.opened_at, one.closed_at) == (BEGAN + timedelta(minutes=1), BEGAN + timedelta(minutes=3))


def test_a_fill_that_turns_a_position_round_closes_one_and_opens_another() -> None:
    fills = [fill(1, "buy", "1", "100"), fill(2, "sell", "3", "90"), fill(3, "buy", "2", "80")]
    long, short = past_positions(fills)
    assert (long.side, short.side) == ("long", "short")
    assert [long.closed, short.opened] == [Decimal(1), Decimal(2)]
    assert long.close_fee + short.open_fee == Decimal("0.1")


def test_what_is_open_still_is_not_past() -> None:
    assert not list(past_positions([fill(1, "buy", "2", "100"), fill(2, "sell", "1", "110")]))


def test_in_hedge_mode_a_long_and_a_short_are_closed_apart() -> None:
    fills = [
        fill(1, "buy", "1", "100", "long"),
        fill(2, "sell", "1", "100", "short"),
        fill(3, "buy", "1", "90", "short"),
        fill(4, "sell", "1", "110", "long"),
    ]
    assert [(one.side, one.id) for one in past_positions(fills)] == [("short", "2"), ("long", "1")]


def test_a_close_whose_opening_is_not_kept_any_more_opens_nothing() -> None:
    assert not list(past_positions([fill(1, "sell", "1", "110", "long")]))
