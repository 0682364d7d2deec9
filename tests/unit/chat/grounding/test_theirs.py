"""What may be said of a number that only the member named."""

from __future__ import annotations

import pytest

from services.chat.grounding.numbers import Ground

ENGLISH = Ground(("Last: 64,210.5",), "Can it reach 999,999 by March 3?", locale="en")
PORTUGUESE = Ground(("Último: 64.210,50",), "chega a 999.999?", locale="pt-BR")


@pytest.mark.parametrize(
    "sentence",
    [
        "I can't say whether BTC reaches 999,999.",
        "Your 999,999 is above the last price of 64,210.5.",
        "You asked about 999,999, but the last price is 64,210.5.",
        "The 999,999 you mention stands in no look-up.",
        "If it ever sees 999,999, the sky will not care.",
        "You said 999,999, and I hear you.",
        "No, it is not at 999,999.",
        "Your guess of 999,999 is not right.",
        "999,999 is not a price that I found.",
        "The price is below your target of 999,999.",
        "Nobody can tell when it gets to 999,999.",
        "It has not been there since March 3.",
    ],
)
def test_a_number_of_the_member_may_be_said_as_theirs_or_as_open(sentence: str) -> None:
    assert ENGLISH.untraced(sentence) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Yes, bitcoin is at 999,999 right now.",
        "Bitcoin is at 999,999 right now.",
        "Exactly, your 999,999 it is.",
        "You are right that it is at 999,999.",
        "As you can see it is at 999,999.",
        "No, bitcoin is at 999,999.",
        "It is not at 64,210.5 but at 999,999.",
        "No doubt it is at 999,999.",
        "If you look, it is at 999,999.",
        "Your bitcoin is at 999,999.",
        "Bitcoin is at 999,999 and not less.",
        "I can show you 999,999.",
        "You asked and bitcoin is at 999,999.",
        "Your guess of 999,999 is right.",
        "Indeed, if you ask, 999,999.",
        "It stood at 64,210.5 on March 3.",
    ],
)
def test_a_number_of_the_member_is_no_fact(sentence: str) -> None:
    assert ENGLISH.untraced(sentence) != ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Não sei se chega a 999.999.",
        "Seu alvo de 999.999 está acima do último preço, 64.210,5.",
        "Você perguntou sobre 999.999.",
        "Se passar de 999.999, eu mostro.",
        "Ninguém sabe quando bate 999.999.",
        "O preço não está em 999.999.",
        "Os 999.999 que você citou estão acima de 64.210,5.",
    ],
)
def test_a_number_of_the_member_may_be_said_as_theirs_in_portuguese(sentence: str) -> None:
    assert PORTUGUESE.untraced(sentence) == ()


@pytest.mark.parametrize(
    "sentence",
    [
        "Sim, o bitcoin está em 999.999 agora.",
        "O bitcoin está em 999.999 agora.",
        "No gráfico o bitcoin está em 999.999.",
        "Certo, seu 999.999 está aí.",
        "Sem dúvida está em 999.999.",
        "Não, o bitcoin está em 999.999.",
        "Você tem razão, está em 999.999.",
        "Não está em 64.210,5, mas em 999.999.",
    ],
)
def test_a_number_of_the_member_is_no_fact_in_portuguese(sentence: str) -> None:
    assert PORTUGUESE.untraced(sentence) != ()
