"""What the alerts service stands on: the engine that decides rules, and the part of the bus that it uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from services.alerts.conditions import Condition
from services.alerts.messages import AlertPreview, Options
from services.alerts.posts import Value
from services.bus.messages import Key, Latest, M, R, Request
from services.market.messages import Quote
from services.store.rows import RuleRow


class EnginePort(Protocol):
    """The engine, as far as members' requests touch it."""

    async def put(self, row: RuleRow) -> None:
        """Take up a rule that was saved.

        One with an empty state begins anew, from the present price on. Of one that the engine has and that
        comes with a state, only options, snooze and expiry are taken: what the engine remembers of it is
        newer than the row.
        """
        ...

    async def hear(self, quote: Quote) -> None:
        """Hear a price, which decides whether a rule that was just taken up waits already."""
        ...

    async def drop(self, rule_id: str) -> None:
        """Let a rule go; once this returns, nothing of it is on its way to the database any more."""
        ...

    def armed(self, rule_id: str) -> bool | None:
        """Return whether the rule waits; False while its condition holds, None where it is not known."""
        ...

    def now(self, rule_id: str) -> Sequence[Value]:
        """Return what the rule looks at as it is now; nothing where it has seen nothing yet."""
        ...

    async def preview(self, condition: Condition, options: Options, *, days: int) -> AlertPreview:
        """Return when the condition would have fired in the last `days` of recorded candles, without a chart.

        Raises:
            Unavailable: the candles cannot be had now.
        """
        ...


class AlertsBus(Protocol):
    """The verbs of the bus that the service needs."""

    async def ask(self, request: Request[R], *, timeout: float = 2.0) -> R:  # noqa: ASYNC109 - the bus's own
        """Put a question to a service. Raises what the service raises, `NoAnswer`, `BusUnavailable`."""
        ...

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Replace the newest value. Raises `BusUnavailable`."""
        ...

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value; None where there is none. Raises `BusUnavailable`."""
        ...
