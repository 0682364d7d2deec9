"""Letting go: who may, with which code, and what of the latch is then let go of.

Firing is easy and this is not. What the risk gate holds lets go by its own rules, and not here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.members.messages import AuditEntry, Caller, Right
from services.members.rights import ADMIN_ROLE
from services.store.trading_rows import AccountRow
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.messages import FORCE, PAPER_CODE, Resume, Scope
from services.trading.killswitch.news import RESUMED_WORDS, News
from services.trading.killswitch.switch import KillSwitch
from services.trading.ports import SecondFactor
from services.trading.scopes import is_of_accounts, is_switched

_RISK: Final = "risk"
"""Who holds what the risk gate does; `by` begins so."""


@dataclass(frozen=True, slots=True)
class Said:
    """What stands in the field of the code: the code itself, and whether it is forced."""

    code: str
    is_forced: bool

    @classmethod
    def read(cls, text: str) -> Said:
        """Take ``123456 NOT FLAT`` apart."""
        words = " ".join(text.split())
        is_forced = words.casefold().endswith(FORCE.casefold())
        return cls(words[: -len(FORCE)].strip() if is_forced else words, is_forced)


def check_flat(*, is_flat: bool, is_forced: bool) -> None:
    """Let pass what is flat, and who takes it on themselves that it is not. Raises `UserMistake`."""
    if not is_flat and not is_forced:
        raise UserMistake(
            "Not every account is flat yet.",
            hint="Wait until it is, or write NOT FLAT behind the code to stop the closing half way.",
        )


class Resuming:
    """Checks that somebody may resume, and lets go.

    Args:
        switch: whose firings are then over.
        latch: what is let go of.
        factors: the members' second factors.
        news: tells it.
        clock: when.
    """

    def __init__(
        self, switch: KillSwitch, latch: FileLatch, *, factors: SecondFactor, news: News, clock: Clock
    ) -> None:
        self._switch = switch
        self._latch = latch
        self._factors = factors
        self._news = news
        self._clock = clock

    async def check(
        self, request: Resume, right: Right, rows: Sequence[AccountRow], *, is_flat: bool
    ) -> None:
        """Let one pass who may resume these accounts, or the farm.

        Raises:
            NotAllowed: ``all`` without the right admin.
            UserMistake: the code is not right, there is none, or something is still open.
        """
        if request.scope == "all" and right != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)
        said = Said.read(request.code)
        check_flat(is_flat=is_flat, is_forced=said.is_forced)
        await self._check_code(request.caller, request.scope == "all", said.code, rows)

    async def _check_code(
        self,
        caller: Caller,
        is_for_all: bool,  # noqa: FBT001 - it passes through
        code: str,
        rows: Sequence[AccountRow],
    ) -> None:
        if await self._factors.is_in_force(caller.user_id):
            await self._factors.check(caller.user_id, code)
            return
        if is_for_all:
            raise UserMistake(
                "The whole farm is resumed with a second factor, and you have none.",
                hint="Set one up, or let the operator run `omega resume --all`.",
            )
        if any(row.mode != "paper" for row in rows):
            raise UserMistake(
                "A live account is resumed with a second factor, and you have none.",
                hint="Set one up first; the account stays halted until then.",
            )
        if code.casefold() != PAPER_CODE.casefold():
            raise UserMistake(
                "The code is not right.",
                hint="Without a second factor, write RESUME as the code: your accounts are on paper.",
            )

    async def release(self, resumed_id: str, scope: Scope, rows: Sequence[AccountRow], by: str) -> None:
        """Let go of accounts, or with the scope ``all`` of everything, and tell.

        Raises:
            StoreUnavailable: it could not be written; what was not let go of stays halted.
        """
        held = self._latch.held()
        wanted = set(held) if scope == "all" else _concerning(rows, held)
        for one in sorted(wanted):
            if is_switched(one) or not held[one].by.startswith(_RISK):
                await self._latch.set(one, "ACTIVE", why=RESUMED_WORDS, by=by)
        await self._note(scope, rows, by)
        self._audit(resumed_id, sorted(wanted), by)

    async def _note(self, scope: Scope, rows: Sequence[AccountRow], by: str) -> None:
        now, accounts = self._clock.now(), [row.id for row in rows]
        for firing in self._switch.firings():
            concerned = [row for row in rows if firing.concerns(row.id)]
            if firing.resumed_at is not None or (scope == "me" and (firing.scope == "all" or not concerned)):
                continue
            self._switch.let_off(firing, () if scope == "all" else accounts)
            await self._news.tell("resumed", msgspec.structs.replace(firing, by=by), concerned, now)

    def _audit(self, resumed_id: str, scopes: Sequence[str], by: str) -> None:
        self._news.audit(
            AuditEntry(
                id=f"killswitch:{resumed_id}",
                at=self._clock.now(),
                actor=by,
                action="killswitch resume",
                subject=", ".join(scopes) or "nothing",
                outcome="done",
            )
        )


def _concerning(rows: Sequence[AccountRow], held: Iterable[str]) -> set[str]:
    accounts = {row.id for row in rows}
    return {scope for scope in held if is_of_accounts(scope, accounts)}
