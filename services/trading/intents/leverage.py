"""The leverage that an order opens with: what its owner named, else never more than the limit.

A venue keeps one leverage a market and account, and has one of its own where none was ever set, which may be
any. What was set or seen is remembered for a while, so that not every order asks for it anew.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Final

from services.clock import Clock
from services.errors import OmegaError
from services.exchange.orders import Position
from services.trading.intents.intent import Intent
from services.trading.messages import Verdict
from services.trading.ports import Session

RULE: Final = "leverage"
_SECONDS: Final = 600.0
"""So long what is known holds: somebody may change it at the venue."""
_ONE: Final = Decimal(1)


class Leverages:
    """Of all accounts."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._known: dict[tuple[str, str], tuple[Decimal, float]] = {}

    def see(self, account_id: str, positions: Iterable[Position]) -> None:
        """Take in what positions show."""
        for one in positions:
            if one.leverage is not None:
                self._remember(account_id, one.market, one.leverage)

    async def ensure(self, intent: Intent, session: Session, verdicts: Sequence[Verdict]) -> None:
        """Set the leverage where what is known of it is not what it has to be.

        Args:
            intent: what is to be sent.
            session: where.
            verdicts: what the gate said of it; that of the rule `RULE` tells the limit.

        Raises:
            OrderRejected: the venue refuses the leverage.
            OmegaError: it is not known whether it is set.
        """
        wanted = self._wanted(intent, session, verdicts)
        if wanted is None:
            return
        market = intent.request.market
        try:
            await session.account.set_leverage(market, wanted)
        except OmegaError:
            self._known.pop((session.row.id, market), None)
            raise
        self._remember(session.row.id, market, wanted)

    def _wanted(self, intent: Intent, session: Session, verdicts: Sequence[Verdict]) -> Decimal | None:
        """Return the leverage to set; None where it may stay as it is."""
        request = intent.request
        known = self._of(session.row.id, request.market)
        if intent.leverage is not None:
            return None if intent.leverage == known else intent.leverage
        market = session.market(request.market)
        limit = next((one.limit for one in verdicts if one.rule == RULE), None)
        is_opening = not (intent.is_exempt or request.is_reduce_only)
        if limit is None or not market.is_swap or not is_opening or (known is not None and known <= limit):
            return None
        most = limit if market.max_leverage is None else min(limit, market.max_leverage)
        return max(_ONE, most // _ONE)

    def _of(self, account_id: str, market: str) -> Decimal | None:
        leverage, at = self._known.get((account_id, market), (None, 0.0))
        return leverage if self._clock.monotonic() - at < _SECONDS else None

    def _remember(self, account_id: str, market: str, leverage: Decimal) -> None:
        self._known[account_id, market] = (leverage, self._clock.monotonic())
