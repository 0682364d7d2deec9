"""The port of a way out of Discord: what it is given, and the two ways in which it can fail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Protocol

from services.alerts.posts import Body
from services.errors import OmegaError, Unavailable

LONGEST_WAIT = 3_600.0
"""Seconds; a server that asks for a longer pause is asked again all the same."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One thing to tell somebody outside Discord, in words of their language and as the message it is."""

    id: str
    """The delivery's; the same at each try."""
    title: str
    text: str
    """Plain, of several lines; the title is not in it."""
    body: Body
    locale: str
    is_silent: bool = False


class WayRefused(OmegaError):
    """The other side will not take it, however often it is tried."""

    code: ClassVar[str] = "WAY-01"


class Way(Protocol):
    """One way out. It sends to one address, which farm.yaml names."""

    async def send(self, letter: Letter) -> None:
        """Send a letter. What was sent twice is told by its id, except at Telegram, which takes none.

        Raises:
            Unavailable: it may be tried again; where the other side said when, ``retry_after`` is in the
                facts, in seconds.
            WayRefused: it may not.
        """
        ...


def busy(message: str, retry_after: float | None = None) -> Unavailable:
    """Return the error for a server that may take it later; `retry_after` is what it asked for."""
    if retry_after is None:
        return Unavailable(message, hint="It is tried again.")
    wait = min(max(retry_after, 0.0), LONGEST_WAIT)
    return Unavailable(message, hint="It is tried again.", facts={"retry_after": wait})
