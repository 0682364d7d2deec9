"""`/cosmic` through real discord.py and the local Discord: the sky is real, the days of a market are told."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec
from sky_answers import AT, trial

from bots.process import Process
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Message, Request
from services.cosmic.findings import aspects_at, calendar_at, moon_at, retrogrades_at, sky_at
from services.cosmic.messages import (
    GetAspects,
    GetCalendar,
    GetMoon,
    GetRetrogrades,
    GetSky,
    ListFactors,
    TestFactor,
)
from services.cosmic.trials import known_factors
from services.errors import UserMistake


def calendar_of(request: Request[Any]) -> Message:
    assert isinstance(request, GetCalendar)
    return calendar_at(AT, request.days)


def trial_of(request: Request[Any]) -> Message:
    assert isinstance(request, TestFactor)
    return trial(request.factor)


@pytest.fixture
async def z(discord_server: Running, bus: FakeBus, tmp_path: Path) -> AsyncIterator[Process]:
    bus.answers |= {
        GetSky: sky_at(AT),
        GetMoon: moon_at(AT),
        GetRetrogrades: retrogrades_at(AT),
        GetAspects: aspects_at(AT),
        GetCalendar: calendar_of,
        ListFactors: known_factors(),
        TestFactor: trial_of,
    }
    async with persona(process_of(spec("z", discord_server.url, tmp_path)), bus) as process:
        yield process


@pytest.fixture
async def mia(client: SandboxClient) -> Member:
    return await client.member("mia")


async def shown(member: Member, command: str, **options: Any) -> Json:
    (message,) = (await member.slash(command, **options)).messages
    return message


@pytest.mark.usefixtures("z")
class TestCosmic:
    async def test_each_command_shows_its_card_and_its_buttons_lead_on(self, mia: Member) -> None:
        assert "92%" in said(await shown(mia, "cosmic now"))
        assert "Waning gibbous" in said(await shown(mia, "cosmic moon"))
        assert "Saturn, Neptune, Pluto" in said(await shown(mia, "cosmic retrograde"))
        assert "Neptune sextile Pluto" in said(await shown(mia, "cosmic aspects"))
        message = await shown(mia, "cosmic calendar")
        assert "30" in said(message)
        longer = next(button for button in buttons(message) if button.startswith("cosmic|show|calendar|90"))
        assert "90" in said((await mia.press(message, longer)).messages[0])

    async def test_a_test_is_one_press_away_and_says_what_it_is_worth(
        self, mia: Member, bus: FakeBus
    ) -> None:
        message = await shown(mia, "cosmic moon")
        wanted = next(button for button in buttons(message) if button.startswith("cosmic|show|test|"))
        pressed = (await mia.press(message, wanted)).messages[0]
        assert TestFactor(factor="Last quarter", market="BTC") in bus.asked
        assert fields(pressed)["Sample"] == "31 of 310 days"
        assert "0.41" in said(pressed)

    async def test_factor_and_market_are_asked_as_chosen_and_the_market_is_remembered(
        self, mia: Member, bus: FakeBus
    ) -> None:
        choices = await mia.autocomplete("cosmic test", "factor", "mercury")
        assert [choice["value"] for choice in choices] == ["mercury_retrograde", "mercury_station"]
        message = await shown(mia, "cosmic test", factor="mercury_retrograde", market="btc", persona="Xyko")
        assert TestFactor(factor="mercury_retrograde", market="btc") in bus.asked
        assert message["embeds"][0]["footer"]["text"].startswith("Xyko")
        assert any(key.startswith("recent_markets:") for key in bus.kept)

    async def test_too_few_days_are_said_in_the_voice(self, mia: Member, bus: FakeBus) -> None:
        bus.answers[TestFactor] = UserMistake("There are only 12 days of X, and a test needs 60.")
        message = await shown(mia, "cosmic test", factor="full_moon", market="X")
        assert "12 days" in said(message)
