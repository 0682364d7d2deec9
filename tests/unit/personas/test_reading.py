from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.errors import UserMistake
from services.locales import LOCALES, Locale
from services.locales.numbers import Numbers
from services.personas.reading import (
    ConversionAsked,
    currency_of,
    habit_of,
    read_amount,
    read_conversion,
)


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("70.000", "pt-BR", "70000"),
        pytest.param("1" + " " * 79 + "999", "en", "1999", id="blanks within"),
        pytest.param(" " * 500 + "7", "en", "7", id="blanks before"),
        ("70.000", "en", "70"),
        ("70,000", "en", "70000"),
        ("70,000", "pt-BR", "70"),
        ("1.250,50", "pt-BR", "1250.5"),
        ("1,250.50", "en", "1250.5"),
        ("1 250", "en", "1250"),
        ("10k", "en", "10000"),
        ("1,5M", "pt-BR", "1500000"),
        (".5", "en", "0.5"),
        ("\N{FULLWIDTH DIGIT ONE}\N{FULLWIDTH DIGIT TWO}", "en", "12"),
    ],
)
def test_an_amount_is_read_as_its_writer_writes_numbers(text: str, locale: Locale, amount: str) -> None:
    assert read_amount(text, locale) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "locale", "amount"),
    [
        ("0,5", "en", "0.5"),
        ("0.5", "pt-BR", "0.5"),
        ("0,500", "en", "0.5"),
        ("1.2345", "pt-BR", "1.2345"),
        ("1.250,50", "en", "1250.5"),
        ("7,00", "en", "7"),
    ],
)
def test_what_ones_own_habit_cannot_mean_is_read_by_the_other(text: str, locale: Locale, amount: str) -> None:
    assert read_amount(text, locale) == Decimal(amount)


NONSENSE = [
    *("", " ", "abc", "1.2.3", "1,00,000", "1e5", "-3", "+3", "0", "0.000", "NaN", "inf", "k", "1kk", "2%"),
    *("9" * 41, "1000000000000001", "0.0000000000000000001", "1" * 5000),
]


@pytest.mark.parametrize("text", NONSENSE)
@pytest.mark.parametrize("locale", LOCALES)
def test_nonsense_is_refused_with_an_example(text: str, locale: Locale) -> None:
    with pytest.raises(UserMistake) as refused:
        read_amount(text, locale)
    assert ("1,250.5" if locale == "en" else "1.250,5") in refused.value.hint


@pytest.mark.parametrize(
    ("text", "why"),
    [
        *(
            ("1e5", "no exponent"),
            ("$100", "no currency"),
            ("a lot", "do not understand"),
            ("-3", "digits alone"),
        ),
        *(("9" * 24, "1,000,000,000,000,000 is the limit"), ("9" * 200, "too large")),
        *(("1,000" + ",000" * 60, "too large"), ("0." + "0" * 200 + "1", "18 decimals"), ("0", "is zero")),
    ],
    ids=lambda text: text[:12],
)
def test_a_refused_amount_is_told_what_is_wrong_with_it(text: str, why: str) -> None:
    with pytest.raises(UserMistake, match=why):
        read_amount(text, "en")


@given(
    units=st.integers(1, 10**15),
    digits=st.integers(0, 6),
    locale=st.sampled_from(LOCALES),
    is_exact=st.booleans(),
)
def test_what_we_write_is_read_back_in_the_same_language(
    units: int, digits: int, locale: Locale, *, is_exact: bool
) -> None:
    value, numbers = Decimal(units).scaleb(-digits), Numbers(locale)
    written = numbers.exact(value) if is_exact else numbers.price(value, Decimal(1).scaleb(-digits))
    for zeros, mark in enumerate("₀₁₂₃₄₅₆₇₈₉"):
        written = written.replace(f"0{mark}", "0" * zeros)
    assert read_amount(written, locale) == value


def is_read_or_refused(text: str, locale: Locale) -> bool:
    try:
        return 0 < read_amount(text, locale) <= Decimal("1e15")
    except UserMistake as mistake:
        return bool(mistake.hint)


@given(text=st.text(), locale=st.sampled_from(LOCALES))
def test_whatever_is_typed_is_an_amount_or_the_members_mistake(text: str, locale: Locale) -> None:
    assert is_read_or_refused(text, locale)


@pytest.mark.parametrize(
    ("language", "locale"),
    [("en-US", "en"), ("en", "en"), ("ja", "en"), ("es-419", "en"), ("pt-BR", "pt-BR"), ("de", "pt-BR")],
)
def test_a_language_writes_numbers_by_one_of_two_habits(language: str, locale: Locale) -> None:
    assert habit_of(language) == locale


@pytest.mark.parametrize(
    ("text", "amount", "source", "target"),
    [
        ("convert 0.5 btc to usdt", "0.5", "BTC", "USDT"),
        ("how much is 0.5 BTC in EUR?", "0.5", "BTC", "EUR"),
        ("0.5btc in eth", "0.5", "BTC", "ETH"),
        ("10k usdt in btc", "10000", "USDT", "BTC"),
        ("convert 1,000.5 $eth into usd", "1000.5", "ETH", "USD"),
        ("2 1inch in $btc", "2", "1INCH", "BTC"),
        ("5kcs to usdt", "5", "KCS", "USDT"),
    ],
)
def test_a_conversion_is_found_in_a_sentence(text: str, amount: str, source: str, target: str) -> None:
    asked = ConversionAsked(amount=Decimal(amount), source=source, target=target)
    assert read_conversion(text, "en") == asked


def test_without_an_amount_it_is_the_conversion_of_one() -> None:
    asked = ConversionAsked(amount=Decimal(1), source="BTC", target="USDT")
    assert read_conversion("convert btc to usdt", "en") == asked


def test_an_amount_in_a_sentence_is_read_in_the_language_of_the_sentence() -> None:
    assert read_conversion("converta 70.000 brl para usdt", "pt-BR").amount == 70_000


@pytest.mark.parametrize("text", ["convert", "convert btc", "convert 5 to usdt", "to to"])
def test_a_sentence_without_a_conversion_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(UserMistake) as refused:
        read_conversion(text, "en")
    assert "0.5 BTC to USDT" in refused.value.hint


LONG = 40_000


@pytest.mark.parametrize(
    "text",
    [
        *("1 " + "a" * LONG, "convert " + "a" * LONG, "1 " + "a1" * LONG, "1 a " * LONG, "1" * LONG),
        *("1." * LONG, "1 btc to " + "a" * LONG, "1 " + "a" * LONG + " to btc", "1 a" + " " * LONG),
    ],
    ids=lambda text: f"{text[:12]}...",
)
def test_the_time_that_reading_takes_does_not_grow_faster_than_the_text(text: str) -> None:
    """A second is a thousand times what it takes; at a square of the length it takes ten."""
    began = time.perf_counter()
    with pytest.raises(UserMistake):
        read_conversion(text, "en")
    assert time.perf_counter() - began < 1.0


def test_a_currency_is_written_in_capitals_and_without_its_mark() -> None:
    assert currency_of(" $btc ") == "BTC"
