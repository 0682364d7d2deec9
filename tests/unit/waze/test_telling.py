from __future__ import annotations

import asyncio
import itertools
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bots.waze.telling import Telling
from cogs._ui.card import Card, Picture
from services.clock import SystemClock

PACE = 0.06
CLOCK = SystemClock()


def refusal(status: int, code: int, text: str = "no") -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    kind = discord.NotFound if status == 404 else discord.HTTPException
    return kind(response, {"code": code, "message": text})


class Channel:
    """A message that is answered, and its answer; keeps what was shown, with the time."""

    def __init__(self, *fates: Exception | None) -> None:
        self.id = 1
        self.channel = self
        self.shown: list[tuple[str, float]] = []
        self.typed = 0
        self.sent_apart = 0
        self.pictures: list[bool] = []
        self._fates = list(fates)

    async def reply(self, **given: Any) -> Channel:
        self._show(given)
        return self

    async def send(self, **given: Any) -> Channel:
        self._show(given)
        self.sent_apart += 1
        return self

    async def edit(self, **given: Any) -> None:
        assert given["attachments"] == []
        self._show(given)

    async def typing(self) -> None:
        self.typed += 1

    def _show(self, given: Any) -> None:
        fate = self._fates.pop(0) if self._fates else None
        if fate is not None:
            raise fate
        self.shown.append((given["embed"].description, CLOCK.monotonic()))
        self.pictures.append(bool(given["embed"].image.url))

    @property
    def texts(self) -> list[str]:
        return [text for text, _ in self.shown]


async def told(channel: Channel, *texts: str, every: float = 0.0) -> Telling:
    """Show texts, one after the other, the last of them as the last."""
    telling = Telling(channel, CLOCK, pace=PACE)  # type: ignore[arg-type]  # a stand-in
    async with asyncio.TaskGroup() as group:
        keeping_up = group.create_task(telling.keep_up())
        for text in texts[:-1]:
            await telling.show(Card(verdict=text), is_last=False)
            await asyncio.sleep(every)
        await telling.show(Card(verdict=texts[-1]))
        keeping_up.cancel()
    return telling


async def test_an_answer_in_one_part_is_one_message() -> None:
    channel = Channel()
    await told(channel, "all")
    assert channel.texts == ["all"]


async def test_edits_keep_their_distance_show_the_newest_part_and_end_with_the_last() -> None:
    channel = Channel()
    await told(channel, *(str(n) for n in range(20)), "all", every=0.01)
    moments = [moment for _, moment in channel.shown]
    gaps = [later - earlier for earlier, later in itertools.pairwise(moments)]
    assert min(gaps) >= PACE
    assert channel.texts[0] == "0"
    assert channel.texts[-1] == "all"
    assert 3 <= len(channel.shown) <= 6
    numbers = [int(text) for text in channel.texts[:-1]]
    assert numbers == sorted(set(numbers))


async def test_a_part_that_was_not_taken_costs_nothing_where_the_last_one_is() -> None:
    channel = Channel(None, refusal(400, 50035))
    await told(channel, "a", "b", "all", every=2 * PACE)
    assert channel.texts == ["a", "all"]


async def test_an_edit_over_a_lost_connection_is_tried_again() -> None:
    channel = Channel(None, aiohttp.ClientConnectionError())
    await told(channel, "a", "all", every=0.01)
    assert channel.texts == ["a", "all"]


async def test_a_last_part_that_is_refused_is_an_error() -> None:
    with pytest.raises(ExceptionGroup) as caught:
        await told(Channel(refusal(403, 50013)), "all")
    assert isinstance(caught.value.exceptions[0], discord.HTTPException)


async def test_where_no_files_may_be_attached_the_answer_comes_without_its_picture() -> None:
    channel = Channel(refusal(403, 50013))
    telling = Telling(channel, CLOCK, pace=PACE)  # type: ignore[arg-type]  # a stand-in
    await telling.show(Card(verdict="all", picture=Picture(b"png", "chart.png", "BTC")))
    assert (channel.texts, channel.pictures) == (["all"], [False])


async def test_where_nothing_may_be_read_back_the_answer_is_no_reply() -> None:
    channel = Channel(refusal(400, 160002))
    await told(channel, "all")
    assert (channel.texts, channel.sent_apart) == (["all"], 1)


@pytest.mark.parametrize(
    "fates",
    [
        (None, refusal(404, 10008)),
        (refusal(400, 50035, "Invalid Form Body\nIn message_reference: Unknown message"),),
    ],
    ids=["the answer", "the question"],
)
async def test_what_was_deleted_meanwhile_ends_it_quietly(fates: tuple[Exception | None, ...]) -> None:
    channel = Channel(*fates)
    telling = await told(channel, "a", "b", "all", every=2 * PACE)
    assert telling.is_gone
    assert channel.texts == ["a"][: len(fates) - 1]


async def test_typing_is_shown_only_where_the_answer_takes_its_time() -> None:
    quick, slow = Channel(), Channel()
    await told(quick, "all")
    telling = Telling(slow, CLOCK)  # type: ignore[arg-type]  # a stand-in
    async with asyncio.TaskGroup() as group:
        keeping_up = group.create_task(telling.keep_up())
        await asyncio.sleep(0.4)
        await telling.show(Card(verdict="all"))
        keeping_up.cancel()
    assert (quick.typed, slow.typed) == (0, 1)
