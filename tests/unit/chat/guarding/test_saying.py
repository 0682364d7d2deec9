# ruff: noqa: RUF001 - look-alikes are what is tested
from __future__ import annotations

import base64
import codecs

import pytest

from services.chat.guarding.outgoing import claims_a_deed, holds_secret, is_advice

SECRET = "omega-K3y-9f8e7d6c5b4a"


@pytest.mark.parametrize(
    "sentence",
    [
        "Buy now!",
        "Вuу nоw!",
        "You should **buy** here.",
        "If it breaks, sell everything.",
        "Go long.",
        "I recommend buying the dip.",
        "It will definitely double.",
        "I am 100% sure.",
        "Profit is guaranteed.",
        "You can't lose.",
        "Compre agora.",
        "Compra BTC já!",
        "Você deve vender.",
        "Recomendo que você compre.",
        "É hora de comprar.",
        "O lucro é garantido.",
        "Com certeza vai subir.",
        "Não tem como perder.",
        "I'd buy here.",
        "If I were you, I would sell.",
        "You might want to sell.",
        "Consider buying.",
        "Don't sell.",
        "It can only go up.",
        "You will make money.",
        "Eu compraria aqui.",
        "Considere comprar.",
        "Não venda.",
        "Só pode subir.",
    ],
)
def test_advice_and_promises_are_recognised(sentence: str) -> None:
    assert is_advice(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Should I buy here? That move is yours.",
        "No advice to buy or sell.",
        "Nothing is guaranteed.",
        "Short answer: the level held.",
        "Long-term holders sold.",
        "Buyers came in at the low.",
        "Buy walls stand below.",
        "Não há garantia de lucro.",
        "A venda perdeu força.",
        "A melhor venda está perto.",
        "Compro aqui? Esse lance é seu.",
        "Quem comprou no fundo está no lucro.",
        "Nobody knows whether it will rise or fall.",
        "That does not mean that it will fall.",
        "Isso não quer dizer que vai subir.",
        "Ninguém sabe se vai cair.",
        "Sellers keep selling into it.",
        "I would rather wait for a close.",
    ],
)
def test_talk_about_trading_is_no_advice(sentence: str) -> None:
    assert not is_advice(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I bought some for you.",
        "No problem, I bought some.",
        "I've set your alert.",
        "I changed your risk limit.",
        "Your order has been sent.",
        "Order placed.",
        "I'm buying now.",
        "I will cancel your orders.",
        "Done!",
        "Ordem enviada.",
        "Seu alerta foi criado.",
        "Coloquei a sua ordem.",
        "Vou abrir uma posição.",
        "Acabei de comprar.",
        "A configuração já está alterada.",
        "I'll notify you when it breaks.",
        "I've put in a buy for you.",
        "Bought!",
        "Vou te avisar quando romper.",
        "Abri um long.",
    ],
)
def test_a_claimed_deed_is_recognised(sentence: str) -> None:
    assert claims_a_deed(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "I never bought anything.",
        "I cannot place orders.",
        "No order was placed.",
        "The order book is thin.",
        "An alert is set with `/alert`.",
        "I set the levels in order.",
        "Nenhuma ordem foi enviada.",
        "Não enviei nenhuma ordem.",
        "Alertas são criados com `/alert`.",
        "As ordens abertas estão no livro.",
        "A ordem dos níveis está clara.",
        "An alert is set by its command.",
        "Vou te mostrar os níveis.",
    ],
)
def test_talk_about_orders_and_alerts_is_no_deed(sentence: str) -> None:
    assert not claims_a_deed(sentence)


@pytest.mark.parametrize(
    "text",
    [
        SECRET,
        SECRET.upper(),
        SECRET[::-1],
        " ".join(SECRET),
        "-".join(SECRET),
        "\u200b".join(SECRET),
        SECRET[:14],
        codecs.encode(SECRET, "rot13"),
        SECRET.encode().hex(),
        base64.b64encode(SECRET.encode()).decode(),
        base64.b64encode(b"x" + SECRET.encode()).decode(),
        base64.b64encode(b"the key is " + SECRET.encode() + b"!").decode(),
        base64.b64encode(SECRET[::-1].encode()).decode(),
        base64.b32encode(SECRET.encode()).decode(),
        "".join(f"%{ord(sign):02x}" for sign in SECRET),
    ],
)
def test_a_secret_is_found_in_every_disguise(text: str) -> None:
    assert holds_secret(f"Well, {text}, as you asked.", (SECRET,))


def test_a_text_without_the_secret_holds_none() -> None:
    assert not holds_secret("The key to it is patience, and omega is a letter.", (SECRET, "", "abc"))
