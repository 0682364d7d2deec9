"""How the switch stands, for one who asks: the latch, and every firing that concerns them and still holds."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from services.store.trading_rows import AccountRow
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.messages import FlatLine, Scope, Switch
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.switch import KillSwitch
from services.trading.messages import TradingState
from services.trading.scopes import strictest


class SwitchView:
    """Shows the switch; nobody is shown a line of another's account, but with the scope ``all``."""

    def __init__(self, switch: KillSwitch, latch: FileLatch) -> None:
        self._switch = switch
        self._latch = latch

    def of(self, scope: Scope, rows: Sequence[AccountRow]) -> Switch:
        """Return how it stands for these accounts, or for the farm."""
        state, why = self._state(scope, rows)
        firings = self._about(scope, rows)
        if not firings:
            held = self._is_farm_held
            return Switch(state=state, scope=scope, why=why, is_flat=False, is_farm_held=held)
        newest, own = firings[0], None if scope == "all" else {row.id for row in rows}
        view = shown(newest, state, _folded(_standing(firings) or firings[:1], own))
        is_flat = all(_is_flat(one, own) for one in _standing(firings) or firings[:1])
        whole = msgspec.structs.replace(view, scope=scope, why=why or view.why, is_flat=is_flat)
        return msgspec.structs.replace(whole, is_farm_held=self._is_farm_held)

    @property
    def _is_farm_held(self) -> bool:
        return self._latch.state(None) != "ACTIVE"

    def is_flat(self, scope: Scope, rows: Sequence[AccountRow]) -> bool:
        """Return whether no firing that concerns these accounts has anything left to do there."""
        own = None if scope == "all" else {row.id for row in rows}
        return all(_is_flat(one, own) for one in _standing(self._about(scope, rows)))

    def _state(self, scope: Scope, rows: Sequence[AccountRow]) -> tuple[TradingState, str]:
        if scope == "all" or not rows:
            return self._latch.state(None), self._latch.why(None)
        state = strictest(self._latch.state(row) for row in rows)
        worst = next(row for row in rows if self._latch.state(row) == state)
        return state, self._latch.why(worst)

    def _about(self, scope: Scope, rows: Sequence[AccountRow]) -> list[Firing]:
        """Return the firings that concern these accounts, the newest first."""
        own = {row.id for row in rows}
        return [one for one in self._switch.firings() if _is_about(one, scope, own)]


def _standing(firings: Sequence[Firing]) -> list[Firing]:
    return [one for one in firings if one.resumed_at is None]


def _is_flat(firing: Firing, own: Collection[str] | None) -> bool:
    """Return whether a firing has nothing left to do, or nothing in accounts of one's own."""
    if firing.is_flat or own is None:
        return firing.is_flat
    lines = [line for line in firing.lines if line.account in own]
    untold = {account for account in own if firing.concerns(account)} - {line.account for line in lines}
    return not untold and all(line.state == "flat" for line in lines)


def _folded(firings: Sequence[Firing], own: Collection[str] | None) -> list[FlatLine]:
    """Return for each account what the newest firing tells of it, or one that is not flat there."""
    told: dict[str, list[FlatLine]] = {}
    for firing in firings:
        for account, lines in _by_account(firing).items():
            if own is not None and account not in own:
                continue
            if account not in told or _is_done(told[account]):
                told[account] = told.get(account, lines) if _is_done(lines) else lines
    return [line for lines in told.values() for line in lines]


def _by_account(firing: Firing) -> dict[str, list[FlatLine]]:
    lines: dict[str, list[FlatLine]] = {}
    for line in firing.lines:
        lines.setdefault(line.account, []).append(line)
    return lines


def _is_done(lines: Sequence[FlatLine]) -> bool:
    return all(line.state == "flat" for line in lines)


def shown(firing: Firing, state: TradingState, lines: list[FlatLine]) -> Switch:
    """Return how a firing stands."""
    return Switch(
        state=state,
        scope=firing.scope,
        why=firing.why,
        by=firing.by,
        at=firing.at,
        lines=lines,
        is_flat=firing.is_flat,
        is_drill=firing.is_drill,
        halted_after_ms=firing.halted_after_ms,
        flat_after_ms=firing.flat_after_ms,
        resumed_at=None if firing.is_drill or state != "ACTIVE" else firing.resumed_at,
    )


def _is_about(firing: Firing, scope: Scope, own: set[str]) -> bool:
    if firing.is_drill:
        return False
    return firing.scope == "all" or scope == "all" or not own.isdisjoint(firing.accounts)
