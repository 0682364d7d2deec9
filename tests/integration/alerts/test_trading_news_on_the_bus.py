"""News of the desk on a real bus, a real database and a local Discord, and what dies in between."""

from __future__ import annotations

import asyncio
import statistics
from collections import Counter
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from bus_stage import Server, bus_of, running, wipe
from courier_stage import plain_spoken
from dying_office import opened
from news_to_message import fills, news_room
from posted_stage import Posted, all_sent, until
from sandbox_discord_stage import Stage, open_stage

from services.alerts.delivery.trading_news import TradingNews
from services.alerts.trading_posts import EVENTS, Event
from services.bus.messages import Entry
from services.loops import Loops
from services.personas.roster import Roster
from services.store.migrate import migrate


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with running("unix") as started:
        yield started


@pytest.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with open_stage(tmp_path) as opened_stage:
        await opened_stage.client.faults(rest_unlimited=True)
        yield opened_stage


@pytest.fixture
def roster(tmp_path: Path) -> Roster:
    return plain_spoken(tmp_path / "personas", "xyko")


class Dies:
    """Takes events, and fails once they are kept, before they are acknowledged, as if it had died."""

    def __init__(self, news: TradingNews, times: int) -> None:
        self._take: Callable[[Any], Any] = news.take
        self.times = times

    async def take(self, entries: list[Entry[Event]]) -> None:
        await self._take(entries)
        if self.times:
            self.times -= 1
            raise RuntimeError("It died after the commit.")


async def test_a_fill_is_a_message_at_once(
    server: Server, stage: Stage, roster: Roster, tmp_path: Path
) -> None:
    async with news_room(tmp_path, stage, roster, server) as room:
        first, *others = fills(41, stage.mia.user["id"])
        await room.told([first])
        took = await room.told(others)
        shown = room.shown()
    assert len(shown) == 41
    assert shown[0]["embeds"][0]["description"] == "filled: BTC/USDT:USDT Buy 0.01."
    assert statistics.median(took) < 0.1, f"{max(took) * 1000:.0f} ms at most"


async def test_what_dies_between_commit_and_acknowledgement_is_posted_once(
    server: Server, tmp_path: Path
) -> None:
    path, posted = tmp_path / "omega.db", Posted()
    await migrate(None, path=path)
    events = [one for one in fills(12, "7") for _ in range(2)]
    async with bus_of(server, "desk") as desk, bus_of(server, "bots") as bots:
        async with opened(server.url, path, "first") as (office, alerts, store):
            dies = Dies(office.news, times=2)
            consuming = alerts.consume_all(EVENTS, "alerts", dies.take)
            async with Loops(consuming, office._relay.run()):
                for one in events:
                    await desk.append(EVENTS, one)
                await until(store, lambda rows: len(rows) == 12)
            assert dies.times < 2
        async with (
            opened(server.url, path, "second") as (office, _, store),
            Loops(office.run(), *posted.bots(bots)),
        ):
            await until(store, all_sent(12))
    assert Counter(map(len, posted.times.values())) == {1: 12}


async def test_what_redis_lost_before_the_bots_had_it_is_posted_once(server: Server, tmp_path: Path) -> None:
    path, posted = tmp_path / "omega.db", Posted()
    await migrate(None, path=path)
    async with (
        bus_of(server, "desk") as desk,
        opened(server.url, path, "here") as (office, _, store),
        Loops(office.run()),
    ):
        for one in fills(12, "7"):
            await desk.append(EVENTS, one)
        await until(store, lambda rows: len(rows) == 12)
        await asyncio.sleep(0.2)
        await wipe(server.url)
        async with bus_of(server, "bots") as bots, Loops(*posted.bots(bots)):
            await until(store, all_sent(12))
    assert Counter(map(len, posted.times.values())) == {1: 12}
