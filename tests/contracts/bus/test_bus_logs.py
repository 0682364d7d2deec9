"""append and consume, on every server that we run on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from bus_stage import DATED, NOTES, SWIFT, Dated, Note, Server, bus_of, eventually, tell

from services.bus.bus import Bus
from services.bus.messages import Entry, Log
from services.errors import StoreUnavailable
from services.loops import Loops

pytestmark = pytest.mark.asyncio(loop_scope="module")

STREAM = "omega:log:notes"


def into(seen: list[Entry[Note]]) -> Callable[[Entry[Note]], Awaitable[None]]:
    async def handle(entry: Entry[Note]) -> None:
        seen.append(entry)

    return handle


def texts(seen: list[Entry[Note]]) -> list[str]:
    return [entry.message.text for entry in seen]


async def pending(server: Server) -> object:
    (reply,) = await tell(server.url, ("XPENDING", STREAM, "readers"))
    assert isinstance(reply, list)
    return reply[0]


async def dead_letters(server: Server) -> list[dict[str, str]]:
    (rows,) = await tell(server.url, ("XRANGE", "omega:dead:notes", "-", "+"))
    assert isinstance(rows, list)
    pairs = [(fields[::2], fields[1::2]) for _, fields in rows]
    return [
        {name.decode(): value.decode(errors="replace") for name, value in zip(*pair, strict=True)}
        for pair in pairs
    ]


async def test_entries_come_in_order_to_every_group_also_those_from_before_it(one: Bus, two: Bus) -> None:
    began = datetime.now(UTC) - timedelta(milliseconds=1)
    ids = [await one.append(NOTES, Note(text=text)) for text in "abc"]
    first: list[Entry[Note]] = []
    second: list[Entry[Note]] = []
    async with Loops(one.consume(NOTES, "a", into(first)), two.consume(NOTES, "b", into(second))):
        ids.append(await one.append(NOTES, Note(text="d")))
        await eventually(lambda: len(first) == len(second) == 4)
    assert texts(first) == texts(second) == ["a", "b", "c", "d"]
    assert [entry.id for entry in first] == ids
    assert {entry.deliveries for entry in first} == {1}
    assert all(began <= entry.appended_at <= datetime.now(UTC) for entry in first)


async def test_two_consumers_of_a_group_share_the_entries(server: Server, one: Bus, two: Bus) -> None:
    first: list[Entry[Note]] = []
    second: list[Entry[Note]] = []
    async with Loops(one.consume(NOTES, "readers", into(first)), two.consume(NOTES, "readers", into(second))):
        await asyncio.sleep(0.1)
        await asyncio.gather(*(one.append(NOTES, Note(text=str(n))) for n in range(200)))
        await eventually(lambda: len(first) + len(second) == 200)
    assert sorted(texts(first + second), key=int) == [str(n) for n in range(200)]
    assert await pending(server) == 0


async def test_a_message_with_an_id_keeps_it_however_often_it_is_appended(one: Bus) -> None:
    seen = []

    async def handle(entry: Entry[Dated]) -> None:
        seen.append(entry.id)

    for _ in range(2):
        assert await one.append(DATED, Dated(id="order-7", text="x")) == "order-7"
    async with Loops(one.consume(DATED, "readers", handle)):
        await eventually(lambda: len(seen) == 2)
    assert seen == ["order-7", "order-7"]


async def test_a_poison_entry_goes_to_the_dead_letters_after_five_deliveries(
    server: Server, one: Bus
) -> None:
    deliveries = []
    others: list[str] = []

    async def handle(entry: Entry[Note]) -> None:
        if entry.message.text == "poison":
            deliveries.append(entry.deliveries)
            raise ValueError("cannot stomach it")
        others.append(entry.message.text)

    for text in ("a", "poison", "b"):
        await one.append(NOTES, Note(text=text))
    async with Loops(one.consume(NOTES, "readers", handle)):
        await eventually(lambda: others == ["a", "b"])
        assert len(deliveries) < 5
        await eventually(lambda: len(deliveries) == 5)
        await asyncio.sleep(0.3)
    assert deliveries == [1, 2, 3, 4, 5]
    (dead,) = await dead_letters(server)
    assert (dead["error"], dead["group"], dead["deliveries"]) == (
        "ValueError: cannot stomach it",
        "readers",
        "5",
    )
    assert await pending(server) == 0


async def test_an_entry_that_cannot_be_read_goes_to_the_dead_letters_at_once(
    server: Server, one: Bus
) -> None:
    seen: list[Entry[Note]] = []
    await tell(
        server.url, ("XADD", STREAM, "*", "m", b"\x00", "i", "x", "t", "1"), ("XADD", STREAM, "*", "z", "1")
    )
    await one.append(NOTES, Note(text="fine"))
    async with Loops(one.consume(NOTES, "readers", into(seen))):
        await eventually(lambda: seen)
    assert [dead["deliveries"] for dead in await dead_letters(server)] == ["1", "1"]


async def test_an_entry_that_kills_its_consumer_five_times_is_not_tried_again(server: Server) -> None:
    tries = []
    is_tried = asyncio.Event()

    async def handle(entry: Entry[Note]) -> None:
        tries.append(entry.deliveries)
        is_tried.set()
        await asyncio.sleep(60)

    for _ in range(6):
        is_tried.clear()
        async with bus_of(server, "victim") as victim:
            if not tries:
                await victim.append(NOTES, Note(text="deadly"))
            async with Loops(victim.consume(NOTES, "readers", handle)):
                if len(tries) < 5:
                    await is_tried.wait()
                else:
                    await asyncio.sleep(0.3)
    assert tries == [1, 2, 3, 4, 5]
    (dead,) = await dead_letters(server)
    assert "died" in dead["error"]


async def test_what_a_service_stands_on_may_be_away_for_long_without_costing_an_entry(
    server: Server, one: Bus
) -> None:
    tries = []

    async def handle(entry: Entry[Note]) -> None:
        tries.append(entry.deliveries)
        if len(tries) <= 6:
            raise StoreUnavailable("The database is locked.")

    await one.append(NOTES, Note(text="x"))
    async with Loops(one.consume(NOTES, "readers", handle)):
        await eventually(lambda: len(tries) == 7, within=8)
        await asyncio.sleep(0.05)
    assert set(tries) == {1}
    assert await pending(server) == 0
    assert await dead_letters(server) == []


async def test_a_restarted_consumer_takes_up_its_own_at_once(server: Server, one: Bus) -> None:
    is_taken = asyncio.Event()

    async def hang(_entry: Entry[Note]) -> None:
        is_taken.set()
        await asyncio.sleep(60)

    seen: list[Entry[Note]] = []
    for text in "ab":
        await one.append(NOTES, Note(text=text))
    patient = replace(SWIFT, reclaim=60.0)
    async with bus_of(server, "reader") as first, Loops(first.consume(NOTES, "readers", hang)):
        await is_taken.wait()
    async with (
        bus_of(server, "reader", timing=patient) as second,
        Loops(second.consume(NOTES, "readers", into(seen))),
    ):
        await eventually(lambda: len(seen) == 2)
    assert [(entry.message.text, entry.deliveries) for entry in seen] == [("a", 2), ("b", 2)]


async def test_what_a_dead_consumer_held_comes_to_another_of_its_group(server: Server, two: Bus) -> None:
    is_taken = asyncio.Event()

    async def hang(_entry: Entry[Note]) -> None:
        is_taken.set()
        await asyncio.sleep(60)

    seen: list[Entry[Note]] = []
    for n in range(40):
        await two.append(NOTES, Note(text=str(n)))
    async with bus_of(server, "dies") as dies, Loops(dies.consume(NOTES, "readers", hang)):
        await is_taken.wait()
    async with Loops(two.consume(NOTES, "readers", into(seen))):
        await eventually(lambda: len(seen) == 40)
    assert sorted(texts(seen), key=int) == [str(n) for n in range(40)]
    assert sum(entry.deliveries == 2 for entry in seen) == 32
    assert await pending(server) == 0


async def test_a_slow_handler_keeps_what_it_has_in_hand(one: Bus, two: Bus) -> None:
    slow_seen = []
    stolen: list[Entry[Note]] = []

    async def slow(entry: Entry[Note]) -> None:
        slow_seen.append(entry.message.text)
        await asyncio.sleep(0.6)

    await one.append(NOTES, Note(text="long work"))
    async with Loops(one.consume(NOTES, "readers", slow)):
        await eventually(lambda: slow_seen)
        async with Loops(two.consume(NOTES, "readers", into(stolen))):
            await asyncio.sleep(0.7)
    assert (slow_seen, stolen) == (["long work"], [])


async def test_a_full_log_drops_what_every_group_has_read_and_keeps_the_rest(
    server: Server, one: Bus
) -> None:
    small = Log("notes", Note, keep=1000)
    seen: list[Entry[Note]] = []
    async with Loops(one.consume(small, "readers", into(seen))):
        await asyncio.gather(*(one.append(small, Note(text=str(n))) for n in range(700)))
        await eventually(lambda: len(seen) == 700)
    await asyncio.gather(*(one.append(small, Note(text=str(n))) for n in range(700, 1000)))
    (length,) = await tell(server.url, ("XLEN", STREAM))
    assert isinstance(length, int)
    assert 300 <= length < 700
    async with Loops(one.consume(small, "readers", into(seen))):
        await eventually(lambda: len(seen) == 1000)
    assert texts(seen) == [str(n) for n in range(1000)]


async def test_a_log_that_nobody_reads_stays_bounded(server: Server, one: Bus) -> None:
    small = Log("notes", Note, keep=300)
    await asyncio.gather(*(one.append(small, Note(text=str(n))) for n in range(1500)))
    (length,) = await tell(server.url, ("XLEN", STREAM))
    assert isinstance(length, int)
    assert length < 300 + 256 + 100
