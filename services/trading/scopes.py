"""Scopes of trading states and limits, and which of two states is the stricter."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Final

from services.store.trading_rows import AccountRow
from services.trading.messages import STATES, TradingState

FARM: Final = "farm"
_SWITCH: Final = "killswitch:"
"""Before a scope: what the kill switch holds there, beside what the risk gate or a difference does.

They are kept apart so that a limit which lets go at midnight never undoes a kill switch.
"""
SWITCHED_FARM: Final = f"{_SWITCH}{FARM}"
_WATCH: Final = "risk:"
"""Before a scope: what the risk gate holds there by itself, apart from people, the switch and differences."""


def account_scope(account: str) -> str:
    """Return the scope of an account."""
    return f"account:{account}"


def market_scope(account: str, market: str) -> str:
    """Return the scope of one market of an account."""
    return f"market:{account}:{market}"


def switched(scope: str) -> str:
    """Return where the kill switch keeps what it holds of a scope."""
    return f"{_SWITCH}{scope}"


def watched(scope: str) -> str:
    """Return where the risk gate keeps what it holds of a scope by itself."""
    return f"{_WATCH}{scope}"


def is_switched(scope: str) -> bool:
    """Return whether the kill switch holds it."""
    return scope.startswith(_SWITCH)


def plain(scope: str) -> str:
    """Return the scope itself, whoever holds it."""
    return scope.removeprefix(_SWITCH).removeprefix(_WATCH)


def is_of_accounts(scope: str, accounts: Collection[str]) -> bool:
    """Return whether a scope is one of these accounts, or a market of one, whoever holds it."""
    kind, _, rest = plain(scope).partition(":")
    return (kind == "account" and rest in accounts) or (
        kind == "market" and rest.partition(":")[0] in accounts
    )


def scopes_of(row: AccountRow | None, market: str = "") -> tuple[str, ...]:
    """Return every scope that an account, or a market of it, is in; without one those of the farm."""
    if row is None:
        return SWITCHED_FARM, FARM
    own = account_scope(row.id)
    wide = (SWITCHED_FARM, switched(own), FARM, own, watched(own))
    return (*wide, market_scope(row.id, market)) if market else wide


def strictness(state: TradingState) -> int:
    """Return a number that grows with how much is forbidden."""
    return STATES.index(state)


def strictest(states: Iterable[TradingState]) -> TradingState:
    """Return the strictest of several; ACTIVE of none."""
    return max(states, key=strictness, default="ACTIVE")
