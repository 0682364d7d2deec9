"""The process of the local exchange as the farm starts it, on a socket that outlives it."""

from __future__ import annotations

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path
from typing import Any, NoReturn

import aiohttp
import ccxt
import pytest
from bus_stage import Server, running
from market_process_stage import answer_to, market
from pydantic import SecretStr
from sandbox_exchange_stage import Stage, ccxt_client, pointed_at, running_exchange

from bots.control import EXIT_ASKED, Address, Beat
from bots.supervisor.child import Child, Launch
from config.farm_file import BotEntry, ExchangeSection, ObserveSection, SandboxExchangeSection
from config.process import ProcessSecrets, ProcessSpec
from config.settings import read_settings
from sandbox.exchange.keys import CLASSIC, UNIFIED, credentials
from services.bus.connect import open_bus
from services.clock import SystemClock
from services.loops import Loops
from services.market.messages import GetQuote

ROOT = Path(__file__).resolve().parents[3]
KEY = SecretStr("the farm's own")
BTC = "BTC/USDT:USDT"
SIMULATED = SandboxExchangeSection(source="simulated")
NOT_YET = ("40015", "40308")
"""The codes of what is not known yet, and of prices that are not fresh yet."""
NOWHERE = SecretStr("unix:///there/is/no/bus")


@dataclass(frozen=True, kw_only=True)
class Farm:
    """What the farm tells the process and holds for it."""

    var: Path
    listening: socket.socket
    section: SandboxExchangeSection = SIMULATED
    venue: str = "sandbox"
    data: Path | None = None
    bus_url: SecretStr = NOWHERE

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.listening.getsockname()[1]}"

    @asynccontextmanager
    async def started(self) -> AsyncIterator[Child]:
        """Start the process and wait until it is ready; it is killed in the end if it is still there."""
        spec = ProcessSpec(
            name="sandbox_exchange",
            kind="sandbox_exchange",
            entry=BotEntry(),
            root=ROOT,
            var=self.var,
            data=self.data or self.var / "no data",
            personas=ROOT / "personas",
            observe=ObserveSection(),
            exchange=ExchangeSection(id=self.venue),
            sandbox_exchange=self.section,
            exchange_url=self.url,
            listen_fd=self.listening.fileno(),
        )
        told = [
            one.model_dump_json() for one in (spec, ProcessSecrets(bus_url=self.bus_url, sandbox_key=KEY))
        ]
        launch = Launch(
            modules=("bots.sandbox_exchange",),
            stdin="".join(f"{line}\n" for line in told).encode(),
            env=os.environ,
            cwd=ROOT,
            log=self.var / "log",
            fds=(self.listening.fileno(),),
        )
        child = await Child.start(launch)
        try:
            async with asyncio.timeout(60):
                assert await _announced(child) == self.url
            yield child
        finally:
            child.kill()
            await child.wait()


async def _announced(child: Child) -> str:
    url = ""
    async for line in child.lines():
        if isinstance(line, Address):
            url = line.url
        if isinstance(line, Beat) and line.is_ready:
            return url
    raise AssertionError("the process ended before it was ready")


async def beats(child: Child, count: int) -> list[Beat]:
    """Return what the next beats say; there are no more of a process that has ended."""
    found: list[Beat] = []
    async for line in child.lines():
        if isinstance(line, Beat):
            found.append(line)
        if len(found) == count:
            break
    return found


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held


@asynccontextmanager
async def client_of(url: str, account: str = CLASSIC) -> AsyncIterator[Any]:
    """Open unmodified ccxt with the keys that follow from the farm's."""
    made = credentials(account, KEY)
    signing = {
        "apiKey": made.key,
        "secret": made.secret.get_secret_value(),
        "password": made.passphrase.get_secret_value(),
    }
    async with ccxt_client(url, is_unified=account == UNIFIED, **signing) as client:
        await tried(client.load_markets)
        yield client


async def tried(ask: Callable[[], Awaitable[Any]]) -> Any:
    """Ask until there is an answer that is not empty, as seldom as the limits allow."""
    async with asyncio.timeout(20):
        while True:
            try:
                if answer := await ask():
                    return answer
            except (ccxt.ExchangeError, ccxt.NetworkError) as error:
                if not any(code in str(error) for code in NOT_YET):
                    raise
            await asyncio.sleep(0.5)


async def label_of(url: str) -> Any:
    async with aiohttp.ClientSession() as session, session.get(f"{url}/sim/market") as reply:
        return await reply.json()


async def test_the_simulated_market_and_its_twin_are_served_and_it_stops_when_it_is_asked_to(
    tmp_path: Path, listening: socket.socket
) -> None:
    farm = Farm(var=tmp_path, listening=listening)
    async with farm.started() as child:
        assert (await label_of(farm.url))["venue"] == "simulated"
        twin_label = await label_of(f"{farm.url}/twin")
        assert (twin_label["venue"], twin_label["simulated_from_ms"]) == ("simulated-twin", 0)
        async with client_of(farm.url) as client, ccxt_client(f"{farm.url}/twin") as twin:
            price = (await client.fetch_ticker(BTC))["last"]
            other = (await twin.fetch_ticker(BTC))["last"]
            assert other == pytest.approx(price, rel=0.02)
            assert (await client.watch_order_book(BTC))["bids"]
            assert (await client.fetch_ohlcv(BTC, "1h", limit=10))[-1][4] > 0
            with pytest.raises(ccxt.AuthenticationError):
                await pointed_at(f"{farm.url}/twin", client).fetch_balance()
        child.terminate()
        assert await child.wait() == EXIT_ASKED


@pytest.mark.parametrize("account", [CLASSIC, UNIFIED])
async def test_orders_and_positions_are_there_again_after_it_was_killed(
    account: str, tmp_path: Path, listening: socket.socket
) -> None:
    farm = Farm(var=tmp_path, listening=listening)
    async with farm.started(), client_of(farm.url, account) as client:
        await client.create_order(BTC, "market", "buy", 0.01, None, {"clientOrderId": "taken"})
        (held,) = await tried(client.fetch_positions)
        price = float(client.price_to_precision(BTC, (await client.fetch_ticker(BTC))["last"] * 0.97))
        rested = await client.create_order(BTC, "limit", "buy", 0.02, price, {"clientOrderId": "rests"})
        (fill,) = await client.fetch_my_trades(BTC)
    async with farm.started(), client_of(farm.url, account) as client:
        (order,) = await client.fetch_open_orders(BTC)
        assert (order["id"], order["clientOrderId"]) == (rested["id"], "rests")
        assert (order["price"], order["amount"], order["filled"]) == (price, 0.02, 0.0)
        (again,) = await client.fetch_positions()
        kept = ("symbol", "side", "contracts", "entryPrice", "leverage")
        assert [again[name] for name in kept] == [held[name] for name in kept]
        (same,) = await client.fetch_my_trades(BTC)
        assert (same["id"], same["price"], same["amount"]) == (fill["id"], fill["price"], fill["amount"])
        with pytest.raises(ccxt.ExchangeError, match="40786"):
            await client.create_order(BTC, "market", "buy", 0.01, None, {"clientOrderId": "taken"})
        await client.cancel_order(rested["id"], BTC)
        assert await client.fetch_open_orders(BTC) == []


@pytest.mark.slow
async def test_the_recording_is_played_where_there_is_one(
    tmp_path: Path, listening: socket.socket, lacking: Callable[[str], NoReturn]
) -> None:
    data = read_settings().data
    section = SandboxExchangeSection()
    if not (data / section.recording).is_dir():
        lacking(f"no recorded data in {data}; set OMEGA_DATA")
    farm = Farm(var=tmp_path, listening=listening, section=section, data=data)
    async with farm.started(), client_of(farm.url) as client, ccxt_client(f"{farm.url}/twin") as twin:
        label = await label_of(farm.url)
        assert (label["venue"], label["nature_before"]) == ("binance", "replay")
        assert label["simulated_from_ms"] > (await client.fetch_ticker(BTC))["timestamp"]
        assert (await label_of(f"{farm.url}/twin"))["venue"] == "binance-twin"
        price = (await client.fetch_ticker(BTC))["last"]
        assert (await twin.fetch_ticker(BTC))["last"] == pytest.approx(price, rel=0.02)


async def keep_trading(venue: Stage) -> None:
    """A venue where time passes, the price moves and something is traded all the while."""
    for price in cycle(("50000", "50001")):
        venue.source.pass_time(0.1)
        venue.source.set_price(BTC, price)
        venue.source.print(BTC, price, "0.001")
        await asyncio.sleep(0.1)


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


async def test_with_a_live_venue_it_is_up_before_the_market_process_and_mirrors_what_that_tells(
    server: Server, tmp_path: Path, listening: socket.socket
) -> None:
    farm = Farm(var=tmp_path, listening=listening, venue="bitget", bus_url=server.url)
    async with farm.started() as child, ccxt_client(farm.url) as early:
        label = await label_of(farm.url)
        assert (label["venue"], label["nature_before"], label["simulated_from_ms"]) == (
            "bitget",
            "live",
            None,
        )
        with pytest.raises(ccxt.ExchangeError, match="40015"):
            await early.load_markets()
        async with asyncio.timeout(20):
            assert all(beat.is_ready for beat in await beats(child, 4))
        async with (
            running_exchange() as venue,
            market(server, tmp_path / "market", venue.url),
            Loops(keep_trading(venue)),
            open_bus(server.url, name="asker", clock=SystemClock()) as bus,
        ):
            await answer_to(bus, GetQuote(market=BTC))
            async with client_of(farm.url) as client:
                await tried(lambda: client.create_order(BTC, "market", "buy", 0.01))
                (position,) = await tried(client.fetch_positions)
                assert position["contracts"] == 0.01
                assert position["entryPrice"] in {50_000.5, 50_001.5}
