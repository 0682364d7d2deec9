from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bots.waze.answer import Answer, sturdily
from cogs._ui.card import Action, Card

CARD = Card(verdict="64,210.5", actions=(Action("Refresh", "price|show|BTC"),))


class Wire:
    """Stands for Discord: records what arrives, after `delay` seconds."""

    def __init__(self, delay: float = 0.0) -> None:
        self.sent: list[tuple[str, bool]] = []
        self.delay = delay

    def call(self, name: str) -> Any:
        async def record(**given: Any) -> None:
            await asyncio.sleep(self.delay)
            self.sent.append((name, bool(given.get("ephemeral"))))

        return record


def interaction(wire: Wire, *, is_press: bool = False, is_private: bool = False) -> Any:
    kind = discord.InteractionType.component if is_press else discord.InteractionType.application_command
    command: Any = object.__new__(discord.app_commands.Command)
    command.extras = {"is_private": is_private}
    return SimpleNamespace(
        type=kind,
        command=None if is_press else command,
        response=SimpleNamespace(
            defer=wire.call("defer"), send_message=wire.call("send"), edit_message=wire.call("edit pressed")
        ),
        edit_original_response=wire.call("edit original"),
        followup=SimpleNamespace(send=wire.call("follow up")),
    )


async def answered(wire: Wire, *steps: str, **kind: bool) -> list[tuple[str, bool]]:
    answer = Answer(interaction(wire, **kind), started=0.0)
    for step in steps:
        if step == "defer":
            await answer.defer()
        else:
            await (answer.send if step == "send" else answer.send_aside)(CARD)
    return wire.sent


@pytest.mark.parametrize(
    ("kind", "steps", "sent"),
    [
        ({}, ["send"], [("send", False)]),
        ({}, ["send", "defer"], [("send", False)]),
        ({"is_private": True}, ["send"], [("send", True)]),
        ({}, ["error"], [("send", True)]),
        ({}, ["defer", "send"], [("defer", False), ("edit original", False)]),
        ({"is_private": True}, ["defer", "error"], [("defer", True), ("edit original", False)]),
        ({"is_press": True}, ["send"], [("edit pressed", False)]),
        ({"is_press": True}, ["defer", "send"], [("defer", False), ("edit original", False)]),
        ({"is_press": True}, ["error"], [("send", True)]),
        ({"is_press": True}, ["defer", "error"], [("defer", False), ("follow up", True)]),
    ],
)
async def test_an_interaction_is_answered_where_and_to_whom_it_belongs(
    kind: dict[str, bool], steps: list[str], sent: list[tuple[str, bool]]
) -> None:
    assert await answered(Wire(), *steps, **kind) == sent


async def test_an_answer_waits_for_a_deferral_that_is_under_way() -> None:
    wire = Wire(delay=0.02)
    answer = Answer(interaction(wire), started=0.0)
    await asyncio.gather(answer.defer(), answer.send(CARD))
    assert wire.sent == [("defer", False), ("edit original", False)]


async def test_what_takes_long_is_deferred_and_what_is_quick_is_not() -> None:
    wire, spawned = Wire(), asyncio.TaskGroup()

    def spawn(deferral: Coroutine[Any, Any, None]) -> None:
        spawned.create_task(deferral)

    async with spawned:
        slow, quick = Answer(interaction(wire), started=0.0), Answer(interaction(wire), started=0.0)
        for answer in (slow, quick):
            answer.defer_after(0.02, spawn)
        await quick.send(CARD)
        await asyncio.sleep(0.05)
        await slow.send(CARD)
    assert wire.sent == [("send", False), ("defer", False), ("edit original", False)]


def refusal(status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    return discord.HTTPException(response, {"code": code, "message": "refused"})


class Flaky:
    """Fails with each of `failures`, then succeeds."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.tries = 0

    async def __call__(self) -> None:
        self.tries += 1
        if self.failures:
            raise self.failures.pop(0)


@pytest.mark.parametrize(
    "failure",
    [aiohttp.ClientOSError(104, "reset"), aiohttp.ServerDisconnectedError(), refusal(503, 0)],
    ids=["reset", "disconnected", "503"],
)
async def test_a_send_is_repeated_after_a_failure_that_passes(failure: Exception) -> None:
    send = Flaky(failure)
    await sturdily(send)
    assert send.tries == 2


async def test_a_repeat_that_finds_itself_acknowledged_has_succeeded() -> None:
    send = Flaky(aiohttp.ServerDisconnectedError(), refusal(400, 40060))
    await sturdily(send)
    assert send.tries == 2


@pytest.mark.parametrize(("status", "code"), [(400, 40060), (400, 50035), (403, 50013), (404, 10062)])
async def test_a_refusal_is_not_repeated(status: int, code: int) -> None:
    send = Flaky(refusal(status, code))
    with pytest.raises(discord.HTTPException):
        await sturdily(send)
    assert send.tries == 1


@pytest.mark.slow
async def test_a_send_is_given_up_after_four_tries() -> None:
    send = Flaky(*[aiohttp.ServerDisconnectedError() for _ in range(9)])
    with pytest.raises(aiohttp.ServerDisconnectedError):
        await sturdily(send)
    assert send.tries == 4
