from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.exchange.orders import Fill, Order, OrderRequest
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import Intent, client_id_of, is_ours, request_in
from services.trading.intents.rows import moved_by_fills, moved_by_order, row_of, sent_at, settled

NOW = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
BTC = "BTC/USDT:USDT"


def a_row(status: str = "new", **changes: object) -> IntentRow:
    request = OrderRequest(
        market=BTC, side="buy", kind="limit", amount=Decimal(1), price=Decimal(9), client_id=client_id_of("i")
    )
    row = row_of(Intent(id="i", account="a", user_id="u", request=request), NOW)
    return replace(row, status=status, **changes)  # type: ignore[arg-type]  # columns


def an_order(status: str = "open", filled: str | None = "0", **changes: object) -> Order:
    order = Order(
        id="77",
        client_id=client_id_of("i"),
        market=BTC,
        side="buy",
        kind="limit",
        status=status,  # type: ignore[arg-type]  # one of them
        amount=Decimal(1),
        filled=None if filled is None else Decimal(filled),
        remaining=None,
        created_at=NOW,
        updated_at=NOW,
    )
    return replace(order, **changes)  # type: ignore[arg-type]  # fields


def a_fill(number: int, amount: str, price: str = "9") -> Fill:
    return Fill(
        id=str(number),
        order_id="77",
        market=BTC,
        side="buy",
        price=Decimal(price),
        amount=Decimal(amount),
        at=NOW,
        fee=None,
        is_maker=None,
    )


def test_the_row_of_an_intent_keeps_the_whole_order() -> None:
    row = a_row()
    asked = request_in(row.request)
    assert (asked.price, asked.amount, asked.client_id) == (Decimal(9), Decimal(1), row.client_id)
    assert is_ours(row.client_id)


@pytest.mark.parametrize("status", ["new", "sending", "unknown", "abandoned", "rejected"])
def test_the_venue_is_believed_whatever_was_thought_before(status: str) -> None:
    moved = moved_by_order(a_row(status, reason="It never came."), an_order(), NOW)
    assert moved is not None
    assert (moved.status, moved.order_id, moved.reason) == ("open", "77", "")


@pytest.mark.parametrize("status", ["filled", "canceled", "rejected"])
def test_what_comes_late_does_not_open_a_done_order_again(status: str) -> None:
    done = a_row(status, order_id="77", filled=Decimal("0.4"))
    assert moved_by_order(done, an_order("open", "0.2"), NOW) is None
    assert moved_by_order(done, an_order("waiting", None), NOW) is None


def test_a_canceled_order_keeps_what_was_filled_and_why_it_was_canceled() -> None:
    row = a_row("open", order_id="77", filled=Decimal("0.4"), average=Decimal(9))
    moved = moved_by_order(row, an_order("canceled", "0.4", why="expired"), NOW)
    assert moved is not None
    assert (moved.status, moved.filled, moved.average, moved.reason) == (
        "canceled", Decimal("0.4"), Decimal(9), "expired"
    )  # fmt: skip


def test_what_is_found_once_more_is_no_news() -> None:
    moved = moved_by_order(a_row("sending"), an_order(), NOW)
    assert moved is not None
    assert moved_by_order(moved, an_order(), NOW + timedelta(seconds=1)) is None


def test_fills_add_up_to_the_average_and_fill_the_order() -> None:
    row = a_row("open", order_id="77")
    part = moved_by_fills(row, [a_fill(1, "0.5", "8")], NOW)
    assert part is not None
    assert (part.status, part.filled, part.average) == ("open", Decimal("0.5"), Decimal(8))
    whole = moved_by_fills(part, [a_fill(1, "0.5", "8"), a_fill(2, "0.5", "10")], NOW)
    assert whole is not None
    assert (whole.status, whole.filled, whole.average) == ("filled", Decimal(1), Decimal(9))


def test_fewer_fills_than_are_known_are_no_news() -> None:
    row = a_row("filled", order_id="77", filled=Decimal(1))
    assert moved_by_fills(row, [a_fill(1, "0.5")], NOW) is None


@pytest.mark.parametrize("status", ["sending", "unknown", "rejected", "abandoned"])
def test_no_finding_of_ours_moves_what_the_venue_has_acknowledged(status: str) -> None:
    assert settled(a_row("open", order_id="77"), status, NOW) is None
    assert settled(a_row("filled", order_id="77"), status, NOW) is None


@settings(max_examples=60)
@given(st.permutations(["waiting", "open", "part", "fill one", "fill two", "filled"]))
def test_in_whatever_order_news_come_a_filled_order_ends_filled(news: list[str]) -> None:
    row = sent_at(a_row("sending"), NOW)
    heard: list[Fill] = []
    for one in news:
        if one.startswith("fill "):
            heard.append(a_fill(len(heard), "0.5"))
            row = moved_by_fills(row, heard, NOW) or row
        else:
            filled = {"part": "0.5", "filled": "1"}.get(one, "0")
            row = moved_by_order(row, an_order("open" if one == "part" else one, filled), NOW) or row
    assert (row.status, row.filled) == ("filled", Decimal(1))
