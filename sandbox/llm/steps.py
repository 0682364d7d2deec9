"""What a model does, step by step, and the port of whoever decides it. No protocol, no clock, no socket."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from sandbox.llm.asked import Asked

Reason = Literal["stop", "length", "tools"]


@dataclass(frozen=True, slots=True)
class Say:
    """Say some words; one event of a stream."""

    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """Want a tool used. `arguments` is JSON, or what a broken model writes in its place."""

    name: str
    arguments: str = "{}"


@dataclass(frozen=True, slots=True)
class Wait:
    """Do nothing for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Fail:
    """Answer with an error: with its status where nothing was said yet, else as an event of the stream."""

    status: int
    body: str = ""
    """Sent as it is; empty for the error that the provider would send."""
    retry_after: float | None = None


@dataclass(frozen=True, slots=True)
class Cut:
    """Break the connection off."""


@dataclass(frozen=True, slots=True)
class Block:
    """Let the provider's filter step in; Gemini says the reason."""

    reason: str = "SAFETY"


@dataclass(frozen=True, slots=True)
class End:
    """End, and say why. Without this step a reply ends by itself."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Raw:
    """Send this in place of an event, or of the whole answer."""

    text: str


Step: TypeAlias = Say | Call | Wait | Fail | Cut | Block | End | Raw


class Script(Protocol):
    """Decides what a model says. The same request is answered the same."""

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield what is done, in order; `Fail`, `Cut`, `Block` and `End` are the last."""
        ...
