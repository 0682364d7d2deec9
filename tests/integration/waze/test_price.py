from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, quote, said, spec

from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from services.errors import BusUnavailable, StalePrice, UnknownMarket
from services.market.messages import GetQuote


@pytest.fixture
async def xyko(discord_server: Running, bus: FakeBus, tmp_path: Path) -> Any:
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus) as process:
        yield process


@pytest.mark.usefixtures("xyko")
class TestPrice:
    async def test_a_price_comes_with_its_source_and_its_age(self, client: SandboxClient) -> None:
        answer = await (await client.member("mia")).slash("price", market="BTC/USDT:USDT")
        (message,) = answer.messages
        facts = fields(message)
        assert message["author"]["username"] == "Xyko"
        assert "64,210.5" in message["embeds"][0]["description"]
        assert message["embeds"][0]["title"] == "BTC/USDT:USDT"
        assert str(message["embeds"][0]).count("64,210.5") == 1
        assert "▲ +1.20%" in message["embeds"][0]["description"]
        assert "up" not in message["embeds"][0]["description"].split()
        assert facts["24 h change"] == "▲ +1.20% up"
        assert facts["24 h volume"] == "1.53B USDT"
        assert facts["Source"].startswith("binance · REPLAY")
        assert facts["Price age"].startswith("2 s")
        assert "<t:" in facts["Market time"]

    async def test_a_live_price_has_one_time_only(self, client: SandboxClient, bus: FakeBus) -> None:
        bus.answers[GetQuote] = quote(bus.clock, nature="live")
        answer = await (await client.member("mia")).slash("price", market="BTC")
        assert fields(answer.messages[0])["Source"] == "binance · LIVE"
        assert "Market time" not in fields(answer.messages[0])

    async def test_another_persona_says_the_same_figures_in_other_words(self, client: SandboxClient) -> None:
        mia = await client.member("mia")
        own = (await mia.slash("price", market="BTC")).messages[0]
        guest = (await mia.slash("price", market="BTC", persona="Waze")).messages[0]
        assert own["embeds"][0]["description"] != guest["embeds"][0]["description"]
        assert fields(own).keys() == fields(guest).keys()
        assert fields(own)["24 h high"] == fields(guest)["24 h high"]
        assert guest["embeds"][0]["footer"]["text"].startswith("Waze")

    async def test_markets_and_personas_complete_as_they_are_typed(self, client: SandboxClient) -> None:
        mia = await client.member("mia")
        markets = await mia.autocomplete("price", "market", "b")
        personas = await mia.autocomplete("price", "persona", "wa", market="BTC")
        assert [choice["name"] for choice in markets] == ["BTC/USDT:USDT", "ETH/USDT:USDT"]
        assert [choice["name"] for choice in personas] == ["Waze"]

    async def test_refresh_shows_the_new_price_in_the_same_message(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        mia = await client.member("mia")
        (first,) = (await mia.slash("price", market="BTC")).messages
        bus.answers[GetQuote] = quote(bus.clock, nature="live")
        answer = await mia.press(first, buttons(first)[0])
        assert answer.callback_type == 7
        assert bus.asked[-1] == GetQuote(market="BTC/USDT:USDT")
        (now,) = await mia.messages(limit=1)
        assert now["id"] == first["id"]
        assert fields(now)["Source"] == "binance · LIVE"

    async def test_a_misspelt_market_offers_what_was_meant(self, client: SandboxClient, bus: FakeBus) -> None:
        mia = await client.member("mia")
        bus.answers[GetQuote] = UnknownMarket.of("BTX", ["BTC/USDT:USDT", "BCH/USDT:USDT"])
        (miss,) = (await mia.slash("price", market="BTX")).messages
        assert miss["flags"] & 64
        assert "BTC/USDT:USDT" in miss["embeds"][0]["description"]
        bus.answers[GetQuote] = quote(bus.clock)
        answer = await mia.press(miss, buttons(miss)[0])
        assert answer.callback_type == 7
        assert bus.asked[-1] == GetQuote(market="BTC/USDT:USDT")

    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (BusUnavailable("Redis is away."), "not well"),
            (StalePrice("Old.", facts={"market": "BTC", "age": 95.0, "limit": 30.0}), "1 min 35 s"),
            (ZeroDivisionError("secret inside"), "Logged as|defect of ours"),
        ],
        ids=["redis away", "stale", "defect"],
    )
    async def test_an_error_is_said_in_voice_to_the_member_alone(
        self, client: SandboxClient, bus: FakeBus, error: Exception, words: str
    ) -> None:
        bus.answers[GetQuote] = error
        (message,) = (await (await client.member("mia")).slash("price", market="BTC")).messages
        assert message["flags"] & 64
        assert any(word in said(message) for word in words.split("|"))
        assert "secret" not in str(message)

    async def test_the_bot_answers_again_as_soon_as_redis_is_back(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        mia, whole = await client.member("mia"), bus.answers[GetQuote]
        bus.answers[GetQuote] = BusUnavailable("Redis is away.")
        await mia.slash("price", market="BTC")
        bus.answers[GetQuote] = whole
        assert "64,210.5" in str((await mia.slash("price", market="BTC")).messages)

    async def test_a_failure_that_passes_can_be_tried_again_by_a_button(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        mia, whole = await client.member("mia"), bus.answers[GetQuote]
        bus.answers[GetQuote] = BusUnavailable("Redis is away.")
        (failed,) = (await mia.slash("price", market="btc", persona="Waze")).messages
        again = await mia.press(failed, buttons(failed)[0])
        assert "not well" in said(again.messages[-1])
        bus.answers[GetQuote] = whole
        (now,) = (await mia.press(failed, buttons(failed)[0])).messages
        assert "64,210.5" in said(now)
        assert now["embeds"][0]["footer"]["text"].startswith("Waze")

    async def test_what_does_not_fit_into_a_button_is_said_without_one(
        self, client: SandboxClient, bus: FakeBus
    ) -> None:
        bus.answers[GetQuote] = BusUnavailable("Redis is away.")
        for typed in ("x" * 200, "BTC|USDT"):
            (failed,) = (await (await client.member("mia")).slash("price", market=typed)).messages
            assert failed["components"] == []

    async def test_a_duplicate_event_is_answered_once(self, client: SandboxClient) -> None:
        mia = await client.member("mia")
        await client.faults(duplicate_event=1)
        answer = await mia.slash("price", market="BTC")
        assert len(answer.messages) == 1
        assert answer.state == "acknowledged"

    async def test_a_cut_connection_costs_no_answer(self, client: SandboxClient) -> None:
        mia = await client.member("mia")
        await client.faults(drop_rest=1)
        answer = await mia.slash("price", market="BTC")
        assert answer.state == "acknowledged"
