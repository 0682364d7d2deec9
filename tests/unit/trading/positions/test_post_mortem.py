"""What is to be learnt from a closed position: sentences that follow from its figures alone."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from analyzer_stage import AT, a_fill, a_position

from services.store.trading_rows import FundingRow
from services.trading.positions.living.card import CardBody
from services.trading.positions.living.post_mortem import course_of, is_liquidated, post_mortem

RISK = Decimal(2_000)
MORE_THAN_PLANNED = "It lost more than the first risk: the stop was moved, or price jumped over it."
NOT_SECURED = "It had been further ahead than it lost in the end: nothing secured that profit."

ENDS = [("long", 30_010, True), ("long", 31_000, False), ("short", 90_000, True)]


def a_body(side: str = "long", **more: Any) -> CardBody:
    liquidation = Decimal(30_000 if side == "long" else 90_000)
    position = a_position(side=side, stop=None, target=None, liquidation=liquidation)
    known: dict[str, Any] = {"risk": RISK, "opened_at": AT} | more
    return CardBody(position=position, mode="paper", account_name="mine", **known)


def words_of(body: CardBody, leaving: int, *, minutes: float = 90) -> list[str]:
    opening, closing = ("buy", "sell") if body.position.side == "long" else ("sell", "buy")
    fills = [a_fill(1, opening, 60_000, minute=0), a_fill(2, closing, leaving, minute=minutes)]
    after = post_mortem(body, course_of(body, fills, []))
    assert after is not None
    return after.words


@pytest.mark.parametrize(
    ("best", "worst", "leaving", "said"),
    [
        ("0.08", "-0.005", 62_000, "It left more than half of the best on the table."),
        ("0.08", "-0.005", 64_500, "It won at least twice what it risked."),
        ("0.02", "-0.02", 61_200, "Price came more than halfway to the stop before it turned."),
        ("0.00", "-0.05", 57_000, MORE_THAN_PLANNED),
        ("0.00", "-0.04", 58_000, "It lost what was planned, and no more."),
        ("0.00", "-0.04", 59_500, "It was closed before its stop, which kept the loss small."),
        ("0.05", "-0.04", 59_500, NOT_SECURED),
    ],
)  # fmt: skip
def test_what_is_said_follows_from_how_it_went(best: str, worst: str, leaving: int, said: str) -> None:
    extremes: dict[str, Any] = {"best": Decimal(best), "worst": Decimal(worst)}
    long = words_of(a_body(**extremes), leaving)
    assert said in long
    assert 3 <= len(long) <= 5
    assert words_of(a_body("short", **extremes), 120_000 - leaving) == long, "a short is its mirror"


def test_a_position_without_a_stop_is_told_so_first() -> None:
    words = words_of(a_body(risk=None, best=Decimal("0.02"), worst=Decimal("-0.02")), 61_000)
    assert words[0] == "It had no stop, so what it risked was never known."


def test_fees_that_outweigh_what_price_brought_are_named() -> None:
    words = words_of(a_body(best=Decimal("0.001"), worst=Decimal(0)), 60_050)
    assert "Fees were more than half of what price brought or took." in words


def test_the_course_of_a_position_is_made_of_all_its_fills_and_its_funding() -> None:
    fills = [
        a_fill(0, "sell", 70_000, minute=-5),
        a_fill(1, "buy", 60_000, minute=0),
        a_fill(2, "buy", 62_000, minute=1),
        a_fill(3, "sell", 63_000, minute=2, amount="0.05"),
        a_fill(4, "sell", 65_000, minute=3, amount="0.15"),
        a_fill(5, "buy", 99_000, minute=4),
    ]
    paid = [
        FundingRow(
            id=f"f{minute}",
            account_id="acc1",
            user_id="7",
            market="BTC/USDT:USDT",
            at=AT + timedelta(minutes=minute),
            amount=Decimal(-2),
            currency="USDT",
        )
        for minute in (-1, 2, 9)
    ]
    course = course_of(a_body(), fills, paid)
    assert course is not None
    money = (course.entry, course.exit, course.realised, course.fees, course.funding)
    assert money == (Decimal(61_000), Decimal(64_500), Decimal(700), Decimal(12), Decimal(-2))
    after = post_mortem(a_body(), course)
    assert after is not None
    assert (after.amount, after.net) == (Decimal("0.2"), Decimal(686)), "of all that was closed, fees and all"
    assert after.net_share == Decimal(686) / Decimal(12_200)


def test_fills_that_do_not_end_flat_are_no_course() -> None:
    assert course_of(a_body(), [a_fill(1, "buy", 60_000, minute=0)], []) is None
    assert course_of(a_body(opened_at=None), [a_fill(1, "buy", 60_000, minute=0)], []) is None


@pytest.mark.parametrize(("side", "leaving", "wanted"), ENDS)
def test_an_end_at_the_liquidation_price_is_a_liquidation(side: str, leaving: int, *, wanted: bool) -> None:
    assert is_liquidated(a_body(side), Decimal(leaving)) is wanted
