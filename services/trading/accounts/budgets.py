"""How fast each account asks its venue. The counting itself belongs to the adapter."""

from __future__ import annotations

from typing import Final

from config.venues import SANDBOX
from services.clock import Clock
from services.exchange.venues.limits import Allowance, Budget, BudgetOf, LocalBudget

BY_ADDRESS: Final = frozenset({"binance", "binanceusdm"})
"""Venues that count what one address asks, whichever account it is for; the others count each account."""
_HEAVY: Final = 10.0
"""Units of a call so dear that it is made once, when an account is opened."""


class Budgets:
    """The budgets of all accounts of this process; `everywhere` replaces them."""

    def __init__(self, clock: Clock, everywhere: BudgetOf | None = None) -> None:
        self._clock = clock
        self._everywhere = everywhere
        self._by_address: dict[str, LocalBudget] = {}

    def of(self, venue: str) -> BudgetOf | None:
        """Return what gives an account of that venue its budget; None for one of its own."""
        if self._everywhere is not None:
            return self._everywhere
        if venue == SANDBOX:
            return self._on_paper
        return self._shared if venue in BY_ADDRESS else None

    def _shared(self, allowance: Allowance) -> Budget:
        return self._by_address.setdefault(allowance.key, LocalBudget(allowance, clock=self._clock))

    def _on_paper(self, allowance: Allowance) -> Budget:
        return _OfPaper(LocalBudget(allowance, clock=self._clock))


class _OfPaper:
    """The local exchange counts each resource by itself: one dear call need not hold up all the others."""

    def __init__(self, others: LocalBudget) -> None:
        self._others = others

    async def take(self, units: float) -> None:
        """Wait until `units` may be spent."""
        if units < _HEAVY:
            await self._others.take(units)

    async def rest(self, seconds: float) -> None:
        """Let nobody spend anything for `seconds`."""
        await self._others.rest(seconds)
