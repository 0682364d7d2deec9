from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from bots.waze.host import Role, WazeHost
from services.chat.messages import Converse, Reply, Shown
from services.errors import BusUnavailable, NoAnswer, StoreUnavailable, UserMistake
from services.market.messages import FindMarkets, MarketNames
from services.members.messages import (
    MEMBER_LANGUAGE,
    Caller,
    ChangeMember,
    DeleteMember,
    Forgotten,
    GetMember,
    MemberSettings,
    SpokenLanguage,
)
from services.personas.roster import Roster


def asker(locale: str = "en-US") -> Any:
    return SimpleNamespace(user=SimpleNamespace(id=7), locale=locale, extras={})


async def test_an_answer_is_reused_while_it_is_remembered(xyko: WazeHost, bus: Any, clock: Any) -> None:
    bus.answers[FindMarkets] = MarketNames(names=["BTC/USDT:USDT"])
    for _ in range(3):
        await xyko.ask(FindMarkets(typed="b"), remember=5.0)
    await xyko.ask(FindMarkets(typed="bt"), remember=5.0)
    clock.seconds += 5.0
    await xyko.ask(FindMarkets(typed="b"), remember=5.0)
    assert [request.typed for request in bus.asked] == ["b", "bt", "b"]


async def test_who_asks_the_same_meanwhile_shares_one_answer(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = MarketNames(names=["BTC/USDT:USDT"])
    bus.delays[FindMarkets] = 0.01
    found = await asyncio.gather(*(xyko.ask(FindMarkets(), remember=0.1) for _ in range(9)))
    assert [answer.names for answer in found] == [["BTC/USDT:USDT"]] * 9
    assert len(bus.asked) == 1


async def test_who_asks_the_same_meanwhile_shares_one_error(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = NoAnswer("Silent.")
    bus.delays[FindMarkets] = 0.01
    asked = [xyko.ask(FindMarkets(), remember=0.1) for _ in range(9)]
    errors = await asyncio.gather(*asked, return_exceptions=True)
    assert all(isinstance(error, NoAnswer) for error in errors)
    assert len(bus.asked) == 1


async def test_an_asker_who_leaves_does_not_take_the_answer_along(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = MarketNames(names=["BTC/USDT:USDT"])
    bus.delays[FindMarkets] = 0.02
    first, second = (asyncio.ensure_future(xyko.ask(FindMarkets(), remember=0.1)) for _ in range(2))
    await asyncio.sleep(0.01)
    second.cancel()
    assert (await first).names == ["BTC/USDT:USDT"]


async def test_when_the_first_asker_leaves_another_asks_again(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = MarketNames(names=["BTC/USDT:USDT"])
    bus.delays[FindMarkets] = 0.02
    asked = [asyncio.ensure_future(xyko.ask(FindMarkets(), remember=0.1)) for _ in range(4)]
    await asyncio.sleep(0.01)
    asked[0].cancel()
    found = await asyncio.gather(*asked[1:])
    assert [answer.names for answer in found] == [["BTC/USDT:USDT"]] * 3
    assert len(bus.asked) == 2


async def test_a_defect_is_shared_as_the_defect_that_it_is(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = ZeroDivisionError("a defect")
    bus.delays[FindMarkets] = 0.01
    asked = [xyko.ask(FindMarkets(), remember=0.1) for _ in range(3)]
    errors = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(error) for error in errors] == [ZeroDivisionError] * 3


async def test_an_error_is_never_remembered(xyko: WazeHost, bus: Any) -> None:
    bus.answers[FindMarkets] = NoAnswer("Silent.")
    for _ in range(2):
        with pytest.raises(NoAnswer):
            await xyko.ask(FindMarkets(), remember=5.0)
    assert len(bus.asked) == 2


async def test_a_persona_speaks_for_itself_and_asks_only_which_language_is_chosen(
    xyko: WazeHost, bus: Any
) -> None:
    for _ in range(3):
        assert (await xyko.speaker(asker())).card.name == "xyko"
    assert bus.asked == [GetMember(user_id="7")]


@pytest.mark.parametrize(
    ("chosen", "discord", "spoken"),
    [
        (None, "en-US", "en"),
        (None, "pt-BR", "pt-BR"),
        (None, "de", "en"),
        ("pt-BR", "en-US", "pt-BR"),
        ("en", "pt-BR", "en"),
    ],
)
async def test_the_language_is_the_members_choice_else_that_of_their_discord(
    xyko: WazeHost, bus: Any, chosen: str | None, discord: str, spoken: str
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", locale=chosen)
    assert (await xyko.speaker(asker(discord))).locale == spoken


async def test_settings_that_could_not_be_had_are_not_waited_for_again_at_once(
    xyko: WazeHost, bus: Any, clock: Any
) -> None:
    bus.answers[GetMember] = NoAnswer("Silent.")
    for _ in range(3):
        assert (await xyko.speaker(asker("pt-BR"))).locale == "pt-BR"
    assert len(bus.asked) == 1
    clock.seconds += 3.0
    bus.answers[GetMember] = MemberSettings(user_id="7", locale="en")
    assert (await xyko.speaker(asker("pt-BR"))).locale == "en"


async def test_who_is_turned_away_is_told_so_in_the_chosen_language_without_a_question(
    xyko: WazeHost, bus: Any
) -> None:
    assert xyko.voice_at_hand(asker("pt-BR")).locale == "pt-BR"
    assert bus.asked == []
    bus.answers[GetMember] = MemberSettings(user_id="7", locale="en")
    await xyko.speaker(asker("pt-BR"))
    assert xyko.voice_at_hand(asker("pt-BR")).locale == "en"


async def test_a_member_who_had_everything_deleted_is_a_stranger_at_once(xyko: WazeHost, bus: Any) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", locale="pt-BR")
    bus.answers[DeleteMember] = Forgotten(rows=1, kept=0)
    assert (await xyko.speaker(asker())).locale == "pt-BR"
    await xyko.ask(DeleteMember(user_id="7"))
    assert (await xyko.speaker(asker())).locale == "en"


async def test_the_language_of_a_members_discord_is_noted_until_they_want_to_be_forgotten(
    xyko: WazeHost, bus: Any, clock: Any
) -> None:
    noted = f"{MEMBER_LANGUAGE.name}:7"
    bus.answers[DeleteMember] = Forgotten(rows=1, kept=0)
    await xyko.speaker(asker("pt-BR"))
    assert bus.kept[noted] == SpokenLanguage(locale="pt-BR")
    await xyko.ask(DeleteMember(user_id="7"))
    await xyko.speaker(asker("pt-BR"))
    assert bus.kept[noted] == SpokenLanguage()
    clock.seconds += 61.0
    await xyko.speaker(asker("en-US"))
    assert bus.kept[noted] == SpokenLanguage(locale="en")


async def test_the_persona_asked_for_speaks(xyko: WazeHost) -> None:
    who = asker()
    voice = await xyko.speaker(who, "Waze")
    assert voice.card.name == "waze"
    assert who.extras["voice"] is voice


async def test_an_unknown_persona_is_the_members_mistake(xyko: WazeHost) -> None:
    with pytest.raises(UserMistake):
        await xyko.speaker(asker(), "hal")


async def test_one_bot_for_all_speaks_in_the_members_chosen_voice(alone: WazeHost, bus: Any) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", persona="xyko")
    assert (await alone.speaker(asker())).card.name == "xyko"
    assert (await alone.speaker(asker(), "waze")).card.name == "waze"


async def test_one_bot_for_all_keeps_its_own_voice_for_a_member_who_chose_none(
    alone: WazeHost, bus: Any
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7")
    assert (await alone.speaker(asker())).card.name == "waze"


async def test_a_silent_members_process_costs_the_voice_and_not_the_answer(alone: WazeHost, bus: Any) -> None:
    bus.answers[GetMember] = NoAnswer("Silent.", facts={"service": "members"})
    assert (await alone.speaker(asker())).card.name == "waze"


@pytest.mark.parametrize("error", [BusUnavailable("Away."), StoreUnavailable("Locked.")])
async def test_settings_that_cannot_be_had_cost_the_voice_and_not_the_answer(
    alone: WazeHost, bus: Any, error: Exception
) -> None:
    bus.answers[GetMember] = error
    assert (await alone.speaker(asker())).card.name == "waze"


async def test_a_chosen_persona_of_another_time_costs_the_voice_and_not_the_answer(
    alone: WazeHost, bus: Any
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", persona="hal")
    assert (await alone.speaker(asker())).card.name == "waze"


async def test_a_member_who_chose_a_voice_hears_it_from_the_next_answer_on(alone: WazeHost, bus: Any) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7")
    bus.answers[ChangeMember] = MemberSettings(user_id="7", persona="xyko")
    assert (await alone.speaker(asker())).card.name == "waze"
    await alone.ask(ChangeMember(user_id="7", persona="xyko"))
    assert (await alone.speaker(asker())).card.name == "xyko"


class Conversation:
    """What a bot hears of an answer in parts."""

    def __init__(self, bus: Any, roster: Roster) -> None:
        role = Role(persona=roster.card("xyko"), cogs=())
        self.host = WazeHost(role=role, roster=roster, bus=bus, clock=bus.clock, taken_up_within=0.05)
        self.heard: list[str] = []

    async def ask(self) -> str:
        request = Converse(
            id="1", caller=Caller(user_id="7"), persona="xyko", text="hi", channel_id="9", place="dm"
        )
        return (await self.host.converse(request, self._hear, timeout=1.0)).card.verdict

    async def _hear(self, part: Reply) -> None:
        self.heard.append(part.card.verdict)


def part(text: str) -> Reply:
    return Reply(card=Shown(verdict=text), is_last=False)


async def test_a_conversation_that_nobody_takes_up_is_given_up_soon(bus: Any, roster: Roster) -> None:
    bus.answers[Converse] = part("too late")
    bus.delays[Converse] = 0.5
    with pytest.raises(NoAnswer) as caught:
        await Conversation(bus, roster).ask()
    assert caught.value.message == "chat did not answer within 0.05 s."


async def test_a_conversation_that_was_taken_up_may_take_its_time(bus: Any, roster: Roster) -> None:
    bus.parts[Converse] = [(0.0, part("")), (0.06, part("It"))]
    bus.answers[Converse] = Reply(card=Shown(verdict="It is."))
    bus.delays[Converse] = 0.06
    talk = Conversation(bus, roster)
    assert await talk.ask() == "It is."
    assert talk.heard == ["", "It"]
