"""How the switch stands, for one who asks: the latch, and the newest firing that concerns them."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.store.trading_rows import AccountRow
from services.trading.killswitch.latch import FileLatch
from services.trading.killswitch.messages import FlatLine, Scope, Switch
from services.trading.killswitch.news import RESUMED_WORDS
from services.trading.killswitch.report_file import Firing
from services.trading.killswitch.scopes import strictest
from services.trading.killswitch.switch import KillSwitch
from services.trading.messages import TradingState


class SwitchView:
    """Shows the switch; nobody is shown a line of another's account, but with the scope ``all``."""

    def __init__(self, switch: KillSwitch, latch: FileLatch) -> None:
        self._switch = switch
        self._latch = latch

    def of(self, scope: Scope, rows: Sequence[AccountRow]) -> Switch:
        """Return how it stands for these accounts, or for the farm."""
        state, why = self._state(scope, rows)
        firing = self._newest(scope, rows)
        if firing is None:
            return Switch(state=state, scope=scope, why=why, is_flat=False)
        view = shown(firing, state, self._lines(firing, scope, rows))
        told = RESUMED_WORDS if firing.resumed_at is not None and state == "ACTIVE" else why
        return msgspec.structs.replace(view, scope=scope, why=told or view.why)

    def is_flat(self, scope: Scope, rows: Sequence[AccountRow]) -> bool:
        """Return whether no firing that concerns these accounts has anything left to do there."""
        firing = self._newest(scope, rows)
        if firing is None or firing.resumed_at is not None or firing.is_flat:
            return True
        lines = self._lines(firing, scope, rows)
        return scope == "me" and bool(lines) and all(line.state == "flat" for line in lines)

    def _state(self, scope: Scope, rows: Sequence[AccountRow]) -> tuple[TradingState, str]:
        if scope == "all" or not rows:
            return self._latch.state(None), self._latch.why(None)
        state = strictest(self._latch.state(row) for row in rows)
        worst = next(row for row in rows if self._latch.state(row) == state)
        return state, self._latch.why(worst)

    def _newest(self, scope: Scope, rows: Sequence[AccountRow]) -> Firing | None:
        own = {row.id for row in rows}
        return next((one for one in self._switch.firings() if _is_about(one, scope, own)), None)

    def _lines(self, firing: Firing, scope: Scope, rows: Sequence[AccountRow]) -> list[FlatLine]:
        own = {row.id for row in rows}
        return [line for line in firing.lines if scope == "all" or line.account in own]


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
    )


def _is_about(firing: Firing, scope: Scope, own: set[str]) -> bool:
    if firing.is_drill:
        return False
    return firing.scope == "all" or scope == "all" or not own.isdisjoint(firing.accounts)
