"""The market commands with the real market service behind them, on a simulated market and its twin."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import market_fakes
import numpy as np
import pytest
from asked_cogs import facts
from persona_fakes import FakeBus
from persona_stage import (
    ROOT,
    buttons,
    fields,
    persona,
    process_of,
    said,
    spec,
    stranger,
)
from topic_stage import answer_on, understood

from config.markets import read_markets
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.bus.messages import Message, Request
from services.clock import SystemClock
from services.exchange.exchange import Exchange
from services.exchange.played.simulated import SimulatedExchange
from services.market.assembly import MarketParts, assemble
from services.members.messages import GetMember
from services.omega import ServiceConfig

R = TypeVar("R", bound=Message)
BTC = "BTC/USDT:USDT"


class ServedBus(FakeBus):
    """A bus on which the real market service answers; everybody else answers as told."""

    def __init__(self, parts: MarketParts) -> None:
        super().__init__(SystemClock())
        self.market = parts.service

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        on_part: Callable[[Any], Awaitable[None]] | None = None,
    ) -> R:
        if isinstance(request, self.market.requests):
            return await self.market.process(request)
        return await super().ask(request, timeout=timeout, on_part=on_part)


def simulated(seed: int) -> SimulatedExchange:
    markets = read_markets(ROOT / "config" / "markets.yaml")
    return SimulatedExchange(markets, rng=np.random.default_rng(seed), clock=SystemClock())


@asynccontextmanager
async def twin() -> AsyncIterator[Exchange]:
    yield simulated(2)


@pytest.fixture
async def bus() -> AsyncIterator[FakeBus]:
    parts = assemble(
        ServiceConfig(),
        exchange=simulated(1),
        outlet=market_fakes.FakeBus(),
        clock=SystemClock(),
        watch=5,
        stale_after=timedelta(seconds=30),
        on_health=lambda *_: None,
        others={"twin": twin},
    )
    bus = ServedBus(parts)
    bus.answers[GetMember] = stranger
    async with asyncio.TaskGroup() as group:
        carrying = group.create_task(parts.run())
        yield bus
        carrying.cancel()


@pytest.fixture
async def mia(
    client: SandboxClient, discord_server: Running, bus: FakeBus, tmp_path: Path
) -> AsyncIterator[Member]:
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus):
        yield await client.member("mia")


async def shown(member: Member, command: str, **options: Any) -> Json:
    """Ask until prices have arrived, and return the card."""
    for _ in range(100):
        (message,) = (await member.slash(command, **options)).messages
        if not message["flags"] & 64:
            return message
        await asyncio.sleep(0.05)
    raise AssertionError(said(message))


@pytest.mark.parametrize(
    ("command", "options"),
    [
        ("price", {"market": "btc"}),
        ("price", {"market": "$BTC", "venue": "twin"}),
        ("depth", {"market": "btcusdt"}),
        ("compare", {"market": "BTC"}),
        ("funding", {"market": "BTC"}),
        ("funding", {}),
        ("oi", {"market": "BTC"}),
        ("movers", {}),
        ("convert", {"amount": "0.5", "from": "btc", "to": "usdt"}),
    ],
    ids=lambda value: value if isinstance(value, str) else "-".join(value) or "all",
)
async def test_every_command_shows_a_simulated_figure_as_simulated_and_shows_it_again(
    mia: Member, command: str, options: dict[str, Any]
) -> None:
    message = await shown(mia, command, **options)
    assert "SIMULATED" in fields(message)["Source"]
    again = await mia.press(message, buttons(message)[0])
    assert again.callback_type == 7
    assert "None" not in str(message["embeds"])


async def test_markets_that_are_typed_are_found_and_what_was_asked_comes_first(mia: Member) -> None:
    await shown(mia, "price", market="eth")
    choices = [choice["value"] for choice in await mia.autocomplete("depth", "market", "")]
    assert choices[0].startswith("ETH/")
    assert len(choices) > 1


async def test_what_is_asked_in_plain_words_is_answered_with_real_figures(mia: Member, bus: FakeBus) -> None:
    await shown(mia, "funding")
    conversion = understood("convert", amount="1", currency="btc", into="usdt")
    wishes = ((understood("funding", market="BTC"), "%"), (understood("depth", market="ETH"), "bps"))
    for wish, words in (*wishes, (conversion, "USDT"), (understood("price", market="BTC"), "USDT")):
        card = await answer_on(bus, wish)
        assert words in card.verdict
        assert "SIMULATED" in facts(card)["Source"]
