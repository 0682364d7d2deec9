"""Which lines a persona must be able to say: a name, and sample facts that its templates may use.

The lines every persona needs stand here, errors among them; a cog declares the lines of its own commands
beside its code. Loading a voice and the contract test both go by these lists.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from services import errors
from services.errors import Fact, OmegaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Something that is said: the name of its template, and an example of every fact it is given.

    `must` names the facts that every phrasing tells, where they are known (not None).
    """

    name: str
    sample: Mapping[str, object] = field(default_factory=dict)
    must: tuple[str, ...] = ()


EVERYONE: tuple[Line, ...] = (
    Line(name="greeting", sample={"member": "mia"}),
    Line(name="lost", sample={"member": "mia"}),
    Line(name="ended"),
)
"""lost: the question was not understood. ended: an old card was pressed."""

FACTS_OF_ERRORS: dict[type[OmegaError], Mapping[str, Fact]] = {
    errors.OmegaError: {},
    errors.Misconfigured: {},
    errors.UserMistake: {},
    errors.UnknownMarket: {"asked": "BTX", "suggestions": ["BTC/USDT:USDT", "BCH/USDT:USDT"]},
    errors.UnknownVenue: {"asked": "bynance", "venues": ["binance", "bybit"]},
    errors.NotOffered: {"venue": "kraken", "what": "funding rates"},
    errors.NotAllowed: {"role": "Admin"},
    errors.SlowDown: {"retry_after": 2.0},
    errors.OrderRejected: {"venue": "bitget", "reason": "below_min_cost"},
    errors.OrderNotFound: {"venue": "bitget"},
    errors.OrderUnknown: {"venue": "bitget", "client_id": "omega-42"},
    errors.Unavailable: {},
    errors.BusUnavailable: {},
    errors.StoreUnavailable: {},
    errors.NoAnswer: {"service": "market"},
    errors.ExchangeUnavailable: {"venue": "binance"},
    errors.ExchangeBusy: {"venue": "binance", "retry_after": 12.0},
    errors.StalePrice: {"market": "BTC/USDT:USDT", "age": 95.0, "limit": 30.0},
    errors.ModelFailed: {"model": "fast"},
    errors.Fault: {},
}
"""The facts that an error promises, by example; an error that lacks one is said as its parent."""


def line_of(error: OmegaError) -> str:
    """Return the line for `error`: that of the nearest class whose promised facts are all there."""
    for kind in type(error).__mro__:
        promised = FACTS_OF_ERRORS.get(kind)
        if promised is not None and promised.keys() <= error.facts.keys():
            return error_line(kind)
    return error_line(OmegaError)


def error_line(kind: type[OmegaError]) -> str:
    """Return the template name of an error class: ``errors/unknown_market``."""
    return "errors/" + re.sub(r"(?<=[a-z])(?=[A-Z])", "_", kind.__name__).lower()


def _of_error(kind: type[OmegaError], facts: Mapping[str, Fact]) -> Line:
    said = {"message": "It did not work.", "hint": "Try again later.", "ref": "1234567890"}
    return Line(name=error_line(kind), sample={**said, **facts})


ERRORS: tuple[Line, ...] = tuple(_of_error(kind, facts) for kind, facts in FACTS_OF_ERRORS.items())
