"""Orders that were let through so lately that no picture shows them yet.

Without them two orders within a second would each be judged as if the other did not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

from services.exchange.orders import OrderRequest
from services.trading.intents.intent import Intent
from services.trading.ports import Picture
from services.trading.risk.reckoning import entry_of

SETTLES_IN: Final = timedelta(seconds=2)
"""So long after it was let through an order may be missing in a picture, neither waiting nor filled."""
_KEPT: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class _Passed:
    intent: str
    request: OrderRequest
    at: datetime


class Passing:
    """Remembers what was let through in the last minute."""

    def __init__(self) -> None:
        self._passed: dict[str, list[_Passed]] = {}

    def note(self, intent: Intent, at: datetime, last: Decimal | None) -> None:
        """Remember an order; at the price at which it is expected to fill."""
        request = replace(intent.request, price=entry_of(intent.request, last))
        kept = [
            one
            for one in self._passed.get(intent.account, ())
            if one.at > at - _KEPT and one.intent != intent.id
        ]
        self._passed = {name: of for name, of in self._passed.items() if of[-1].at > at - _KEPT}
        self._passed[intent.account] = [*kept, _Passed(intent.id, request, at)]

    def ids(self, account: str) -> frozenset[str]:
        """Return the intents of the last minute."""
        return frozenset(one.intent for one in self._passed.get(account, ()))

    def markets(self, account: str) -> frozenset[str]:
        """Return the markets of the orders of the last minute."""
        return frozenset(one.request.market for one in self._passed.get(account, ()))

    def unseen(self, intent: Intent, picture: Picture) -> tuple[OrderRequest, ...]:
        """Return the other orders of the account that `picture` may not show."""
        shown = {one.client_id for one in picture.orders}
        return tuple(
            one.request
            for one in self._passed.get(intent.account, ())
            if one.intent != intent.id
            and one.request.client_id not in shown
            and picture.at < one.at + SETTLES_IN
        )
