from __future__ import annotations

import asyncio

from sandbox.exchange.countdown import Countdown


class Canceling:
    """Counts how often everything was canceled."""

    def __init__(self) -> None:
        self.times = 0

    async def cancel(self) -> None:
        self.times += 1


async def test_it_cancels_once_when_it_runs_out_and_not_while_it_is_wound_up() -> None:
    countdown, canceling = Countdown(), Canceling()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(countdown.run(canceling.cancel))
        await asyncio.sleep(0.05)
        assert canceling.times == 0
        for _ in range(5):
            countdown.wind(0.2)
            await asyncio.sleep(0.05)
        assert canceling.times == 0
        await asyncio.sleep(0.3)
        assert canceling.times == 1
        running.cancel()


async def test_it_can_be_stopped() -> None:
    countdown, canceling = Countdown(), Canceling()
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(countdown.run(canceling.cancel))
        countdown.wind(0.1)
        await asyncio.sleep(0.02)
        countdown.wind(None)
        await asyncio.sleep(0.2)
        assert canceling.times == 0
        running.cancel()
