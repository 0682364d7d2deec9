"""What members choose and have kept of them, through real discord.py and the local Discord."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from kept_member import KeptMember
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec

from bots.process import Process
from config.farm_file import DiscordSection
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Message, Request
from services.errors import StoreUnavailable, UnknownMarket
from services.market.messages import FindMarkets, GetQuote
from services.members.messages import AuditEntry, DeleteMember, GetMember, LessonDone, MemberSettings
from services.personas.messages import RecentMarkets

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def kept(bus: FakeBus) -> KeptMember:
    return KeptMember(bus)


@pytest.fixture
async def waze(
    discord_server: Running, bus: FakeBus, kept: KeptMember, tmp_path: Path
) -> AsyncIterator[Process]:
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
    async def test_a_member_sees_and_changes_the_settings_alone(self, mia: Member, kept: KeptMember) -> None:
        shown = await answer(mia, "settings show")
        assert shown["flags"] & 64
        assert fields(shown)["Voice"] == "not chosen"
        assert fields(shown)["Time zone"] == "Europe/Lisbon"
        assert fields(shown)["Favourites"].startswith("none yet")
        light = await answer(mia, "settings theme", ground="light")
        assert light["flags"] & 64
        assert "light" in said(light)
        blind = await answer(mia, "settings palette", colours="colour_blind")
        assert fields(blind)["Colours of charts"] == "colour-blind"
        assert kept.settings is not None
        assert (kept.settings.theme, kept.settings.palette) == ("light", "colour_blind")
        assert fields(await answer(mia, "settings theme"))["Charts"] == "not chosen"
        assert fields(await answer(mia, "settings palette"))["Colours of charts"] == "not chosen"

    async def test_settings_that_cannot_be_had_are_said_to_be_away_and_help_still_answers(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[GetMember] = StoreUnavailable("Locked.")
        assert (await answer(mia, "settings show"))["embeds"][0]["footer"]["text"].startswith("DOWN-02")
        assert (await answer(mia, "help"))["embeds"][0]["title"] == "Omega Bot Farm"


@pytest.mark.usefixtures("waze")
class TestPersonas:
    async def test_a_chosen_persona_answers_from_then_on_and_the_rest_is_kept(
        self, mia: Member, kept: KeptMember
    ) -> None:
        before = await answer(mia, "price", market="BTC")
        message = await answer(mia, "persona set", who="Xyko")
        assert message["flags"] & 64
        assert fields(message)["Voice"] == "Xyko"
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"], timezone="Europe/Lisbon", persona="xyko"
        )
        after = await answer(mia, "price", market="BTC")
        speakers = [one["embeds"][0]["footer"]["text"].partition(" ")[0] for one in (before, after)]
        assert speakers == ["Waze", "Xyko"]
        assert fields(await answer(mia, "persona set", who="none"))["Voice"] == "not chosen"

    async def test_an_unknown_persona_changes_nothing_and_names_those_there_are(
        self, mia: Member, kept: KeptMember
    ) -> None:
        message = await answer(mia, "persona set", who="hal")
        assert "Waze, Xyko" in said(message)
        assert kept.settings is None

    async def test_the_personas_and_none_complete_as_they_are_typed_in_the_members_language(
        self, mia: Member
    ) -> None:
        choices = [choice["value"] for choice in await mia.autocomplete("persona set", "who", "")]
        assert {"Waze", "Xyko"} <= {*choices}
        assert choices[-1] == "none"
        mia.locale = "pt-BR"
        (none,) = await mia.autocomplete("persona set", "who", "nenh")
        assert fields(await answer(mia, "persona set", who=none["value"]))["Voz"] == "sem escolha"

    async def test_everybody_is_listed_and_each_can_be_looked_at_and_chosen(
        self, mia: Member, kept: KeptMember
    ) -> None:
        everybody = await answer(mia, "persona list")
        assert {"Waze", "Xyko"} <= fields(everybody).keys()
        (xyko,) = (await mia.press(everybody, "personas|show|xyko|waze")).messages
        assert xyko["embeds"][0]["title"] == "Xyko"
        assert "`/price market:BTC/USDT:USDT`" in fields(xyko)["Strengths"]
        await mia.press(xyko, next(press for press in buttons(xyko) if "|set|" in press))
        assert kept.settings is not None
        assert kept.settings.persona == "xyko"
        alone = await answer(mia, "persona show", who="xyko")
        assert alone["embeds"][0]["title"] == "Xyko"


@pytest.mark.usefixtures("waze")
class TestFavourites:
    async def test_a_favourite_is_kept_by_its_whole_name_and_let_go_again(
        self, mia: Member, kept: KeptMember
    ) -> None:
        first = await answer(mia, "favourites add", market="btc")
        assert first["flags"] & 64
        assert fields(first)["Favourites"] == "BTC/USDT:USDT"
        assert "BTC/USDT:USDT" in said(first)
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"], timezone="Europe/Lisbon", favourites=["BTC/USDT:USDT"]
        )
        assert fields(await answer(mia, "favourites list"))["Favourites"] == "BTC/USDT:USDT"
        offered = await mia.autocomplete("favourites remove", "market", "b")
        assert [choice["value"] for choice in offered] == ["BTC/USDT:USDT"]
        again = await answer(mia, "favourites remove", market="btc")
        assert fields(again)["Favourites"].startswith("none yet")

    async def test_what_is_changed_elsewhere_while_a_command_runs_is_not_undone(
        self, mia: Member, kept: KeptMember, bus: FakeBus
    ) -> None:
        quote, stored = bus.answers[GetQuote], MemberSettings(user_id=mia.user["id"], locale="pt-BR")

        def meanwhile(request: Request[Any]) -> Message:
            kept.settings = msgspec.structs.replace(stored, persona="xyko", favourites=["ETH/USDT"])
            assert isinstance(quote, Message)
            return quote if isinstance(request, GetQuote) else stored

        bus.answers[GetQuote] = meanwhile
        await answer(mia, "favourites add", market="btc")
        assert kept.settings == MemberSettings(
            user_id=mia.user["id"],
            locale="pt-BR",
            persona="xyko",
            favourites=["ETH/USDT", "BTC/USDT:USDT"],
        )

    async def test_a_favourite_that_is_no_market_any_more_can_be_let_go_and_no_other(
        self, mia: Member, kept: KeptMember, bus: FakeBus
    ) -> None:
        kept.settings = MemberSettings(user_id=mia.user["id"], favourites=["LUNA/USDT"])
        bus.answers[GetQuote] = UnknownMarket.of("LUNA/USDT", [])
        assert "/favourites list" in said(await answer(mia, "favourites remove", market="BTC"))
        message = await answer(mia, "favourites remove", market="LUNA/USDT")
        assert fields(message)["Favourites"].startswith("none yet")

    async def test_a_market_that_is_none_becomes_no_favourite(
        self, mia: Member, kept: KeptMember, bus: FakeBus
    ) -> None:
        bus.answers[GetQuote] = UnknownMarket.of("BTX", ["BTC/USDT:USDT"])
        assert "BTC/USDT:USDT" in said(await answer(mia, "favourites add", market="BTX"))
        assert kept.settings is None

    async def test_a_favourite_leads_the_lists_at_once(self, mia: Member, bus: FakeBus) -> None:
        await mia.autocomplete("price", "market", "b")
        await answer(mia, "favourites add", market="btc")
        await mia.autocomplete("price", "market", "b")
        assert bus.asked[-1] == FindMarkets(typed="b", first=["BTC/USDT:USDT"])


@pytest.mark.usefixtures("waze")
class TestLanguage:
    async def test_discords_language_is_spoken_until_another_is_chosen(self, mia: Member) -> None:
        mia.locale = "pt-BR"
        assert fields(await answer(mia, "price", market="BTC"))["Máxima em 24 h"] == "64.999,9"
        english = await answer(mia, "locale", language="en")
        assert fields(english)["Language"] == "English"
        assert fields(await answer(mia, "price", market="BTC"))["24 h high"] == "64,999.9"
        assert fields(await answer(mia, "locale"))["Language"] == "English"
        again = await answer(mia, "locale", language="discord")
        assert fields(again)["Idioma"] == "sem escolha"

    async def test_errors_are_said_in_the_members_language_too(self, mia: Member, bus: FakeBus) -> None:
        mia.locale = "pt-BR"
        bus.answers[GetQuote] = UnknownMarket.of("BTX", ["BTC/USDT:USDT"])
        wrong = await answer(mia, "persona set", who="hal")
        assert "Não há persona com esse nome." in said(wrong)

    async def test_a_time_zone_completes_by_its_city_and_shows_the_clock(
        self, mia: Member, kept: KeptMember
    ) -> None:
        choices = await mia.autocomplete("timezone", "zone", "sao p")
        assert [choice["value"] for choice in choices] == ["America/Sao_Paulo"]
        assert choices[0]["name"].startswith("America/Sao_Paulo · ")
        message = await answer(mia, "timezone", zone="America/Sao_Paulo")
        assert fields(message)["Time zone"] == "America/Sao_Paulo"
        assert fields(await answer(mia, "timezone"))["Time zone"] == "America/Sao_Paulo"
        assert fields(await answer(mia, "timezone", zone="UTC"))["Time zone"] == "not chosen"
        assert kept.settings is not None
        assert kept.settings.timezone is None


@pytest.mark.usefixtures("waze")
class TestPrivacy:
    async def test_a_member_gets_all_that_is_kept_as_a_file(
        self, client: SandboxClient, mia: Member, kept: KeptMember, bus: FakeBus
    ) -> None:
        await answer(mia, "favourites add", market="btc")
        bus.kept[f"recent_markets:{mia.user['id']}"] = RecentMarkets(names=["ETH/USDT"])
        kept.more["lessons"] = [LessonDone(lesson="candle", at=NOON)]
        kept.more["audit"] = [
            AuditEntry(id="1", at=NOON, actor=mia.user["id"], action="x", subject="y", outcome="done")
        ]
        message = await answer(mia, "privacy export")
        assert message["flags"] & 64
        (file,) = message["attachments"]
        told = json.loads(await client.fetch(file["url"]))
        assert told["settings"]["favourites"] == ["BTC/USDT:USDT"]
        assert told["recent_markets"] == ["ETH/USDT"]
        assert told["lessons"] == [{"lesson": "candle", "at": "2026-03-01T12:00:00Z"}]
        assert [entry["id"] for entry in told["audit"]] == ["1"]
        assert "5" in said(message)

    async def test_everything_is_deleted_when_the_member_says_so_twice(
        self, mia: Member, kept: KeptMember, bus: FakeBus
    ) -> None:
        await answer(mia, "favourites add", market="btc")
        bus.kept[f"recent_markets:{mia.user['id']}"] = RecentMarkets(names=["ETH/USDT"])
        asked = await answer(mia, "privacy delete")
        assert "Discord id" in fields(asked)["Stays"]
        assert not any(isinstance(request, DeleteMember) for request in bus.asked)
        (gone,) = (await mia.press(asked, buttons(asked)[0])).messages
        assert "3" in said(gone)
        assert gone["components"] == []
        assert "Discord id" in fields(gone)["Stays"]
        assert kept.settings == MemberSettings(user_id=mia.user["id"])
        assert bus.kept[f"recent_markets:{mia.user['id']}"] == RecentMarkets(names=[])

    async def test_what_a_member_decides_to_keep_stays(self, mia: Member, bus: FakeBus) -> None:
        asked = await answer(mia, "privacy delete")
        await mia.press(asked, buttons(asked)[1])
        assert not any(isinstance(request, DeleteMember) for request in bus.asked)
