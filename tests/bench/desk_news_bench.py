"""News of the desk as their owners meet them: from the desk's append to the message in the local Discord."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from bus_stage import running
from courier_stage import plain_spoken
from figures import Figure, percentile
from news_to_message import fills, news_room
from sandbox_discord_stage import open_stage

COUNT: Final = 300
_WARM: Final = 20
_EVERY_S: Final = 0.02
"""Discord lets a bot send some fifty requests a second."""


async def measure() -> list[Figure]:
    """Measure one fill after the other."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with running("unix") as server, open_stage(folder) as stage:
            await stage.client.faults(rest_unlimited=True)
            async with news_room(folder, stage, plain_spoken(folder / "personas", "xyko"), server) as room:
                took = await room.told(fills(_WARM + COUNT, stage.mia.user["id"]), every=_EVERY_S)
    texts = [1000 * seconds for seconds in took[_WARM:]]
    return [
        Figure("desk.fill_to_message_p50_ms", percentile(texts, 0.5), "ms"),
        Figure("desk.fill_to_message_p99_ms", percentile(texts, 0.99), "ms"),
    ]
