"""What is told of an account: an order goes forward only, and nothing is told twice, however it comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.exchange.orders import Balance, Fill, Order, Position
from services.exchange.venues.ledger import Ledger

BEGAN = datetime(2026, 1, 5, tzinfo=UTC)
LIFE = (("waiting", 0), ("open", 0), ("open", 4), ("open", 7), ("filled", 10))


def state(step: int) -> Order:
    """How one order stands after so many steps of its life."""
    status, filled = LIFE[step]
    return Order(
        id="1",
        client_id="mine-1",
        market="BTC/USDT:USDT",
        side="buy",
        kind="limit",
        status=status,  # type: ignore[arg-type]
        amount=Decimal(10),
        filled=Decimal(filled),
        remaining=Decimal(10 - filled),
        created_at=BEGAN,
        updated_at=BEGAN + timedelta(seconds=step),
    )


def a_fill(number: int) -> Fill:
    return Fill(
        id=str(number),
        order_id="1",
        market="BTC/USDT:USDT",
        side="buy",
        price=Decimal(1),
        amount=Decimal(1),
        at=BEGAN,
        fee=None,
        is_maker=None,
    )


POSITION = Position(
    market="BTC/USDT:USDT", side="long", amount=Decimal(1), entry=Decimal(100), as_of=BEGAN, mark=Decimal(101)
)
BALANCE = Balance(currency="USDT", wallet="swap", total=Decimal(10), free=Decimal(10), used=Decimal(0))


@given(st.lists(st.integers(min_value=0, max_value=len(LIFE) - 1), min_size=1, max_size=30))
def test_an_order_is_told_forward_only_and_each_state_once(steps: list[int]) -> None:
    ledger = Ledger()
    told = [one for step in steps for one in ledger.order(state(step))]
    known = [LIFE.index((one.status, int(one.filled or 0))) for one in told if isinstance(one, Order)]
    assert known == sorted(set(known))
    assert known[-1] == max(steps)


@given(st.lists(st.integers(min_value=0, max_value=20), max_size=60))
def test_each_fill_is_told_once(numbers: list[int]) -> None:
    ledger = Ledger()
    told = [fill.id for number in numbers for fill in ledger.fill(a_fill(number))]
    assert told == list(dict.fromkeys(str(number) for number in numbers))


def test_an_amended_order_is_news() -> None:
    ledger = Ledger()
    ledger.order(state(1))
    amended = replace(state(1), amount=Decimal(20), updated_at=BEGAN + timedelta(seconds=9))
    assert ledger.order(amended) == [amended]


def test_a_position_is_news_when_it_changes_and_not_when_the_price_does() -> None:
    ledger = Ledger()
    assert ledger.positions([POSITION], BEGAN) == [POSITION]
    assert ledger.positions([replace(POSITION, mark=Decimal(105))], BEGAN) == []
    larger = replace(POSITION, amount=Decimal(2))
    assert ledger.positions([larger], BEGAN) == [larger]


def test_a_position_that_is_gone_comes_once_with_amount_zero() -> None:
    ledger, later = Ledger(), BEGAN + timedelta(seconds=5)
    ledger.positions([POSITION], BEGAN)
    (closed,) = ledger.positions([], later)
    assert isinstance(closed, Position)
    assert (closed.market, closed.side, closed.amount, closed.as_of) == (
        "BTC/USDT:USDT",
        "long",
        Decimal(0),
        later,
    )
    assert ledger.positions([], later) == []


def test_a_balance_is_news_when_it_changes_and_zero_when_it_is_gone() -> None:
    ledger = Ledger()
    assert ledger.balances([BALANCE]) == [BALANCE]
    assert ledger.balances([BALANCE]) == []
    (gone,) = ledger.balances([])
    assert isinstance(gone, Balance)
    assert (gone.total, gone.free, gone.used) == (Decimal(0), Decimal(0), Decimal(0))


def test_an_old_order_that_still_lives_is_kept_until_its_end_was_told() -> None:
    ledger = Ledger(most=3)
    ledger.order(state(1))
    for number in range(2, 10):
        ledger.order(replace(state(4), id=str(number)))
    assert [order.id for order in ledger.live_orders()] == ["1"]
    assert ledger.order(state(4)) == [state(4)]


def test_an_order_that_has_just_changed_is_forgotten_last() -> None:
    ledger = Ledger(most=3)
    ledger.order(state(1))
    ledger.order(replace(state(4), id="2"))
    ledger.order(replace(state(4), id="3"))
    ledger.order(state(4))
    ledger.order(replace(state(4), id="4"))
    assert ledger.has_order("1")
    assert not ledger.has_order("2")
