"""carry, dead letters and what is outstanding, on every server that we run on."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import pytest
from bus_stage import NOTES, Note, Server, bus_of, eventually, tell, wipe

from services.bus.bus import Bus
from services.bus.messages import Entry, Log, Message
from services.errors import BusUnavailable, StoreUnavailable
from services.loops import Loops

pytestmark = pytest.mark.asyncio(loop_scope="module")


class Parcel(Message, frozen=True, kw_only=True):
    id: str
    street: str


class Slip(Message, frozen=True, kw_only=True):
    parcel: str
    reason: str = ""


PARCELS = Log("parcels", Parcel)
SLIPS = Log("slips", Slip)
Handle = Callable[[Entry[Parcel]], Awaitable[Slip]]


def numbered(count: int, streets: int) -> list[Parcel]:
    return [Parcel(id=str(n), street=str(n % streets)) for n in range(count)]


def carrying(bus: Bus, handle: Handle, *, at_once: int = 16) -> Coroutine[Any, Any, None]:
    return bus.carry(
        PARCELS,
        "couriers",
        handle,
        into=SLIPS,
        order=lambda parcel: parcel.street,
        buried=lambda parcel, reason: Slip(parcel=parcel.id if parcel else "?", reason=reason),
        at_once=at_once,
    )


async def delivered(entry: Entry[Parcel]) -> Slip:
    return Slip(parcel=entry.message.id)


async def figures(server: Server) -> tuple[int, int]:
    """How many slips there are, and how many parcels are not acknowledged."""
    slips, waiting = await tell(
        server.url, ("XLEN", "omega:log:slips"), ("XPENDING", "omega:log:parcels", "couriers")
    )
    assert isinstance(slips, int)
    return slips, waiting[0] if isinstance(waiting, list) else -1


async def slips_on(bus: Bus, count: int) -> list[Slip]:
    """The slips, once `count` are there, read as a group of its own would."""
    read: list[Slip] = []

    async def note(entry: Entry[Slip]) -> None:
        read.append(entry.message)

    async with Loops(bus.consume(SLIPS, "office", note)):
        await eventually(lambda: len(read) >= count)
        await asyncio.sleep(0.03)
    return read


async def test_one_street_is_served_in_order_and_streets_side_by_side(server: Server, one: Bus) -> None:
    served: dict[str, list[int]] = defaultdict(list)
    at_work: set[str] = set()
    most = 0

    async def handle(entry: Entry[Parcel]) -> Slip:
        nonlocal most
        assert entry.message.street not in at_work
        at_work.add(entry.message.street)
        most = max(most, len(at_work))
        await asyncio.sleep(0.002)
        at_work.discard(entry.message.street)
        served[entry.message.street].append(int(entry.message.id))
        return Slip(parcel=entry.message.id)

    await one.append_all(PARCELS, numbered(300, 20))
    async with Loops(carrying(one, handle, at_once=8)):
        await eventually(lambda: sum(map(len, served.values())) == 300)
        await asyncio.sleep(0.1)
    assert all(ids == sorted(ids) for ids in served.values())
    assert most == 8
    assert await figures(server) == (300, 0)


async def test_a_street_that_hangs_with_a_thousand_parcels_stops_no_other(one: Bus) -> None:
    may_go_on = asyncio.Event()
    served: list[str] = []

    async def handle(entry: Entry[Parcel]) -> Slip:
        if entry.message.street == "blocked":
            await may_go_on.wait()
        served.append(entry.message.id)
        return Slip(parcel=entry.message.id)

    blocked = [Parcel(id=f"b{n}", street="blocked") for n in range(1000)]
    await one.append_all(PARCELS, [*blocked, *numbered(50, 5)])
    async with Loops(carrying(one, handle, at_once=2)):
        await eventually(lambda: len(served) == 50)
        may_go_on.set()
        await eventually(lambda: len(served) == 1050, within=8)
    assert served[50:] == [f"b{n}" for n in range(1000)]


async def test_what_is_away_for_a_while_makes_only_its_own_street_wait(server: Server, one: Bus) -> None:
    tries: list[int] = []
    served: list[str] = []

    async def handle(entry: Entry[Parcel]) -> Slip:
        if entry.message.id == "0" and len(tries) < 5:
            tries.append(entry.deliveries)
            raise StoreUnavailable("The letter box is locked.")
        served.append(entry.message.id)
        return Slip(parcel=entry.message.id)

    await one.append_all(PARCELS, numbered(6, 2))
    async with Loops(carrying(one, handle)):
        await eventually(lambda: len(served) == 6)
        await asyncio.sleep(0.05)
    assert served == ["1", "3", "5", "0", "2", "4"]
    assert tries == [1] * 5
    assert await figures(server) == (6, 0)


async def test_a_parcel_that_always_fails_is_buried_with_a_slip_and_its_street_goes_on(
    server: Server, one: Bus
) -> None:
    seen: list[tuple[str, int]] = []

    async def handle(entry: Entry[Parcel]) -> Slip:
        seen.append((entry.message.id, entry.deliveries))
        if entry.message.id == "0":
            raise ValueError("it ticks")
        return Slip(parcel=entry.message.id)

    await one.append_all(PARCELS, numbered(2, 1))
    async with Loops(carrying(one, handle)):
        await eventually(lambda: len(seen) == 6)
        await asyncio.sleep(0.05)
    assert seen == [("0", 1), ("0", 2), ("0", 3), ("0", 4), ("0", 5), ("1", 1)]
    assert await slips_on(one, 2) == [Slip(parcel="0", reason="ValueError: it ticks"), Slip(parcel="1")]
    (letter,) = await one.shelf.dead("parcels", limit=10)
    assert (letter.entry, letter.deliveries, letter.group) == ("0", 5, "couriers")
    assert await figures(server) == (2, 0)


async def test_a_parcel_that_cannot_be_read_is_buried_with_a_slip_at_once(server: Server, one: Bus) -> None:
    stream = "omega:log:parcels"
    await tell(server.url, ("XADD", stream, "*", "i", "x", "t", "1", "m", b"\x00"))
    await one.append(PARCELS, Parcel(id="fine", street="a"))
    async with Loops(carrying(one, delivered)):
        slips = await slips_on(one, 2)
    assert sorted((slip.parcel, slip.reason[:17]) for slip in slips) == [
        ("?", "it cannot be read"),
        ("fine", ""),
    ]


async def test_a_parcel_that_kills_its_courier_five_times_is_not_tried_again(server: Server) -> None:
    tries: list[int] = []
    is_tried = asyncio.Event()

    async def handle(entry: Entry[Parcel]) -> Slip:
        if entry.message.id == "1":
            return Slip(parcel="1")
        tries.append(entry.deliveries)
        is_tried.set()
        await asyncio.sleep(60)
        raise AssertionError

    for life in range(6):
        is_tried.clear()
        async with bus_of(server, "victim") as victim:
            if life == 0:
                await victim.append_all(PARCELS, numbered(2, 1))
            async with Loops(carrying(victim, handle)):
                if life < 5:
                    await is_tried.wait()
                else:
                    slips = await slips_on(victim, 2)
    assert tries == [1, 2, 3, 4, 5]
    assert [slip.parcel for slip in slips] == ["0", "1"]
    assert "died" in slips[0].reason


async def test_a_restarted_courier_takes_up_its_own_in_order_and_nothing_is_lost(
    server: Server, one: Bus
) -> None:
    served: list[str] = []

    async def handle(entry: Entry[Parcel]) -> Slip:
        await asyncio.sleep(0.01)
        served.append(entry.message.id)
        return Slip(parcel=entry.message.id)

    await one.append_all(PARCELS, numbered(400, 40))
    for life in range(4):
        enough = 40 * (life + 1)
        async with bus_of(server, "courier") as bus, Loops(carrying(bus, handle)):
            await eventually(lambda enough=enough: len(served) >= enough)  # type: ignore[misc]
    async with bus_of(server, "courier") as bus, Loops(carrying(bus, handle)):
        slips = await slips_on(one, 400)
    assert sorted({int(slip.parcel) for slip in slips}) == list(range(400))
    assert len(slips) == 400, "a slip and its acknowledgement are one"
    assert (await figures(server))[1] == 0
    for street in range(40):
        firsts = list(dict.fromkeys(int(id_) for id_ in served if int(id_) % 40 == street))
        assert firsts == sorted(firsts)


async def test_what_a_dead_courier_held_comes_to_another(server: Server, two: Bus) -> None:
    is_taken = asyncio.Event()

    async def hang(_entry: Entry[Parcel]) -> Slip:
        is_taken.set()
        await asyncio.sleep(60)
        raise AssertionError

    await two.append_all(PARCELS, numbered(100, 10))
    async with bus_of(server, "dies") as dies, Loops(carrying(dies, hang)):
        await is_taken.wait()
    async with Loops(carrying(two, delivered)):
        slips = await slips_on(two, 100)
    assert sorted(int(slip.parcel) for slip in slips) == list(range(100))


async def test_a_slow_courier_keeps_what_it_has_in_hand_also_when_its_connection_breaks(
    server: Server, one: Bus, two: Bus
) -> None:
    slow_seen: list[int] = []
    stolen: list[Slip] = []

    async def slow(entry: Entry[Parcel]) -> Slip:
        slow_seen.append(entry.deliveries)
        await asyncio.sleep(0.6)
        return Slip(parcel=entry.message.id)

    async def steal(entry: Entry[Parcel]) -> Slip:
        stolen.append(Slip(parcel=entry.message.id))
        return stolen[-1]

    await one.append(PARCELS, Parcel(id="long way", street="a"))
    async with Loops(carrying(one, slow)):
        await eventually(lambda: slow_seen)
        await tell(server.url, ("CLIENT", "KILL", "TYPE", "NORMAL"))
        async with Loops(carrying(two, steal)):
            await asyncio.sleep(0.8)
    assert (slow_seen, stolen) == ([1], [])
    assert await figures(server) == (1, 0)


async def test_couriers_go_on_after_everything_on_the_server_was_deleted(server: Server, one: Bus) -> None:
    is_under_way, may_end = asyncio.Event(), asyncio.Event()

    async def handle(entry: Entry[Parcel]) -> Slip:
        is_under_way.set()
        if entry.message.id == "before":
            await may_end.wait()
        return Slip(parcel=entry.message.id)

    await one.append(PARCELS, Parcel(id="before", street="a"))
    async with Loops(carrying(one, handle)):
        await is_under_way.wait()
        await wipe(server.url)
        await one.append(PARCELS, Parcel(id="after", street="b"))
        may_end.set()
        slips = await slips_on(one, 2)
    assert {slip.parcel for slip in slips} == {"before", "after"}


async def test_a_dead_letter_is_listed_and_can_be_appended_again_once(one: Bus) -> None:
    is_well = False
    tries = 0
    seen: list[str] = []

    async def handle(entry: Entry[Note]) -> None:
        nonlocal tries
        tries += 1
        if not is_well:
            raise ValueError("cannot stomach it")
        seen.append(entry.message.text)

    await one.append(NOTES, Note(text="x"))
    async with Loops(one.consume(NOTES, "readers", handle)):
        await eventually(lambda: tries == 5)
        await asyncio.sleep(0.05)
        letters = await one.shelf.dead("notes", limit=5)
        assert await one.shelf.dead_logs() == {"notes": 1}
        is_well = True
        assert await one.shelf.replay(letters[0])
        assert not await one.shelf.replay(letters[0])
        await eventually(lambda: seen)
        await asyncio.sleep(0.05)
    assert seen == ["x"]
    assert letters[0].error == "ValueError: cannot stomach it"
    assert await one.shelf.dead_logs() == {}


async def test_outstanding_is_what_some_group_has_not_acknowledged(one: Bus) -> None:
    assert await one.shelf.outstanding("parcels", most=10) == frozenset()
    await one.append_all(PARCELS, numbered(6, 6))
    assert len(await one.shelf.outstanding("parcels", most=10)) == 6
    is_done = asyncio.Event()

    async def handle(entry: Entry[Parcel]) -> Slip:
        if entry.message.id == "3":
            await asyncio.sleep(60)
        is_done.set()
        return Slip(parcel=entry.message.id)

    async with Loops(carrying(one, handle)):
        await is_done.wait()
        await asyncio.sleep(0.05)
        assert await one.shelf.outstanding("parcels", most=10) == {"3"}


async def test_what_is_outstanding_in_a_long_log_is_found_in_pages(one: Bus) -> None:
    await one.append_all(PARCELS, numbered(1_200, 1_200))
    found = [await one.shelf.outstanding("parcels", most=most) for most in (700, 2_000)]
    assert [*map(len, found)] == [700, 1_200]

    async def handle(_entry: Entry[Parcel]) -> Slip:
        return await asyncio.sleep(60, Slip(parcel=""))

    async with Loops(carrying(one, handle)):
        await asyncio.sleep(0.1)
        assert await one.shelf.outstanding("parcels", most=2_000) == found[1]


async def test_entries_are_handled_together_and_one_by_one_when_they_fail(one: Bus) -> None:
    calls: list[list[str]] = []

    async def handle(entries: object) -> None:
        assert isinstance(entries, list)
        calls.append([entry.message.text for entry in entries])
        if "bad" in calls[-1]:
            raise ValueError("bad")

    await one.append_all(NOTES, [Note(text=text) for text in ("a", "bad", "c")])
    async with Loops(one.consume_all(NOTES, "readers", handle)):
        await eventually(lambda: len(calls) == 8)
        await asyncio.sleep(0.05)
    assert calls[:4] == [["a", "bad", "c"], ["a"], ["bad"], ["c"]]
    assert calls[4:] == [["bad"]] * 4
    assert await one.shelf.dead_logs() == {"notes": 1}


async def test_a_slip_that_the_server_refuses_is_appended_later(server: Server, one: Bus) -> None:
    await tell(server.url, ("SET", "omega:log:slips", "no stream"))
    with pytest.raises(BusUnavailable):
        await one.append(SLIPS, Slip(parcel="1"))
    await one.append(PARCELS, Parcel(id="1", street="a"))
    async with Loops(carrying(one, delivered)):
        await asyncio.sleep(0.3)
        await tell(server.url, ("DEL", "omega:log:slips"))
        slips = await slips_on(one, 1)
    assert {slip.parcel for slip in slips} == {"1"}


@pytest.mark.slow
async def test_thousands_are_carried_in_a_second(one: Bus) -> None:
    count = 5_000
    began = time.perf_counter()
    await one.append_all(PARCELS, numbered(count, 50))
    appended = time.perf_counter() - began
    left = count
    is_done = asyncio.Event()

    async def handle(entry: Entry[Parcel]) -> Slip:
        nonlocal left
        left -= 1
        if not left:
            is_done.set()
        return Slip(parcel=entry.message.id)

    began = time.perf_counter()
    async with Loops(carrying(one, handle)):
        await is_done.wait()
    carried = time.perf_counter() - began
    sys.stdout.write(f"append_all {appended * 1000:.0f} ms, carry {count / carried:.0f}/s\n")
    assert appended < 1.0
    assert count / carried > 1_000
