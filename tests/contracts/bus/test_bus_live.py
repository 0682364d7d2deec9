"""publish, subscribe, put and latest, on every server that we run on."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from bus_stage import LAST, NEWS, TALK, Note, Server, bus_of, tell

from services.bus.bus import Bus
from services.bus.messages import Gap
from services.errors import Fault

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


pytestmark = pytest.mark.asyncio(loop_scope="module")


class StoppedClock:
    def now(self) -> datetime:
        return NOON

    def monotonic(self) -> float:
        return 0.0


async def test_a_subscriber_hears_what_is_published_once_it_listens(one: Bus, two: Bus) -> None:
    async with two.subscribe(TALK) as heard:
        for text in "abc":
            await one.publish(TALK, Note(text=text))
        assert [(await anext(heard)) for _ in range(3)] == [Note(text=text) for text in "abc"]


async def test_one_subscription_hears_several_topics_and_no_others(one: Bus, two: Bus) -> None:
    async with two.subscribe(TALK, NEWS) as heard, two.subscribe(NEWS) as news:
        await one.publish(TALK, Note(text="talk"))
        await one.publish(NEWS, Note(text="news"))
        assert [await anext(heard), await anext(heard)] == [Note(text="talk"), Note(text="news")]
        assert await anext(news) == Note(text="news")


async def test_leaving_one_subscription_leaves_the_other_of_the_same_topic_alone(one: Bus) -> None:
    async with one.subscribe(TALK) as stays:
        async with one.subscribe(TALK):
            pass
        await one.publish(TALK, Note(text="still"))
        assert await anext(stays) == Note(text="still")


async def test_a_topic_can_be_left_and_taken_up_again(one: Bus) -> None:
    for text in ("first", "second"):
        async with one.subscribe(TALK) as heard:
            await one.publish(TALK, Note(text=text))
            assert await anext(heard) == Note(text=text)


async def test_a_reader_that_is_too_slow_is_told_of_a_gap_and_gets_the_newest(one: Bus, two: Bus) -> None:
    async with two.subscribe(TALK) as slow, two.subscribe(NEWS) as news:
        for first in range(0, 2499, 357):  # not more than a loaded machine takes in a second
            notes = (Note(text=str(n)) for n in range(first, first + 357))
            await asyncio.gather(*(one.publish(TALK, note) for note in notes))
        await one.publish(TALK, Note(text="2499"))
        await one.publish(NEWS, Note(text="all were heard"))
        await anext(news)
        assert isinstance(await anext(slow), Gap)
        heard = 1
        while await anext(slow) != Note(text="2499"):
            heard += 1
    assert heard == 2048


async def test_a_message_that_cannot_be_read_is_a_gap(server: Server, one: Bus) -> None:
    async with one.subscribe(TALK) as heard:
        await tell(server.url, ("PUBLISH", "omega:live:talk", b"\x00garbage"))
        assert await anext(heard) == Gap(0.0)


async def test_latest_is_none_before_anything_was_put(one: Bus) -> None:
    assert await one.latest(LAST) is None


async def test_latest_gives_the_newest_value_of_each_part_with_both_its_times(
    server: Server, one: Bus
) -> None:
    source = NOON - timedelta(seconds=5)
    async with bus_of(server, "clocked", clock=StoppedClock()) as clocked:
        await clocked.put(LAST, Note(text="old"), part="BTC/USDT:USDT")
        await clocked.put(LAST, Note(text="new"), part="BTC/USDT:USDT", as_of=source)
        await clocked.put(LAST, Note(text="other"), part="ETH/USDT:USDT")
    found = await one.latest(LAST, part="BTC/USDT:USDT")
    assert found is not None
    assert (found.value, found.as_of, found.received_at) == (Note(text="new"), source, NOON)
    assert await one.latest(LAST) is None


async def test_a_value_with_a_life_goes_when_it_is_over(one: Bus) -> None:
    await one.put(LAST, Note(text="short"), ttl=0.05)
    assert await one.latest(LAST) is not None
    await asyncio.sleep(0.1)
    assert await one.latest(LAST) is None


async def test_a_value_that_cannot_be_read_is_a_fault_and_not_nothing(server: Server, one: Bus) -> None:
    await tell(server.url, ("SET", "omega:latest:last", b"\x00"))
    with pytest.raises(Fault):
        await one.latest(LAST)
