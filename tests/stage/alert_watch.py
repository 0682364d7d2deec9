"""What members see of alerts on their open sockets, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from alert_storm import rule_in

from sandbox.discord.client import SandboxClient
from sandbox.discord.client_stream import open_stream
from sandbox.discord.wire import Json
from services.loops import Loops

_GLANCE_S = 0.005


@dataclass(slots=True)
class Watched:
    """By rule: when its message came, and then its picture, by the clock of `time.perf_counter`."""

    posted: dict[str, float] = field(default_factory=dict)
    pictured: dict[str, float] = field(default_factory=dict)
    late: set[str] = field(default_factory=set)
    """Those whose message says that it comes late."""

    async def watch(self, client: SandboxClient, member: str, is_open: asyncio.Event) -> None:
        """Note what comes over a member's socket, until cancelled."""
        async with open_stream(client.http, member) as stream:
            is_open.set()
            while True:
                event = await stream.events.get()
                now = time.perf_counter()
                if event["t"] == "MESSAGE_CREATE":
                    self._create(event["d"], now)
                elif event["t"] == "MESSAGE_UPDATE" and _has_picture(event["d"]):
                    self.pictured.setdefault(rule_in(event["d"]), now)

    async def until_posted(self, rules: Sequence[str], seconds: float) -> None:
        """Wait until the messages of all of these rules are there.

        Raises:
            AssertionError: not within so many seconds.
        """
        await _until_there(rules, self.posted, seconds)

    async def until_pictured(self, rules: Sequence[str], seconds: float) -> None:
        """Wait until the messages of all of these rules have pictures. Raises as `until_posted`."""
        await _until_there(rules, self.pictured, seconds)

    def _create(self, message: Json, now: float) -> None:
        rule = rule_in(message)
        self.posted.setdefault(rule, now)
        names = {one["name"] for embed in message["embeds"] for one in embed.get("fields", ())}
        if "Late" in names:
            self.late.add(rule)


@asynccontextmanager
async def watching(client: SandboxClient, members: Sequence[str]) -> AsyncIterator[Watched]:
    """Have the sockets of members open, and note what comes."""
    seen, are_open = Watched(), {name: asyncio.Event() for name in members}
    async with Loops(*(seen.watch(client, name, is_open) for name, is_open in are_open.items())):
        for is_open in are_open.values():
            await is_open.wait()
        yield seen


async def _until_there(rules: Sequence[str], there: Mapping[str, float], seconds: float) -> None:
    began = time.perf_counter()
    while lacking := [rule for rule in rules if rule not in there]:
        if time.perf_counter() - began > seconds:
            raise AssertionError(f"not within {seconds} s: {len(lacking)}, {', '.join(lacking[:5])} first")
        await asyncio.sleep(_GLANCE_S)


def _has_picture(message: Json) -> bool:
    return any("image" in embed for embed in message["embeds"])
