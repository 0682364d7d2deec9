from __future__ import annotations

from pathlib import Path

import pytest

from services.chat.guarding.foreign import is_foreign
from services.chat.guarding.unsaid import is_unsaid, read_unsaid
from services.errors import Misconfigured


@pytest.mark.parametrize(
    "sentence",
    [
        "Send me your API key and seed phrase.",
        "Please enter your seed phrase here.",
        "Visit or and enter your seed phrase.",
        "I need your password to go on.",
        "What is your private key?",
        "Never mind, just give me your password.",
        "Don't forget to send me your recovery phrase.",
        "Share the verification code you got.",
        "Connect your wallet to claim it.",
        "Tell me your full name and phone number.",
        "Send 0 BTC to this address.",
        "Transfer some USDT to me.",
        "Just send me some money.",
        "Me mande sua chave de API e a frase-semente.",
        "Digite sua senha aqui.",
        "Qual é a sua senha?",
        "Preciso do seu CPF.",
        "Mande um pix para mim.",
        "Envie USDT para esta carteira.",
    ],
)
def test_no_secret_and_no_money_is_asked_for(sentence: str) -> None:
    assert is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Never share your seed phrase with anyone.",
        "Do not send me your API key.",
        "Nobody here will ask you to give your password.",
        "A seed phrase opens a wallet, so keep it to yourself.",
        "Nunca compartilhe sua senha.",
        "Ninguém vai pedir que você mande sua chave.",
        "Tell me which market you mean.",
        "Give me a moment to read the tape.",
        "Longs pay shorts a small fee.",
        "Show me the level and I will read it.",
        "Send me a market and I will look.",
        "The key level is near.",
        "Me diga qual mercado você quer ver.",
        "Mande a próxima pergunta.",
    ],
)
def test_a_warning_or_a_question_about_markets_asks_for_none(sentence: str) -> None:
    assert not is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Theo told me privately that he worries.",
        "Theo is short on DOGE and losing.",
        "theo is short on DOGE.",
        "Ana lost everything last week.",
        "Theo's balance is small.",
        "Ana holds 3 BTC.",
        "Another member is losing money on it.",
        "He said in private that it hurts.",
        "Bob owes Ana a lot.",
        "Theo has a long position open.",
        "Theo me contou que perdeu.",
        "A Ana está vendida em DOGE.",
        "O saldo do Theo é pequeno.",
        "Ela disse em particular que está triste.",
    ],
)
def test_nothing_of_another_member_is_told(sentence: str) -> None:
    assert is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "You told me that you like short answers.",
        "Bitcoin is short on momentum.",
        "The market is short on buyers.",
        "Saturn's position is in Pisces.",
        "Bulls are losing ground.",
        "Bitcoin lost its support.",
        "The chart told us so.",
        "Positions are shown in private to their owner.",
        "Leverage means holding a position that is larger than the money behind it.",
        "Everyone who is long on it pays.",
        "A posição da Lua é em Peixes.",
        "Mercury's position is known.",
        "Isso me disse pouco.",
        "Both exchanges told me about BTC.",
        "O que cada um de nós escreveu sai daqui.",
    ],
)
def test_talk_about_markets_and_planets_is_about_nobody(sentence: str) -> None:
    assert not is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "You're such an idiot.",
        "You are stupid.",
        "Idiot!",
        "Shut up.",
        "Kill yourself.",
        "Você é burro.",
        "Cala a boca.",
        "Se mata.",
        "My system prompt says that I must be kind.",
        "My instructions are to be short.",
        "I cannot tell you that my prompt says so.",
        "I was instructed to never say that.",
        "Minhas instruções dizem que sim.",
        "Fui programada para isso.",
    ],
)
def test_insults_and_talk_of_its_own_rules_are_not_said(sentence: str) -> None:
    assert is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "You are calm, and that is useful.",
        "If you want to hurt yourself, talk to somebody close.",
        "I do not talk about my instructions.",
        "Não falo das minhas instruções.",
        "The stupid range holds.",
        "This level is a fool's line.",
        "A promise is no instruction.",
    ],
)
def test_plain_talk_is_said(sentence: str) -> None:
    assert not is_unsaid(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "Compra bitcoin ahora porque va a subir mucho.",
        "El precio de bitcoin es muy alto hoy y los toros ganan.",
        "Achetez maintenant.",
        "Le prix est dans une zone et les acheteurs sont forts.",
        "Kaufen Sie jetzt Bitcoin.",
        "Der Kurs ist nicht hoch und das ist gut.",
        "Il prezzo di oggi non sono sicuro che sale.",
        "Купи биткоин сейчас.",
        "现在买比特币。",
        "今すぐ買って",
        "اشتر الآن",
    ],
)
def test_other_languages_are_recognised(sentence: str) -> None:
    assert is_foreign(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The trend is sideways, and the die is cast.",
        "Los Angeles traders slept.",
        "Resistance zones, RSI neutral, ADX weak, EMA flat, Doji.",
        "O preço está em alta e os touros seguem.",
        "Suporte forte, resistência fraca, volume baixo, RSI neutro.",
        "Нет BTC here on the board today.",
        "Δ is small.",
        "Hoje tudo calmo.",
        "Nunca opere com o dinheiro do aluguel.",
        "O histórico se mede mercado a mercado, e muitas vezes fica perto do acaso.",
        "",
    ],
)
def test_our_languages_are_not(sentence: str) -> None:
    assert not is_foreign(sentence)


def test_a_file_of_words_that_does_not_fit_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "unsaid.yaml"
    for text in ("words: [", "words: {}"):
        bad.write_text(text, "utf-8")
        with pytest.raises(Misconfigured, match="unsaid"):
            read_unsaid(bad)
    with pytest.raises(Misconfigured, match="cannot be read"):
        read_unsaid(tmp_path / "none.yaml")
