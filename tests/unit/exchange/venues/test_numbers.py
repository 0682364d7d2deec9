from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from services.exchange.venues.numbers import above_zero, money

DECIMALS = st.decimals(min_value=Decimal("1e-8"), max_value=Decimal("1e7"), places=8)


@given(DECIMALS)
def test_a_decimal_survives_the_float_that_ccxt_makes_of_it(number: Decimal) -> None:
    assert money(float(number), {"price": str(number)}) == number


@given(st.integers(min_value=1, max_value=10**15 - 1), st.integers(min_value=0, max_value=12))
def test_up_to_fifteen_digits_no_raw_row_is_needed(digits: int, places: int) -> None:
    number = Decimal(digits).scaleb(-places)
    assert money(float(number)) == number


def test_digits_that_a_float_cannot_hold_come_from_the_raw_row() -> None:
    assert money(float("12345678.123456789"), {"size": "12345678.123456789"}) == Decimal("12345678.123456789")


def test_whole_numbers_have_no_point() -> None:
    assert str(money(50_000.0)) == "50000"


def test_what_is_no_number_is_not_known() -> None:
    assert [money(value) for value in (None, "", "abc", float("nan"), float("inf"), True)] == [None] * 6


def test_a_price_of_zero_is_not_known() -> None:
    assert [above_zero(value) for value in (0, 0.0, "0", "0.000", -1.5)] == [None] * 5
    assert above_zero("0.01") == Decimal("0.01")
