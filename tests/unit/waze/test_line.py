from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import Any, Self

import discord
import pytest

from bots.waze.line import Line, OnState, Patience
from services.clock import SystemClock
from services.errors import Misconfigured

QUICK = Patience(first=0.001, after_refusal=0.005, after_defect=0.005, lost=0.03, glance=0.005, steady=60.0)
Ending = Callable[["Client"], Any]


class Client:
    """Lives one life: what it does in `start` is what the test says."""

    def __init__(self, on_state: OnState, life: Exception | str) -> None:
        self.on_state = on_state
        self.life = life
        self.closed = asyncio.Event()

    async def start(self, token: str) -> None:
        assert token == "a.b.c"
        if isinstance(self.life, Exception):
            raise self.life
        self.on_state(None)
        if self.life != "is well":
            self.on_state("connection to Discord lost")
        if self.life == "is lost and breaks":
            raise KeyError("guild_id")
        await self.closed.wait()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.life == "is lost and slow to close":
            self.on_state("connection to Discord lost")
            await asyncio.sleep(0.1)
        self.closed.set()


class Farm:
    """Makes clients, each with the next life, and hears what is reported."""

    def __init__(self, *lives: Exception | str) -> None:
        self.lives = list(lives)
        self.clients: list[Client] = []
        self.reports: list[str | None] = []
        self.is_ready = asyncio.Event()

    def make(self, on_state: OnState) -> Client:
        self.clients.append(Client(on_state, self.lives.pop(0)))
        return self.clients[-1]

    def report(self, missing: str | None) -> None:
        self.reports.append(missing)
        if missing is None and not self.lives:
            self.is_ready.set()

    def line(self, patience: Patience = QUICK) -> Line:
        clock = SystemClock()
        return Line(make=self.make, token="a.b.c", clock=clock, report=self.report, patience=patience)


async def until_ready(farm: Farm, patience: Patience = QUICK) -> None:
    line = farm.line(patience)
    async with asyncio.timeout(2), asyncio.TaskGroup() as group:
        loops = [group.create_task(line.stay()), group.create_task(line.watch())]
        await farm.is_ready.wait()
        for loop in loops:
            loop.cancel()


@pytest.mark.parametrize(
    "failure",
    [
        ConnectionRefusedError(111, "refused"),
        AttributeError("'NoneType' object has no attribute 'sequence'"),
        KeyError("guild_id"),
        TimeoutError(),
    ],
    ids=lambda failure: type(failure).__name__,
)
async def test_a_client_that_ends_is_followed_by_a_fresh_one(failure: Exception) -> None:
    farm = Farm(failure, failure, "is well")
    await until_ready(farm)
    assert len(farm.clients) == 3
    assert farm.clients[0].closed.is_set()


async def test_the_reason_is_reported_while_there_is_no_connection() -> None:
    farm = Farm(ConnectionRefusedError(111, "refused"), "is well")
    await until_ready(farm)
    assert farm.reports == [
        "connecting to Discord",
        "Discord cannot be reached",
        "connecting to Discord",
        None,
    ]


async def test_a_client_whose_connection_stays_lost_is_replaced() -> None:
    farm = Farm("is lost", "is well")
    await until_ready(farm)
    assert len(farm.clients) == 2


@pytest.mark.parametrize("life", ["is lost and breaks", "is lost and slow to close"])
async def test_a_client_that_has_ended_is_not_watched_any_more(life: str) -> None:
    farm = Farm(life, "is well")
    await until_ready(farm, replace(QUICK, first=0.1, after_defect=0.1, after_refusal=0.1, lost=0.02))
    assert len(farm.clients) == 2


class Closed(discord.ConnectionClosed):
    def __init__(self, code: int) -> None:
        self.code, self.reason, self.shard_id = code, "", None


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (discord.LoginFailure("Improper token has been passed."), "4004"),
        (discord.PrivilegedIntentsRequired(None), "4014"),
        (Closed(4004), "4004"),
        (Closed(4013), "4013"),
        (Closed(4014), "4014"),
    ],
    ids=["login", "intents", "4004", "4013", "4014"],
)
async def test_what_an_operator_must_change_ends_the_line_with_the_reason(
    refusal: Exception, code: str
) -> None:
    with pytest.raises(Misconfigured, match=code) as ended:
        await Farm(refusal).line().stay()
    assert "a.b.c" not in f"{ended.value} {ended.value.hint}"


async def test_any_other_close_code_is_followed_by_a_fresh_client() -> None:
    farm = Farm(Closed(4000), "is well")
    await until_ready(farm)
    assert len(farm.clients) == 2
