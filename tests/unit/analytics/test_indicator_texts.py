"""What the catalogues say in English has a Portuguese form."""

from __future__ import annotations

import pytest
from indicator_stage import whole_ticks

from analytics.candles import timeframe_ms
from analytics.indicators.catalogue import CATALOGUE, compute, parse
from analytics.patterns.names import PATTERNS
from services.locales.texts import texts_of

PORTUGUESE = texts_of("pt-BR")


@pytest.mark.parametrize("name", CATALOGUE)
def test_every_word_of_an_indicator_has_a_portuguese_form(name: str) -> None:
    found = CATALOGUE[name]
    lines = {name.replace("_", " ") for name in {*found.outputs} - {*(found.fill or ()), name, "middle"}}
    words = {found.title, found.full, found.zones.below, found.zones.above, *found.parameters, *lines} - {""}
    assert [word for word in sorted(words) if not PORTUGUESE.knows(word)] == []


def test_every_pattern_has_a_portuguese_title_and_no_two_the_same() -> None:
    english = [pattern.title for pattern in PATTERNS.values()]
    assert [title for title in english if not PORTUGUESE.knows(title)] == []
    assert len({PORTUGUESE(title) for title in english}) == len(english)
    assert all(PORTUGUESE.knows(pattern.meaning) for pattern in PATTERNS.values())


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("ema:50", "EMA 50"),
        ("bbands:20,2.5", "Bandas de Bollinger 20, 2.5"),
        ("stoch", "Estocástico 14, 3, 3"),
        ("obv", "OBV"),
    ],
)
def test_a_title_with_its_parameters_is_said_in_portuguese(text: str, title: str) -> None:
    assert PORTUGUESE.sentence(parse(text).title) == title


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("emaa", "Não existe o indicador emaa; os mais parecidos são ema, wma, volume_sma."),
        ("rsi:1", "RSI: período é 1, mas deve ser de 2 a 200."),
        ("ema:x", "EMA: período é x, mas deve ser um número inteiro, de 2 a 500."),
        ("bbands:9,x", "Bandas de Bollinger: desvios é x, mas deve ser um número, de 0,1 a 10."),
        ("macd:26,12", "MACD: rápida é 26, mas deve ser menor que lenta, que é 12."),
        ("obv:3", "OBV não aceita números."),
        ("ema:3,4", "EMA não aceita mais números do que estes: período."),
        ("", "Não existe indicador sem nome; escreva, por exemplo, ema:50."),
    ],
)
def test_a_refusal_is_said_in_portuguese(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=r".") as refused:
        parse(text)
    assert PORTUGUESE.sentence(str(refused.value)) == said


def test_that_candles_are_too_long_is_said_in_portuguese() -> None:
    with pytest.raises(ValueError, match="candles of a day or less") as refused:
        compute(parse("vwap"), whole_ticks(3, seed=1, step_ms=timeframe_ms("1w")))
    assert PORTUGUESE.sentence(str(refused.value)).startswith("VWAP recomeça a cada dia")
