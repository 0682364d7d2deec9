"""Sets limits: stricter ones at once, looser ones with a code, another admin's word and a time to cool down.

Nobody loosens a limit beyond what the farm's own file says.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from config.farm_file import RiskSection
from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.locales import locale_of
from services.locales.reading import read_number, read_percent
from services.members.messages import Right
from services.members.rights import ADMIN_ROLE
from services.store.rows import AuditRow
from services.store.store import Rows, Store
from services.store.trading_rows import AccountRow, RiskLimitRow
from services.trading.ports import SecondFactor
from services.trading.risk.limits import TERMS, is_stricter, of_farm, value_of
from services.trading.risk.messages import LIMITS, SetLimit
from services.trading.scopes import account_scope
from services.trading.trail import audited

COOLS_FOR: Final = timedelta(minutes=10)
_WHOLE: Final = frozenset({"losing_streak", "orders_per_minute"})
_HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Change:
    """A change that was asked for, and what it changes."""

    request: SetLimit
    scope: str
    value: Decimal
    known: RiskLimitRow | None
    before: Decimal
    at: datetime

    @property
    def is_looser(self) -> bool:
        """Return whether it lets more through than now."""
        return is_stricter(self.request.name, self.before, self.value)


class Setting:
    """Carries out `SetLimit`."""

    def __init__(self, *, store: Store, factor: SecondFactor, section: RiskSection, clock: Clock) -> None:
        self._store = store
        self._factor = factor
        self._section = section
        self._clock = clock

    async def set(self, request: SetLimit, row: AccountRow, right: Right) -> None:
        """Set a limit, or have it wait; `row` is the caller's account. Raises as `SetLimit` says."""
        value = value_read(request)
        self._refuse_beyond_the_farm(request.name, value)
        async with self._store.read() as rows:
            change = await self._change(rows, request, row, value)
        if request.scope == "guild" or request.approves or change.is_looser:
            if right != "admin":
                raise NotAllowed.for_lack_of(ADMIN_ROLE)
            await self._factor.check(request.caller.user_id, request.code)
        async with self._store.write() as rows:
            now = await self._change(rows, request, row, value)
            if await rows.audit.append(_audited(now)):
                await rows.trading.limits.put(_changed(now))

    async def _change(self, rows: Rows, request: SetLimit, row: AccountRow, value: Decimal) -> _Change:
        """Return the change: of the own scope, or what is approved of the account that is named."""
        scope = _scope_of(request, row)
        if request.approves:
            known: RiskLimitRow | None = await _waiting(rows, request, value)
        else:
            known = await rows.trading.limits.get(scope, request.name)
        at = self._clock.now()
        farms = of_farm(self._section)[request.name]
        set_to = None if known is None else value_of(known, at)
        return _Change(
            request=request,
            scope=scope if known is None else known.scope,
            value=value,
            known=known,
            before=farms if set_to is None or is_stricter(request.name, farms, set_to) else set_to,
            at=at,
        )

    def _refuse_beyond_the_farm(self, name: str, value: Decimal) -> None:
        if is_stricter(name, of_farm(self._section)[name], value):
            raise UserMistake(
                "The farm's own limit is stricter than that.",
                hint="Only its operator loosens it, in farm.yaml. Choose a stricter value.",
            )


async def _waiting(rows: Rows, request: SetLimit, value: Decimal) -> RiskLimitRow:
    """Return another admin's change to the same value that waits for approval, of the account that is named.

    Raises:
        UserMistake: nothing of the kind waits there.
    """
    guild, named = request.caller.guild_id, request.approves.strip().lower()
    accounts = [] if guild is None else await rows.trading.accounts.where(guild_id=guild)
    scopes = [account_scope(one.id) for one in accounts if one.id.startswith(named)]
    kept = await rows.trading.limits.where(name=request.name, scope=scopes) if named else []
    found = [
        one
        for one in kept
        if one.pending == value and not one.approved_by and one.set_by != request.caller.user_id
    ]
    if len(found) != 1:
        raise UserMistake(
            "No such change waits for your approval.",
            hint="Name the account by its id in the owner's /account list, and limit and value as asked for.",
        )
    return found[0]


def _scope_of(request: SetLimit, row: AccountRow) -> str:
    if request.scope == "account":
        return account_scope(row.id)
    if request.caller.guild_id is None:
        raise UserMistake(
            "There is no server here whose limit could be set.", hint="Ask again from within the server."
        )
    return f"guild:{request.caller.guild_id}"


def _changed(change: _Change) -> RiskLimitRow:
    """Return the row as it is from now on."""
    known, by = change.known, change.request.caller.user_id
    if not change.is_looser:
        return RiskLimitRow(
            scope=change.scope, name=change.request.name, value=change.value, set_by=by, set_at=change.at
        )
    if known is not None and known.pending == change.value and known.approved_by:
        return known
    if known is not None and known.pending == change.value and known.set_by != by:
        return replace(known, approved_by=by, effective_at=change.at + COOLS_FOR)
    return RiskLimitRow(
        scope=change.scope,
        name=change.request.name,
        value=change.before,
        set_by=by,
        set_at=change.at,
        pending=change.value,
    )


def _audited(change: _Change) -> AuditRow:
    caller, name = change.request.caller, change.request.name
    return audited(
        "risk set",
        f"{caller.user_id}:{change.request.id}",
        at=change.at,
        by=caller.user_id,
        subject=f"{change.scope} {name}",
        outcome="waits" if change.is_looser else "done",
        detail=f"{change.before} to {change.value}",
    )


def value_read(request: SetLimit) -> Decimal:
    """Return the value that a member wrote: of shares the percent of it.

    Raises:
        UserMistake: there is no such limit, or that is no value for it.
    """
    if request.name not in LIMITS:
        raise UserMistake(
            f"There is no limit called {request.name}.", hint=f"There are: {', '.join(LIMITS)}."
        )
    is_share = TERMS[request.name].unit == "percent"
    found = (read_percent if is_share else read_number)(request.value, locale_of(request.locale))
    if not found or found[0] <= 0 or (request.name in _WHOLE and found[0] % 1):
        raise UserMistake(
            "That is no value for this limit.",
            hint="Write a number above 0, such as 5, or 5% of what is counted in percent.",
        )
    return found[0] / _HUNDRED if is_share else found[0]


def pending_of(rows: list[RiskLimitRow], name: str, at: datetime) -> RiskLimitRow | None:
    """Return a change of a limit that waits, for approval or until it has cooled down."""
    return next(
        (
            one
            for one in rows
            if one.name == name
            and one.pending is not None
            and (not one.approved_by or one.effective_at is None or one.effective_at > at)
        ),
        None,
    )
