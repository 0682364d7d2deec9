from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from services.exchange.orders import Order, OrderRequest, Position
from services.store.trading_rows import FillRow, FundingRow, IntentRow
from services.trading.intents.intent import Intent, client_id_of
from services.trading.intents.rows import row_of
from services.trading.positions import story

NOW = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
BTC = "BTC/USDT:USDT"


def a_position(amount: str = "2", side: str = "long") -> Position:
    return Position(
        market=BTC,
        side=side,  # type: ignore[arg-type]  # one of both
        amount=Decimal(amount),
        entry=Decimal(100),
        as_of=NOW,
    )


def a_fill(minute: int, amount: str, side: str = "buy", intent: str = "", **more: object) -> FillRow:
    one = FillRow(
        id=str(minute),
        account_id="a",
        user_id="u",
        market=BTC,
        side=side,
        price=Decimal(100),
        amount=Decimal(amount),
        at=NOW + timedelta(minutes=minute),
        order_id=str(minute),
        client_id=client_id_of(intent) if intent else "",
        fee=Decimal("0.5"),
        fee_currency="USDT",
        is_maker=False,
    )
    return replace(one, **more)  # type: ignore[arg-type]  # columns


def an_intent_row(name: str, minute: int, **asked: object) -> IntentRow:
    given = {"market": BTC, "side": "buy", "kind": "market", "amount": Decimal(1)} | asked
    request = OrderRequest(**given, client_id=client_id_of(name))  # type: ignore[arg-type]  # fields
    intent = Intent(id=name, account="a", user_id="u", request=request)
    return replace(row_of(intent, NOW + timedelta(minutes=minute)), status="open")


def an_order(kind: str, price: str, **more: object) -> Order:
    is_limit = kind == "limit"
    one = Order(
        id=price,
        client_id=None,
        market=BTC,
        side="sell",
        kind=kind,  # type: ignore[arg-type]  # one of them
        status="waiting",
        amount=Decimal(2),
        filled=None,
        remaining=None,
        created_at=NOW,
        updated_at=NOW,
        price=Decimal(price) if is_limit else None,
        trigger_price=None if is_limit else Decimal(price),
        is_reduce_only=True,
    )
    return replace(one, **more)  # type: ignore[arg-type]  # fields


def test_a_position_began_with_the_fill_after_the_last_time_it_was_flat() -> None:
    fills = [a_fill(0, "5"), a_fill(1, "5", "sell"), a_fill(2, "3"), a_fill(3, "1", "sell")]
    made = story.since_flat(a_position("2"), fills)
    assert [one.id for one in made] == ["2", "3"]
    assert story.fees_of(made, "USDT") == Decimal(1)


def test_a_position_that_was_turned_round_began_with_the_fill_that_turned_it() -> None:
    fills = [a_fill(0, "1"), a_fill(1, "3", "sell")]
    assert [one.id for one in story.since_flat(a_position("2", "short"), fills)] == ["1"]


def test_fills_that_do_not_add_up_tell_nothing() -> None:
    made = story.since_flat(a_position("2"), [a_fill(0, "1")])
    assert made == ()
    assert story.fees_of(made, "USDT") is None
    assert story.is_foreign(a_position(), made)


def test_a_fee_that_is_not_known_makes_the_sum_unknown() -> None:
    assert story.fees_of([a_fill(0, "2"), a_fill(1, "1", fee=None)], "USDT") is None
    assert story.fees_of([a_fill(0, "2", fee_currency="BGB")], "USDT") is None


def test_a_position_is_ours_if_an_order_of_ours_opened_some_of_it() -> None:
    assert not story.is_foreign(a_position(), [a_fill(0, "1"), a_fill(1, "1", intent="i")])
    assert story.is_foreign(a_position(), [a_fill(0, "3"), a_fill(1, "1", "sell", intent="i")])


def test_only_funding_since_the_opening_counts() -> None:
    paid = FundingRow(
        id="1", account_id="a", user_id="u", market=BTC, at=NOW, amount=Decimal(-1), currency="USDT"
    )
    later = replace(paid, id="2", at=NOW + timedelta(hours=8), amount=Decimal(3))
    assert story.funding_of([paid, later], NOW + timedelta(hours=1)) == Decimal(3)
    assert story.funding_of([paid, later], None) is None


def test_the_first_stop_is_the_one_of_the_entry_and_not_where_it_stands_now() -> None:
    made = [a_fill(1, "2", intent="entry")]
    intents = [
        an_intent_row("entry", 0, stop_loss=Decimal(90)),
        an_intent_row("moved", 5, side="sell", kind="stop", trigger_price=Decimal(99), is_reduce_only=True),
    ]
    assert story.first_stop(a_position(), made, intents) == Decimal(90)
    assert story.first_stop(a_position(), made, intents[1:]) == Decimal(99)
    assert story.first_stop(a_position(), (), intents) is None
    refused = replace(intents[1], status="rejected")
    assert story.first_stop(a_position(), made, [refused]) is None


def test_the_risk_of_a_stop_in_profit_is_none() -> None:
    assert story.risk_of(a_position(), Decimal(90)) == Decimal(20)
    assert story.risk_of(a_position(), Decimal(101)) is None
    assert story.risk_of(a_position("2", "short"), Decimal(101)) == Decimal(2)
    assert story.risk_of(a_position(), None) is None


def test_the_nearest_stop_and_target_at_the_venue_protect_a_position() -> None:
    orders = [
        an_order("stop", "90"),
        an_order("stop", "95"),
        an_order("take_profit", "120"),
        an_order("limit", "110"),
        an_order("stop", "99", side="buy"),
        an_order("stop", "98", market="ETH/USDT:USDT"),
        an_order("limit", "105", is_reduce_only=False),
    ]
    found = story.protection_at_venue(a_position(), orders)
    assert (found.stop, found.target, found.is_at_venue) == (Decimal(95), Decimal(110), True)
    bare = story.protection_at_venue(a_position(), [])
    assert (bare.stop, bare.target, bare.is_at_venue) == (None, None, False)


def test_stops_that_leave_some_of_a_position_open_do_not_protect_it() -> None:
    part = an_order("stop", "90", amount=Decimal(1))
    found = story.protection_at_venue(a_position(), [part])
    assert (found.stop, found.is_at_venue) == (Decimal(90), False)
    assert story.protection_at_venue(
        a_position(), [part, an_order("stop", "80", amount=Decimal(1))]
    ).is_at_venue
    assert not story.protection_at_venue(
        a_position(), [an_order("stop", "90", filled=Decimal(1))]
    ).is_at_venue
    assert story.protection_at_venue(a_position(), [an_order("stop", "90", amount=Decimal(0))]).is_at_venue


def test_a_trailing_stop_stands_at_no_known_price_and_protects_all_the_same() -> None:
    began = an_order("trailing", "104", client_id="ours")
    found = story.protection_at_venue(a_position(), [began], {"ours": Decimal(3)})
    assert (found.stop, found.is_trailing, found.trail, found.is_at_venue) == (None, True, Decimal(3), True)
    both = story.protection_at_venue(a_position(), [began, an_order("stop", "90")])
    assert (both.stop, both.is_trailing, both.trail) == (Decimal(90), True, None)


def test_how_far_a_trailing_stop_follows_is_known_of_ours_and_its_trigger_is_no_first_stop() -> None:
    asked = {"trigger_price": Decimal(104), "trailing_percent": Decimal(3), "is_reduce_only": True}
    row = an_intent_row("trail", 5, side="sell", kind="trailing", **asked)
    assert story.trails_in([row]) == {row.client_id: Decimal(3)}
    assert story.first_stop(a_position(), [a_fill(1, "2", intent="entry")], [row]) is None
