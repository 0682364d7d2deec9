from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest
from persona_fakes import FakeBus, HandClock

from bots.waze.invalid import MOST, InvalidRequests
from bots.waze.pace import KEPT, Pace, Turns
from bots.waze.pace import USUAL as A_SECOND
from bots.waze.presence import Presence
from bots.waze.refusals import raise_for, refusal_of
from bots.waze.sending import nonce_of
from services.alerts.feeds import TakenUp, TakeUp
from services.errors import BusUnavailable, NoAnswer, Unavailable
from services.farm.messages import FarmNotice


def test_the_nonce_follows_from_the_delivery_and_is_short_enough() -> None:
    names = [f"delivery {number}" for number in range(200)]
    assert len({nonce_of(name) for name in names}) == 200
    assert {len(nonce_of(name)) for name in names} == {24}
    assert nonce_of("a") == nonce_of("a")


async def takes(pace: Pace, *, is_urgent: bool) -> int:
    """Return how many requests may go at once."""
    count = 0
    while True:
        try:
            async with asyncio.timeout(0.01):
                await pace.take(is_urgent=is_urgent)
        except TimeoutError:
            return count
        count += 1


async def test_the_last_requests_of_a_second_are_kept_for_what_is_urgent() -> None:
    clock = HandClock()
    pace = Pace(clock)
    assert await takes(pace, is_urgent=False) == A_SECOND - KEPT
    assert await takes(pace, is_urgent=True) == KEPT
    clock.seconds += 1.0
    assert await takes(pace, is_urgent=True) == A_SECOND
    assert await takes(pace, is_urgent=False) == 0


async def test_what_can_wait_slows_down_as_requests_are_turned_away_and_comes_back() -> None:
    clock = HandClock()
    pace = Pace(clock)
    for _ in range(20):
        pace.slow_down()
    assert await takes(pace, is_urgent=False) == 2
    assert await takes(pace, is_urgent=True) == A_SECOND - 2
    clock.seconds += 1.0
    for _ in range(100):
        pace.speed_up()
    assert await takes(pace, is_urgent=False) == A_SECOND - KEPT


async def test_the_urgent_one_has_the_next_turn_in_its_place_and_no_place_waits_for_another() -> None:
    turns, order = Turns(), list[str]()

    async def take(name: str, place: str = "a", *, is_urgent: bool = False) -> None:
        async with turns.at(place, is_urgent=is_urgent):
            order.append(name)
            await asyncio.sleep(0.005)

    async with asyncio.TaskGroup() as group:
        for name in ("first", "second", "given up", "third"):
            task = group.create_task(take(name))
            if name == "given up":
                await asyncio.sleep(0)
                task.cancel()
        group.create_task(take("urgent", is_urgent=True))
        group.create_task(take("elsewhere", "b"))
    assert order == ["first", "elsewhere", "urgent", "second", "third"]


class Shared:
    """The count that all bots share."""

    def __init__(self) -> None:
        self.used = 0.0
        self.is_away = False

    async def reserve(self, units: float, *, within: float) -> float:
        if self.is_away:
            raise BusUnavailable("away")
        if self.used >= MOST:
            return 300.0
        self.used += units if within >= 0 else 0
        return 0.0


def refusals(shared: Shared, told: list[FarmNotice]) -> InvalidRequests:
    async def tell(notice: FarmNotice) -> None:
        told.append(notice)

    return InvalidRequests(shared, tell, HandClock())


async def test_when_all_bots_together_were_refused_too_often_what_can_wait_waits() -> None:
    shared, told = Shared(), list[FarmNotice]()
    counted = refusals(shared, told)
    shared.used = MOST - 2
    for status, scope in ((429, "shared"), (200, None), (404, None), (403, None)):
        counted.note(status, scope)
    await counted.look()
    assert (shared.used, counted.is_spent) == (MOST - 1, False)
    counted.note(429, "user")
    await counted.look()
    await counted.look()
    assert counted.is_spent
    assert len(told) == 1
    shared.used = 0
    await counted.look()
    await counted.until_free()


async def test_a_bot_without_the_bus_goes_by_its_own_refusals() -> None:
    shared, told = Shared(), list[FarmNotice]()
    counted, shared.is_away = refusals(shared, told), True
    for _ in range(MOST - 1):
        counted.note(429, "global")
    await counted.look()
    assert not counted.is_spent
    counted.note(401, None)
    await counted.look()
    assert counted.is_spent


@pytest.fixture
def presence(bus: FakeBus, clock: HandClock) -> Presence:
    async def ready_client() -> Any:
        return SimpleNamespace(application_id=1)

    bus.answers[TakeUp] = TakenUp(gone=["given away"])
    return Presence("xyko", ready_client, bus, clock=clock)


def asked(bus: FakeBus) -> int:
    return sum(isinstance(request, TakeUp) for request in bus.asked)


async def test_a_bot_asks_once_what_was_given_away_while_it_was_not_there(
    presence: Presence, bus: FakeBus
) -> None:
    answers = await asyncio.gather(*(presence.may_post(name) for name in ("given away", "mine", "mine too")))
    assert answers == [False, True, True]
    assert asked(bus) == 1
    assert bus.kept


@pytest.mark.parametrize(("away", "again"), [(9.0, 1), (11.0, 2)])
async def test_whoever_was_not_present_for_ten_seconds_asks_again_before_it_posts(
    presence: Presence, bus: FakeBus, clock: HandClock, away: float, again: int
) -> None:
    await presence.may_post("mine")
    clock.seconds += away
    stay = asyncio.create_task(presence.stay())
    await asyncio.sleep(0)
    stay.cancel()
    await presence.may_post("mine")
    assert asked(bus) == again


async def test_a_send_that_waited_too_long_is_stopped_at_the_last_moment(
    presence: Presence, clock: HandClock
) -> None:
    await presence.may_post("mine")
    presence.check()
    clock.seconds += 11.0
    with pytest.raises(Unavailable):
        presence.check()


async def test_while_the_alerts_process_is_silent_nobody_may_post(presence: Presence, bus: FakeBus) -> None:
    bus.answers[TakeUp] = NoAnswer("Nobody answered.")
    for _ in range(2):
        with pytest.raises(NoAnswer):
            await presence.may_post("mine")


def refusal(status: int, code: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    kinds = {403: discord.Forbidden, 404: discord.NotFound, 500: discord.DiscordServerError}
    return kinds.get(status, discord.HTTPException)(response, {"code": code, "message": "refused"})


@pytest.mark.parametrize(
    ("status", "code", "failure"),
    [
        (404, 10003, "gone"),
        (404, 10008, "gone"),
        (404, 10013, "gone"),
        (403, 50001, "refused"),
        (403, 50007, "refused"),
        (403, 50013, "refused"),
        (400, 50033, "refused"),
        (403, 20009, "refused"),
    ],
)
def test_what_discord_refuses_for_good_is_a_receipt(status: int, code: int, failure: str) -> None:
    found = refusal_of(refusal(status, code))
    assert found is not None
    assert found[0] == failure
    assert found[1].endswith(".")


@pytest.mark.parametrize(
    "error",
    [
        ConnectionResetError(104, "reset"),
        aiohttp.ServerDisconnectedError(),
        TimeoutError(),
        discord.RateLimited(40.0),
        refusal(429, 0),
        refusal(500, 0),
        refusal(401, 0),
        refusal(403, 0),
        refusal(404, 0),
    ],
    ids=["reset", "disconnected", "hang", "limited", "429", "500", "401", "a stranger's 403", "404"],
)
def test_what_passes_is_tried_again(error: Exception) -> None:
    assert refusal_of(error) is None
    with pytest.raises(Unavailable):
        raise_for(error)


def test_what_discord_cannot_read_is_a_defect_of_ours() -> None:
    wrong = refusal(400, 50035)
    assert refusal_of(wrong) is None
    raise_for(wrong)
