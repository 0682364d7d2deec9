"""What the parts of the paper service stand on."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from services.clock import Clock
from services.errors import ExchangeUnavailable
from services.members.messages import Caller, Right
from services.store.store import Store
from services.store.trading_rows import RunRow
from services.trading.ports import AccountBook, IntentDesk, Ledger, Pictures, Sessions


class Plans(Protocol):
    """Ends whatever of an account the farm carries out by itself."""

    async def cancel_all(self, account_id: str, /) -> None:
        """End every plan of an account. Raises `StoreUnavailable`."""
        ...


class Runs(Protocol):
    """Ends runs of strategies, and lets their traders know."""

    async def end(self, row: RunRow, *, status: str) -> bool:
        """End an active run; False where it was not active. Raises `StoreUnavailable`, `BusUnavailable`."""
        ...

    async def tell_trader(self, strategy: str) -> None:
        """Let the trader of a strategy ask for its runs again. Raises `BusUnavailable`."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Ports of the desk, and the temperaments that trade in every season."""

    store: Store
    book: AccountBook
    sessions: Sessions
    intents: IntentDesk
    plans: Plans
    runs: Runs
    ledger: Ledger
    pictures: Pictures
    right_of: Callable[[Caller], Awaitable[Right]]
    clock: Clock
    temperaments: Sequence[str]


async def equity_of(ground: Ground, account_id: str) -> Decimal:
    """Return what an account is worth. Raises `ExchangeUnavailable` where that is not known."""
    picture = await ground.pictures.of(account_id)
    if picture.equity is None:
        raise ExchangeUnavailable(
            "What the account is worth is not known now.", hint="Try again in a moment."
        )
    return picture.equity
