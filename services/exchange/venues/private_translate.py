"""From ccxt's dicts of orders, fills, balances and positions to our own types.

What ccxt leaves out or gets wrong of a venue's own row is read by that venue's reader, such as `bitget_rows`,
and outranks ccxt. What cannot be read is an error: an account is never shown emptier than it is. Public data
is translated elsewhere.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import Literal, NamedTuple

from services.errors import ExchangeUnavailable
from services.exchange.exchange import Side
from services.exchange.orders import (
    Balance,
    Fee,
    Fill,
    MarginMode,
    Order,
    OrderKind,
    OrderRequest,
    OrderStatus,
    Position,
    PositionSide,
    TimeInForce,
    Trigger,
    Wallet,
)
from services.exchange.prices import to_moment
from services.exchange.venues.addresses import Json
from services.exchange.venues.numbers import money

InBase = Callable[[str, Decimal, Decimal | None], Decimal]
"""Makes base currency of an amount as ccxt counts it, by market; a price where contracts are worth quote."""
FeeSign = Literal["as_told", "paid"]
"""as_told: ccxt's sign is right. paid: it is not; a fee is paid unless the market gives makers a rebate."""

_STATUSES: dict[str, OrderStatus] = {
    "open": "open",
    "closed": "filled",
    "canceled": "canceled",
    "canceling": "open",
    "expired": "canceled",
    "rejected": "rejected",
}
_FORCES: dict[str, TimeInForce] = {"GTC": "gtc", "IOC": "ioc", "FOK": "fok", "PO": "post_only"}
_PLAIN = frozenset({"market", "limit"})
_LIMITS = frozenset({"limit", "stop_limit", "take_profit_limit"})
_MARGINS: dict[str, MarginMode] = {"cross": "cross", "isolated": "isolated"}


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReading:
    """What a venue's own row says of an order; None leaves it to ccxt."""

    kind: OrderKind | None = None
    status: OrderStatus | None = None
    side: Side | None = None
    filled: Decimal | None = None
    average: Decimal | None = None
    price: Decimal | None = None
    trigger_price: Decimal | None = None
    trigger_by: Trigger | None = None
    position_side: PositionSide | None = None
    is_reduce_only: bool | None = None
    margin_mode: MarginMode | None = None
    is_triggered: bool = False
    """Whether it waited for a trigger, and has become an order of its own."""
    child_id: str | None = None
    """That order, where the venue gives it another id."""
    why: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FillReading:
    """What a venue's own row says of a fill; None leaves it to ccxt."""

    is_ours: bool = True
    """False for a row that is no trade at all, such as a payment of funding."""
    side: Side | None = None
    position_side: PositionSide | None = None
    client_id: str | None = None
    realised: Decimal | None = None


OrderReader = Callable[[Json], OrderReading]
FillReader = Callable[[Json], FillReading]


def nothing_more(_row: Json) -> OrderReading:
    """Read nothing: ccxt says it all."""
    return OrderReading()


def nothing_more_of_a_fill(row: Json) -> FillReading:
    """Read what several venues spell alike: rows of funding, and the profit that a fill took home."""
    kind = row.get("execType")
    return FillReading(is_ours=kind in {None, "Trade", "normal"}, realised=money(row.get("realizedPnl")))


def known(value: Json, raw: Json = None) -> Decimal | None:
    """Return a number that the venue writes as 0 while it does not know it."""
    return money(value, raw) or None


def to_order(
    row: Json, *, in_base: InBase, read: OrderReader, venue: str, asked: OrderRequest | None = None
) -> Order:
    """Translate an order of ccxt's; what was `asked` helps with rows that do not repeat all of it.

    Raises:
        ExchangeUnavailable: it lacks what an order must have.
    """
    reading = read(_info(row))
    kind = asked.kind if asked is not None else reading.kind or _kind(row)
    status = reading.status or _waiting(_STATUSES.get(str(row.get("status"))), kind)
    side = reading.side or row.get("side") or (asked and asked.side)
    created = _moment(row.get("timestamp"))
    prices = _prices(row, reading, asked)
    amount, filled = _amounts(row, reading, partial(in_base, str(row.get("symbol"))), prices.any)
    if not (row.get("symbol") and row.get("id") and side and created and amount) or status is None:
        raise unreadable(venue, "an order")
    return Order(
        id=str(row["id"]),
        client_id=row.get("clientOrderId") or None,
        market=row["symbol"],
        side=side,
        kind=kind,
        status=status,
        amount=amount,
        filled=filled,
        remaining=None if filled is None else amount - filled,
        created_at=created,
        updated_at=_updated(row) or created,
        price=prices.limit if kind in _LIMITS else None,
        average=prices.average if filled else None,
        trigger_price=prices.trigger,
        trigger_by=reading.trigger_by or (asked.trigger_by if asked and prices.trigger else None),
        time_in_force=_force(row),
        is_reduce_only=_is_reduce_only(row, reading),
        position_side=reading.position_side,
        margin_mode=reading.margin_mode or _MARGINS.get(str(row.get("marginMode"))),
        why=reading.why,
    )


def to_fill(
    row: Json,
    *,
    in_base: InBase,
    read: FillReader,
    venue: str,
    fee_sign: FeeSign,
    has_rebate: Callable[[str], bool],
) -> Fill | None:
    """Translate a trade of the account; None for a row that is no trade.

    `has_rebate` tells whether a market is known to pay its makers.

    Raises:
        ExchangeUnavailable: it lacks what a fill must have.
    """
    info = _info(row)
    reading = read(info)
    if not reading.is_ours:
        return None
    market, side, at = row.get("symbol"), reading.side or row.get("side"), _moment(row.get("timestamp"))
    price, amount = money(row.get("price"), info), money(row.get("amount"), info)
    if not (market and row.get("id") and row.get("order") and side and at and price) or amount is None:
        raise unreadable(venue, "a fill")
    is_maker = {"maker": True, "taker": False}.get(str(row.get("takerOrMaker")))
    return Fill(
        id=str(row["id"]),
        order_id=str(row["order"]),
        market=market,
        side=side,
        price=price,
        amount=in_base(market, amount, price),
        at=at,
        fee=_fee(row, info, fee_sign=fee_sign, is_rebate=bool(is_maker) and has_rebate(market)),
        is_maker=is_maker,
        client_id=reading.client_id,
        position_side=reading.position_side,
        realised=reading.realised,
    )


def to_position(row: Json, *, in_base: InBase, venue: str, read_at: datetime) -> Position | None:
    """Translate a position of ccxt's; None for a row that says the market is flat.

    Raises:
        ExchangeUnavailable: it lacks what a position must have.
    """
    info = _info(row)
    market, side = row.get("symbol"), row.get("side")
    contracts, entry = money(row.get("contracts"), info), money(row.get("entryPrice"), info)
    if contracts is not None and not contracts:
        return None
    if not market or side not in {"long", "short"} or contracts is None or not entry:
        raise unreadable(venue, "a position")
    moment = row.get("lastUpdateTimestamp") or row.get("timestamp")
    return Position(
        market=market,
        side=side,
        amount=in_base(market, abs(contracts), entry),
        entry=entry,
        as_of=_moment(moment) or read_at,
        mark=known(row.get("markPrice"), info),
        leverage=known(row.get("leverage"), info),
        margin_mode=_MARGINS.get(str(row.get("marginMode"))),
        margin=known(row.get("initialMargin"), info) or known(row.get("collateral"), info),
        maintenance=known(row.get("maintenanceMargin"), info),
        liquidation=known(row.get("liquidationPrice"), info),
        unrealised=money(row.get("unrealizedPnl"), info),
        realised=money(row.get("realizedPnl"), info),
    )


def to_balances(reply: Json, *, wallet: Wallet, rows: Mapping[str, Json], venue: str) -> list[Balance]:
    """Translate a balance of ccxt's; currencies of which there is nothing are left out.

    Args:
        reply: what ccxt made of the answer.
        wallet: whose it is.
        rows: the venue's own rows by currency, for their digits.
        venue: for the error.

    Raises:
        ExchangeUnavailable: a currency has no total, so that the wallet cannot be told.
    """
    totals = reply.get("total")
    if not isinstance(totals, Mapping):
        raise unreadable(venue, f"the {wallet} wallet")
    found = [_balance(code, reply, wallet, rows.get(code, {}), venue) for code in totals]
    return [one for one in found if one.total or one.used]


def unreadable(venue: str, what: str) -> ExchangeUnavailable:
    """Return the error for an answer that lacks what it must have."""
    return ExchangeUnavailable(
        f"{venue} told {what} in a way that cannot be read.",
        hint="Look at the venue's own page until it answers in full again.",
        facts={"venue": venue},
    )


def _balance(code: str, reply: Json, wallet: Wallet, row: Json, venue: str) -> Balance:
    account = reply.get(code) or {}
    free, used, total = (money(account.get(name), row) for name in ("free", "used", "total"))
    if total is None:
        raise unreadable(venue, f"the {code} of the {wallet} wallet")
    if wallet == "spot" and free is not None and used is not None:
        total = free + used  # the sum of what the venue wrote, where ccxt has the nearest float
    if free is not None:
        used = total - free
    return Balance(currency=code, wallet=wallet, total=total, free=free, used=used)


def _info(row: Json) -> Json:
    info = row.get("info")
    return info if isinstance(info, Mapping) else {}


def _moment(milliseconds: Json) -> datetime | None:
    return to_moment(float(milliseconds)) if milliseconds else None


def _updated(row: Json) -> datetime | None:
    return _moment(row.get("lastUpdateTimestamp") or row.get("lastTradeTimestamp"))


class _Prices(NamedTuple):
    limit: Decimal | None
    average: Decimal | None
    trigger: Decimal | None

    @property
    def any(self) -> Decimal | None:
        """Return a price at which the order's amount is worth something."""
        return self.average or self.limit or self.trigger


def _prices(row: Json, reading: OrderReading, asked: OrderRequest | None) -> _Prices:
    info = _info(row)
    return _Prices(
        limit=reading.price or known(row.get("price"), info),
        average=reading.average or known(row.get("average"), info),
        trigger=reading.trigger_price
        or known(row.get("triggerPrice"), info)
        or (None if asked is None else asked.trigger_price),
    )


def _amounts(
    row: Json,
    reading: OrderReading,
    in_base: Callable[[Decimal, Decimal | None], Decimal],
    price: Decimal | None,
) -> tuple[Decimal | None, Decimal | None]:
    """Return the whole amount and what has filled, in base currency."""
    info = _info(row)
    filled = reading.filled if reading.filled is not None else money(row.get("filled"), info)
    whole = known(row.get("amount"), info) or (filled or None)
    amounts = (None if one is None else in_base(one, price) for one in (whole, filled))
    return next(amounts), next(amounts)


def _is_reduce_only(row: Json, reading: OrderReading) -> bool:
    return bool(row.get("reduceOnly")) if reading.is_reduce_only is None else reading.is_reduce_only


def _kind(row: Json) -> OrderKind:
    is_limit = "limit" in str(row.get("type"))
    if not row.get("triggerPrice"):
        return "limit" if is_limit else "market"
    if row.get("takeProfitPrice") and not row.get("stopLossPrice"):
        return "take_profit_limit" if is_limit else "take_profit"
    return "stop_limit" if is_limit else "stop"


def _waiting(status: OrderStatus | None, kind: OrderKind) -> OrderStatus | None:
    return "waiting" if status == "open" and kind not in _PLAIN else status


def _force(row: Json) -> TimeInForce | None:
    if row.get("postOnly"):
        return "post_only"
    told = str(row.get("timeInForce") or "").upper()
    return "post_only" if told == "POST_ONLY" else _FORCES.get(told)


def _fee(row: Json, info: Json, *, fee_sign: FeeSign, is_rebate: bool) -> Fee | None:
    fee = row.get("fee") or {}
    cost, currency = money(fee.get("cost"), info), fee.get("currency")
    if cost is None or not currency:
        return None
    if fee_sign == "paid":
        cost = -abs(cost) if is_rebate else abs(cost)
    return Fee(amount=cost, currency=str(currency))
