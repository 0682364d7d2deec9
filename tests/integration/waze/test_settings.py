from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from persona_fakes import FakeBus
from persona_stage import fields, persona, process_of, said, spec

from bots.process import Process
from config.farm_file import DiscordSection
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Message, Request
from services.errors import StoreUnavailable, UnknownMarket
from services.market.messages import FindMarkets, GetQuote
from services.members.changes import applied
from services.members.messages import ChangeMember, GetMember, MemberSettings


class Kept:
    """Keeps one member's settings as the members process would."""

    def __init__(self) -> None:
        self.settings: MemberSettings | None = None

    def get(self, request: Request[Any]) -> MemberSettings:
        assert isinstance(request, GetMember)
        return self.settings or MemberSettings(user_id=request.user_id, timezone="Europe/Lisbon")

    def change(self, request: Request[Any]) -> MemberSettings:
        assert isinstance(request, ChangeMember)
        before = self.settings or MemberSettings(user_id=request.user_id, timezone="Europe/Lisbon")
        self.settings = applied(request, before)
        return self.settings


@pytest.fixture
def kept(bus: FakeBus) -> Kept:
    kept = Kept()
    bus.answers[GetMember], bus.answers[ChangeMember] = kept.get, kept.change
    return kept


@pytest.fixture
async def waze(discord_server: Running, bus: FakeBus, kept: Kept, tmp_path: Path) -> AsyncIterator[Process]:
    assert kept.settings is None
    one = DiscordSection(applications="one")
    async with persona(process_of(spec("waze", discord_server.url, tmp_path, discord=one)), bus) as process:
        yield process


@pytest.fixture
async def mia(client: SandboxClient) -> Member:
    return await client.member("mia")


async def answer(member: Member, command: str, **options: str) -> Json:
    (message,) = (await member.slash(command, **options)).messages
    return message


@pytest.mark.usefixtures("waze")
class TestSettings:
    async def test_a_member_sees_the_settings_alone(self, mia: Member) -> None:
        message = await answer(mia, "settings show")
        assert message["flags"] & 64
        assert fields(message)["Voice"] == "not chosen"
        assert fields(message)["Favourites"].startswith("none yet")
        assert "/settings persona" in said(message)

    async def test_a_chosen_persona_answers_from_then_on_and_the_rest_is_kept(
        self, mia: Member, kept: Kept
    ) -> None:
        before = await answer(mia, "price", market="BTC")
        message = await answer(mia, "settings persona", who="Xyko")
        assert message["flags"] & 64
        assert fields(message)["Voice"] == "Xyko"
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"], timezone="Europe/Lisbon", persona="xyko"
        )
        after = await answer(mia, "price", market="BTC")
        speakers = [one["embeds"][0]["footer"]["text"].partition(" ")[0] for one in (before, after)]
        assert speakers == ["Waze", "Xyko"]

    async def test_none_leaves_the_voice_to_the_bot_again(self, mia: Member, kept: Kept) -> None:
        await answer(mia, "settings persona", who="Xyko")
        assert fields(await answer(mia, "settings persona", who="none"))["Voice"] == "not chosen"
        assert kept.settings is not None
        assert kept.settings.persona is None

    async def test_an_unknown_persona_changes_nothing_and_names_those_there_are(
        self, mia: Member, kept: Kept
    ) -> None:
        message = await answer(mia, "settings persona", who="hal")
        assert "Waze, Xyko" in said(message)
        assert kept.settings is None

    async def test_the_personas_and_none_complete_as_they_are_typed(self, mia: Member) -> None:
        choices = await mia.autocomplete("settings persona", "who", "")
        assert [choice["value"] for choice in choices] == ["Waze", "Xyko", "none"]

    async def test_a_favourite_is_kept_by_its_whole_name_and_let_go_again(
        self, mia: Member, kept: Kept
    ) -> None:
        first = await answer(mia, "settings favourite", market="btc")
        assert first["flags"] & 64
        assert fields(first)["Favourites"] == "BTC/USDT:USDT"
        assert "BTC/USDT:USDT" in said(first)
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"], timezone="Europe/Lisbon", favourites=["BTC/USDT:USDT"]
        )
        assert fields(await answer(mia, "settings show"))["Favourites"] == "BTC/USDT:USDT"
        again = await answer(mia, "settings favourite", market="BTC/USDT:USDT")
        assert fields(again)["Favourites"].startswith("none yet")

    async def test_what_is_changed_elsewhere_while_a_command_runs_is_not_undone(
        self, mia: Member, kept: Kept, bus: FakeBus
    ) -> None:
        quote, stored = bus.answers[GetQuote], MemberSettings(user_id=mia.user["id"], locale="pt-BR")

        def meanwhile(request: Request[Any]) -> Message:
            kept.settings = msgspec.structs.replace(stored, persona="xyko", favourites=["ETH/USDT"])
            assert isinstance(quote, Message)
            return quote if isinstance(request, GetQuote) else stored

        bus.answers[GetQuote] = meanwhile
        await answer(mia, "settings favourite", market="btc")
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"],
            locale="pt-BR",
            persona="xyko",
            favourites=["ETH/USDT", "BTC/USDT:USDT"],
        )

    async def test_a_favourite_that_is_no_market_any_more_can_be_let_go(
        self, mia: Member, kept: Kept, bus: FakeBus
    ) -> None:
        kept.settings = MemberSettings(user_id=mia.user["id"], favourites=["LUNA/USDT"])
        bus.answers[GetQuote] = UnknownMarket.of("LUNA/USDT", [])
        message = await answer(mia, "settings favourite", market="LUNA/USDT")
        assert fields(message)["Favourites"].startswith("none yet")

    async def test_a_market_that_is_none_becomes_no_favourite(
        self, mia: Member, kept: Kept, bus: FakeBus
    ) -> None:
        bus.answers[GetQuote] = UnknownMarket.of("BTX", ["BTC/USDT:USDT"])
        assert "BTC/USDT:USDT" in said(await answer(mia, "settings favourite", market="BTX"))
        assert kept.settings is None

    async def test_a_favourite_leads_the_lists_at_once(self, mia: Member, bus: FakeBus) -> None:
        await mia.autocomplete("price", "market", "b")
        await answer(mia, "settings favourite", market="btc")
        await mia.autocomplete("price", "market", "b")
        assert bus.asked[-1] == FindMarkets(typed="b", first=["BTC/USDT:USDT"])

    async def test_settings_that_cannot_be_had_are_said_to_be_away_and_help_still_answers(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[GetMember] = StoreUnavailable("Locked.")
        assert "records" in said(await answer(mia, "settings show"))
        assert (await answer(mia, "help"))["embeds"][0]["title"] == "Omega Bot Farm"
