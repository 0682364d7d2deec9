from __future__ import annotations

import asyncio

from services.errors import StoreUnavailable
from services.loops import Loops
from services.trading.intents.in_flight import InFlight
from services.trading.intents.intent import client_id_of
from services.trading.intents.turns import Turns, Work


async def test_work_of_one_key_is_done_in_order_and_other_keys_do_not_wait() -> None:
    turns, done, is_open = Turns(), list[str](), asyncio.Event()

    def noted(name: str, *, waits: bool = False) -> Work:
        async def work() -> None:
            if waits:
                await is_open.wait()
            done.append(name)

        return work

    turns.put("a", noted("a1", waits=True))
    turns.put("a", noted("a2"))
    turns.put("b", noted("b1"))
    async with Loops(turns.run()), asyncio.timeout(5):
        while done != ["b1"]:  # noqa: ASYNC110 - what is waited for has no event
            await asyncio.sleep(0)
        is_open.set()
        while len(done) < 3:  # noqa: ASYNC110 - the same
            await asyncio.sleep(0)
    assert done == ["b1", "a1", "a2"]


async def test_work_that_fails_does_not_keep_the_next_from_its_turn() -> None:
    turns, done = Turns(), asyncio.Event()

    async def fail() -> None:
        raise StoreUnavailable("The database is locked.")

    async def succeed() -> None:
        done.set()

    turns.put("a", fail)
    turns.put("a", succeed)
    async with Loops(turns.run()), asyncio.timeout(5):
        await done.wait()


async def test_news_of_an_order_that_is_being_sent_wait_for_its_landing_and_no_longer_than_told() -> None:
    flights = InFlight()
    with flights.flight("i"):
        assert "i" in flights
        assert flights.is_flying(client_id_of("i"))
        await flights.landing(client_id_of("i"), at_most=0.01)
    assert "i" not in flights
    await flights.landing(client_id_of("i"), at_most=60)
