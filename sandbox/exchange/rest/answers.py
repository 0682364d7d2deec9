"""What the matching engine refuses, in the venue's codes."""

from __future__ import annotations

from typing import get_args

from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest.call import Call
from services.errors import OrderNotFound, OrderRejected
from services.exchange.orders import Refusal

_OTHER: Refusal = "other"
_REASONS: tuple[Refusal, ...] = get_args(Refusal)


def as_refused(call: Call, error: OrderRejected | OrderNotFound) -> Refused:
    """Return how the venue says what the engine said."""
    told = "not_found" if isinstance(error, OrderNotFound) else error.facts.get("reason")
    reason = next((one for one in _REASONS if one == told), _OTHER)
    return Refused.because(reason, error.message, is_unified=call.seat.account.is_unified)
