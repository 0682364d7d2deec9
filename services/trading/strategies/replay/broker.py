"""One paper account in one recorded market: the engine of the local exchange, moved by hand.

What cannot touch any order, and no boundary of funding, is not played: between such candles an account stands
still but for the value of its position, and `is_touched` says which candles those are.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final, Literal

import numpy as np
import numpy.typing as npt

from services.errors import OrderRejected
from services.exchange.orders import Fill, OrderRequest
from services.exchange.paper.engine import PaperEngine
from services.exchange.paper.events import (
    AccountOpened,
    Canceled,
    Event,
    FundingTold,
    LeverageSet,
    MarketsListed,
    Placed,
    Seen,
    Told,
    Woken,
)
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState, OrderState, PositionState
from services.exchange.played.terms import FUNDING_HOURS
from services.exchange.prices import to_moment
from services.trading.strategies.replay.stage import Stage, Step
from services.trading.strategies.replay.trades import NOTHING, Ending, TradeBook

LATENCY: Final = 0.25
"""Seconds from the close of a candle to the book: the bus, the desk and the way to the venue."""
_ACCOUNT: Final = "replay"
_BOUNDARY_MS: Final = FUNDING_HOURS * 3_600_000
_ENDINGS: Final[dict[str, Ending]] = {"stop": "stop", "take_profit": "target"}


class Broker:
    """The account. What it does happens at market time, at the place in the recording that it is told."""

    def __init__(self, stage: Stage, *, equity: Decimal, leverage: float, seed: int) -> None:
        self.stage = stage
        self.book = TradeBook()
        self.slippage = NOTHING
        """What orders paid against the middle of the book that they met; below 0 is a gain."""
        self.refused: list[str] = []
        self._currency = stage.market.settle or stage.market.quote
        settings = PaperSettings(
            entry_latency=LATENCY, seed=seed, swap_balances={self._currency: equity}, spot_balances={}
        )
        self._engine = PaperEngine(venue=stage.venue, settings=settings)
        self._risk = NOTHING
        self._numbered = 0
        self._funded = 0
        self._is_over = False
        self._open_account(leverage)

    def _open_account(self, leverage: float) -> None:
        at, market = to_moment(int(self.stage.candles.time[0])), self.stage.market
        self._do(MarketsListed(at=at, markets=(market,)))
        self._do(AccountOpened(at=at, account=_ACCOUNT))
        most = Decimal(math.ceil(leverage))
        allowed = most if market.max_leverage is None else min(most, market.max_leverage)
        self._do(LeverageSet(at=at, account=_ACCOUNT, market=market.name, leverage=allowed))

    @property
    def position(self) -> PositionState | None:
        """Return the open position."""
        return self._account.position(self.stage.market.name)

    @property
    def cash(self) -> Decimal:
        """Return what there is beside the position's own profit."""
        return self._account.cash_of("swap", self._currency)

    def equity(self, price: float) -> float:
        """Return what the account is worth at a price."""
        position = self.position
        cash = float(self.cash)
        if position is None:
            return cash
        return cash + position.direction * float(position.amount) * (price - float(position.entry))

    def trigger(self, kind: Literal["stop", "take_profit"]) -> float | None:
        """Return where the position's stop or target stands."""
        found = [one.request.trigger_price for one in self._live if one.request.kind == kind]
        return float(found[-1]) if found and found[-1] is not None else None

    def is_touched(self, start: int, stop: int) -> npt.NDArray[np.bool_]:
        """Tell of each candle from `start` to before `stop` whether it must be played."""
        candles = self.stage.candles.slice(start, stop)
        if self.has_entries() or any(one.is_due for one in self._live):
            return np.ones(len(candles), np.bool_)
        position = self.position
        if position is None:
            return np.zeros(len(candles), np.bool_)
        touched: npt.NDArray[np.bool_] = -(-candles.time // _BOUNDARY_MS) * _BOUNDARY_MS < (
            candles.time + candles.step_ms
        )
        price = float(self.stage.candles.open[start])
        for edge in self._edges(position):
            touched = touched | (candles.low <= edge if edge < price else candles.high >= edge)
        return touched

    def has_entries(self) -> bool:
        """Return whether an order waits in the book to open a position."""
        return bool(self._entries)

    def face(self, place: int) -> None:
        """Let the candle at `place` open, with the price before it, the funding, and its first book."""
        if place:
            self._see(self.stage.closing(place - 1))
        opens_at = int(self.stage.candles.time[place])
        funding = self.stage.funding_after(opens_at - 1)
        self._do(FundingTold(at=to_moment(opens_at - 1), funding=funding))
        self._see(self.stage.opening(place))

    def play(self, place: int) -> None:
        """Let the whole candle at `place` happen."""
        self.face(place)
        position = self.position
        worst = 0 if position is None else position.direction
        for step in list(self.stage.steps(place, worst_for=worst))[1:]:
            self._see(step)

    def enter(
        self,
        side: Literal["long", "short"],
        amount: Decimal,
        *,
        at: datetime,
        stop: Decimal | None,
        target: Decimal | None,
        risk: Decimal,
    ) -> None:
        """Send an order that opens a position, with its protection."""
        self._risk = risk
        self._send(
            OrderRequest(
                market=self.stage.market.name,
                side="buy" if side == "long" else "sell",
                kind="market",
                amount=amount,
                client_id=self._next_id(),
                stop_loss=stop,
                take_profit=target,
            ),
            at,
        )

    def leave(self, at: datetime) -> None:
        """Send an order that closes the position."""
        position = self.position
        if position is not None:
            self._send(self._closing(position), at)

    def drop_entries(self, at: datetime) -> None:
        """Cancel what waits in the book to open a position."""
        for one in self._entries:
            self._do(Canceled(at=at, account=_ACCOUNT, order_id=one.id))

    def finish(self, place: int) -> float:
        """Close the position at the close of the candle at `place`, which is the last there is.

        Returns:
            What the book then pays: the bid for a long, the ask for a short.
        """
        closing = self.stage.closing(place)
        self._see(closing)
        self._is_over = True
        position = self.position
        self.leave(to_moment(closing.at_ms))
        side = closing.book.asks if position is not None and position.direction < 0 else closing.book.bids
        return float(side[0].price)

    @property
    def _account(self) -> AccountState:
        return self._engine.holders[_ACCOUNT].state

    @property
    def _entries(self) -> list[OrderState]:
        return [one for one in self._live if not one.request.is_reduce_only and not one.is_conditional]

    @property
    def _live(self) -> Sequence[OrderState]:
        return list(self._account.orders.values())

    def _edges(self, position: PositionState) -> list[float]:
        found = [self.trigger("stop"), self.trigger("take_profit")]
        liquidation = self._engine.holders[_ACCOUNT].worth.liquidation(position)
        known = [one for one in found if one is not None]
        return known if liquidation is None else [*known, float(liquidation)]

    def _closing(self, position: PositionState) -> OrderRequest:
        return OrderRequest(
            market=position.market,
            side="sell" if position.side == "long" else "buy",
            kind="market",
            amount=position.amount,
            client_id=self._next_id(),
            is_reduce_only=True,
        )

    def _next_id(self) -> str:
        self._numbered += 1
        return f"{_ACCOUNT}{self._numbered}"

    def _send(self, request: OrderRequest, at: datetime) -> bool:
        """Send an order and let it arrive; return whether it was taken."""
        try:
            self._do(Placed(at=at, account=_ACCOUNT, request=request))
        except OrderRejected as error:
            self.refused.append(error.message)
            return False
        self._do(Woken(at=at + timedelta(seconds=LATENCY)))
        return True

    def _see(self, step: Step) -> None:
        at = to_moment(step.at_ms)
        for update in (step.book, step.ticker, step.trade):
            if update is not None:
                self._do(Seen(at=at, update=update))

    def _do(self, event: Event) -> None:
        told = self._engine.apply(event)
        self._note_fundings()
        for one in told:
            self._note(one)

    def _note(self, told: Told) -> None:
        if not isinstance(told.change, Fill):
            return
        fill = told.change
        order = self._account.order(fill.order_id)
        kind = "" if order is None else order.request.kind
        is_forced = "liquidation" in fill.assumption
        ending: Ending = "over" if self._is_over else _ENDINGS.get(kind, "left")
        ending = "liquidated" if is_forced else ending
        self.book.fill(fill, risk=self._risk, ending=ending)
        if order is not None and order.arrival_mid is not None:
            sign = 1 if fill.side == "buy" else -1
            self.slippage += sign * (fill.price - order.arrival_mid) * fill.amount

    def _note_fundings(self) -> None:
        bookings = self._account.bookings if _ACCOUNT in self._engine.holders else []
        for booking in bookings[self._funded :]:
            if booking.kind == "funding":
                self.book.fund(booking.amount)
        self._funded = len(bookings)
