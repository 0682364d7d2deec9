"""An intent: what somebody wants of a venue, before any order exists."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import msgspec

from services.exchange.orders import OrderRequest
from services.trading.messages import TradingState, Verdict

LIVE: Final = ("new", "sending", "unknown", "open")
"""The statuses of an intent of which something may still come."""
LOST: Final = frozenset({"rejected", "abandoned"})
"""The statuses of an intent of which there is no order."""
KILLSWITCH: Final = "killswitch"
"""The origin of an intent of the kill switch."""
RECONCILING: Final = "reconciling"
"""The reason of an intent that came before its account had been compared with the venue."""
_PREFIX: Final = "omega"
_LENGTH: Final = 24
_SWITCH: Final = f"{_PREFIX}0"
"""How the kill switch's begin: a digit that base 32 has not, so that no intent's does."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What is wanted. `request.client_id` is `client_id_of(id)`; `id` is unique for ever.

    `origin`: ``member``, ``plan:<id>``, ``strategy:<run>`` or ``killswitch``; `group` ties intents together.
    """

    id: str
    account: str
    user_id: str
    request: OrderRequest
    origin: str = "member"
    group: str = ""
    leverage: Decimal | None = None
    """Set at the venue before the order is sent; None leaves it as it is, within the limit."""
    is_exempt: bool = False
    """Whether it makes a position smaller, or protects one: it then passes although trading is REDUCING."""
    reference: Decimal | None = None
    """The price that its owner saw when they confirmed."""
    stop: Decimal | None = None
    """Where the farm will close what it opens, if the order itself has no stop."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What the gate says: passed, or refused by at least one verdict."""

    state: TradingState
    verdicts: tuple[Verdict, ...]

    @property
    def is_passed(self) -> bool:
        """Return whether no rule refuses."""
        return all(one.is_passed for one in self.verdicts)

    @property
    def refusals(self) -> tuple[Verdict, ...]:
        """Return the rules that refuse."""
        return tuple(one for one in self.verdicts if not one.is_passed)


def request_in(text: str) -> OrderRequest:
    """Return the order that an intent's row keeps as JSON in `request`."""
    return msgspec.json.decode(text, type=OrderRequest)


def client_id_of(intent_id: str) -> str:
    """Return the client id of an intent's order: always the same, 29 letters and digits."""
    digest = hashlib.blake2b(intent_id.encode(), digest_size=15).digest()
    return _PREFIX + base64.b32encode(digest).decode().lower()[:_LENGTH]


def switch_id_of(name: str) -> str:
    """Return the client id of a close of the kill switch, which no intent stands behind."""
    return _SWITCH + client_id_of(name)[len(_SWITCH) :]


def is_of_the_switch(client_id: str | None) -> bool:
    """Return whether an order's client id is one of the kill switch."""
    return client_id is not None and is_ours(client_id) and client_id.startswith(_SWITCH)


def is_ours(client_id: str | None) -> bool:
    """Return whether an order's client id has the shape of ours."""
    return (
        client_id is not None and client_id.startswith(_PREFIX) and len(client_id) == len(_PREFIX) + _LENGTH
    )
