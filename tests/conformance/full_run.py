"""A full run: the whole conversation, everything that can befall a connection, and a tour of the REST API."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import connection
from conversation import FULL, converse
from rest_tour import take_tour
from sandbox_stage import PATIENCE_S, in_process, staged
from talk_bot import TalkBot

BOT = "Talker"


@dataclass(frozen=True, slots=True)
class Record:
    """What crossed the wire: REST exchanges and gateway payloads, in order."""

    rest: list[dict[str, Any]]
    gateway: list[dict[str, Any]]


async def full_run(folder: Path) -> Record:
    """Run everything once against a fresh sandbox whose state is in `folder`."""
    async with staged(folder) as stage:
        bot = TalkBot()
        async with in_process(stage, bot, BOT):
            member = await stage.member(BOT)
            await converse(member, FULL)
            direct = await stage.member_in_private(BOT)
            await converse(direct, {name: FULL[name] for name in IN_PRIVATE})
            for befall in (
                connection.limited_on_a_callback,
                connection.limited_on_a_channel,
                connection.broken_for_a_moment,
            ):
                await befall(stage, member)
            for happen in (
                connection.resumed_with_replay,
                connection.told_to_reconnect,
                connection.told_to_resume,
                connection.told_to_begin_again,
            ):
                await happen(stage, member, Happenings(bot).happened)
            await connection.with_every_intent(stage, "Watcher")
            await take_tour(stage)
        return Record(stage.recorded("rest"), stage.recorded("gateway"))


IN_PRIVATE = ("slash_reply", "autocomplete", "button", "modal_of_labels")


class Happenings:
    """Waits for what happens to a bot of this process from now on."""

    def __init__(self, bot: TalkBot) -> None:
        self._bot = bot
        self._before = dict(bot.seen)

    async def happened(self, word: str) -> None:
        """Wait until `word` has happened once more."""
        for _ in range(round(PATIENCE_S / 0.02)):
            if self._bot.seen.get(word, 0) > self._before.get(word, 0):
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"the bot was never {word}")
