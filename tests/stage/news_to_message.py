"""How long news of the desk take to be a message: a bus, an alerts process and a bot, each a real one.

From just before the desk appends to when the local Discord has the message, as a member's own message.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bus_stage import Server, bus_of
from courier_stage import posting
from dying_office import opened
from sandbox_discord_stage import Stage
from trading_news_stage import event, order

from bots.waze.invalid import MOST, SECONDS, SHARED
from services.alerts.delivery.post_office import PostOffice
from services.alerts.feeds import TakeUp
from services.alerts.trading_posts import EVENTS, Event
from services.bus.bus import Bus
from services.bus.connection import Timing
from services.loops import Loops
from services.personas.roster import Roster
from services.store.migrate import migrate
from services.store.store import Store

_LOOK_S = 0.002


@dataclass(slots=True)
class NewsRoom:
    """What stands between a desk and its owner."""

    desk: Bus
    office: PostOffice
    store: Store
    stage: Stage
    seen_at: dict[str, float] = field(default_factory=dict)

    def shown(self) -> list[Any]:
        """Return all messages of the local Discord that tell of the desk."""
        channels = self.stage.running.realm.world.channels.values()
        messages = [message.data for channel in channels for message in channel.messages.values()]
        return [one for one in messages if one["embeds"] and "id " in one["embeds"][0]["footer"]["text"]]

    async def told(self, events: Sequence[Event], *, every: float = 0.0) -> list[float]:
        """Append events one after the other, each when the one before is a message; return the seconds."""
        took = []
        for one in events:
            count, began = len(self.shown()), time.perf_counter()
            await self.desk.append(EVENTS, one)
            async with asyncio.timeout(10.0):
                while len(self.shown()) == count:  # noqa: ASYNC110 - a message sets no event
                    await asyncio.sleep(_LOOK_S)
            took.append(time.perf_counter() - began)
            await asyncio.sleep(every)
        return took


@asynccontextmanager
async def news_room(folder: Path, stage: Stage, roster: Roster, server: Server) -> AsyncIterator[NewsRoom]:
    """Let an alerts process and the bot of Xyko stand between a desk and the local Discord."""
    path = folder / "omega.db"
    await migrate(None, path=path)
    async with (
        opened(server.url, path, "here") as (office, alerts, store),
        bus_of(server, "xyko", timing=Timing()) as bus,
        bus_of(server, "desk") as desk,
        Loops(office.run(), alerts.answer("deliveries", [TakeUp], office.service.process)),
        posting(stage, roster, bus, shared=bus.quota(SHARED, units=MOST, seconds=SECONDS)) as xyko,
        Loops(*(xyko.courier.carry(bus, is_urgent=is_urgent) for is_urgent in (True, False))),
    ):
        yield NewsRoom(desk, office, store, stage)


def fills(count: int, user_id: str) -> list[Event]:
    """Return fills of so many orders of a member."""
    return [
        event(
            f"e{number}",
            order(about=f"ord{number:05}"),
            thread=f"o{number}",
            user_id=user_id,
            persona="xyko",
            locale="en",
        )
        for number in range(count)
    ]
