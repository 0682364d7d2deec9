"""Every error that crosses a border of ours.

::

    OmegaError                 code, message, hint (what to do), facts
    ├── Misconfigured          an operator must act; the process stops and is not restarted
    ├── UserMistake            said to the member in the persona's voice
    │   ├── UnknownMarket      no such market; carries what was probably meant
    │   ├── UnknownVenue       no such venue here; carries those there are
    │   ├── NotOffered         the venue does not have what was asked for
    │   ├── NotAllowed         the member lacks a right; names the role that has it
    │   └── SlowDown           the member asked too fast; says when to come back
    ├── OrderRejected          the venue refused the order; it does not exist; do not retry
    ├── OrderNotFound          the venue does not know the order, which may only not be visible yet
    ├── OrderUnknown           sent, and no answer: look it up, never send it again unasked
    └── Unavailable            something we stand on does not answer; reads may be retried
        ├── BusUnavailable     Redis is away
        ├── StoreUnavailable   the database is locked, full or away
        ├── NoAnswer           a process of ours did not answer in time
        ├── ExchangeUnavailable  the venue does not answer
        │   └── ExchangeBusy   the venue's rate limit is reached; says when to come back
        ├── StalePrice         there is a price, and it is too old to be shown
        └── ModelFailed        a language model did not answer, or not as it must

Adapters translate their library's exceptions into this tree with ``raise ... from``. An error travels
over the bus as a `WireError` and is raised again on the other side as the same class. What is not in
the tree is a defect: it ends its process, or becomes `Fault` when it crosses the bus.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import ClassVar

import msgspec

Fact = str | int | float | bool | list[str] | None


class OmegaError(Exception):
    """The root: a sentence for people, a hint that says what to do, and facts for templates and logs."""

    code: ClassVar[str] = "OMEGA-00"

    def __init__(self, message: str, *, hint: str = "", facts: Mapping[str, Fact] | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.facts: dict[str, Fact] = dict(facts or {})


class Misconfigured(OmegaError):
    """An operator must change something; waiting does not help."""

    code = "CONFIG-01"


class UserMistake(OmegaError):
    """The member can put it right by asking differently."""

    code = "ASK-01"


class UnknownMarket(UserMistake):
    """No market of that name. Facts: ``asked``, ``suggestions`` (nearest first)."""

    code = "ASK-02"

    @classmethod
    def of(cls, asked: str, suggestions: Sequence[str]) -> UnknownMarket:
        """Build the error for a name that was asked for and the nearest names there are."""
        hint = f"Did you mean {', '.join(suggestions)}?" if suggestions else "Pick one from the list."
        facts: dict[str, Fact] = {"asked": asked, "suggestions": list(suggestions)}
        return cls(f"There is no market called {asked}.", hint=hint, facts=facts)


class UnknownVenue(UserMistake):
    """No venue of that name is connected. Facts: ``asked``, ``venues`` (those there are)."""

    code = "ASK-04"

    @classmethod
    def of(cls, asked: str, venues: Sequence[str]) -> UnknownVenue:
        """Build the error for a venue that was asked for and those there are."""
        return cls(
            f"There is no venue called {asked} here.",
            hint=f"There are: {', '.join(venues)}." if venues else "No other venue is connected.",
            facts={"asked": asked, "venues": list(venues)},
        )


class NotOffered(UserMistake):
    """The venue does not have it. Facts: ``venue``, ``what``, such as ``funding rates``."""

    code = "ASK-05"

    @classmethod
    def by(cls, venue: str, what: str) -> NotOffered:
        """Build the error for what `venue` does not have."""
        return cls(
            f"{venue} does not offer {what}.",
            hint="Ask another venue, or for something else.",
            facts={"venue": venue, "what": what},
        )


class NotAllowed(UserMistake):
    """The member lacks the right. Facts: ``role``, the role that has it."""

    code = "AUTH-01"

    @classmethod
    def for_lack_of(cls, role: str) -> NotAllowed:
        """Build the error for a member who does not hold `role`."""
        return cls(
            f"That needs the role {role}.",
            hint=f"Ask an admin of this server to give you the role {role}.",
            facts={"role": role},
        )


class SlowDown(UserMistake):
    """The member asked too fast. Facts: ``retry_after`` in seconds."""

    code = "ASK-03"

    @classmethod
    def after(cls, seconds: float) -> SlowDown:
        """Build the error that says when the next request is taken."""
        return cls(
            "That was too fast.",
            hint=f"Ask again in {seconds:.0f} s.",
            facts={"retry_after": round(seconds, 1)},
        )


class OrderRejected(OmegaError):
    """The venue refused an order or a change; nothing of it exists. Facts: ``venue``, ``reason``.

    ``reason`` is one of `services.exchange.orders.Refusal`.
    """

    code = "ORDER-01"


class OrderNotFound(OmegaError):
    """The venue does not know the order; shortly after sending it that is no proof. Facts: ``venue``."""

    code = "ORDER-02"


class OrderUnknown(OmegaError):
    """What became of an order is not known: ask for it by ``client_id``. Facts: ``venue``, ``client_id``."""

    code = "ORDER-03"


class Unavailable(OmegaError):
    """Something we stand on does not answer now and may answer later."""

    code = "DOWN-00"


class BusUnavailable(Unavailable):
    """Redis does not answer."""

    code = "DOWN-01"


class StoreUnavailable(Unavailable):
    """The database is locked, full or away; nothing was half-written."""

    code = "DOWN-02"


class NoAnswer(Unavailable):
    """A process of ours did not answer within its deadline. Facts: ``service``."""

    code = "DOWN-03"


class ExchangeUnavailable(Unavailable):
    """The venue does not answer. Facts: ``venue``."""

    code = "DOWN-04"


class ExchangeBusy(ExchangeUnavailable):
    """The venue's rate limit is reached. Facts: ``venue``, ``retry_after`` in seconds."""

    code = "DOWN-06"


class StalePrice(Unavailable):
    """The last price is older than its limit. Facts: ``market``, ``age``, ``limit`` in seconds."""

    code = "DOWN-05"


class ModelFailed(Unavailable):
    """A language model did not answer, or not as it must. Says which, by its name in farm.yaml."""

    code = "DOWN-07"


class Fault(OmegaError):
    """A defect of ours on the other side of the bus; its log has the trace."""

    code = "FAULT-01"


class WireError(msgspec.Struct, frozen=True, kw_only=True):
    """An error of the tree as it travels between processes."""

    code: str
    message: str
    hint: str = ""
    facts: dict[str, Fact] = msgspec.field(default_factory=dict)


def _family(root: type[OmegaError]) -> dict[str, type[OmegaError]]:
    found = {root.code: root}
    for child in root.__subclasses__():
        found.update(_family(child))
    return found


def to_wire(error: OmegaError) -> WireError:
    """Translate an error for the bus."""
    return WireError(code=error.code, message=error.message, hint=error.hint, facts=error.facts)


def from_wire(wire: WireError) -> OmegaError:
    """Build the error that `wire` stands for; a code of a newer process becomes a plain `OmegaError`."""
    kind = _family(OmegaError).get(wire.code, OmegaError)
    return kind(wire.message, hint=wire.hint, facts=wire.facts)
