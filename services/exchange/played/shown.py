"""What a step of a played minute looks like to whoever trades: a ticker, a trade."""

from __future__ import annotations

from services.exchange.exchange import Day, Market, Nature, Ticker, Trade
from services.exchange.played.minutes import Minute, step_of, touch_at
from services.exchange.played.tape import MINUTE_MS
from services.exchange.prices import to_amount, to_moment, to_price


def ticker_at(market: Market, minute: Minute, step: int, nature: Nature) -> Ticker:
    """Return the ticker that stands after `step`; it is of the newest trade by then."""
    newest = int(minute.newest[step])
    touch = touch_at(minute, newest, market.tick)
    return Ticker(
        market=market.name,
        price=to_price(float(minute.prices[newest]), market.tick),
        as_of=to_moment(moment_of(minute, newest)),
        nature=nature,
        day=_day(market, minute, newest),
        bid=touch.bid * market.tick,
        ask=touch.ask * market.tick,
        mark=to_price(float(minute.marks[newest]), market.tick) if market.is_swap else None,
    )


def trade_at(market: Market, minute: Minute, step: int, nature: Nature) -> Trade | None:
    """Return the trade of `step`, or None where it has none. Its id counts steps of market time."""
    amount, steps = int(minute.amounts[step]), len(minute.amounts)
    if amount == 0:
        return None
    return Trade(
        market=market.name,
        id=str(minute.opens_at_ms // MINUTE_MS * steps + step),
        price=to_price(float(minute.prices[step]), market.tick),
        amount=amount * step_of(market),
        side="buy" if minute.is_buy[step] else "sell",
        as_of=to_moment(moment_of(minute, step)),
        nature=nature,
    )


def moment_of(minute: Minute, step: int) -> float:
    """Return when a step is made, in milliseconds of market time since 1970."""
    return minute.opens_at_ms + step * MINUTE_MS / len(minute.prices)


def _day(market: Market, minute: Minute, step: int) -> Day | None:
    if minute.day is None:
        return None
    so_far = minute.prices[: step + 1]
    traded = float(so_far @ minute.amounts[: step + 1]) * float(step_of(market))
    return Day(
        open=to_price(minute.day.open, market.tick),
        high=to_price(max(minute.day.high, float(so_far.max())), market.tick),
        low=to_price(min(minute.day.low, float(so_far.min())), market.tick),
        volume=to_amount(round(minute.day.volume + traded, 2)),
    )
