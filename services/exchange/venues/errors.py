"""What a venue's refusals and failures mean to us: by its own code, or by ccxt's class where it has none.

Texts are never read: venues reword them. Nothing of a reply or an address enters a message, since both can
hold what is secret. One table serves the public and the private half.
"""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

import aiohttp
import ccxt

from services.errors import (
    ExchangeUnavailable,
    Fact,
    Misconfigured,
    NotOffered,
    OmegaError,
    OrderNotFound,
    OrderRejected,
    OrderUnknown,
    UnknownMarket,
    UserMistake,
)
from services.exchange.orders import Refusal
from services.exchange.venues.limits import busy

Doing = Literal["read", "read_account", "place", "change"]
"""What was being done: after `place` and `change` an answer that did not come may still have taken effect."""
Kind = Literal[
    "busy",
    "down",
    "maintenance",
    "clock",
    "key",
    "permission",
    "ip",
    "account_type",
    "no_market",
    "no_order",
    "refused",
    "unclear",
    "our_mistake",
]
"""unclear: the venue failed while it worked. our_mistake: a request that should never have been sent."""

BUSY_SECONDS = 5.0
"""How long to leave a venue alone that says it is asked too often and not for how long."""


class Meaning(NamedTuple):
    """What one code means; `refusal` is for orders."""

    kind: Kind
    refusal: Refusal = "other"


@dataclass(slots=True)
class Trace:
    """What is known of one call when it fails: whether anything was sent, and what came back."""

    has_sent: bool = False
    resource: str = ""
    """Which was asked for last."""
    status: int | None = None
    code: str | None = None
    retry_after: float | None = None


_BITGET: Mapping[str, Meaning] = {
    "429": Meaning("busy"),
    "30006": Meaning("busy"),
    "30007": Meaning("busy"),
    "40001": Meaning("key"),
    "40002": Meaning("key"),
    "40003": Meaning("key"),
    "40004": Meaning("clock"),
    "40005": Meaning("clock"),
    "40006": Meaning("key"),
    "40008": Meaning("clock"),
    "40009": Meaning("key"),
    "40010": Meaning("unclear"),
    "40011": Meaning("key"),
    "40012": Meaning("key"),
    "40014": Meaning("permission"),
    "40015": Meaning("unclear"),
    "40017": Meaning("refused", "unsupported"),
    "40018": Meaning("ip"),
    "40034": Meaning("no_market", "not_found"),
    "40037": Meaning("key"),
    "40084": Meaning("account_type"),
    "40085": Meaning("account_type"),
    "40109": Meaning("no_order", "not_found"),
    "40200": Meaning("maintenance", "market_closed"),
    "40308": Meaning("maintenance", "market_closed"),
    "40309": Meaning("no_market", "market_closed"),
    "40404": Meaning("our_mistake"),
    "40725": Meaning("unclear"),
    "40762": Meaning("refused", "no_funds"),
    "40774": Meaning("refused", "position_mode"),
    "40786": Meaning("refused", "duplicate_id"),
    "40797": Meaning("refused", "leverage"),
    "40808": Meaning("refused", "precision"),
    "40815": Meaning("refused", "price_band"),
    "40917": Meaning("refused", "already_triggered"),
    "41114": Meaning("maintenance", "market_closed"),
    "43001": Meaning("no_order", "not_found"),
    "43012": Meaning("refused", "no_funds"),
    "43115": Meaning("maintenance", "market_closed"),
    "45110": Meaning("refused", "below_min_cost"),
    "45111": Meaning("refused", "below_min_cost"),
    "45112": Meaning("refused", "above_max_amount"),
    "45117": Meaning("refused", "in_use"),
    "45122": Meaning("refused", "already_triggered"),
    "22001": Meaning("refused", "already_done"),
    "22002": Meaning("refused", "no_position"),
    "25204": Meaning("no_order", "not_found"),
    "400172": Meaning("our_mistake"),
}
_CODES: Mapping[str, Mapping[str, Meaning]] = {"bitget": _BITGET}

_LACKING = Meaning("our_mistake", "unsupported")
_CLASSES: tuple[tuple[type[ccxt.BaseError], Meaning], ...] = (
    (ccxt.DDoSProtection, Meaning("busy")),
    (ccxt.RateLimitExceeded, Meaning("busy")),
    (ccxt.OnMaintenance, Meaning("maintenance", "market_closed")),
    (ccxt.InvalidNonce, Meaning("clock")),
    (ccxt.PermissionDenied, Meaning("permission")),
    (ccxt.AuthenticationError, Meaning("key")),
    (ccxt.BadSymbol, Meaning("no_market", "not_found")),
    (ccxt.InsufficientFunds, Meaning("refused", "no_funds")),
    (ccxt.OrderNotFound, Meaning("no_order", "not_found")),
    (ccxt.OrderImmediatelyFillable, Meaning("refused", "would_cross")),
    (ccxt.DuplicateOrderId, Meaning("refused", "duplicate_id")),
    (ccxt.ContractUnavailable, Meaning("refused", "market_closed")),
    (ccxt.MarketClosed, Meaning("refused", "market_closed")),
    (ccxt.InvalidOrder, Meaning("refused")),
    (ccxt.NotSupported, _LACKING),
    (ccxt.BadResponse, Meaning("unclear")),
    (ccxt.BadRequest, Meaning("our_mistake")),
    (ccxt.ArgumentsRequired, Meaning("our_mistake")),
    (ccxt.OperationFailed, Meaning("unclear")),
)
"""The first that fits counts: a class stands before those it inherits from."""


def meaning_of(error: Exception, trace: Trace, exchange_id: str) -> Meaning:
    """Return what `error` means: by the venue's code where it is known, else by its class."""
    known = _CODES.get(exchange_id, {}).get(trace.code or "")
    if known is not None:
        return known
    if trace.status in {418, 429}:
        return Meaning("busy")
    if trace.status is not None and trace.status >= 500:  # noqa: PLR2004 - a server's failure in HTTP
        return Meaning("maintenance" if isinstance(error, ccxt.OnMaintenance) else "unclear")
    for kind, meaning in _CLASSES:
        if isinstance(error, kind):
            return meaning
    if isinstance(error, ccxt.ExchangeError) and trace.code is not None:
        return Meaning("refused")
    return Meaning("unclear")


def is_refusal(error: OmegaError) -> bool:
    """Return whether the venue answered a read, and would answer the same again: it is not away."""
    return isinstance(error, UserMistake) or error.facts.get("kind") in _REFUSALS


def translate(error: Exception, *, venue: str, exchange_id: str, doing: Doing, trace: Trace) -> OmegaError:
    """Return our error for one of ccxt's, or for a time limit that ran out.

    Facts: ``venue``, ``code`` (the venue's, where it gave one), ``kind`` (a `Kind`), and those of its class.
    """
    meaning = meaning_of(error, trace, exchange_id)
    if doing in {"place", "change"} and _may_have_worked(meaning, trace, exchange_id):
        meaning = Meaning("unclear")
    facts: dict[str, Fact] = {"venue": venue, "kind": meaning.kind}
    if trace.code is not None:
        facts["code"] = trace.code
    if meaning.kind == "busy":
        return _with(busy(venue, trace.retry_after or BUSY_SECONDS), facts)
    if meaning.kind in _OPERATOR:
        return _for_the_operator(meaning.kind, venue, doing, facts)
    if doing in {"place", "change"}:
        return _of_an_order(meaning, venue, facts, has_sent=trace.has_sent and not never_connected(error))
    return _of_a_read(meaning, venue, facts)


def _may_have_worked(meaning: Meaning, trace: Trace, exchange_id: str) -> bool:
    """Tell whether ccxt takes for maintenance what a venue may say after it has taken an order.

    OKX has one code for a service that is closed and for one that did not answer in time.
    """
    return meaning.kind == "maintenance" and (trace.code or "") not in _CODES.get(exchange_id, {})


def never_connected(error: BaseException | None) -> bool:
    """Return whether `error` says that no connection was made, so that nothing can have been sent."""
    while error is not None:
        if isinstance(error, aiohttp.ClientConnectorError):
            return True
        error = error.__cause__
    return False


def redact(error: Exception) -> None:
    """Take address and body out of an error of ccxt: they may be logged as the cause of ours."""
    error.args = (type(error).__name__,)


UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    TypeError,
    ValueError,
    zlib.error,
)
"""What ccxt's translated code raises on a reply or a frame that it does not expect."""
FAILURES = (ccxt.BaseError, aiohttp.ClientError, OSError, *UNREADABLE)
"""What a call of ccxt raises when the venue fails, refuses, or says something that ccxt cannot read."""

_REFUSALS: frozenset[Fact] = frozenset({"refused", "our_mistake"})
_OPERATOR: frozenset[Kind] = frozenset({"key", "permission", "ip", "account_type"})
_RIGHTS: Mapping[Doing, str] = {
    "read": "read market data",
    "read_account": "read the account",
    "place": "trade",
    "change": "trade",
}
_SENTENCES: Mapping[Kind, tuple[str, str]] = {
    "key": (
        "{venue} does not accept the key.",
        "Check key, secret and passphrase in the secrets file; they belong together and to this venue.",
    ),
    "permission": (
        "The key for {venue} lacks the right to {right}.",
        "Give the key that right at the venue, and no right to withdraw or transfer.",
    ),
    "ip": (
        "{venue} does not accept the key from this machine.",
        "Add this machine's public address to the key's list at the venue.",
    ),
    "account_type": (
        "{venue} keeps this account the other way: unified instead of classic, or the reverse.",
        "Ask for the account's type again.",
    ),
}


def _for_the_operator(kind: Kind, venue: str, doing: Doing, facts: dict[str, Fact]) -> OmegaError:
    message, hint = _SENTENCES[kind]
    right = _RIGHTS[doing]
    if kind == "permission":
        facts["permission"] = right
    return Misconfigured(message.format(venue=venue, right=right), hint=hint, facts=facts)


def _of_an_order(meaning: Meaning, venue: str, facts: dict[str, Fact], *, has_sent: bool) -> OmegaError:
    if meaning.kind == "no_order":
        return OrderNotFound(
            f"{venue} does not know the order.", hint="Right after sending it that is no proof.", facts=facts
        )
    if meaning.kind in {"refused", "our_mistake", "no_market", "maintenance"}:
        reason: Fact = meaning.refusal
        return OrderRejected(
            f"{venue} refused the order: {meaning.refusal.replace('_', ' ')}.",
            hint="Nothing of it exists.",
            facts={**facts, "reason": reason},
        )
    if meaning.kind == "clock":
        return _of_the_clock(venue, facts)
    if not has_sent:
        return ExchangeUnavailable(f"{venue} does not answer; nothing was sent.", facts=facts)
    return OrderUnknown(
        f"{venue} did not say what became of the order.",
        hint="Look for it by its client id; do not send it again.",
        facts=facts,
    )


def _of_a_read(meaning: Meaning, venue: str, facts: dict[str, Fact]) -> OmegaError:
    if meaning.kind == "no_order":
        return OrderNotFound(f"{venue} does not know the order.", facts=facts)
    if meaning.kind == "no_market":
        return UnknownMarket(
            f"{venue} does not know the market.", hint="Pick one from the list.", facts=facts
        )
    if meaning == _LACKING:
        return _with(NotOffered.by(venue, "what was asked for"), facts)
    if meaning.kind == "clock":
        return _of_the_clock(venue, facts)
    return _without_an_answer(meaning.kind, venue, facts)


def _without_an_answer(kind: Kind, venue: str, facts: dict[str, Fact]) -> OmegaError:
    """Say that there is none now; what a refused question asks for may be there all the same."""
    if kind == "maintenance":
        said = f"{venue} is under maintenance.", "Wait until it is over."
    elif kind in _REFUSALS:
        code = f" (code {facts['code']})" if "code" in facts else ""
        said = f"{venue} refused to answer{code}.", "Try again later, or ask for something else."
    else:
        said = f"{venue} does not answer.", "Try again in a moment."
    message, hint = said
    return ExchangeUnavailable(message, hint=hint, facts=facts)


def _of_the_clock(venue: str, facts: dict[str, Fact]) -> OmegaError:
    return ExchangeUnavailable(
        f"This machine's clock and that of {venue} differ too much; nothing was done.",
        hint="Let the machine synchronise its clock.",
        facts=facts,
    )


def _with(error: OmegaError, facts: Mapping[str, Fact]) -> OmegaError:
    error.facts.update({key: value for key, value in facts.items() if key not in error.facts})
    return error
