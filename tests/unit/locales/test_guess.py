from __future__ import annotations

import pytest

from services.locales import Locale
from services.personas.routing import Question


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("what's the price of btc?", "en"),
        ("price of BTC", "en"),
        ("convert 0.5 BTC to USDT", "en"),
        ("hello", "en"),
        ("qual o preço do btc?", "pt-BR"),
        ("quanto custa 1 ETH em BTC", "pt-BR"),
        ("me mostra o livro de ofertas da SOL", "pt-BR"),
        ("o que é alavancagem?", "pt-BR"),
        ("cotacao da sol agora", "pt-BR"),
        ("oi", "pt-BR"),
        ("olá!", "pt-BR"),
        ("bom dia", "pt-BR"),
        ("btc?", None),
        ("OI BTC", None),
        ("funding", None),
        ("", None),
    ],
)
def test_a_question_shows_its_language_or_that_it_does_not(text: str, language: Locale | None) -> None:
    assert Question.of(f"<@42> {text}").language == language
