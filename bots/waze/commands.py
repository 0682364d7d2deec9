"""Tells Discord which commands there are, only when they changed.

What was told last is kept in a file beside the farm's other run files, with the ids that Discord gave. One
GET at start shows whether Discord still holds the same; only then nothing is sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

import msgspec
import structlog
from discord import app_commands

from bots.waze.records import read_record, write_record

log = structlog.get_logger(__name__)


class _Told(msgspec.Struct, frozen=True):
    digest: str
    ids: dict[str, int]


class Held(Protocol):
    """A command as Discord holds it."""

    id: int
    name: str


class Tree(Protocol):
    """The part of a command tree that a sync needs."""

    async def fetch_commands(self) -> Iterable[Held]:
        """Return what Discord holds."""
        ...

    async def sync(self) -> Iterable[Held]:
        """Replace what Discord holds."""
        ...


async def digest_of(tree: app_commands.CommandTree[Any], translator: app_commands.Translator) -> str:
    """Return a digest of everything Discord would be told, in every language."""
    told = [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]
    return hashlib.sha256(msgspec.json.encode(told, order="deterministic")).hexdigest()


async def sync_when_changed(tree: Tree, digest: str, record: Path) -> bool:
    """Sync where our commands or what Discord holds changed; return whether it was needed."""
    before = read_record(record, _Told)
    held = {command.name: command.id for command in await tree.fetch_commands()}
    if before is not None and before == _Told(digest, held):
        return False
    held = {command.name: command.id for command in await tree.sync()}
    write_record(record, _Told(digest, held))
    log.info("commands_synced", commands=sorted(held))
    return True
