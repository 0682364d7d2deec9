"""The bus while its server is killed, frozen, emptied or not there yet."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from bus_stage import LAST, NOTES, TALK, Echo, Note, Server, bus_of, eventually, hurt, kill, running, tell

from services.bus.bus import Bus
from services.bus.connect import open_bus
from services.bus.connection import Timing
from services.bus.messages import Entry, Gap, Message, Request
from services.clock import SystemClock
from services.errors import BusUnavailable, NoAnswer, Unavailable
from services.loops import Loops

VERBS: list[tuple[str, Callable[[Bus], Awaitable[object]]]] = [
    ("publish", lambda bus: bus.publish(TALK, Note(text="x"))),
    ("append", lambda bus: bus.append(NOTES, Note(text="x"))),
    ("ask", lambda bus: bus.ask(Echo(text="x"), timeout=10)),
    ("put", lambda bus: bus.put(LAST, Note(text="x"))),
    ("latest", lambda bus: bus.latest(LAST)),
]


async def say(request: Request[Any]) -> Message:
    assert isinstance(request, Echo)
    return Note(text=request.text)


async def seconds_to_fail(verb: Callable[[Bus], Awaitable[object]], bus: Bus) -> float:
    began = time.monotonic()
    with pytest.raises(BusUnavailable):
        await verb(bus)
    return time.monotonic() - began


async def until_it_works(verb: Callable[[], Awaitable[object]]) -> float:
    """Try until the verb works again; return the seconds that took."""
    began = time.monotonic()
    while time.monotonic() - began < 10:
        try:
            await verb()
        except Unavailable:
            await asyncio.sleep(0.02)
        else:
            return time.monotonic() - began
    raise AssertionError("it never came back")


@pytest.mark.slow
async def test_a_frozen_server_costs_each_verb_at_most_two_seconds_and_none_of_them_for_long(
    server: Server,
) -> None:
    async with open_bus(server.url, name="one", clock=SystemClock()) as bus:
        await bus.put(LAST, Note(text="before"))
        hurt(server, signal.SIGSTOP)
        took = await asyncio.gather(*(seconds_to_fail(verb, bus) for _, verb in VERBS))
        assert max(took) <= 2.0
        await asyncio.sleep(1.5)
        took = await asyncio.gather(*(seconds_to_fail(verb, bus) for _, verb in VERBS))
        assert max(took) <= 0.2
        hurt(server, signal.SIGCONT)
        assert await until_it_works(lambda: bus.latest(LAST)) <= 3.0


@pytest.mark.slow
async def test_a_thing_appended_to_a_frozen_server_is_there_at_most_once(server: Server) -> None:
    async with open_bus(server.url, name="one", clock=SystemClock()) as bus:
        await bus.put(LAST, Note(text="before"))
        hurt(server, signal.SIGSTOP)
        with pytest.raises(BusUnavailable):
            await bus.append(NOTES, Note(text="x"))
        hurt(server, signal.SIGCONT)
        await until_it_works(lambda: bus.latest(LAST))
    (length,) = await tell(server.url, ("XLEN", "omega:log:notes"))
    assert length in {0, 1}


async def test_a_dead_server_costs_each_verb_at_most_two_seconds(server: Server) -> None:
    async with bus_of(server, "one") as bus:
        await bus.put(LAST, Note(text="before"))
        await kill(server)
        took = [await seconds_to_fail(verb, bus) for _, verb in VERBS]
        assert max(took) <= 2.0
        assert sum(took) <= 2.5


@pytest.mark.slow
async def test_a_bus_opens_without_its_server_and_says_when_it_has_found_it(server: Server) -> None:
    await kill(server)
    health: list[tuple[bool, str]] = []

    def on_health(is_well: bool, reason: str) -> None:  # noqa: FBT001 - the shape of on_health
        health.append((is_well, reason))

    async with open_bus(server.url, name="one", clock=SystemClock(), on_health=on_health) as bus:
        with pytest.raises(BusUnavailable):
            await bus.latest(LAST)
        async with bus.subscribe(TALK) as heard:
            await server.start()
            await eventually(lambda: health[-1] == (True, ""), within=3)
            assert isinstance(await anext(heard), Gap)
            await bus.publish(TALK, Note(text="here"))
            assert await anext(heard) == Note(text="here")
        await kill(server)
        await eventually(lambda: not health[-1][0], within=3)
    assert health[0][0] is False
    assert health[-1][1]


async def test_a_bus_whose_server_is_away_hardly_uses_the_processor(server: Server) -> None:
    await kill(server)

    async def handle(_entry: Entry[Note]) -> None:
        raise AssertionError

    async with (
        bus_of(server, "one") as bus,
        Loops(bus.consume(NOTES, "readers", handle), bus.answer("echo", [Echo], say)),
    ):
        began = time.process_time()
        await asyncio.sleep(0.7)
        assert time.process_time() - began < 0.2


async def test_a_short_restart_of_the_server_is_bridged_for_what_was_not_sent_yet(server: Server) -> None:
    async with open_bus(server.url, name="one", clock=SystemClock(), timing=Timing(grace=5.0)) as bus:
        await bus.put(LAST, Note(text="kept"))
        await kill(server)
        await asyncio.sleep(0.05)
        async with asyncio.TaskGroup() as tasks:
            found = tasks.create_task(bus.latest(LAST))
            await server.start()
    latest = found.result()
    assert latest is not None
    assert latest.value == Note(text="kept")


async def test_after_a_kill_of_the_server_a_subscriber_is_told_of_a_gap_and_hears_again(
    server: Server,
) -> None:
    async with bus_of(server, "one") as one, bus_of(server, "two") as two, two.subscribe(TALK) as heard:
        await one.publish(TALK, Note(text="before"))
        assert await anext(heard) == Note(text="before")
        began = time.monotonic()
        await kill(server)
        await asyncio.sleep(0.3)
        await server.start()
        gap = await anext(heard)
        assert isinstance(gap, Gap)
        assert 0.3 <= gap.seconds <= time.monotonic() - began + 1.0
        await until_it_works(lambda: one.publish(TALK, Note(text="after")))
        assert await anext(heard) == Note(text="after")
        assert time.monotonic() - began <= 3.0


async def test_after_silence_of_the_network_a_subscriber_is_told_of_a_gap(server: Server) -> None:
    async with bus_of(server, "two") as two, two.subscribe(TALK) as heard:
        hurt(server, signal.SIGSTOP)
        await asyncio.sleep(1.0)
        hurt(server, signal.SIGCONT)
        async with asyncio.timeout(3):
            assert isinstance(await anext(heard), Gap)


async def test_an_answerer_and_an_asker_find_each_other_again_after_a_kill_of_the_server(
    server: Server,
) -> None:
    async with (
        bus_of(server, "one") as one,
        bus_of(server, "two") as two,
        Loops(two.answer("echo", [Echo], say)),
    ):
        await one.ask(Echo(text="before"))
        for _ in range(3):
            await kill(server)
            await server.start()
            took = await until_it_works(lambda: one.ask(Echo(text="after"), timeout=0.5))
            assert took <= 3.0


async def test_a_question_in_work_when_the_server_dies_gets_an_honest_error_or_its_answer(
    server: Server,
) -> None:
    async def slow(request: Request[Any]) -> Message:
        await asyncio.sleep(0.5)
        return await say(request)

    async def ask(bus: Bus) -> str:
        try:
            return (await bus.ask(Echo(text="answer"), timeout=3)).text
        except (BusUnavailable, NoAnswer) as error:
            return type(error).__name__

    async with (
        bus_of(server, "one") as one,
        bus_of(server, "two") as two,
        Loops(two.answer("echo", [Echo], slow)),
        asyncio.TaskGroup() as asking,
    ):
        answer = asking.create_task(ask(one))
        await asyncio.sleep(0.2)
        await kill(server)
        await server.start()
    assert answer.result() == "answer"


async def test_a_question_whose_answer_takes_long_fails_soon_when_the_server_stays_away(
    server: Server,
) -> None:
    async def never(_request: Request[Any]) -> Message:
        await asyncio.sleep(60)
        return Note(text="never")

    async with (
        bus_of(server, "one") as one,
        bus_of(server, "two") as two,
        Loops(two.answer("echo", [Echo], never)),
        asyncio.TaskGroup() as asking,
    ):
        took = asking.create_task(seconds_to_fail(lambda bus: bus.ask(Echo(text="x"), timeout=30), one))
        await asyncio.sleep(0.2)
        await kill(server)
    assert took.result() <= 2.5


@pytest.mark.slow
async def test_no_appended_entry_is_lost_while_the_server_is_killed_again_and_again() -> None:
    acknowledged: list[str] = []
    seen: set[str] = set()
    is_over = asyncio.Event()

    async def write(bus: Bus) -> None:
        number = 0
        while not is_over.is_set():
            number += 1
            try:
                await bus.append(NOTES, Note(text=str(number)))
                acknowledged.append(str(number))
            except BusUnavailable:
                await asyncio.sleep(0.05)

    async def read(entry: Entry[Note]) -> None:
        seen.add(entry.message.text)

    async with (
        running("durable") as server,
        bus_of(server, "one") as one,
        bus_of(server, "two") as two,
        Loops(two.consume(NOTES, "readers", read)),
    ):
        async with asyncio.TaskGroup() as writing:
            writing.create_task(write(one))
            for _ in range(3):
                await asyncio.sleep(0.4)
                await kill(server)
                await server.start()
            await asyncio.sleep(0.8)
            is_over.set()
        await eventually(lambda: set(acknowledged) <= seen)
    assert len(acknowledged) > 30


async def test_an_emptied_server_gets_its_groups_again() -> None:
    seen: list[str] = []

    async def read(entry: Entry[Note]) -> None:
        seen.append(entry.message.text)

    async with (
        running("tcp") as server,
        bus_of(server, "one") as one,
        bus_of(server, "two") as two,
        Loops(two.consume(NOTES, "readers", read), two.answer("echo", [Echo], say)),
    ):
        await one.append(NOTES, Note(text="before"))
        await one.ask(Echo(text="before"))
        await eventually(lambda: seen == ["before"])
        await tell(server.url, ("FLUSHALL",))
        await one.append(NOTES, Note(text="after"))
        assert await one.ask(Echo(text="after")) == Note(text="after")
        await eventually(lambda: seen == ["before", "after"], within=2)


async def test_an_acknowledgement_that_a_dying_server_missed_does_not_hand_the_entry_over_again(
    server: Server,
) -> None:
    seen: list[str] = []

    async def read(entry: Entry[Note]) -> None:
        seen.append(entry.message.text)
        if entry.message.text == "first":
            await kill(server)

    async with bus_of(server, "one") as one, Loops(one.consume(NOTES, "readers", read)):
        await one.append(NOTES, Note(text="first"))
        await eventually(lambda: server.pid is None)
        await asyncio.sleep(0.8)
        await server.start()
        await until_it_works(lambda: one.append(NOTES, Note(text="second")))
        await eventually(lambda: "second" in seen)
    assert seen == ["first", "second"]
