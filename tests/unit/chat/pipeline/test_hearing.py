from __future__ import annotations

import pytest
from chat_stage import FakeFarm, said, small_roster, understood
from persona_fakes import HandClock

from services.chat.messages import Quoted
from services.chat.pipeline.hearing import Hearing
from services.chat.pipeline.talks import Talks
from services.errors import NoAnswer, UserMistake
from services.members.messages import MemberSettings


def ear(farm: FakeFarm, clock: HandClock, talks: Talks | None = None) -> Hearing:
    return Hearing(farm, small_roster(), talks or Talks(clock, talk_for=60.0), clock=clock)


@pytest.mark.parametrize(
    ("text", "chosen", "server", "spoken"),
    [
        ("what is the price of BTC", None, "pt-BR", "en"),
        ("qual o preço do BTC", None, "en", "pt-BR"),
        ("qual o preço do BTC", "en", "en", "en"),
        ("BTC?", None, "pt-BR", "pt-BR"),
    ],
)
async def test_the_language_is_chosen_else_that_of_the_question_else_that_of_the_server(
    text: str, chosen: str | None, server: str, spoken: str
) -> None:
    farm = FakeFarm(settings=MemberSettings(user_id="7", locale=chosen))
    heard = await ear(farm, HandClock()).hear(said(text, server_locale=server))
    assert heard.locale == spoken


async def test_a_question_without_a_language_keeps_that_of_the_conversation() -> None:
    clock = HandClock()
    talks = Talks(clock, talk_for=60.0)
    hearing = ear(FakeFarm(), clock, talks)
    talks.keep(said(), understood("price", locale="pt-BR"))
    assert (await hearing.hear(said("BTC?"))).locale == "pt-BR"
    clock.seconds += 61.0
    assert (await hearing.hear(said("BTC?"))).locale == "en"


async def test_what_nobody_sees_is_taken_out_of_all_that_a_stranger_wrote() -> None:
    hidden = "pr\u200bice <@42> of \u202eBTC"
    heard = await ear(FakeFarm(), HandClock()).hear(
        said(
            hidden,
            member="mi\u200ba",
            quoted=[Quoted(author="bot", text=hidden)],
            attachments=["a\u200b.txt"],
        )
    )
    request = heard.request
    seen = [request.text, request.quoted[0].text, request.member, request.attachments[0], heard.question.text]
    assert seen == ["price of BTC", "price of BTC", "mia", "a.txt", "price of BTC"]


async def test_where_one_bot_is_all_personas_the_members_chosen_one_answers() -> None:
    farm = FakeFarm(settings=MemberSettings(user_id="7", persona="z"))
    hearing = ear(farm, HandClock())
    assert (await hearing.hear(said(is_alone=True))).persona == "z"
    assert (await hearing.hear(said())).persona == "xyko"
    farm.settings = MemberSettings(user_id="7", persona="hal")
    assert (await hearing.hear(said(is_alone=True))).request.persona == "xyko"


async def test_settings_that_cannot_be_had_cost_the_choice_and_for_a_moment_nobody_asks_again() -> None:
    clock, farm = HandClock(), FakeFarm(settings=NoAnswer("Silent."))
    hearing = ear(farm, clock)
    for _ in range(3):
        assert (await hearing.hear(said("qual o preço"))).locale == "pt-BR"
    assert len(farm.asked) == 1
    clock.seconds += 3.0
    await hearing.hear(said())
    assert len(farm.asked) == 2


async def test_a_persona_that_there_is_not_is_a_mistake() -> None:
    with pytest.raises(UserMistake):
        await ear(FakeFarm(), HandClock()).hear(said(persona="hal"))
