from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import discord
import pytest
from discord import app_commands

from bots.waze.commands import Held, digest_of, sync_when_changed
from bots.waze.translator import CatalogueTranslator


@dataclass
class Command:
    id: int
    name: str


class Tree:
    """Discord's side: what it holds, and how often it was told."""

    def __init__(self, names: list[str]) -> None:
        self.names = names
        self.held: list[Command] = []
        self.syncs = 0

    async def fetch_commands(self) -> Iterable[Held]:
        return self.held

    async def sync(self) -> Iterable[Held]:
        self.syncs += 1
        self.held = [Command(self.syncs * 100 + number, name) for number, name in enumerate(self.names)]
        return self.held


@pytest.fixture
def record(tmp_path: Path) -> Path:
    return tmp_path / "run" / "commands-1.json"


async def test_discord_is_told_once_and_not_again_while_nothing_changed(record: Path) -> None:
    tree = Tree(["price"])
    assert await sync_when_changed(tree, "digest", record)
    assert not await sync_when_changed(tree, "digest", record)
    assert tree.syncs == 1


async def test_a_changed_command_is_told(record: Path) -> None:
    tree = Tree(["price"])
    await sync_when_changed(tree, "one", record)
    assert await sync_when_changed(tree, "two", record)


async def test_a_discord_that_forgot_is_told_again(record: Path) -> None:
    tree = Tree(["price"])
    await sync_when_changed(tree, "digest", record)
    tree.held = []
    assert await sync_when_changed(tree, "digest", record)


def tear(record: Path) -> None:
    record.write_bytes(b'{"digest": "di')


async def test_a_torn_record_costs_one_sync(record: Path) -> None:
    tree = Tree(["price"])
    await sync_when_changed(tree, "digest", record)
    tear(record)
    assert await sync_when_changed(tree, "digest", record)
    assert not await sync_when_changed(tree, "digest", record)


async def test_a_record_that_cannot_be_written_costs_one_sync_and_not_the_bot(record: Path) -> None:
    record.parent.write_text("a file where the folder should be")
    tree = Tree(["price"])
    assert await sync_when_changed(tree, "digest", record)
    assert await sync_when_changed(tree, "digest", record)


async def test_the_digest_follows_what_discord_is_told_and_nothing_else() -> None:
    async def digest(description: str) -> str:
        tree = app_commands.CommandTree(discord.Client(intents=discord.Intents.none()))

        @tree.command(name="price", description=description)
        async def price(interaction: discord.Interaction, market: str) -> None:
            raise NotImplementedError

        return await digest_of(tree, CatalogueTranslator())

    assert await digest("one") == await digest("one")
    assert await digest("one") != await digest("two")
