"""The commands about markets, through real discord.py and the local Discord, with a bus that does as told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from market_answers import book, comparison, conversion, interest, origin, quote, rate
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec

from bots.process import Process
from cogs._markets import SHARED_FOR
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Request
from services.errors import BusUnavailable, ExchangeBusy, NoAnswer, NotOffered, UnknownMarket, UnknownVenue
from services.market.messages import (
    Compare,
    Convert,
    FindMarkets,
    FundingRates,
    GetBook,
    GetFunding,
    GetInterest,
    GetMovers,
    GetQuote,
    ListVenues,
    MarketNames,
    Movers,
    Nature,
    Origin,
    VenueQuote,
)
from services.members.messages import GetMember, MemberSettings

BTC, ETH, SOL = "BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"


def here(bus: FakeBus, venue: str = "binance", nature: Nature = "replay") -> Origin:
    """Where a figure that was received two seconds ago comes from."""
    now: datetime = bus.clock.now()
    return origin(venue, nature, now=now)


def answered(bus: FakeBus) -> dict[type[Request[Any]], Any]:
    where = here(bus)
    twin = VenueQuote(venue="binance-twin", quote=quote(price="64222.5", origin=where))
    own = VenueQuote(venue="binance", quote=quote(origin=where))
    return {
        GetBook: book(origin=where, is_depth_simulated=True),
        GetFunding: funding_of,
        GetInterest: interest(),
        Compare: comparison(own, twin, VenueQuote(venue="bybit", why_not="It does not answer.")),
        GetMovers: movers_of,
        Convert: converted,
    }


def funding_of(request: Request[Any]) -> FundingRates:
    assert isinstance(request, GetFunding)
    of_all = [rate(SOL, "0.0003"), rate(BTC), rate(ETH, "-0.00012")]
    return FundingRates(rates=[rate(BTC)] if request.market else of_all)


def movers_of(request: Request[Any]) -> Movers:
    assert isinstance(request, GetMovers)
    risen = quote(SOL, "150.00", "0.01", open_24h=Decimal(120))
    fallen = quote(ETH, "2400.00", "0.01", open_24h=Decimal(2500))
    return Movers(quotes=[risen if request.direction == "up" else fallen])


def converted(request: Request[Any]) -> Any:
    assert isinstance(request, Convert)
    return conversion(str(request.amount), str(request.amount * 64_210))


@pytest.fixture
async def xyko(discord_server: Running, bus: FakeBus, tmp_path: Path) -> AsyncIterator[Process]:
    bus.answers.update(answered(bus))
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus) as process:
        yield process


@pytest.fixture
async def mia(client: SandboxClient, xyko: Process) -> Member:
    assert xyko.readiness().is_ready
    return await client.member("mia")


async def shown(member: Member, command: str, **options: Any) -> Json:
    (message,) = (await member.slash(command, **options)).messages
    return message


COMMANDS = [
    pytest.param(
        "price", {"market": "BTC", "venue": " Bybit"}, GetQuote(market="BTC", venue="bybit"), id="price"
    ),
    pytest.param(
        "depth",
        {"market": "BTC", "venue": "bybit"},
        GetBook(market="BTC", venue="bybit", depth=200),
        id="depth",
    ),
    pytest.param("depth", {"market": "$btc"}, GetBook(market="$btc", depth=200), id="depth at home"),
    pytest.param(
        "compare",
        {"market": "BTC", "venues": "Binance, bybit"},
        Compare(market="BTC", venues=["binance", "bybit"]),
        id="compare",
    ),
    pytest.param("compare", {"market": "BTC"}, Compare(market="BTC"), id="compare all"),
    pytest.param("funding", {"market": "BTC"}, GetFunding(market="BTC"), id="funding"),
    pytest.param("funding", {}, GetFunding(), id="funding of all"),
    pytest.param("oi", {"market": "BTC"}, GetInterest(market="BTC"), id="oi"),
    pytest.param(
        "movers", {"direction": "down", "limit": 3}, GetMovers(direction="down", limit=3), id="movers"
    ),
    pytest.param(
        "convert",
        {"amount": "0.5", "from": "$btc", "to": "usdt"},
        Convert(amount=Decimal("0.5"), source="BTC", target="USDT"),
        id="convert",
    ),
]


def as_asked(request: Request[Any]) -> dict[str, Any]:
    """Return what a request asks but for its market, whose whole name is known after the first answer."""
    return {name: value for name, value in msgspec.structs.asdict(request).items() if name != "market"}


class TestEveryCommand:
    @pytest.mark.parametrize(("command", "options", "request_"), COMMANDS)
    async def test_it_asks_what_was_asked_and_tells_source_and_age(
        self, mia: Member, bus: FakeBus, command: str, options: dict[str, Any], request_: Request[Any]
    ) -> None:
        message = await shown(mia, command, **options)
        assert request_ in bus.asked
        assert not message["flags"] & 64
        facts = fields(message)
        assert facts["Source"].startswith("binance · ")
        assert any(name.endswith(" age") for name in facts)
        assert message["embeds"][0]["footer"]["text"].startswith("Xyko")

    @pytest.mark.parametrize(("command", "options", "request_"), COMMANDS)
    async def test_refresh_asks_the_same_again_in_the_same_message(
        self, mia: Member, bus: FakeBus, command: str, options: dict[str, Any], request_: Request[Any]
    ) -> None:
        first = await shown(mia, command, **options)
        await asyncio.sleep(SHARED_FOR)
        before = len(bus.asked)
        answer = await mia.press(first, buttons(first)[0])
        assert answer.callback_type == 7
        again = next(one for one in bus.asked[before:] if type(one) is type(request_))
        assert as_asked(again) == as_asked(request_)
        (now,) = await mia.messages(limit=1)
        assert now["id"] == first["id"]
        assert said(now)

    @pytest.mark.parametrize(("command", "options", "request_"), COMMANDS)
    async def test_a_bus_that_is_away_is_said_and_can_be_tried_again(
        self, mia: Member, bus: FakeBus, command: str, options: dict[str, Any], request_: Request[Any]
    ) -> None:
        whole = bus.answers[type(request_)]
        bus.answers[type(request_)] = BusUnavailable("Redis is away.")
        failed = await shown(mia, command, **options)
        assert failed["flags"] & 64
        assert "not well" in said(failed)
        bus.answers[type(request_)] = whole
        before = len(bus.asked)
        (now,) = (await mia.press(failed, buttons(failed)[0])).messages
        assert request_ in bus.asked[before:]
        assert "not well" not in said(now)


class TestWhatIsSaid:
    async def test_depth_says_the_spread_and_that_the_amounts_are_made_up(self, mia: Member) -> None:
        message = await shown(mia, "depth", market="BTC")
        assert "0.03 bps" in said(message)
        assert "Simulated depth" in said(message)
        assert "REPLAY" in fields(message)["Source"]

    async def test_compare_says_median_and_spread_and_who_is_silent(self, mia: Member) -> None:
        message = await shown(mia, "compare", market="BTC")
        assert "64,216.5 USDT" in said(message)
        assert "12.0 USDT" in said(message)
        assert "It does not answer." in fields(message)["Not counted"]

    async def test_funding_of_one_says_rate_and_year_and_when_it_is_paid(self, mia: Member) -> None:
        message = await shown(mia, "funding", market="BTC")
        assert "+0.0100%" in said(message)
        assert "+10.95%" in said(message)
        assert fields(message)["Next payment"].startswith("<t:")

    async def test_funding_of_all_says_the_highest_and_the_lowest(self, mia: Member) -> None:
        message = await shown(mia, "funding")
        assert f"{SOL}" in said(message)
        assert "\N{MINUS SIGN}0.0120%" in said(message)

    async def test_movers_without_a_direction_go_both_ways(self, mia: Member) -> None:
        message = await shown(mia, "movers")
        assert "▲ +25.00%" in said(message)
        assert "▼ \N{MINUS SIGN}4.00%" in said(message)
        assert {"Rose most in 24 h", "Fell most in 24 h"} <= fields(message).keys()

    async def test_oi_says_amount_and_worth(self, mia: Member) -> None:
        assert "84.21K BTC" in said(await shown(mia, "oi", market="BTC"))

    async def test_an_amount_that_is_none_is_refused_and_nobody_is_asked(
        self, mia: Member, bus: FakeBus
    ) -> None:
        message = await shown(mia, "convert", amount="a lot", **{"from": "BTC", "to": "USDT"})
        assert message["flags"] & 64
        assert "1,250.5" in said(message)
        assert not [one for one in bus.asked if isinstance(one, Convert)]


class TestWhatGoesWrong:
    @pytest.mark.parametrize(
        ("error", "words"),
        [
            (UnknownVenue.of("bynance", ["binance", "bybit"]), "binance, bybit"),
            (NotOffered.by("kraken", "order books"), "order books"),
            (ExchangeBusy("Busy.", facts={"venue": "binance", "retry_after": 12.0}), "12 s"),
        ],
        ids=["unknown venue", "not offered", "busy"],
    )
    async def test_it_is_said_in_voice_with_what_to_do(
        self, mia: Member, bus: FakeBus, error: Exception, words: str
    ) -> None:
        bus.answers[GetBook] = error
        message = await shown(mia, "depth", market="BTC", venue="bynance")
        assert message["flags"] & 64
        assert words in said(message)

    async def test_a_misspelt_market_leads_to_the_same_question_about_what_was_meant(
        self, mia: Member, bus: FakeBus
    ) -> None:
        whole = bus.answers[GetBook]
        bus.answers[GetBook] = UnknownMarket.of("BTX", [BTC])
        miss = await shown(mia, "depth", market="BTX", venue="bybit")
        bus.answers[GetBook] = whole
        await mia.press(miss, buttons(miss)[0])
        assert bus.asked[-1] == GetBook(market=BTC, venue="bybit", depth=200)

    @pytest.mark.parametrize("command", ["price", "depth", "compare", "oi"])
    async def test_an_empty_market_is_said_to_be_missing_and_nobody_is_asked(
        self, mia: Member, bus: FakeBus, command: str
    ) -> None:
        message = await shown(mia, command, market=" ")
        assert "No market was named." in said(message)
        assert not any(hasattr(request, "market") for request in bus.asked)

    async def test_where_nothing_rose_the_source_is_that_of_what_fell(
        self, mia: Member, bus: FakeBus
    ) -> None:
        fallen = quote(ETH, "2400.00", "0.01", open_24h=Decimal(2500), origin=here(bus))
        bus.answers[GetMovers] = lambda request: Movers(
            quotes=[fallen] if request == GetMovers(direction="down", limit=5) else []
        )
        message = await shown(mia, "movers", direction="up")
        assert "rose" in said(message)
        assert fields(message)["Source"].startswith("binance · REPLAY")
        assert fields(message)["Price age"].startswith("2 s")


class TestChoices:
    async def test_favourites_come_first_then_what_was_asked_last(self, mia: Member, bus: FakeBus) -> None:
        bus.answers[GetMember] = MemberSettings(user_id=mia.user["id"], favourites=[SOL])
        await shown(mia, "depth", market="BTC")
        bus.answers[GetQuote] = quote(ETH, "2400", "0.01")
        await shown(mia, "price", market="ETH")
        await mia.autocomplete("depth", "market", "u")
        assert bus.asked[-1] == FindMarkets(typed="u", first=[SOL, ETH, BTC])

    async def test_nobody_sees_what_another_asked_about(
        self, mia: Member, client: SandboxClient, bus: FakeBus
    ) -> None:
        await shown(mia, "depth", market="BTC")
        await (await client.member("theo")).autocomplete("depth", "market", "u")
        assert bus.asked[-1] == FindMarkets(typed="u")

    async def test_a_market_process_that_is_away_leaves_the_members_own_markets(
        self, mia: Member, bus: FakeBus
    ) -> None:
        await shown(mia, "depth", market="BTC")
        bus.answers[FindMarkets] = NoAnswer("Silent.", facts={"service": "market"})
        assert [choice["value"] for choice in await mia.autocomplete("depth", "market", "bt")] == [BTC]
        assert await mia.autocomplete("depth", "market", "zzz") == []

    async def test_a_members_process_that_is_away_costs_the_order_and_not_the_list(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[GetMember] = NoAnswer("Silent.", facts={"service": "members"})
        choices = await mia.autocomplete("funding", "market", "b")
        assert [choice["value"] for choice in choices] == [BTC, ETH]

    async def test_venues_complete_one_by_one_and_in_a_list(self, mia: Member) -> None:
        one = await mia.autocomplete("depth", "venue", "by", market="BTC")
        more = await mia.autocomplete("compare", "venues", "binance, b", market="BTC")
        assert [choice["value"] for choice in one] == ["bybit"]
        assert [choice["value"] for choice in more] == ["binance, binance-twin", "binance, bybit"]

    async def test_currencies_complete_from_the_markets_there_are(self, mia: Member, bus: FakeBus) -> None:
        bus.answers[FindMarkets] = MarketNames(names=[BTC, "BTC/EUR"])
        found = await mia.autocomplete("convert", "to", "u", amount="1", **{"from": "BTC"})
        assert [choice["value"] for choice in found] == ["USDT", "EUR"]

    async def test_choices_that_take_too_long_are_given_up_for_what_there_is(
        self, mia: Member, bus: FakeBus
    ) -> None:
        bus.answers[ListVenues] = NoAnswer("Silent.", facts={"service": "market"})
        assert await mia.autocomplete("depth", "venue", "b", market="BTC") == []
