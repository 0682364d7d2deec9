"""The matching engine: events in, changes out, and nothing else moves it.

It reads no clock, waits for nothing and writes no file. The same events in the same order give the same
changes and the same accounts. Accounts do not trade with each other: each meets the market alone, though what
one takes from the visible book or from a print is gone for the others.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from types import MappingProxyType

from services.exchange.paper import modes, moves, requests
from services.exchange.paper.events import (
    AccountEvent,
    AccountOpened,
    Amended,
    Canceled,
    Deposited,
    Event,
    FilledByHand,
    FundingTold,
    HedgingSet,
    LeverageSet,
    MarginModeSet,
    MarketEvent,
    MarketsListed,
    OrderEvent,
    PiecesSet,
    Placed,
    Seen,
    Told,
)
from services.exchange.paper.floor import Floor
from services.exchange.paper.holder import Holder
from services.exchange.paper.pit import Pit
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState
from services.exchange.paper.terms import terms_of

_BEFORE_ALL = datetime(1970, 1, 1, tzinfo=UTC)


class PaperEngine:
    """Markets, accounts and what happens to them. Time never goes back: an earlier event counts as now."""

    def __init__(self, *, venue: str, settings: PaperSettings) -> None:
        self._floor = Floor(venue=venue, settings=settings)
        self._now = _BEFORE_ALL

    def admit(self, state: AccountState) -> None:
        """Take in an account that was kept; its markets are closed until they are listed."""
        floor = self._floor
        for market in state.markets.values():
            floor.pits.setdefault(market.name, Pit(terms=terms_of(market, floor.settings), is_open=False))
        holder = floor.holders[state.name] = Holder(state, floor.pits, floor.settings)
        for order in state.orders.values():
            if not order.has_arrived:
                floor.agenda.note(order.arrives_at, state.name, order)
            moves.note_slices(floor, holder, order)

    def apply(self, event: Event) -> Sequence[Told]:
        """Let an event happen, and before it whatever was due by then; return what changed, in order.

        Raises:
            OrderRejected: the event was a request and is refused; nothing came of it.
            OrderNotFound: the event names an order that there is not.
            UnknownMarket: the event names a market that there is not.
        """
        self._now = max(self._now, event.at)
        if event.at < self._now:
            event = replace(event, at=self._now)
        moves.pass_time(self._floor, self._now)
        _handle(self._floor, event)
        moves.pass_time(self._floor, self._now)
        return self.drain()

    def drain(self) -> Sequence[Told]:
        """Return what has changed and was not returned yet: what an event that raised had made due."""
        told: list[Told] = []
        for name, holder in self._floor.holders.items():
            told.extend(Told(account=name, change=change) for change in holder.news)
            holder.news.clear()
        return told

    @property
    def next_due(self) -> datetime | None:
        """Return when something is due although nothing happens."""
        return self._floor.agenda.next_at

    @property
    def holders(self) -> Mapping[str, Holder]:
        """Return the accounts by name, to read."""
        return MappingProxyType(self._floor.holders)

    @property
    def pits(self) -> Mapping[str, Pit]:
        """Return the markets by name, to read."""
        return MappingProxyType(self._floor.pits)


def _handle(floor: Floor, event: Event) -> None:
    if isinstance(event, MarketEvent):
        _handle_market(floor, event)
    elif isinstance(event, OrderEvent):
        _handle_order(floor, event)
    elif isinstance(event, AccountEvent):
        _handle_account(floor, event)
    elif isinstance(event, PiecesSet):
        requests.set_pieces(floor, event)


def _handle_market(floor: Floor, event: MarketEvent) -> None:
    match event:
        case MarketsListed():
            moves.list_markets(floor, event)
        case Seen():
            moves.see(floor, event)
        case FundingTold():
            moves.hear_funding(floor, event)


def _handle_order(floor: Floor, event: OrderEvent) -> None:
    match event:
        case Placed():
            requests.place(floor, event)
        case Amended():
            requests.amend(floor, event)
        case Canceled():
            requests.cancel(floor, event)
        case FilledByHand():
            requests.fill_by_hand(floor, event)


def _handle_account(floor: Floor, event: AccountEvent) -> None:
    match event:
        case AccountOpened():
            requests.open_account(floor, event)
        case Deposited():
            requests.deposit(floor, event)
        case LeverageSet():
            modes.set_leverage(floor, event)
        case MarginModeSet():
            modes.set_margin_mode(floor, event)
        case HedgingSet():
            modes.set_hedged(floor, event)
