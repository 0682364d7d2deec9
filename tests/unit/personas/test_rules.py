from __future__ import annotations

import pytest

from services.personas.rules import promises


@pytest.mark.parametrize(
    "text",
    [
        "Easy money, friend.",
        "You cannot lose here.",
        "BTC will surely double.",
        "It makes 2.5 % a day.",
        "10% per month, always.",
        "Dinheiro fácil!",
        "É impossível perder.",
        "O BTC vai dobrar.",
        "Rende 3% ao dia.",
        "São 10 % por semana.",
    ],
)
def test_a_promise_is_known_in_both_languages(text: str) -> None:
    assert promises(text)


@pytest.mark.parametrize(
    "text",
    [
        "No day is like another.",
        "Up 1.20% in a day.",
        "O BTC vai subir?",
        "Subiu 3% num dia.",
        "It may double, or halve.",
    ],
)
def test_what_happened_or_is_asked_is_no_promise(text: str) -> None:
    assert not promises(text)
