from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.locales import LOCALES, Locale
from services.locales.numbers import Numbers
from services.locales.reading import read_number, read_percent

CASES = [
    ("70.000", "pt-BR", "70000 70"),
    ("70.000", "en", "70 70000"),
    ("70,000", "en", "70000 70"),
    ("70,000", "pt-BR", "70 70000"),
    ("1.234,56", "en", "1234.56"),
    ("1.234,56", "pt-BR", "1234.56"),
    ("1,234.56", "pt-BR", "1234.56"),
    ("1.234.567", "en", "1234567"),
    ("0.618", "pt-BR", "0.618"),
    ("0,618", "en", "0.618"),
    (".5", "en", "0.5"),
    ("1000", "en", "1000"),
    ("1000.5", "pt-BR", "1000.5"),
    ("70k", "en", "70000"),
    ("70 mil", "pt-BR", "70000"),
    ("1,5m", "pt-BR", "1500000"),
    ("1.5b", "en", "1500000000"),
    ("1.500k", "en", "1500 1500000"),
    ("$70,000.5", "en", "70000.5"),
    ("R$ 70.000,50", "pt-BR", "70000.5"),
    ("70 000 USDT", "en", "70000"),
    ("70\N{NO-BREAK SPACE}000", "pt-BR", "70000"),
    ("70'000.5", "en", "70000.5"),
    ("\N{MINUS SIGN}5,5", "pt-BR", "-5.5"),
    ("-$5", "en", "-5"),
    ("0.0₅123", "en", "0.00000123"),
    ("0,0₅123", "pt-BR", "0.00000123"),
]
NONE = [
    *("", " ", "abc", "1.2.3", "1,23,456", "12 34", "70.", "k", "$", "--5", "-$-5", "1e5", "٣", "0x10", "½"),
    *("1,234.567,8", "1 234.567 8", "₅", "1₅", "nan", "inf", "1" * 41),
]


@pytest.mark.parametrize(("text", "locale", "readings"), CASES)
def test_a_number_is_read_in_every_way_it_can_be_meant(text: str, locale: Locale, readings: str) -> None:
    assert read_number(text, locale) == tuple(map(Decimal, readings.split()))


@pytest.mark.parametrize("text", NONE)
def test_what_is_no_number_is_read_as_none(text: str) -> None:
    assert [read_number(text, locale) for locale in LOCALES] == [(), ()]


@pytest.mark.parametrize("text", ["5", "5%", "5 %", "+5.0 %"])
def test_a_percentage_is_read_with_or_without_its_sign(text: str) -> None:
    assert read_percent(text, "en") == (Decimal(5),)


@given(
    value=st.decimals("-1e15", "1e15", allow_nan=False, places=12),
    locale=st.sampled_from(LOCALES),
)
def test_what_we_write_is_read_back_first(value: Decimal, locale: Locale) -> None:
    assert read_number(Numbers(locale).exact(value), locale)[0] == value


@given(ticks=st.integers(1, 10**12), digits=st.integers(0, 10), locale=st.sampled_from(LOCALES))
def test_a_price_copied_from_a_card_is_read_back_first(ticks: int, digits: int, locale: Locale) -> None:
    tick = Decimal(1).scaleb(-digits)
    assert read_number(Numbers(locale).price(ticks * tick, tick), locale)[0] == ticks * tick


@given(text=st.text(st.sampled_from("0123456789.,' kmb$%-R₀₅"), max_size=45))
def test_whatever_is_written_is_read_the_same_ways_in_either_language(text: str) -> None:
    english, portuguese = (read_number(text, locale) for locale in LOCALES)
    assert set(english) == set(portuguese)
    assert all(value.is_finite() for value in english)
