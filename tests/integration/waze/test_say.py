"""What `omega say` shows of a command's answer, through real discord.py and the local Discord."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from persona_fakes import FakeBus
from persona_stage import persona, process_of, said, spec

from bots.cli.say import Reply, converse
from bots.process import Process
from sandbox.discord.app import Running
from services.chat.messages import Converse, Shown
from services.chat.messages import Reply as Answer
from services.errors import NoAnswer
from services.market.messages import GetQuote

LATER_THAN_THE_LOCAL_DISCORD_WAITS = 5.4


@pytest.fixture
async def xyko(discord_server: Running, bus: FakeBus, tmp_path: Path) -> AsyncIterator[Process]:
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus) as process:
        yield process


def answer(text: str, *, is_last: bool = False) -> Answer:
    return Answer(card=Shown(verdict=text), is_last=is_last)


async def told(server: Running, tmp_path: Path) -> Reply:
    return await converse(server.url, "xyko", "/price market:BTC", "mia", "general", folder=tmp_path)


@pytest.mark.usefixtures("xyko")
async def test_a_quick_answer_is_told_as_it_came(discord_server: Running, tmp_path: Path) -> None:
    reply = await told(discord_server, tmp_path)
    assert [said(message) for message in reply.messages]
    assert reply.elapsed_ms < 2_000


@pytest.mark.usefixtures("xyko")
async def test_an_answer_that_is_still_being_written_is_waited_for(
    discord_server: Running, bus: FakeBus, tmp_path: Path
) -> None:
    bus.parts[Converse] = [(0.0, answer("")), (0.0, answer("It"))]
    bus.answers[Converse] = answer("It is so.", is_last=True)
    bus.delays[Converse] = 0.6
    reply = await converse(discord_server.url, "xyko", "how is BTC?", "mia", "general", folder=tmp_path)
    assert [said(message) for message in reply.messages] == ["It is so."]


@pytest.mark.slow
@pytest.mark.usefixtures("xyko")
async def test_a_slow_failure_is_told_although_the_public_deferral_was_taken_back(
    discord_server: Running, bus: FakeBus, tmp_path: Path
) -> None:
    bus.answers[GetQuote] = NoAnswer("Silent.", facts={"service": "market"})
    bus.delays[GetQuote] = LATER_THAN_THE_LOCAL_DISCORD_WAITS
    reply = await told(discord_server, tmp_path)
    (message,) = reply.messages
    assert "market" in said(message)
    assert message["flags"] & 64
    assert reply.elapsed_ms > LATER_THAN_THE_LOCAL_DISCORD_WAITS * 1000
