"""What this process remembers of orders: what it asked for, and how an order must be named to be canceled.

It spares questions and is never the truth: after a restart it is empty, and the venue is asked instead.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from services.exchange.orders import OrderRequest
from services.exchange.venues.private_quirks import Params

MOST = 5_000

T = TypeVar("T")


@dataclass(slots=True)
class OrderMemory:
    """Of one account, the newest `MOST` orders."""

    _asked: OrderedDict[str, OrderRequest] = field(default_factory=OrderedDict)
    _words: OrderedDict[str, Params | None] = field(default_factory=OrderedDict)

    def sent(self, request: OrderRequest) -> None:
        """Remember what is about to be sent."""
        _keep(self._asked, request.client_id, request)

    def seen(self, order_id: str, words: Params | None) -> None:
        """Remember how an order is named; None for one without a trigger."""
        _keep(self._words, order_id, words)

    def asked(self, client_id: str | None) -> OrderRequest | None:
        """Return what was asked for under a client id."""
        return self._asked.get(client_id or "")

    def knows(self, order_id: str) -> bool:
        """Return whether it is known if an order has a trigger."""
        return order_id in self._words

    def words(self, order_id: str) -> Params | None:
        """Return how an order with a trigger is named; None for one without, or one that is not known."""
        return self._words.get(order_id)

    def is_trigger(self, order_id: str | None, client_id: str | None) -> bool | None:
        """Return whether an order has a trigger; None where that is not known."""
        if order_id is not None and order_id in self._words:
            return self._words[order_id] is not None
        request = self.asked(client_id)
        return None if request is None else request.kind not in {"market", "limit"}


def _keep(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    if len(kept) > MOST:
        kept.popitem(last=False)


def words_of(row: Mapping[str, object], params: Params) -> Params:
    """Return how an order with a trigger is named, from the venue's own row and the call that listed it."""
    plan = row.get("planType")
    return {"trigger": True, "planType": plan} if plan and params.get("type") == "swap" else {"trigger": True}
