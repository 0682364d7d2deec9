from __future__ import annotations

import pytest
from chat_stage import FakeAnswers, heard, understood

from services.chat.intents import Intent
from services.chat.messages import Called, FactShown
from services.chat.pipeline.offline import Composer
from services.errors import NoAnswer, UserMistake


async def test_a_topic_is_answered_with_its_card_which_the_answer_rests_on() -> None:
    asked = understood("price", market="BTC", timeframe="4h", more={"days": "7"})
    answered = await Composer(FakeAnswers()).compose(heard(), asked)
    assert answered.card.verdict == "BTC is at 64,210.5"
    assert answered.source == "templates"
    assert answered.called == (
        Called(
            topic="price",
            arguments={"market": "BTC", "timeframe": "4h", "days": "7"},
            facts=[FactShown(name="Price", value="64,210.5 USDT")],
            footnote="binance · replay · 2 s",
        ),
    )


@pytest.mark.parametrize(
    ("intent", "said"),
    [
        ("greeting", "greeting member=mia"),
        ("thanks", "chat_thanks member=mia"),
        ("goodbye", "chat_goodbye member=mia"),
        ("small_talk", "chat_small_talk member=mia"),
        ("trade", "chat_trade example=/order"),
        ("distress", "chat_distress"),
        ("cannot", "chat_cannot example=/help"),
        ("advice", "chat_advice market=None"),
        ("unknown", "lost member=mia"),
        ("help", "chat_unsure guesses=['what can be asked here'] example=the price of BTC"),
    ],
)
async def test_what_no_card_answers_is_a_line_of_the_persona(intent: Intent, said: str) -> None:
    answered = await Composer(FakeAnswers()).compose(heard("hm"), understood(intent, "hm"))
    assert answered.card.verdict == said
    assert answered.called == ()


async def test_who_it_is_it_tells_by_its_card() -> None:
    answered = await Composer(FakeAnswers()).compose(heard("who are you"), understood("who"))
    assert answered.card.verdict.startswith("chat_who name=Xyko strengths=[")


async def test_a_wish_that_is_not_clear_is_asked_about_and_names_what_it_may_have_been() -> None:
    unclear = understood("chart", "hm", market="SOL", confidence=0.2)
    answered = await Composer(FakeAnswers()).compose(heard("hm"), unclear)
    guesses = "['the chart of SOL', 'the price of SOL', 'the trend of SOL']"
    assert answered.card.verdict == f"chat_unsure guesses={guesses} example=the chart of SOL"


async def test_a_wish_that_turns_out_to_be_about_something_else_is_asked_about() -> None:
    answered = await Composer(FakeAnswers()).compose(heard("hm"), understood("price", "hm", market="NONE"))
    assert answered.card.verdict.startswith("chat_unsure guesses=['the price of NONE'")


async def test_the_errors_of_services_pass_through() -> None:
    with pytest.raises(NoAnswer):
        await Composer(FakeAnswers(error=NoAnswer("Silent."))).compose(
            heard(), understood("price", market="BTC")
        )


async def test_a_member_without_a_name_is_called_something() -> None:
    answered = await Composer(FakeAnswers()).compose(heard("hi", member=""), understood("greeting"))
    assert answered.card.verdict == "greeting member=trader"


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("cancel all my orders", "/cancel"),
        ("close my orders", "/cancel"),
        ("fecha minha posição de btc", "/close"),
        ("close my btc position", "/close"),
        ("buy 0.1 btc", "/order"),
    ],
)
async def test_the_command_is_named_that_does_what_is_wanted(text: str, command: str) -> None:
    answered = await Composer(FakeAnswers()).compose(heard(text), understood("trade", text))
    assert answered.card.verdict == f"chat_trade example={command}"


async def test_a_timeframe_that_there_is_none_of_is_refused_and_not_replaced() -> None:
    asked = understood("chart", market="BTC", refused="7m")
    with pytest.raises(UserMistake, match="There are no candles of 7m"):
        await Composer(FakeAnswers()).compose(heard(), asked)
