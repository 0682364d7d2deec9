"""What becomes of open questions while the reply channel comes and goes."""

from __future__ import annotations

import asyncio

import msgspec
import pytest
from bus_stage import Echo, Note
from pydantic import SecretStr

from services.bus.asks import Answer, Asker
from services.bus.codec import encode
from services.bus.connection import Reply, Timing, dial
from services.bus.lane import Lane
from services.bus.live import Listener
from services.clock import SystemClock
from services.errors import BusUnavailable

PATIENCE_S = 0.03


class TakingLane(Lane):
    """A lane that takes every command and carries none."""

    async def do(self, *command: str | bytes | int) -> Reply:
        del command
        return b"1-0"


@pytest.fixture
def asker() -> Asker:
    address = dial(SecretStr("unix:///nowhere"), name="test", timing=Timing())
    clock = SystemClock()
    lane = TakingLane(address, clock=clock, tell=lambda _: None)
    listener = Listener(address, clock=clock, tell=lambda _: None)
    made = Asker(lane, listener, clock=clock, nonce="n", patience=PATIENCE_S)
    made.regain()
    return made


async def question(asker: Asker) -> asyncio.Task[Note]:
    asked = asyncio.ensure_future(asker.ask(Echo(text="hi"), patience=2.0, on_part=None))
    await asyncio.sleep(0)
    return asked


async def test_two_losses_in_a_row_are_over_once_the_channel_is_back(asker: Asker) -> None:
    asked = await question(asker)
    asker.lose(0.0)
    asker.lose(0.0)
    asker.regain()
    await asyncio.sleep(2 * PATIENCE_S)
    asker.hear("", encode(Answer(id="0", kind="whole", body=msgspec.Raw(encode(Note(text="hello"))))))
    assert await asked == Note(text="hello")


async def test_a_question_fails_once_the_channel_stays_away_and_so_does_one_of_the_next_loss(
    asker: Asker,
) -> None:
    for _ in range(2):
        asker.regain()
        asked = await question(asker)
        asker.lose(0.0)
        with pytest.raises(BusUnavailable):
            await asked
