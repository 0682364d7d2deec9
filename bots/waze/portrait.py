"""Gives a persona's application the picture of its folder, only where Discord has none or an older one.

Discord lets a bot change its picture a few times an hour, so what was shown last is kept in a file beside the
farm's other run files. A picture that somebody else set in the developer portal stays.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import Protocol

import aiohttp
import discord
import msgspec
import structlog

from bots.waze.records import read_record, write_record

log = structlog.get_logger(__name__)

_PATIENCE = 30.0
"""Seconds; discord.py itself waits where it is told to wait."""


class _Shown(msgspec.Struct, frozen=True):
    digest: str


class Profile(Protocol):
    """The part of a bot's own user that its picture needs."""

    @property
    def avatar(self) -> object | None:
        """The picture that Discord shows; None for none."""
        ...

    async def edit(self, *, avatar: bytes) -> object:
        """Change it."""
        ...


async def show_portrait(profile: Profile, picture: Path, record: Path) -> bool:
    """Upload `picture` where Discord does not show it; return whether that was needed and done.

    A persona without a picture keeps what it has. What goes wrong is logged: a bot without its picture works.
    """
    content = _content(picture)
    if content is None:
        return False
    shown, known = _Shown(hashlib.sha256(content).hexdigest()), read_record(record, _Shown)
    if profile.avatar is not None and known in {None, shown}:
        return False
    try:
        async with asyncio.timeout(_PATIENCE):
            await profile.edit(avatar=content)
    except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, OSError, ValueError) as error:
        log.warning("portrait_not_shown", path=str(picture), reason=str(error))
        return False
    write_record(record, shown)
    log.info("portrait_shown", path=str(picture))
    return True


def _content(picture: Path) -> bytes | None:
    try:
        return picture.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        log.warning("portrait_unreadable", path=str(picture), reason=str(error))
        return None
