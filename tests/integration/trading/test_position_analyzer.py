"""A living card from a real order to its close: the venue, the desk, the bus and the database are real."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from analyzer_stage import quote_of
from bus_stage import Server, bus_of, eventually, running
from desk_intents_stage import BTC, Staged, account_row, an_intent, desk_at, open_house
from ledger_stage import row_of

from services.alerts.trading_posts import EVENTS, Event, PositionTold
from services.analyst.messages import DrawChart
from services.bus.bus import Bus
from services.bus.messages import Entry, Message, Request
from services.clock import SystemClock
from services.errors import NoAnswer
from services.loops import Loops
from services.market.messages import QUOTES, GetCandles
from services.members.messages import Caller
from services.omega import ServiceConfig
from services.store.trading_rows import AccountRow
from services.trading.messages import AccountView
from services.trading.positions.living.living import Living
from services.trading.positions.messages import ListPositions, WatchPositions
from services.trading.positions.reading.grounds import Grounds
from services.trading.positions.service import PositionsService
from services.trading.telling import KeptNews

AMOUNT = Decimal(1)
"""So much that the account's equity does not cover a fall to nothing."""


class Book:
    """Shows the one account there is."""

    async def chosen(self, caller: Caller, account: str = "") -> AccountRow:
        del caller, account
        return account_row()

    async def view(self, row: AccountRow, caller: Caller | None = None) -> AccountView:
        del caller
        return AccountView(id=row.id, name=row.name, venue=row.venue, mode="paper", status=row.status)

    def may_send(self, row: AccountRow) -> str:
        del row
        return ""


async def answer_positions(bus: Bus, desk: Staged, heard: Heard) -> None:
    """Answer as the desk does."""
    service = PositionsService(
        ServiceConfig(),
        book=Book(),
        pictures=desk.pictures,
        latch=desk.others,
        watched=desk.works.roster,
    )

    async def answer(request: Request[Any]) -> Any:
        heard.looks += 1
        return await service.process(request)

    await bus.answer("positions", (ListPositions, WatchPositions), answer)


async def keep_fills(desk: Staged) -> None:
    """Keep the fills as the ledger does."""
    session = await desk.sessions.of("ada")
    fills = await session.account.fills(BTC)
    desk.pictures.forget("ada")
    async with desk.store.write() as rows:
        await rows.trading.fills.put(*(replace(row_of(one), account_id="ada") for one in fills))


async def answer_nothing(bus: Bus, service: str, *requests: type[Request[Any]]) -> None:
    """Be a service that has nothing to say now."""

    async def refuse(_: Request[Any]) -> Message:
        raise NoAnswer("Not now.")

    await bus.answer(service, requests, refuse)


class Heard:
    """What came out of the log of news."""

    def __init__(self) -> None:
        self.told: list[PositionTold] = []
        self.looks = 0
        """How often the desk was asked for positions."""

    async def take(self, entry: Entry[Event]) -> None:
        assert isinstance(entry.message.body, PositionTold)
        self.told.append(entry.message.body)

    def has(self, *news: str) -> Callable[[], bool]:
        return lambda: [one.news for one in self.told] == list(news)


@asynccontextmanager
async def analyzing(server: Server, desk: Staged, folder: Path, heard: Heard) -> AsyncIterator[Bus]:
    """Run the living cards of a desk beside it."""
    clock = SystemClock()
    async with bus_of(server, "desk") as its, bus_of(server, "analyzer") as bus:
        teller = KeptNews(bus, folder / "news.jsonl")
        living = Living(
            bus,
            store=desk.store,
            grounds=Grounds(bus.ask, clock=clock),
            teller=teller,
            clock=clock,
            every=0.2,
        )
        consuming = its.consume(EVENTS, "test", heard.take)
        silent = [answer_nothing(its, "market", GetCandles), answer_nothing(its, "analyst", DrawChart)]
        async with Loops(answer_positions(its, desk, heard), *silent, consuming, teller.run(), living.run()):
            yield bus


async def test_a_position_is_told_from_its_opening_over_a_rung_to_its_close(tmp_path: Path) -> None:
    heard = Heard()
    async with (
        running("unix") as server,
        open_house() as house,
        desk_at(house.url, tmp_path) as desk,
        analyzing(server, desk, tmp_path, heard) as bus,
    ):
        await desk.works.desk.submit(an_intent("i1", amount=AMOUNT, leverage=Decimal(20)))
        await eventually(heard.has("opened"))
        (opened,) = heard.told
        await keep_fills(desk)
        looks = heard.looks + 3  # one may be under way, the next sees the fills, and one more comes after it
        await eventually(lambda: heard.looks >= looks)
        assert (opened.market, opened.side, opened.amount) == (BTC, "long", AMOUNT)

        assert opened.liquidation is not None
        near = quote_of(str(opened.liquidation * Decimal("1.04")))[BTC]
        await bus.publish(QUOTES, near)
        await eventually(heard.has("opened", "near_liquidation"))
        assert heard.told[1].rung == Decimal("0.05")

        await desk.works.desk.submit(
            an_intent("i2", side="sell", amount=AMOUNT, is_reduce_only=True, is_exempt=True)
        )
        await keep_fills(desk)
        await eventually(heard.has("opened", "near_liquidation", "closed"))
        after = heard.told[2].after
        assert after is not None
        assert after.worst_share is not None
        assert after.worst_share < after.share
        assert 3 <= len(after.words) <= 5
        assert after.seconds >= 0
        assert after.realised is not None
        assert after.fees is not None
