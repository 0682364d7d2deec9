from __future__ import annotations

import asyncio
from contextlib import aclosing
from functools import partial

import pytest

from services.chat.pipeline.streaming import Show, streamed


def _same(part: str | None) -> str | None:
    return part


async def test_parts_come_at_once_and_those_that_come_too_fast_are_left_out() -> None:
    async def work(show: Show[str]) -> str:
        for part in ("a", "ab", "abc", "abcd"):
            show(partial(_same, part))
            await asyncio.sleep(0)
        await asyncio.sleep(0.03)
        show(lambda: "abcde")
        await asyncio.sleep(0.03)
        return "abcdef"

    parts = [part async for part in streamed(work, pace=0.01)]
    assert parts == ["a", "abcd", "abcde", "abcdef"]


async def test_a_part_that_is_like_the_one_before_or_nothing_is_left_out() -> None:
    async def work(show: Show[str]) -> str:
        for part in (None, "a", "a", None):
            show(partial(_same, part))
            await asyncio.sleep(0.005)
        return "ab"

    assert [part async for part in streamed(work, pace=0.0)] == ["a", "ab"]


async def test_a_part_that_nobody_is_to_see_is_not_made() -> None:
    made: list[str] = []

    def note(part: str) -> str:
        made.append(part)
        return part

    async def work(show: Show[str]) -> str:
        for number in range(100):
            show(partial(note, str(number)))
            await asyncio.sleep(0)
        return "end"

    assert [part async for part in streamed(work, pace=60.0)] == ["0", "end"]
    assert made == ["0"]


async def test_what_ends_meanwhile_does_not_wait_for_the_pace() -> None:
    async def work(show: Show[str]) -> str:
        show(lambda: "a")
        await asyncio.sleep(0)
        return "ab"

    async with asyncio.timeout(1.0):
        assert [part async for part in streamed(work, pace=60.0)] == ["a", "ab"]


async def test_a_first_part_comes_before_any_work_shows_something() -> None:
    begun = asyncio.Event()

    async def work(show: Show[str]) -> str:
        await begun.wait()
        show(lambda: "a")
        return "ab"

    async with asyncio.timeout(1.0), aclosing(streamed(work, first="")) as parts:
        assert await anext(parts) == ""
        begun.set()
        assert [part async for part in parts] == ["ab"]


async def test_an_answer_without_parts_is_its_only_part() -> None:
    async def work(_show: Show[str]) -> str:
        return "a"

    assert [part async for part in streamed(work)] == ["a"]


async def test_the_error_of_the_work_comes_out_as_it_is_behind_what_was_shown() -> None:
    async def work(show: Show[str]) -> str:
        show(lambda: "a")
        await asyncio.sleep(0.01)
        raise ZeroDivisionError

    async with aclosing(streamed(work, pace=0.0)) as parts:
        assert await anext(parts) == "a"
        with pytest.raises(ZeroDivisionError):
            await anext(parts)


async def test_the_work_is_cancelled_when_nobody_looks_on_any_more() -> None:
    ended: list[str] = []

    async def work(show: Show[str]) -> str:
        try:
            show(lambda: "a")
            await asyncio.sleep(60.0)
        finally:
            ended.append("cancelled")
        return "never"

    async with aclosing(streamed(work)) as parts:
        assert await anext(parts) == "a"
    assert ended == ["cancelled"]
