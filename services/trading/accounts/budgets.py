"""How fast each account asks its venue. The counting itself belongs to the adapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from config.venues import SANDBOX
from services.clock import Clock
from services.exchange.venues.limits import RESOURCE, Allowance, Budget, BudgetOf, LocalBudget

BY_ADDRESS: Final = frozenset({"binance", "binanceusdm"})
"""Venues that count what one address asks, whichever account it is for; the others count each account."""
BY_RESOURCE: Final = frozenset({SANDBOX, "bitget"})
"""Venues that count each resource by itself, so that no order waits behind what is read.

Source: Bitget's API pages, where each says "Rate limit: n times/1s (UID)", or "(IP)" of public ones. ccxt's
weights are 20 / n.
"""
IN_ALL: Final = {"bitget": 100.0}
"""Requests a second of one address beside that. Source: Bitget, "overall rate limit is 6000/IP/min"."""
RESERVE: Final = 0.4
"""The share of a budget that reads leave to orders and to the kill switch."""
_PUBLIC: Final = ("/market/", "/public/")
"""What nobody signs for: counted for the address."""


class Budgets:
    """The budgets of all accounts of this process; `everywhere` replaces them."""

    def __init__(self, clock: Clock, everywhere: BudgetOf | None = None) -> None:
        self._clock = clock
        self._everywhere = everywhere
        self._of_address: dict[tuple[str, str], LocalBudget] = {}

    def of(self, venue: str) -> BudgetOf:
        """Return what gives an account of that venue its budget."""
        if self._everywhere is not None:
            return self._everywhere
        if venue in BY_RESOURCE:
            return self._by_resource
        return self._by_address if venue in BY_ADDRESS else self._new

    def _new(self, allowance: Allowance) -> LocalBudget:
        return LocalBudget(allowance, clock=self._clock, reserve=RESERVE)

    def _by_address(self, allowance: Allowance, resource: str = "") -> LocalBudget:
        key = allowance.key, resource
        if key not in self._of_address:
            self._of_address[key] = self._new(allowance)
        return self._of_address[key]

    def _by_resource(self, allowance: Allowance) -> Budget:
        most = IN_ALL.get(allowance.venue)
        whole = None if most is None else self._by_address(replace(allowance, units=most * allowance.seconds))
        return _ByResource(
            own=lambda: self._new(allowance),
            public=lambda resource: self._by_address(allowance, resource),
            whole=whole,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _ByResource:
    """The budget of one account: of each resource its own, and of public ones that of the address."""

    own: Callable[[], LocalBudget]
    public: Callable[[str], LocalBudget]
    whole: LocalBudget | None
    """Counts the requests of the address, whatever they weigh."""
    _of: dict[str, LocalBudget] = field(default_factory=dict)

    async def take(self, units: float) -> None:
        """Wait until `units` may be spent on the resource that is asked for."""
        resource = RESOURCE.get()
        if resource not in self._of:
            is_public = any(part in resource for part in _PUBLIC)
            self._of[resource] = self.public(resource) if is_public else self.own()
        await self._of[resource].take(units)
        if self.whole is not None:
            await self.whole.take(1.0)

    async def rest(self, seconds: float) -> None:
        """Let nobody spend anything on the resource for `seconds`; on none, where it may be meant for all."""
        resource = RESOURCE.get()
        is_of_one = self.whole is None and resource in self._of
        for name, budget in self._of.items():
            if not is_of_one or name == resource:
                await budget.rest(seconds)
