"""Faults that tests switch on: what is on now, and the taking of those that happen a number of times.

What is done at once to connections, books and prices is `commotion`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeVar

import msgspec

from sandbox.exchange.wire import Json

Count = Annotated[int, msgspec.Meta(ge=0)]
Seconds = Annotated[float, msgspec.Meta(ge=0)]
HttpKind = Literal["429", "500", "502", "maint", "truncated"]


class HttpFault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `count` requests are answered wrongly, nothing being done.

    502 is a page of HTML; maint is code 40200; truncated is half of a good answer, with status 200.
    """

    kind: HttpKind
    count: Count = 1
    path: str | None = None
    """A part of the path that a request must have to be hit."""
    retry_after: Seconds | None = None
    """Of 429, the header of that name."""


class Cut(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `count` requests have their connection closed before anything is done, or after."""

    count: Count = 1
    path: str | None = None
    is_after: bool = False
    """Whether what was asked is done first: a lost answer."""


class Hang(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The next `count` requests are carried out, and answered only after `seconds`."""

    seconds: Seconds
    count: Count = 1
    path: str | None = "order"


class Faults(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is switched on. The defaults are a well-behaved venue."""

    http: HttpFault | None = None
    drop: Cut | None = None
    hang_after: Hang | None = None
    late_visible: Seconds = 0.0
    """So long after it was accepted an order cannot be found."""
    partial: bool = False
    """Market orders fill in two pieces."""
    clockskew: int = 0
    """Milliseconds that the venue's clock is ahead."""
    nopong: bool = False
    wsstall: bool = False
    """Pings are answered and no data is sent."""
    wsstall_channels: tuple[str, ...] = ()
    """No data of these channels is sent."""
    drop_push: Count = 0
    """The next so many private pushes are lost."""
    ignore_unknown_fields: bool = False
    """Whether the unified place-order ignores fields that it does not declare; else it refuses them."""
    symbols_off: tuple[str, ...] = ()
    """Markets, by our names, that are listed and cannot be traded."""
    symbols_gone: tuple[str, ...] = ()
    """Markets that are not listed any more."""
    prices_zero: tuple[str, ...] = ()
    """Markets whose last price is told as 0."""


_Counted = TypeVar("_Counted", HttpFault, Cut, Hang)


class FaultSwitch:
    """Holds the faults that are on and counts down those that happen a number of times."""

    def __init__(self) -> None:
        self.now = Faults()

    def set(self, wanted: Json) -> None:
        """Change the named faults and leave the others as they are.

        Raises:
            msgspec.ValidationError: a fault is unknown or its value is not allowed.
        """
        self.now = msgspec.convert({**self.to_json(), **wanted}, Faults)

    def clear(self) -> None:
        """Behave well again."""
        self.now = Faults()

    def to_json(self) -> Json:
        """Return what is on."""
        shown: Json = msgspec.to_builtins(self.now)
        return shown

    def take_http(self, path: str) -> HttpFault | None:
        """Return the wrong answer that this request meets, counting it, or None."""
        fault = self.now.http
        if fault is None or not _hits(fault, path):
            return None
        self._replace(http=_one_less(fault))
        return fault

    def take_drop(self, path: str) -> Cut | None:
        """Return how this request's connection is closed, counting it, or None."""
        fault = self.now.drop
        if fault is None or not _hits(fault, path):
            return None
        self._replace(drop=_one_less(fault))
        return fault

    def take_hang(self, path: str) -> Hang | None:
        """Return how long this request goes without an answer, counting it, or None."""
        fault = self.now.hang_after
        if fault is None or not _hits(fault, path):
            return None
        self._replace(hang_after=_one_less(fault))
        return fault

    def take_push(self) -> bool:
        """Return whether the next private push is lost, counting it."""
        left = self.now.drop_push
        if left:
            self._replace(drop_push=left - 1)
        return left > 0

    def _replace(self, **changed: object) -> None:
        self.now = msgspec.structs.replace(self.now, **changed)


def _hits(fault: HttpFault | Cut | Hang, path: str) -> bool:
    return fault.count > 0 and (fault.path is None or fault.path in path)


def _one_less(fault: _Counted) -> _Counted | None:
    return msgspec.structs.replace(fault, count=fault.count - 1) if fault.count > 1 else None
