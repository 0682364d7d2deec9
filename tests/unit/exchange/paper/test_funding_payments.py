from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from paper_stage import ME, START, SWAP, Scene

from services.exchange.exchange import Funding, Ticker
from services.exchange.paper.events import FundingTold
from services.exchange.paper.state import Booking

BOUNDARY = START + timedelta(hours=6)


def told(
    here: Scene,
    rate: str,
    next_at: int = 6,
    marks: dict[int, int] | None = None,
    rates: dict[int, str] | None = None,
) -> None:
    funding = Funding(
        market=SWAP,
        rate=Decimal(rate),
        as_of=here.now,
        nature="replay",
        next_at=START + timedelta(hours=next_at),
        interval_hours=8,
    )
    by_time = {START + timedelta(hours=hour): Decimal(mark) for hour, mark in (marks or {}).items()}
    paid = {START + timedelta(hours=hour): Decimal(one) for hour, one in (rates or {}).items()}
    here.apply(FundingTold(at=here.now, funding=funding, marks=by_time, rates=paid))


def booked(here: Scene) -> list[Booking]:
    return [one for one in here.engine.holders[ME].state.bookings if one.kind == "funding"]


def amounts(here: Scene) -> list[Decimal]:
    return [one.amount for one in booked(here)]


@pytest.fixture
def here() -> Scene:
    made = Scene()
    made.market(3200)
    return made


@pytest.mark.parametrize(
    ("side", "rate", "paid"),
    [("buy", "0.0001", "-0.64"), ("sell", "0.0001", "0.64"), ("buy", "-0.0002", "1.28")],
)
def test_longs_pay_a_positive_rate_on_their_notional_at_the_mark(
    here: Scene, side: str, rate: str, paid: str
) -> None:
    here.place(side, 2)  # type: ignore[arg-type]
    told(here, rate)
    here.wait(6 * 3600)
    here.ticker(3300)
    assert amounts(here) == [Decimal(paid)]


def test_a_boundary_is_booked_once_however_often_it_is_told(here: Scene) -> None:
    here.place("buy", 2)
    told(here, "0.0001")
    here.wait(6 * 3600)
    here.ticker(3200)
    told(here, "0.0001")
    here.ticker(3200)
    told(here, "0.0005", 14)
    here.ticker(3200)
    assert len(amounts(here)) == 1


def test_the_quantity_at_the_boundary_counts(here: Scene) -> None:
    here.place("buy", 2)
    told(here, "0.0001")
    here.wait(6 * 3600 - 10)
    here.market(3200)
    here.place("buy", 2)
    here.wait(10)
    here.ticker(3200)
    assert amounts(here) == [Decimal("-1.28")]


def test_a_position_opened_after_the_boundary_pays_nothing_for_it(here: Scene) -> None:
    told(here, "0.0001")
    here.wait(6 * 3600)
    here.market(3200)
    here.place("buy", 2)
    told(here, "0.0001", 14)
    assert amounts(here) == []


def test_a_late_joiner_gets_the_boundaries_it_has_missed_at_the_marks_of_then(here: Scene) -> None:
    here.place("buy", 2)
    here.wait(20 * 3600)
    told(here, "0.0001", 22, marks={6: 3000, 14: 4000})
    assert amounts(here) == [Decimal("-0.6"), Decimal("-0.8")]
    assert all("was not heard" in one.note for one in booked(here))
    told(here, "0.0001", 22, marks={6: 3000, 14: 4000})
    assert len(booked(here)) == 2


def test_what_was_paid_at_a_missed_boundary_goes_before_the_rate_of_now(here: Scene) -> None:
    here.place("buy", 2)
    here.wait(20 * 3600)
    told(here, "0.0001", 22, marks={6: 3000, 14: 4000}, rates={6: "0.0003", 14: "-0.0002"})
    assert amounts(here) == [Decimal("-1.8"), Decimal("1.6")]
    assert [one.note for one in booked(here)] == [
        "2026-01-05 16:00 UTC, rate 0.0003, mark 3000",
        "2026-01-06 00:00 UTC, rate -0.0002, mark 4000",
    ]


def test_where_the_mark_of_a_boundary_is_not_known_that_of_now_stands_in_and_says_so(here: Scene) -> None:
    here.place("buy", 2)
    here.wait(10 * 3600)
    here.ticker(3500)
    told(here, "0.0001", 14, rates={6: "0.0003"})
    (booking,) = booked(here)
    assert booking.amount == Decimal("-2.1")
    assert booking.note.endswith("the mark of this boundary is not known: that of now stands in")


def old_ticker(here: Scene) -> None:
    """Send the last price again, as quiet venues do; it was traded when this began."""
    here.see(Ticker(market=SWAP, price=Decimal(3200), as_of=START, nature="replay"))


def test_a_position_opened_after_a_boundary_pays_nothing_though_the_last_trade_was_before_it(
    here: Scene,
) -> None:
    told(here, "0.0001")
    here.wait(6 * 3600 + 5)
    here.book([("3199.9", 10)], [("3200.1", 10)])
    old_ticker(here)
    here.place("buy", 2)
    old_ticker(here)
    told(here, "0.0001", 14)
    assert amounts(here) == []


def test_an_account_without_a_position_has_settled_a_boundary_that_it_lived_through(here: Scene) -> None:
    here.place("buy", 2)
    here.place("sell", 2)
    told(here, "0.0001")
    here.wait(6 * 3600)
    here.ticker(3200)
    told(here, "0.0001", 14)
    here.engine.pits[SWAP].seen_until = START  # whatever the source says of the time
    here.market(3200)
    here.engine.pits[SWAP].seen_until = START
    here.place("buy", 2)
    told(here, "0.0001", 14)
    assert amounts(here) == []


def test_a_pause_over_several_boundaries_books_each(here: Scene) -> None:
    here.place("buy", 2)
    told(here, "0.0001")
    here.wait(23 * 3600)
    here.ticker(3300)
    assert len(amounts(here)) == 3
    assert [one.note[:22] for one in booked(here)] == [
        "2026-01-05 16:00 UTC, ",
        "2026-01-06 00:00 UTC, ",
        "2026-01-06 08:00 UTC, ",
    ]


def test_a_new_rate_that_comes_before_the_price_does_not_replace_the_one_that_was_due(here: Scene) -> None:
    here.place("buy", 2)
    told(here, "0.0001", 6)
    here.wait(6 * 3600)
    told(here, "0.0009", 14)
    assert amounts(here) == [Decimal("-0.64")]


def test_both_sides_of_a_hedged_account_pay_and_get(here: Scene) -> None:
    here.hedge()
    here.place("buy", 2, position_side="long")
    here.place("sell", 1, position_side="short")
    told(here, "0.0001")
    here.wait(6 * 3600)
    here.ticker(3200)
    assert amounts(here) == [Decimal("-0.64"), Decimal("0.32")]
