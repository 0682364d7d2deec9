"""Which command a question in plain words is answered by, where a bot carries all that concern markets."""

from __future__ import annotations

import importlib
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest
from persona_fakes import FakeBus, HandClock

from bots.waze.chat import Chat
from bots.waze.host import Role, WazeHost
from bots.waze.reception import Reception
from config.farm_file import LimitsSection
from services.bus.messages import Request
from services.education.messages import Explained, ExplainText
from services.errors import BusUnavailable, UserMistake
from services.market.messages import (
    Compare,
    Convert,
    GetBook,
    GetFunding,
    GetInterest,
    GetMovers,
    GetQuote,
    ListVenues,
    MarketNames,
    Venues,
)
from services.members.messages import GetMember, MemberSettings
from services.personas.roster import Roster

NAMES = ["BTC/USDT:USDT", "ETH/USDT:USDT", "BTC/USDT", "ROSE/USDT", "LINK/USDT"]


async def carry(_: object) -> None:
    """Take a cog as a client would."""


async def host_of(role: Role, roster: Roster, bus: FakeBus, clock: HandClock) -> WazeHost:
    host = WazeHost(role=role, roster=roster, bus=bus, clock=clock)
    host.carry_on(carry, lambda _menu: None)
    for cog in role.cogs:
        await importlib.import_module(f"cogs.{cog}").setup(host)
    bus.kept["market_names:"] = MarketNames(names=NAMES)
    bus.answers[GetMember] = MemberSettings(user_id="7")
    bus.answers[ExplainText] = Explained(terms=[], more=[], count=0)
    bus.answers[ListVenues] = Venues(names=["binance", "sandbox_twin"])
    for request in (Compare, Convert, GetBook, GetFunding, GetInterest, GetMovers, GetQuote):
        bus.answers[request] = BusUnavailable("Away.")
    return host


@pytest.fixture(params=["xyko", "one application"])
async def chat(request: pytest.FixtureRequest, roster: Roster, bus: FakeBus, clock: HandClock) -> Chat:
    """The chat of Xyko's own bot, and of one that carries the cogs of all."""
    every = tuple(cog for card in roster.cards.values() for cog in card.cogs)
    if request.param == "xyko":
        role = Role(persona=roster.card("xyko"), cogs=roster.card("xyko").cogs)
    else:
        role = Role(persona=roster.card("waze"), cogs=every, is_alone=True)
    host = await host_of(role, roster, bus, clock)
    return Chat(host, Reception(host, LimitsSection(), lambda _: None))


_ELSEWHERE = (GetMember, ListVenues, ExplainText)
"""Asked of others, or to know what is meant."""


def message(text: str) -> Any:
    return SimpleNamespace(id=1, content=text, author=SimpleNamespace(display_name="mia"))


async def asked(chat: Chat, roster: Roster, bus: FakeBus, text: str) -> list[Request[Any]]:
    """Return what the market process is asked because of `text`."""
    with pytest.raises(BusUnavailable):
        await chat.card_for(message(text), roster.voice("xyko"))
    return [request for request in bus.asked if not isinstance(request, _ELSEWHERE)]


UP, DOWN = GetMovers(direction="up", limit=5), GetMovers(direction="down", limit=5)


@pytest.mark.parametrize(
    ("text", "requests"),
    [
        ("price of BTC", [GetQuote(market="BTC")]),
        ("btc?", [GetQuote(market="btc")]),
        ("how is ETH doing", [GetQuote(market="ETH")]),
        ("how much is ROSE", [GetQuote(market="ROSE")]),
        ("price of doge", [GetQuote(market="doge")]),
        ("depth of ETH", [GetBook(market="ETH", depth=200)]),
        ("what's the spread of btc?", [GetBook(market="btc", depth=200)]),
        ("show me the order book of BTC/USDT", [GetBook(market="BTC/USDT", depth=200)]),
        ("how much liquidity has doge", [GetBook(market="doge", depth=200)]),
        ("funding of BTC", [GetFunding(market="BTC")]),
        ("what's the last funding rate of eth?", [GetFunding(market="eth")]),
        ("funding", [GetFunding(market="")]),
        ("show me the highest funding rates", [GetFunding(market="")]),
        ("funding of DOGE", [GetFunding(market="DOGE")]),
        ("open interest of btc", [GetInterest(market="btc")]),
        ("how much is the open interest in ETH?", [GetInterest(market="ETH")]),
        ("OI of BTC", [GetInterest(market="BTC")]),
        ("oi, preço de btc", [GetQuote(market="btc")]),
        ("what moved most?", [UP, DOWN]),
        ("top gainers", [UP]),
        ("biggest losers today", [DOWN]),
        ("what's falling", [DOWN]),
        ("spot price of btc", [GetQuote(market="BTC/USDT")]),
        ("btc price on sandbox_twin", [GetQuote(market="btc", venue="sandbox_twin")]),
        ("what's eth at on kraken?", [GetQuote(market="eth", venue="kraken")]),
        ("price of doge on Kraken", [GetQuote(market="doge", venue="kraken")]),
        ("BTC on bynance", [GetQuote(market="BTC", venue="bynance")]),
        ("depth of ETH at sandbox_twin", [GetBook(market="ETH", venue="sandbox_twin", depth=200)]),
        ("funding of BTC on binance", [GetFunding(market="BTC")]),
        ("compare btc on sandbox_twin and others", [Compare(market="btc")]),
        ("compare btc on kraken", [Compare(market="btc", venues=["kraken"])]),
        ("compare btc", [Compare(market="btc")]),
        ("compare the price of ETH across venues", [Compare(market="ETH")]),
        ("where is BTC cheapest", [Compare(market="BTC")]),
        ("convert 0.5 btc to usdt", [Convert(amount=Decimal("0.5"), source="BTC", target="USDT")]),
        ("how much is 2 ETH in BTC", [Convert(amount=Decimal(2), source="ETH", target="BTC")]),
        ("convert 2 btc in gate", [Convert(amount=Decimal(2), source="BTC", target="GATE")]),
        ("convert btc to usdt", [Convert(amount=Decimal(1), source="BTC", target="USDT")]),
        ("quanto custa o btc hoje?", [GetQuote(market="btc")]),
        ("qual é a cotação da SOL agora", [GetQuote(market="SOL")]),
        ("me mostra o livro de ofertas da ETH", [GetBook(market="ETH", depth=200)]),
        ("qual o funding do BTC?", [GetFunding(market="BTC")]),
        ("contratos em aberto de ETH", [GetInterest(market="ETH")]),
        ("o que mais subiu hoje?", [UP]),
        ("compara btc em outras corretoras", [Compare(market="btc")]),
        ("converte 0,5 btc para usdt", [Convert(amount=Decimal("0.5"), source="BTC", target="USDT")]),
    ],
)
async def test_a_question_is_answered_by_the_command_it_means_and_by_no_other(
    chat: Chat, roster: Roster, bus: FakeBus, text: str, requests: list[Request[Any]]
) -> None:
    assert await asked(chat, roster, bus, text) == requests


async def test_a_conversion_that_cannot_be_read_says_how_to_ask(
    chat: Chat, roster: Roster, bus: FakeBus
) -> None:
    with pytest.raises(UserMistake, match="no conversion"):
        await chat.card_for(message("convert btc"), roster.voice("xyko"))
    assert bus.questions == []


@pytest.mark.parametrize(
    "text",
    [
        *("funding of btc on kraken", "open interest of btc on kraken", "what moved most on kraken?"),
        "convert 0.5 btc to usdt on kraken",
    ],
)
async def test_what_is_known_of_the_farms_own_venue_is_not_told_as_if_it_were_anothers(
    chat: Chat, roster: Roster, text: str
) -> None:
    with pytest.raises(UserMistake, match="of binance only, not of kraken"):
        await chat.card_for(message(text), roster.voice("xyko"))


@pytest.mark.parametrize("text", ["depth", "compare", "open interest", "sing me a song"])
async def test_a_question_without_a_market_is_not_guessed_at(
    chat: Chat, roster: Roster, bus: FakeBus, text: str
) -> None:
    assert "/help" in (await chat.card_for(message(text), roster.voice("xyko"))).verdict
    assert bus.questions == []
