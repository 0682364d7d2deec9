from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec, until, user_id

from bots.process import Process
from config.farm_file import DiscordSection, LimitsSection
from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from services.bus.messages import Entry, Request
from services.errors import BusUnavailable, NoAnswer
from services.farm.messages import (
    FARM_NOTICES,
    BotStatus,
    Done,
    FarmNotice,
    FarmStatus,
    GetFarm,
    GetLogs,
    LogLines,
    RestartBot,
    ToggleBot,
)
from services.members.messages import Allowed, GetMember, GetRight, MemberSettings
from services.personas.messages import PersonaPresent

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
FARM = FarmStatus(
    mode="full",
    bots=[
        BotStatus(name="market", kind="market", state="ready", rss_mb=91.4),
        BotStatus(
            name="xyko", kind="persona", state="broken", reason="Discord refuses the token.", restarts=3
        ),
    ],
    config_version="abc123",
    started_at=NOW,
    addresses={},
)


class Rights:
    """Answers for rights as the members process would: by the name of a role."""

    def __call__(self, request: Request[Any]) -> Allowed:
        assert isinstance(request, GetRight)
        return Allowed(right="admin" if request.caller.is_guild_admin else "member")


@pytest.fixture
async def waze(discord_server: Running, bus: FakeBus, tmp_path: Path) -> AsyncIterator[Process]:
    bus.answers[GetRight] = Rights()
    bus.answers[GetFarm] = FARM
    async with persona(process_of(spec("waze", discord_server.url, tmp_path)), bus) as process:
        yield process


@pytest.mark.usefixtures("waze")
class TestWaze:
    async def test_help_lists_every_command_with_its_owner_and_an_example(
        self, client: SandboxClient
    ) -> None:
        (message,) = (await (await client.member("mia")).slash("help")).messages
        by_owner = fields(message)
        assert message["flags"] & 64
        assert {"Waze", "Xyko"} <= by_owner.keys()
        shown = str(message["embeds"][0]["fields"])
        assert "/price market:BTC/USDT:USDT" in shown
        assert "/farm restart bot:xyko" in shown

    async def test_help_needs_nobody(self, client: SandboxClient, bus: FakeBus) -> None:
        bus.answers.clear()
        bus.answers[GetMember] = NoAnswer("Silent.")
        assert (await (await client.member("mia")).slash("help")).messages[0]["embeds"][0][
            "title"
        ] == "Omega Bot Farm"

    async def test_the_commands_of_one_persona_are_a_button_away_with_what_they_do(
        self, client: SandboxClient
    ) -> None:
        mia = await client.member("mia")
        mia.locale = "pt-BR"
        (message,) = (await mia.slash("help")).messages
        (shown,) = (await mia.press(message, "help|show|xyko|waze")).messages
        assert set(fields(shown)) == {"Xyko"}
        assert "O último preço de um mercado, com a fonte e a idade" in fields(shown)["Xyko"]

    async def test_an_admin_sees_how_every_bot_is(self, client: SandboxClient) -> None:
        (message,) = (await (await client.member("ana")).slash("farm status")).messages
        assert message["flags"] & 64
        assert "Discord refuses the token." in fields(message)["Bots"]
        assert "91 MB" in fields(message)["Bots"]

    async def test_the_status_is_refreshed_in_place(self, client: SandboxClient) -> None:
        ana = await client.member("ana")
        (message,) = (await ana.slash("farm status")).messages
        answer = await ana.press(message, buttons(message)[0])
        assert answer.callback_type == 7

    async def test_a_member_without_the_right_is_told_the_role_that_has_it(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        (message,) = (await (await client.member("theo")).slash("farm status")).messages
        assert message["flags"] & 64
        assert "**Admin**" in said(message)
        assert not any(isinstance(request, GetFarm) for request in bus.asked)

    async def test_a_change_carries_who_asked_and_an_id(self, client: SandboxClient, bus: FakeBus) -> None:
        bus.answers[ToggleBot] = Done(detail="xyko is disabled.")
        ana = await client.member("ana")
        answer = await ana.slash("farm toggle", bot="xyko", state="off")
        request = bus.questions[-1]
        assert isinstance(request, ToggleBot)
        assert request.id == answer.interaction_id
        assert request.caller.user_id == ana.user["id"]
        assert request.caller.role_names[-1] == "Admin"
        assert not request.enabled
        assert "xyko is disabled." in said(answer.messages[0])

    async def test_bots_complete_as_they_are_typed(self, client: SandboxClient) -> None:
        choices = await (await client.member("ana")).autocomplete("farm restart", "bot", "xy")
        assert [choice["value"] for choice in choices] == ["xyko"]

    async def test_which_bots_there_are_is_not_told_to_a_member(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        assert await (await client.member("mia")).autocomplete("farm restart", "bot", "xy") == []
        assert not any(isinstance(request, GetFarm) for request in bus.asked)

    async def test_a_log_too_long_for_a_message_loses_its_oldest_lines_and_says_so(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        bus.answers[GetLogs] = LogLines(lines=[f"line {number} ``` {'x' * 90}" for number in range(100)])
        (message,) = (await (await client.member("ana")).slash("farm logs", bot="xyko", lines=100)).messages
        assert "line 99" in said(message)
        assert "line 0 " not in said(message)
        assert "earlier lines" in said(message)

    @pytest.mark.slow
    async def test_what_takes_longer_than_two_seconds_is_deferred_to_the_admin_alone(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        bus.answers[RestartBot] = Done(detail="xyko was restarted.")
        bus.delays[RestartBot] = 2.2
        answer = await (await client.member("ana")).slash("farm restart", bot="xyko")
        assert answer.callback_type == 5
        assert answer.messages[0]["flags"] & 64
        assert "xyko was restarted." in said(answer.messages[0])

    async def test_redis_away_is_said_in_voice(self, client: SandboxClient, bus: FakeBus) -> None:
        bus.answers[GetRight] = BusUnavailable("Redis is away.")
        answer = await (await client.member("ana")).slash("farm status")
        assert "not well" in said(answer.messages[0])
        assert answer.elapsed_ms < 3000

    async def test_waze_tells_the_others_that_it_is_there(self, bus: FakeBus) -> None:
        await until(lambda: "persona_present:waze" in bus.kept)
        assert bus.kept["persona_present:waze"] == PersonaPresent(persona="waze", user_id=user_id("Waze"))

    async def test_a_notice_of_the_farm_reaches_the_admins_once_though_it_comes_twice(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        notice = FarmNotice(id="n-1", at=NOW, severity="error", title="xyko is left stopped", detail="4004")
        entry = Entry(id="1-0", message=notice, deliveries=1, appended_at=NOW)
        await until(lambda: FARM_NOTICES.name in bus.consumers)
        for _ in range(2):
            await bus.consumers[FARM_NOTICES.name](entry)
        posted = await (await client.member("ana")).messages("farm-admin")
        assert [message["embeds"][0]["title"] for message in posted] == ["Error: xyko is left stopped"]


async def test_a_hasty_member_gets_one_notice_and_the_rest_is_dropped(
    discord_server: Running, client: SandboxClient, bus: FakeBus, tmp_path: Path
) -> None:
    told = spec("xyko", discord_server.url, tmp_path, limits=LimitsSection())
    await client.faults(interaction_deadline_s=0.3)
    async with persona(process_of(told), bus):
        mia = await client.member("mia")
        answers = [await mia.slash("price", market="BTC") for _ in range(6)]
    assert [answer.state for answer in answers] == ["acknowledged"] * 4 + ["failed"] * 2
    assert "fast" in said(answers[3].messages[0]) or "Sampling" in said(answers[3].messages[0])
    assert answers[3].messages[0]["flags"] & 64


async def test_one_application_carries_every_command_in_the_voice_that_the_member_chose(
    discord_server: Running, client: SandboxClient, bus: FakeBus, tmp_path: Path
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", persona="xyko")
    told = spec("waze", discord_server.url, tmp_path, discord=DiscordSection(applications="one"))
    async with persona(process_of(told), bus):
        mia = await client.member("mia")
        chosen = (await mia.slash("price", market="BTC")).messages[0]
        asked = (await mia.slash("price", market="BTC", persona="waze")).messages[0]
        await mia.slash("help")
    assert chosen["author"]["username"] == "Waze"
    assert chosen["embeds"][0]["footer"]["text"].startswith("Xyko")
    assert asked["embeds"][0]["footer"]["text"].startswith("Waze")
