from __future__ import annotations

import pytest

from services.locales.texts import ENGLISH, Texts, texts_of

PORTUGUESE = Texts(
    "pt-BR",
    {
        "Rate": "Taxa",
        "received {when}": "recebido {when}",
        "There is no market called {name}.": "Não existe o mercado {name}.",
        "{venue} does not offer {what}.": "{venue} não oferece {what}.",
        "{venue} does not offer candles of {timeframe}.": "{venue} não oferece candles de {timeframe}.",
        "funding rates": "taxas de funding",
        "{low} to {high}": "{low} a {high}",
        "{service} did not answer within {seconds} s.": "{service} não respondeu em {seconds} s.",
        "It costs {price} now.": "Custa {price} agora.",
        "There are: {names}.": "Há: {names}.",
        "up": "em alta",
    },
)


def test_a_label_is_looked_up_and_its_places_are_filled() -> None:
    assert PORTUGUESE("Rate") == "Taxa"
    assert PORTUGUESE("received {when}", when="agora") == "recebido agora"
    assert PORTUGUESE("Unheard of") == "Unheard of"
    with pytest.raises(KeyError):
        PORTUGUESE("received {when}")


@pytest.mark.parametrize(
    ("english", "said"),
    [
        ("Rate", "Taxa"),
        ("There is no market called BTX.", "Não existe o mercado BTX."),
        ("There is no market called Rate.", "Não existe o mercado Rate."),
        ("kraken does not offer funding rates.", "kraken não oferece taxas de funding."),
        ("kraken does not offer candles of 3m.", "kraken não oferece candles de 3m."),
        ("market did not answer within 0.5 s.", "market não respondeu em 0,5 s."),
        ("It costs 64210.5 now.", "Custa 64210,5 agora."),
        ("It costs 60.000 now.", "Custa 60.000 agora."),
        ("There are: up, funding rates.", "Há: em alta, taxas de funding."),
        ("Nothing like it.", "Nothing like it."),
        ("Go from here to there.", "Go from here to there."),
        ("", ""),
    ],
    ids=[
        "whole",
        "place",
        "typed",
        "nested",
        "longest",
        "number",
        "price",
        "thousands",
        "list",
        "unknown",
        "not telling",
        "empty",
    ],
)
def test_a_sentence_that_is_filled_in_is_recognised(english: str, said: str) -> None:
    assert PORTUGUESE.sentence(english) == said


def test_english_is_its_own_translation() -> None:
    assert ENGLISH("received {when}", when="now") == "received now"
    assert ENGLISH.sentence("There is no market called BTX.") == "There is no market called BTX."
    assert texts_of("en").knows("Anything at all")
