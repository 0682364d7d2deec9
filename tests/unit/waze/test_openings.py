from __future__ import annotations

import asyncio
import time

from bots.waze.openings import Openings


def said(left: int, seconds: float, limit: int = 20) -> dict[str, str]:
    return {
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(left),
        "X-RateLimit-Reset-After": str(seconds),
    }


async def waited(openings: Openings, *, is_urgent: bool) -> float:
    began = time.monotonic()
    async with openings.turn(is_urgent=is_urgent):
        return time.monotonic() - began


async def test_the_last_openings_of_a_window_are_left_to_who_is_urgent() -> None:
    openings = Openings()
    openings.note(said(left=3, seconds=0.2))
    assert await waited(openings, is_urgent=True) < 0.1
    assert await waited(openings, is_urgent=False) >= 0.15


async def test_what_is_on_its_way_is_counted() -> None:
    openings = Openings()
    openings.note(said(left=5, seconds=0.3))
    async with openings.turn(is_urgent=False), openings.turn(is_urgent=False):
        assert await waited(openings, is_urgent=False) >= 0.25


async def test_of_a_limit_of_one_nothing_is_kept() -> None:
    openings = Openings()
    openings.note(said(left=1, seconds=5.0, limit=1))
    assert await waited(openings, is_urgent=False) < 0.1


async def test_nobody_waits_where_discord_tells_of_no_limit() -> None:
    openings = Openings()
    openings.note({})
    async with asyncio.timeout(1), asyncio.TaskGroup() as group:
        for _ in range(50):
            group.create_task(waited(openings, is_urgent=False))
