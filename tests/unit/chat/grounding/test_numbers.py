# ruff: noqa: RUF001 - look-alikes are what is tested
from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.chat.grounding.numbers import Ground
from services.locales import Locale
from services.locales.numbers import Numbers

FACTS = (
    "BTC/USDT:USDT",
    "24 h high: 64,910.0",
    "Last: 64,210.5",
    "24 h change: ▼ −0.50% down",
    "24 h volume: 1.53M USDT",
    "Retraced: 61.8%",
    "RSI 14: 71.20",
    "EMA 50",
    "Tick: 0.0₅123",
    "Age: 2 d 3 h",
    "Timeframe: 4h",
    "Funding: +0.0100%",
    "As of 2026-08-01 12:30",
    "<t:1785585600:f>",
    "Double top, 1:2",
)
ENGLISH = Ground((*FACTS, "70k", "1INCH"), "Can it reach 999,999?", locale="en")
PORTUGUESE = Ground(("Último: 64.210,50", "−1,20%", "70.000", "5 mil"), "chega a 999.999?", locale="pt-BR")

FOUND = (
    *("It stands at 64,210.5.", "about 64.2k", "64,210", "sixty-four thousand", "64.2 thousand", "1,530,000"),
    *(
        "1.5M",
        "It fell 0.5%.",
        "a 0.5% drop",
        "−0.5%",
        "61.8 percent",
        "RSI(14) is 71.2",
        "EMA50",
        "0.00000123",
    ),
    *(
        "0.0₅123",
        "on the 4h chart",
        "the 4-hour chart",
        "four hours",
        "2 days old",
        "2 days and 3 hours",
        "24-hour high",
        "70k",
        "seventy thousand",
    ),
    *("1INCH", "on August 1, 2026", "1 August", "in 2026", "at 12:30", "<t:1785585600:R>", "a double top"),
    *(
        "a reward of 1:2",
        "two sides of it",
        "one thing",
        "this one",
        "a calmer one, one of them",
        "the pair holds",
        "first, the board",
        "by the way",
    ),
    *("1. Floor first", "６４,２１０.５", "𝟔𝟒,𝟐𝟏𝟎.𝟓", "**64**,210.5", "web3", "I see it, I do."),
)
INVENTED = (
    *("64,300", "64.3k", "60k", "64,2", "700", "7", "-64,210", "1,530", "a total of 129,120.5"),
    *("0.5%", "It rose 0.5%.", "+0.5%", "-61.8%", "71.2%", "0.01", "It fell 0.01%."),
    *(
        "15m",
        "1h chart",
        "three hours",
        "3 h old",
        "2 d 4 h",
        "EMA 200",
        "RSI21",
        "C99",
        "2026-08-02",
        "in 2024",
        "March 3",
        "13:45",
    ),
    *(
        "5 percent",
        "five percent",
        "one percent",
        "two percent",
        "three candles",
        "two green candles",
        "it is at one.",
    ),
    *("half of it", "twice", "it doubled", "dozens", "thousands", "a million", "a third of it", "meia dúzia"),
    *(
        "6O,OOO",
        "6 4 2 1 0",
        "six four two",
        "10⁵",
        "1e5",
        "½",
        "1/2",
        "1:3",
        "ѕіхtу",
        "٣٥٠",
        "３５０",
        "五",
        "🔟",
        "ⅷ",
        "VIII",
    ),
    *(
        "wave IV",
        "64\u200b,300",
        "**64**300",
        "$99",
        "R$ 99",
        "99 reais",
        "64,210.5k",
        "10-15%",
        "64-66k",
        "100% sure",
    ),
)


@pytest.mark.parametrize("sentence", FOUND)
def test_what_a_look_up_gave_may_be_said_in_other_ways(sentence: str) -> None:
    assert ENGLISH.untraced(sentence) == ()


@pytest.mark.parametrize("sentence", INVENTED)
def test_what_no_look_up_gave_is_named(sentence: str) -> None:
    assert ENGLISH.untraced(sentence) != ()


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "64.210,5",
            "64,2 mil",
            "sessenta e quatro mil",
            "caiu 1,2%",
            "uma queda de 1,2%",
            "70 mil",
            "5.000",
        ),
        *(
            "cinco mil",
            "setenta mil",
            "por um lado",
            "dois lados",
            "uma tendência",
            "64,210.50",
            "em primeiro lugar",
        ),
    ],
)
def test_portuguese_is_read_as_it_is_written_there(sentence: str) -> None:
    assert PORTUGUESE.untraced(sentence) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "70",
            "subiu 1,2%",
            "1,2%",
            "64,21",
            "64 milhões",
            "dois dólares",
            "dois por cento",
            "um por cento",
            "5",
        ),
        *(
            "a metade",
            "o dobro",
            "meio milhão",
            "três vezes",
            "uma hora",
            "duas velas",
            "cento e vinte",
            "um terço",
        ),
    ],
)
def test_what_is_invented_in_portuguese_is_named(sentence: str) -> None:
    assert PORTUGUESE.untraced(sentence) != ()


def test_a_number_that_two_languages_read_differently_is_found_only_as_it_was_written() -> None:
    ground = Ground(("70.000",))
    assert ground.untraced("70.000") == ()
    assert ground.untraced("70") == ("70",)
    assert ground.untraced("70 mil") == ("70 mil",)


def test_a_later_look_up_adds_what_may_be_said() -> None:
    ground = Ground(("64,210.5",), locale="en")
    assert ground.untraced("ETH at 3,120.4") == ("3,120.4",)
    ground.add(("ETH 3,120.4",))
    assert ground.untraced("ETH at 3,120.4") == ()


PRICES = st.decimals(Decimal("0.01"), Decimal(10) ** 9, places=2, allow_nan=False)
SENTENCES: dict[Locale, str] = {
    "en": "So BTC stands at {price}, as I see it.",
    "pt-BR": "O BTC está em {price} agora.",
}


@settings(max_examples=80, deadline=None)
@given(price=PRICES, change=st.decimals(-90, 90, places=2), locale=st.sampled_from(("en", "pt-BR")))
def test_a_sentence_of_a_facts_own_numbers_is_always_traced(
    price: Decimal, change: Decimal, locale: Locale
) -> None:
    numbers = Numbers(locale)
    said = (
        numbers.price(price, Decimal("0.01")),
        numbers.percent(change),
        numbers.amount(price),
        numbers.exact(price),
    )
    ground = Ground(said, locale=locale)
    for number in said:
        assert ground.untraced(SENTENCES[locale].format(price=number)) == ()
    assert Ground(said).untraced(SENTENCES[locale].format(price=said[1])) == ()


@settings(max_examples=80, deadline=None)
@given(price=PRICES, other=PRICES, locale=st.sampled_from(("en", "pt-BR")))
def test_any_other_number_never_is(price: Decimal, other: Decimal, locale: Locale) -> None:
    numbers = Numbers(locale)
    assume(price != other)
    ground = Ground((numbers.price(price, Decimal("0.01")),), locale=locale)
    for number in (numbers.price(other, Decimal("0.01")), numbers.exact(other + Decimal("0.001"))):
        assert ground.untraced(SENTENCES[locale].format(price=number)) != ()


@settings(max_examples=100, deadline=None)
@given(text=st.text(max_size=60) | st.text("0123456789.,:/-–%kKmMxXIV $½²₅e+one two\n", max_size=40))
def test_whatever_is_written_can_be_read(text: str) -> None:
    ground = Ground((text,), text)
    assert isinstance(ground.untraced(text), tuple)


@pytest.mark.parametrize(
    "text", ["1" * 8_000, "1 " * 4_000, "one " * 2_000, "1.1" * 2_500, "I" * 8_000, "1-" * 4_000]
)
def test_a_hostile_sentence_takes_no_longer_than_others(text: str) -> None:
    start = time.perf_counter()
    ENGLISH.untraced(text)
    assert time.perf_counter() - start < 0.5


def test_a_look_up_may_hold_a_number_of_any_length() -> None:
    ground = Ground(("1" * 10_000, "BTC at 64,210.5"), locale="en")
    assert ground.untraced("BTC is at 64,210.5.") == ()
    assert ground.untraced("9" * 1_900) != ()


CARD = (
    "EMA 200        40,136.4\nRSI 14         58.37\nADX 14 no trend   16.04",
    "Speaks for the bulls: 5, touched 3 times, for the bears: 6",
    "Next zone: 38,421.2 to 38,567.7 (−4.74%), the half of it at 50.0%",
    "Sample: 31 of 310 days",
    "Last: 64,210.5 USDT, strength 77",
)
ABOUT = Ground(CARD, "", locale="en")


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "RSI is at 58.4.",
            "The RSI(14) reads 58, ADX of 16.",
            "EMA-200 at 40,136.",
            "EMA200",
            "the 200 EMA",
        ),
        *("It was touched three times.", "Five to six.", "4.74% below the price", "38.4k-38.6k", "half-way"),
        *("The 0.500 level.", "31 days out of 310", "all three of them", "The two agree.", "a calm day"),
        *(
            "One calm day says little.",
            "One is as strong as the other.",
            "One candle covers it.",
            "zero is inside",
        ),
        *("The price is 64,210.", "It costs $64,210.50."),
    ],
)
def test_a_figure_may_be_said_of_what_it_is_of(sentence: str) -> None:
    assert ABOUT.untraced(sentence) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "RSI is 64,210.5.",
            "RSI: 5",
            "ADX at 58.37",
            "strength of 58.37",
            "The price is 58.37.",
            "$77",
            "US$ 77",
        ),
        *("BTC at $5", "Bitcoin is at 14.", "It costs 200.", "14 USDT", "EMA 58", "EMA 31", "4.74% above"),
        *(
            "3 times as much",
            "three times higher",
            "58.37%",
            "5%",
            "in 5 days",
            "the 3rd",
            "at 5 o'clock",
            "a percent",
        ),
    ],
)
def test_a_figure_of_one_thing_is_not_believed_of_another(sentence: str) -> None:
    assert ABOUT.untraced(sentence) != ()


@pytest.mark.parametrize(
    "sentence",
    [
        *(
            "s-i-x-t-y",
            "s e s s e n t a",
            "sixtyfour",
            "sessentaequatro",
            "five, six, five",
            "5, 6, 5",
            "5. 6. 5.",
        ),
        *("lxiv", "❻❹", "⚅⚄", "⠼⠋", "🕔", "ꜱɪxᴛʏ", "🅢🅘🅧🅣🅨", "high sixties", "a six-figure price", "two lakh"),
        *("vai dobrar", "vigésimo", "halved", "6O,OOO"),
    ],
)
def test_a_number_in_disguise_is_named(sentence: str) -> None:
    assert ABOUT.untraced(sentence) != ()


def test_what_is_longer_than_any_sentence_is_not_believed() -> None:
    assert ABOUT.untraced("word " * 500) != ()
