"""What flattening needs of the world: the venue of an account, the plans there are, and patience."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from services.exchange.orders import Account, Orders


class Reach(Protocol):
    """The venue as flattening needs it; every `Session` is one."""

    @property
    def account(self) -> Account:
        """Return what the account holds."""
        ...

    @property
    def orders(self) -> Orders:
        """Return its orders."""
        ...


class Reaches(Protocol):
    """Gives the venue of an account; `Sessions` is one."""

    async def of(self, account_id: str, /) -> Reach:
        """Return the open account. Raises as `Sessions.of`."""
        ...


class Plans(Protocol):
    """Orders that we carry out ourselves, and that would go on placing others."""

    async def cancel_all(self, account_id: str, /) -> object:
        """Cancel every plan of an account."""
        ...


class Openings(Protocol):
    """Says which accounts are open, and closes one; `OpenSessions` does."""

    def is_open(self, account_id: str, /) -> bool:
        """Return whether the account is open or being opened."""
        ...

    async def close(self, account_id: str, /) -> None:
        """Close an account, if it is open."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """An account to flatten."""

    id: str
    name: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How long flattening waits; seconds."""

    look: float = 0.3
    """Between two looks."""
    again: Sequence[float] = (0.2, 0.5, 1.0, 2.0, 5.0)
    """After a failure, and the last for ever."""
    round: float = 20.0
    """How long one round may take."""
    plans: float = 8.0
    """How long an account waits for its plans to end; the watchdog steps in later than that."""

    @property
    def cancel(self) -> float:
        """Return how long canceling may take of a round; the rest is for closing."""
        return self.round / 3

    def after(self, failures: int) -> float:
        """Return how long to wait after a failure that comes after so many."""
        return self.again[min(failures, len(self.again) - 1)]
