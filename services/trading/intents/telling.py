"""What owners are told of their orders: each event has an id that follows from what happened.

The thread is the intent's id: one message a story, edited as it goes on.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime
from decimal import Decimal

from services.alerts.trading_posts import DeskNews, DeskTold, Event
from services.exchange.orders import Fill, Order
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents.intent import LIVE
from services.trading.ports import Session
from services.trading.scopes import market_scope
from services.trading.telling import event_of, mode_of

NEVER_ARRIVED = "The venue does not know it. This order is not sent again."
FOUND = "The venue has it after all."
_BASES: Mapping[str, str] = {
    "live": "Simulated: matched against live prices, in a book kept like the venue's.",
    "replay": "Simulated: matched against replayed prices, in a simulated order book.",
    "simulated": "Simulated: matched against simulated prices, in a simulated order book.",
}
"""What a paper fill rests on where the wire does not say, by the nature of the prices."""


def basis_of(session: Session) -> str:
    """Return what the fills of an account rest on, an English key of the texts; empty for real ones."""
    return _BASES.get(session.nature, "") if session.row.mode == "paper" else ""


def changes_told(
    account: AccountRow,
    before: IntentRow,
    after: IntentRow,
    *,
    tick: Decimal | None,
    fills: Collection[Fill] = (),
    basis: str = "",
) -> Iterator[Event]:
    """Yield the events of one step of an order; `basis` is what its fills rest on."""
    for news, words in _news(before, after):
        yield _event(account, after, news, words, tick=tick, fills=fills, basis=basis)


def _news(before: IntentRow, after: IntentRow) -> Iterator[tuple[DeskNews, str]]:
    status = after.status
    was_lost = before.status in {"unknown", "abandoned"}
    if was_lost and status in {"open", "filled", "canceled"}:
        yield "found", FOUND
    if status == "unknown" and before.status != "unknown":
        yield "unknown", ""
    elif status == "abandoned" and before.status == "unknown":
        yield "found", NEVER_ARRIVED
    elif status == "filled" and (before.status, before.filled) != (status, after.filled):
        yield "filled", ""
    elif status == "open" and after.filled and after.filled != before.filled:
        yield "partly_filled", ""
    elif status == "canceled" and before.status != status:
        yield "canceled", after.reason
    elif status == "rejected" and _was_told_open(before):
        yield "rejected", after.reason


def _was_told_open(before: IntentRow) -> bool:
    """Tell whether nobody waits for the answer any more: else it says that the order was refused."""
    is_waited_for = before.status in {"new", "sending"} and before.origin == "member"
    return before.status in LIVE and not is_waited_for


def _event(
    account: AccountRow,
    row: IntentRow,
    news: DeskNews,
    words: str,
    *,
    tick: Decimal | None,
    fills: Collection[Fill],
    basis: str,
) -> Event:
    is_whole = bool(fills) and sum(fill.amount for fill in fills) == row.filled
    told = DeskTold(
        news=news,
        owner=row.user_id,
        about=row.id,
        mode=mode_of(account),
        account_name=account.name,
        market=row.market,
        side=row.side,
        kind=row.kind,
        tick=tick,
        amount=row.amount,
        filled=row.filled,
        price=row.average,
        realised=_added([fill.realised for fill in fills]) if is_whole else None,
        fee=_added([fill.fee.amount if fill.fee else None for fill in fills]) if is_whole else None,
        words=words,
        at=row.updated_at,
        assumption=next((fill.assumption for fill in fills if fill.assumption), basis if row.filled else ""),
    )
    return event_of(
        account,
        told,
        id_=f"{row.id}:{news}:{row.status}:{row.filled or 0}",
        thread=row.id,
        is_urgent=news == "unknown",
    )


def _added(parts: Collection[Decimal | None]) -> Decimal | None:
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(parts) else None


def foreign_told(account: AccountRow, order: Order, at: datetime) -> Event:
    """Return the news of an order that was placed elsewhere."""
    told = DeskTold(
        news="foreign_order",
        owner=account.user_id,
        about=order.id,
        mode=mode_of(account),
        account_name=account.name,
        market=order.market,
        side=order.side,
        kind=order.kind,
        amount=order.amount,
        filled=order.filled,
        price=order.average or order.price or order.trigger_price,
        at=at,
    )
    return event_of(account, told, id_=f"{account.id}:foreign:{order.id}")


def difference_told(
    account: AccountRow, market: str, words: str, facts: Mapping[str, str], *, key: str, at: datetime
) -> Event:
    """Return the news that an account is otherwise than it should be, and that its market is halted."""
    told = DeskTold(
        news="difference",
        owner=account.user_id,
        about=market_scope(account.id, market),
        mode=mode_of(account),
        account_name=account.name,
        market=market,
        words=words,
        facts=dict(facts),
        at=at,
    )
    return event_of(account, told, id_=f"{account.id}:difference:{key}", is_urgent=True)
