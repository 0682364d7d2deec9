from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.exchange.orders import Fill, Position
from services.trading.intents.comparing import Baseline, Holdings

NOW = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
BTC = "BTC/USDT:USDT"


def a_position(amount: str, side: str = "long", market: str = BTC) -> Position:
    return Position(
        market=market,
        side=side,  # type: ignore[arg-type]  # one of both
        amount=Decimal(amount),
        entry=Decimal(9),
        as_of=NOW,
    )


def a_fill(name: str, amount: str, side: str = "buy", at: datetime = NOW, market: str = BTC) -> Fill:
    return Fill(
        id=name,
        order_id=name,
        market=market,
        side=side,  # type: ignore[arg-type]  # one of both
        price=Decimal(9),
        amount=Decimal(amount),
        at=at,
        fee=None,
        is_maker=None,
    )


def held(*positions: Position, at: datetime = NOW, **fills: list[Fill]) -> Holdings:
    return Holdings(positions=positions, fills={BTC: fills.get("fills", [])}, at=at)


def after(first: Holdings) -> Baseline:
    baseline = Baseline()
    assert baseline.differences(first) == []
    baseline.take(first)
    return baseline


def test_at_the_first_look_whatever_is_held_is_taken_as_it_is() -> None:
    baseline = after(held(a_position("3"), fills=[a_fill("old", "1")]))
    assert baseline.differences(held(a_position("3"), fills=[a_fill("old", "1")])) == []


def test_fills_explain_a_position_in_whatever_order_they_are_listed() -> None:
    baseline = after(held(a_position("3"), fills=[a_fill("old", "1")]))
    fills = [a_fill("new", "2", "sell"), a_fill("old", "1"), a_fill("newer", "4", "sell")]
    assert baseline.differences(held(a_position("3", "short"), fills=fills)) == []


def test_a_change_without_fills_is_a_difference() -> None:
    baseline = after(held(a_position("3")))
    (found,) = baseline.differences(held(a_position("2")))
    assert (found.market, found.expected, found.found) == (BTC, Decimal(3), Decimal(2))


def test_a_position_that_is_gone_without_fills_is_a_difference() -> None:
    (found,) = after(held(a_position("3"))).differences(held())
    assert found.found == 0


def test_of_a_market_that_is_new_only_new_fills_count() -> None:
    baseline = Baseline()
    baseline.take(Holdings(positions=(), fills={}, at=NOW))
    old = a_fill("old", "5", at=NOW - timedelta(hours=1))
    new = a_fill("new", "1", at=NOW + timedelta(seconds=1))
    assert baseline.differences(held(a_position("1"), fills=[old, new])) == []


def test_what_was_explained_is_not_counted_again() -> None:
    baseline = after(held())
    now = held(a_position("1"), fills=[a_fill("new", "1")])
    assert baseline.differences(now) == []
    baseline.take(now)
    assert baseline.differences(replace(now, at=NOW + timedelta(seconds=30))) == []


def test_spot_holdings_are_not_positions() -> None:
    baseline = after(held())
    spot = Holdings(positions=(), fills={"BTC/USDT": [a_fill("a", "1", market="BTC/USDT")]}, at=NOW)
    assert baseline.differences(spot) == []
