from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from services.alerts.trading_posts import DeskTold, Event
from services.errors import BusUnavailable
from services.loops import Loops
from services.trading.telling import KeptNews

AT = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)


class Wire:
    """A bus of which only the log can be appended to, while it is up."""

    def __init__(self, *, is_up: bool = True) -> None:
        self.is_up = is_up
        self.taken: list[str] = []
        self.refused = asyncio.Event()

    async def append(self, log: Any, message: Any) -> str:
        del log
        if not self.is_up:
            self.refused.set()
            raise BusUnavailable("Redis is away.")
        self.taken.append(message.id)
        return ""


def event(id_: str, user_id: str = "1") -> Event:
    body = DeskTold(news="filled", owner=user_id, about="order", at=AT)
    return Event(id=id_, thread="order", user_id=user_id, body=body, at=AT)


def is_empty(file: Path) -> bool:
    return not file.read_bytes()


async def until_empty(file: Path) -> None:
    async with asyncio.timeout(5):
        while not is_empty(file):  # noqa: ASYNC110 - a file tells nobody
            await asyncio.sleep(0.01)


async def test_news_go_out_in_the_order_in_which_they_were_told(tmp_path: Path) -> None:
    wire, file = Wire(), tmp_path / "news"
    news = KeptNews(wire, file)  # type: ignore[arg-type]  # only one of its verbs is used
    async with Loops(news.run()):
        for number in range(5):
            await news.tell(event(str(number)))
        await until_empty(file)
    assert wire.taken == ["0", "1", "2", "3", "4"]


async def test_what_was_told_while_the_bus_was_away_goes_out_in_the_next_life(tmp_path: Path) -> None:
    away, file = Wire(is_up=False), tmp_path / "news"
    first = KeptNews(away, file)  # type: ignore[arg-type]
    async with Loops(first.run()):
        await first.tell(event("a"))
        await first.tell(event("b"))
        await away.refused.wait()
    file.write_bytes(file.read_bytes() + b'{"id": "torn')
    back = Wire()
    async with Loops(KeptNews(back, file).run()):  # type: ignore[arg-type]
        await until_empty(file)
    assert back.taken == ["a", "b"]


async def test_news_wait_in_order_until_the_bus_is_back(tmp_path: Path) -> None:
    wire, file = Wire(is_up=False), tmp_path / "news"
    news = KeptNews(wire, file, again=0.01)  # type: ignore[arg-type]
    async with Loops(news.run()):
        await news.tell(event("a"))
        await wire.refused.wait()
        await news.tell(event("b"))
        wire.is_up = True
        await until_empty(file)
    assert wire.taken == ["a", "b"]


async def test_news_that_cannot_be_kept_go_out_all_the_same(tmp_path: Path) -> None:
    wire = Wire()
    news = KeptNews(wire, tmp_path / "no folder" / "news")  # type: ignore[arg-type]
    async with Loops(news.run()), asyncio.timeout(5):
        await news.tell(event("a"))
        while not wire.taken:  # noqa: ASYNC110 - the wire tells nobody
            await asyncio.sleep(0)
    assert wire.taken == ["a"]


async def test_what_befalls_a_temperament_of_the_farm_is_told_to_nobody(tmp_path: Path) -> None:
    wire, file = Wire(), tmp_path / "news"
    news = KeptNews(wire, file)  # type: ignore[arg-type]  # only one of its verbs is used
    async with Loops(news.run()):
        await news.tell(event("0", "house:newbie"))
        await news.tell(event("1"))
        await until_empty(file)
    assert wire.taken == ["1"]


async def test_a_torn_line_costs_no_other_news_and_does_not_keep_the_desk_from_starting(
    tmp_path: Path,
) -> None:
    file, away = tmp_path / "news", Wire(is_up=False)
    file.write_bytes(b'{"id": "torn')
    await KeptNews(away, file).tell(event("a"))  # type: ignore[arg-type]  # only one of its verbs is used
    file.write_bytes(file.read_bytes() + b'{"id": "torn aga')
    await KeptNews(away, file).tell(event("b"))  # type: ignore[arg-type]
    back = Wire()
    async with Loops(KeptNews(back, file).run()):  # type: ignore[arg-type]
        await until_empty(file)
    assert back.taken == ["a", "b"]
