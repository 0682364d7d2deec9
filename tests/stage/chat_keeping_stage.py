"""A database for what chat keeps, with a clock that is moved by hand, and members who talk."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from persona_fakes import HandClock

from services.chat.messages import Converse
from services.members.messages import Caller
from services.store.migrate import migrate
from services.store.store import Store, open_store

GUILD, ELSEWHERE = "10", "11"
MIA = Caller(user_id="7", guild_id=GUILD)
MIA_ELSEWHERE = Caller(user_id="7", guild_id=ELSEWHERE)
MIA_IN_PRIVATE = Caller(user_id="7")
LEO = Caller(user_id="8", guild_id=GUILD)


@dataclass(frozen=True, slots=True)
class KeepingStage:
    """An open database and its clock."""

    store: Store
    clock: HandClock

    def later(self, span: timedelta) -> None:
        """Let time pass."""
        self.clock.seconds += span.total_seconds()


_EMPTY: dict[str, bytes] = {}
"""An empty database: brought up to date once, and copied for each test."""


async def _empty(folder: Path) -> bytes:
    if not _EMPTY:
        await migrate(None, path=folder / "empty.db")
        _EMPTY["file"] = (folder / "empty.db").read_bytes()
    return _EMPTY["file"]


@asynccontextmanager
async def a_database(folder: Path) -> AsyncIterator[KeepingStage]:
    """Open an empty database in `folder`."""
    path, clock = folder / "omega.db", HandClock()
    path.write_bytes(await _empty(folder))
    async with open_store(None, path=path, busy_timeout=timedelta(seconds=5), clock=clock) as store:
        yield KeepingStage(store, clock)


def said(text: str, *, number: int = 1, caller: Caller = MIA, **other: Any) -> Converse:
    """Return a message of a member to Biel, in a channel."""
    parts: dict[str, Any] = {"persona": "biel", "channel_id": "42", "place": "channel"}
    return Converse(id=f"m{number}", caller=caller, text=text, **{**parts, **other})
