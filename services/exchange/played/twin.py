"""A second venue beside one that is played, for comparing prices where there is no second real one."""

from __future__ import annotations

import asyncio

from services.exchange.played.playback import Playback, Sleep


class TwinExchange(Playback):
    """The markets of `original` at the same time, at prices a few hundredths of a percent off.

    Its venue is ``<venue>-twin``, and everything about it is simulated.
    """

    def __init__(self, original: Playback, *, seed: int, sleep: Sleep = asyncio.sleep) -> None:
        super().__init__(
            original.tape.twin(seed),
            venue=f"{original.venue}-twin",
            time=original.time,
            seed=original.seed,
            sleep=sleep,
        )
