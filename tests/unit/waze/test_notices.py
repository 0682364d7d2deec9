from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import aiohttp
import discord
import pytest

from bots.waze.notices import Noticeboard
from services.bus.messages import Entry
from services.errors import Unavailable
from services.farm.messages import FarmNotice

AT = datetime(2026, 8, 1, tzinfo=UTC)
NOTICE = FarmNotice(id="n1", at=AT, severity="error", title="xyko is left stopped", detail="Its token.")
ENTRY = Entry(id="1-0", message=NOTICE, deliveries=1, appended_at=AT)


class Channel:
    """The admin channel; keeps what is posted, or fails."""

    id, name, guild = 11, "farm-admin", SimpleNamespace(id=1)

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.posted: list[str] = []

    async def send(self, **given: Any) -> None:
        if self.failure is not None:
            raise self.failure
        self.posted.append(given["nonce"])


def noticeboard(channel: Channel) -> Noticeboard:
    client: Any = SimpleNamespace(guilds=[SimpleNamespace(text_channels=[channel])])

    async def ready_client() -> discord.Client:
        found: discord.Client = client
        return found

    return Noticeboard(ready_client, "farm-admin")


def refusal(status: int) -> discord.HTTPException:
    response: Any = SimpleNamespace(status=status, reason="")
    kinds = {403: discord.Forbidden, 500: discord.DiscordServerError}
    return kinds.get(status, discord.HTTPException)(response, {"code": 0, "message": "refused"})


async def test_a_notice_that_is_posted_again_carries_the_same_nonce() -> None:
    channel = Channel()
    board = noticeboard(channel)
    await board.post(ENTRY)
    await board.post(ENTRY)
    assert len(channel.posted) == 2
    assert len(set(channel.posted)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "failure",
    [
        aiohttp.ServerDisconnectedError(),
        ConnectionResetError(104, "reset"),
        TimeoutError(),
        refusal(500),
        refusal(429),
    ],
    ids=["disconnected", "reset", "timeout", "500", "429"],
)
async def test_while_discord_is_away_a_notice_waits_and_uses_up_no_delivery(failure: Exception) -> None:
    with pytest.raises(Unavailable):
        await noticeboard(Channel(failure)).post(ENTRY)


async def test_a_notice_that_discord_refuses_counts_as_delivered() -> None:
    with pytest.raises(discord.Forbidden):
        await noticeboard(Channel(refusal(403))).post(ENTRY)
