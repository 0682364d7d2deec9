from __future__ import annotations

import asyncio

import pytest
from chat_stage import said

from services.chat.pipeline.turn_lock import TurnLock, place_of
from services.errors import SlowDown
from services.members.messages import Caller


async def _speak(lock: TurnLock, place: str, name: str, heard: list[str]) -> bool:
    async with lock.turn(place) as has_turn:
        heard.append(f"{name} begins")
        await asyncio.sleep(0)
        heard.append(f"{name} ends")
    return has_turn


async def test_one_speaks_at_a_time_in_the_order_in_which_they_came() -> None:
    lock, heard = TurnLock(), list[str]()
    await asyncio.gather(*(_speak(lock, "42", name, heard) for name in ("xyko", "z", "biel")))
    assert heard == [f"{name} {what}" for name in ("xyko", "z", "biel") for what in ("begins", "ends")]


async def test_another_channel_does_not_wait() -> None:
    lock, heard = TurnLock(), list[str]()
    await asyncio.gather(_speak(lock, "42", "xyko", heard), _speak(lock, "43", "z", heard))
    assert heard[:2] == ["xyko begins", "z begins"]


async def test_at_most_four_wait() -> None:
    lock, heard = TurnLock(), list[str]()
    speaking = [_speak(lock, "42", str(number), heard) for number in range(7)]
    ended = await asyncio.gather(*speaking, return_exceptions=True)
    assert [type(one) for one in ended if one is not True] == [SlowDown, SlowDown]
    assert len(heard) == 10


async def test_a_turn_is_given_back_by_whoever_fails_or_is_cancelled_and_by_who_waits_no_longer() -> None:
    lock, heard = TurnLock(), list[str]()
    with pytest.raises(ZeroDivisionError):
        async with lock.turn("42"):
            raise ZeroDivisionError
    async with lock.turn("42"):
        waiting = asyncio.ensure_future(_speak(lock, "42", "z", heard))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.wait([waiting])
    await asyncio.wait_for(_speak(lock, "42", "xyko", heard), 1.0)
    assert heard == ["xyko begins", "xyko ends"]
    assert len(lock) == 0


async def test_who_waited_long_enough_goes_on_without_a_turn_and_gives_none_back() -> None:
    lock, heard = TurnLock(patience=0.01), list[str]()
    async with lock.turn("42") as has_turn:
        assert has_turn
        assert [await _speak(lock, "42", name, heard) for name in ("z", "biel")] == [False, False]
        waiting = asyncio.ensure_future(_speak(lock, "42", "f", heard))
        await asyncio.sleep(0)
    assert await waiting
    assert heard[:4] == ["z begins", "z ends", "biel begins", "biel ends"]
    assert len(lock) == 0


def test_direct_messages_to_any_bot_are_one_place() -> None:
    mia, leo = Caller(user_id="7"), Caller(user_id="8")
    places = [
        place_of(said(place="dm", caller=mia, channel_id="1")),
        place_of(said(place="dm", caller=mia, channel_id="2", persona="z")),
        place_of(said(place="dm", caller=leo, channel_id="3")),
        place_of(said(place="thread", channel_id="3")),
    ]
    assert places == ["dm:7", "dm:7", "dm:8", "3"]
