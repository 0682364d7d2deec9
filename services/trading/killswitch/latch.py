"""The latch: whether trading goes on, in memory, in a file and in the database.

Halting needs none of them to answer: memory first, then the file, the database when it can be had. Letting
go needs both written before it counts. At a start the stricter of file and database holds for each scope.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

import msgspec
import structlog

from services.bus.guard import Failed, attempt, trace_of
from services.clock import Clock
from services.errors import Misconfigured, StoreUnavailable, UserMistake
from services.loops import Loops
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.files import Print, fingerprint
from services.trading.killswitch.latch_file import (
    Held,
    held_of,
    merged,
    read_latch,
    row_of,
    stricter,
    write_latch,
)
from services.trading.messages import TradingState
from services.trading.scopes import FARM, is_of_accounts, scopes_of, strictest, strictness

LOOK_SECONDS: Final = 0.2
_AGAIN_SECONDS: Final = 1.0
_OURS: Final = "desk"
_UNSEEN: Final = (-1, -1, -1)
_NOT_READ: Final = "The trading states have not been read yet."

log = structlog.get_logger(__name__)


class FileLatch:
    """A `Latch`. Everything is HALTED until `open` has read file and database.

    Args:
        path: of latch.json; others may make it stricter, which `run` takes up at once.
        store: where the table of trading states is.
        clock: when a state began.
    """

    def __init__(self, path: Path, store: Store, *, clock: Clock) -> None:
        self._path = path
        self._store = store
        self._clock = clock
        self._held: dict[str, Held] = {}
        self._unread = _NOT_READ
        self._seen: Print = None
        self._is_unwritten = False
        self._dirty: dict[str, Held] = {}
        self._woken = asyncio.Event()
        self._writing = asyncio.Lock()

    async def open(self) -> None:
        """Read file and database. While the database cannot be read, `run` goes on trying."""
        self._look(is_first=True)
        await self._read_rows()

    def state(self, row: AccountRow | None, market: str = "") -> TradingState:
        """Return the strictest state of the farm, the account and the market; without one, of the farm."""
        if self._unread:
            return "HALTED"
        return strictest(held.state for held in self._of(row, market))

    def why(self, row: AccountRow | None, market: str = "") -> str:
        """Return why it is not ACTIVE, in English; empty where it is."""
        state = self.state(row, market)
        if state == "ACTIVE":
            return ""
        return next((held.why for held in self._of(row, market) if held.state == state), self._unread)

    def held_by(self, row: AccountRow | None, market: str = "") -> tuple[str, ...]:
        """Return who put it into that state, of each scope that is in it; "desk" where it was not read."""
        state = self.state(row, market)
        if self._unread:
            return (_OURS,)
        return tuple(held.by for held in self._of(row, market) if held.state == state)

    def held(self) -> Mapping[str, Held]:
        """Return every scope that is not ACTIVE."""
        return {scope: held for scope, held in self._held.items() if held.state != "ACTIVE"}

    async def set(self, scope: str, state: TradingState, *, why: str, by: str) -> None:
        """Put a scope into a state, on disk first. A looser one counts only once it is written twice.

        Raises:
            StoreUnavailable: a looser state could not be written, so the stricter one stays.
            UserMistake: the scope was halted again at the same moment.
        """
        new = Held(state=state, why=why, by=by, at=self._clock.now())
        known = self._held.get(scope)
        if state == "ACTIVE" and known is None and not self._unread:
            return
        if known is not None and strictness(state) < strictness(known.state):
            await self._loosen(scope, new)
        else:
            self.tighten({scope: new})
            await self._keep()

    def tighten(self, held: Mapping[str, Held]) -> None:
        """Make scopes stricter: in force and in the file when this returns, whatever else is broken."""
        for scope, new in held.items():
            kept = self._held.get(scope)
            if kept is None or strictness(new.state) >= strictness(kept.state):
                self._held[scope] = self._dirty[scope] = new
        self._is_unwritten = True
        self._look()
        self._woken.set()

    def forget(self, user_id: str, accounts: Collection[str]) -> None:
        """Drop what is held of accounts that are no more, and take a member's name off the rest."""
        self._look()
        for scope, held in dict(self._held).items():
            if is_of_accounts(scope, accounts):
                del self._held[scope]
                self._dirty.pop(scope, None)
            elif held.by == user_id:
                self._held[scope] = self._dirty[scope] = msgspec.structs.replace(held, by="")
        self._is_unwritten = True
        self._write()
        self._woken.set()

    async def run(self) -> None:
        """Take up what others write into the file, and write late what the database did not take."""
        async with Loops(self._watch(), self._keep_up()):
            await asyncio.Event().wait()

    async def _watch(self) -> None:
        while True:
            self._look()
            await asyncio.sleep(LOOK_SECONDS)

    async def _keep_up(self) -> None:
        while True:
            if self._unread:
                await self._read_rows()
            await self._keep()
            is_behind = bool(self._unread or self._dirty)
            self._woken.clear()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_AGAIN_SECONDS if is_behind else None):
                    await self._woken.wait()

    def _of(self, row: AccountRow | None, market: str) -> list[Held]:
        return [self._held[scope] for scope in scopes_of(row, market) if scope in self._held]

    def _look(self, *, is_first: bool = False) -> None:
        """Take up what is in the file now, where others wrote it, and write what is not yet in it."""
        now = self._print()
        if now != self._seen or is_first:
            self._take_up()
            self._seen = now
        if self._is_unwritten or (now is None and self._held):
            self._write()

    def _take_up(self) -> None:
        try:
            found = read_latch(self._path) or {}
        except Misconfigured as error:
            log.warning("latch_unreadable", reason=error.message)
            found = {FARM: Held(state="HALTED", why=error.message, by=_OURS, at=self._clock.now())}
        for scope, held in found.items():
            kept = stricter(self._held.get(scope), held)
            if kept is not self._held.get(scope):
                self._held[scope] = self._dirty[scope] = kept
        self._is_unwritten = self._is_unwritten or self._held != found
        self._woken.set()

    def _write(self) -> None:
        try:
            write_latch(self._path, self._held)
        except OSError as error:
            log.warning("latch_unwritten", reason=str(error))  # it holds in memory; the next look tries again
            return
        self._is_unwritten = False
        self._seen = self._print()

    def _print(self) -> Print:
        try:
            return fingerprint(self._path)
        except OSError as error:
            log.exception("latch_unseen", reason=str(error))
            return _UNSEEN  # other than what was seen, so it is read, which tells why it cannot be

    async def _read_rows(self) -> None:
        ended = await attempt(self._rows())
        if isinstance(ended, Failed):
            self._unread = f"The trading states cannot be read: {ended.error}"
            log.warning("latch_rows_unread", reason=str(ended.error), exc_info=trace_of(ended.error))
            return
        both = merged(self._held, ended.value)
        self._dirty |= {scope: held for scope, held in both.items() if ended.value.get(scope) != held}
        self._held = {scope: held for scope, held in both.items() if held.state != "ACTIVE"}
        self._unread, self._is_unwritten = "", True
        self._look()

    async def _rows(self) -> dict[str, Held]:
        async with self._store.read() as rows:
            return {row.scope: held_of(row) for row in await rows.trading.states.where()}

    async def _put(self, held: Mapping[str, Held]) -> None:
        async with self._store.write() as rows:
            await rows.trading.states.put(*(row_of(scope, one) for scope, one in held.items()))

    async def _keep(self) -> None:
        """Write to the database what it lacks; it may be away or broken for as long as it likes."""
        async with self._writing:
            behind = dict(self._dirty)
            if not behind:
                return
            ended = await attempt(self._put(behind))
            if isinstance(ended, Failed):
                error = ended.error
                log.warning("latch_rows_unwritten", reason=str(error), exc_info=trace_of(error))
                return
            for scope, held in behind.items():
                if self._dirty.get(scope) is held:
                    del self._dirty[scope]

    async def _loosen(self, scope: str, new: Held) -> None:
        before = self._held[scope]
        async with self._writing:
            await self._put({scope: new})
            self._look()
            if self._held.get(scope) is not before:
                self._dirty[scope] = self._held[scope]
                self._woken.set()
                raise UserMistake("Trading was halted again meanwhile.", hint="Look why, and resume again.")
            self._let_go(scope, new, before)

    def _let_go(self, scope: str, new: Held, before: Held) -> None:
        loosened = {**self._held, scope: new}
        if new.state == "ACTIVE":
            del loosened[scope]
        try:
            write_latch(self._path, loosened)
        except OSError as error:
            self._dirty[scope] = before
            self._woken.set()
            raise StoreUnavailable(
                "The trading states cannot be written, so trading stays halted.",
                hint="Make room on the disk, and resume again.",
            ) from error
        self._held, self._seen = loosened, self._print()
        self._dirty.pop(scope, None)
