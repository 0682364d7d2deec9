from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.locales import Locale
from services.locales.numbers import Numbers, clip

CASES = json.loads((Path(__file__).parents[2] / "data" / "number_cases.json").read_text("utf-8"))


def written(case: dict[str, str]) -> str:
    locale: Locale = "pt-BR" if case["locale"] == "pt-BR" else "en"
    numbers, value = Numbers(locale), Decimal(case["value"])
    if case["kind"] == "price":
        return numbers.price(value, Decimal(case["tick"]))
    ways = {
        "percent": numbers.percent,
        "amount": numbers.amount,
        "rate": numbers.rate,
        "bps": numbers.bps,
        "signed bps": numbers.signed_bps,
        "quantity": numbers.quantity,
        "exact": numbers.exact,
    }
    return ways[case["kind"]](value)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['kind']} {case['locale']} {case['text']}")
def test_a_number_is_written_as_the_table_of_cases_says(case: dict[str, str]) -> None:
    assert written(case) == case["text"]


@given(ticks=st.integers(1, 10**12), digits=st.integers(0, 8))
def test_a_price_on_its_tick_can_be_read_back_without_loss(ticks: int, digits: int) -> None:
    tick = Decimal(1).scaleb(-digits)
    text = Numbers().price(ticks * tick, tick).replace(",", "")
    for zeros, mark in enumerate("₀₁₂₃₄₅₆₇₈₉"):
        text = text.replace(f"0{mark}", "0" * zeros)
    assert Decimal(text) == ticks * tick


@given(value=st.decimals("1e-18", "1e15", allow_nan=False, places=18))
def test_nothing_that_is_there_is_written_as_nothing_nor_in_scientific_notation(value: Decimal) -> None:
    numbers = Numbers()
    for text in (numbers.quantity(value), numbers.exact(value), numbers.amount(value)):
        assert "E" not in text.upper()
        assert any(digit in text for digit in "123456789")


@given(value=st.decimals("1e-9", "1e12", allow_nan=False, places=9))
def test_six_digits_of_a_quantity_are_true(value: Decimal) -> None:
    text = Numbers().quantity(value).replace(",", "")
    for zeros, mark in enumerate("₀₁₂₃₄₅₆₇₈₉"):
        text = text.replace(f"0{mark}", "0" * zeros)
    assert abs(Decimal(text) - value) <= value * Decimal("0.000005") or abs(Decimal(text) - value) <= Decimal(
        "0.005"
    )


@pytest.mark.parametrize(
    ("before", "now", "locale", "text"),
    [
        ("100", "101.2", "en", "▲ +1.20% up"),
        ("100", "98.8", "en", "▼ \N{MINUS SIGN}1.20% down"),
        ("100", "100.004", "en", "● 0.00% flat"),
        ("100", "101.2", "pt-BR", "▲ +1,20% em alta"),
        ("100", "100", "pt-BR", "● 0,00% estável"),
    ],
)
def test_a_change_is_arrow_sign_and_word(before: str, now: str, locale: Locale, text: str) -> None:
    numbers = Numbers(locale)
    assert numbers.change(Decimal(before), Decimal(now)) == text
    assert text.startswith(f"{numbers.move(Decimal(before), Decimal(now))} ")


@pytest.mark.parametrize(
    ("now", "text"), [("101.2", "▲ +1.20%"), ("98.8", "▼ \N{MINUS SIGN}1.20%"), ("100.004", "● 0.00%")]
)
def test_in_a_sentence_a_change_is_arrow_and_sign_alone(now: str, text: str) -> None:
    assert Numbers().move(Decimal(100), Decimal(now)) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (2.9, "2 s"), (60, "1 min"), (185, "3 min 5 s"), (3840, "1 h 4 min"), (183_600, "2 d 3 h")],
)
def test_an_age_names_its_two_largest_units(seconds: float, text: str) -> None:
    assert Numbers().age(seconds) == text


@given(text=st.text(), limit=st.integers(2, 60))
def test_a_shortened_text_fits_and_says_that_it_is_shortened(text: str, limit: int) -> None:
    short = clip(text, limit)
    assert len(short) <= limit
    assert short == text or short.endswith("…")


def test_a_text_is_shortened_at_a_blank_so_that_no_number_is_cut() -> None:
    assert clip("the price is 64210.5 now", 16) == "the price is…"
