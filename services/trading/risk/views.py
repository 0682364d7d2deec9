"""How an account's risk is shown: each limit with what is used of it."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from services.store.trading_rows import RiskLimitRow
from services.trading.messages import AccountView, TradingState
from services.trading.ports import Picture
from services.trading.risk.limits import TERMS, Limits
from services.trading.risk.messages import LIMITS, LimitView, Risk
from services.trading.risk.reckoning import worth
from services.trading.risk.setting import pending_of
from services.trading.risk.standing import Standing


def risk_of(
    *,
    account: AccountView,
    state: TradingState,
    why: str,
    limits: Limits,
    rows: list[RiskLimitRow],
    picture: Picture,
    standing: Standing,
    orders: int,
    at: datetime,
) -> Risk:
    """Return how an account stands against its limits; `orders` were sent in the last minute."""
    used = _used(picture, standing, orders)
    return Risk(
        account=account,
        state=state,
        why=why,
        limits=[_view(name, limits, rows, used.get(name), at) for name in LIMITS],
        equity=picture.equity,
        day_share=standing.day_share,
        drawdown_share=standing.drawdown_share,
        losing_streak=standing.streak,
    )


def _view(
    name: str, limits: Limits, rows: list[RiskLimitRow], value: Decimal | None, at: datetime
) -> LimitView:
    waiting = pending_of(rows, name, at)
    return LimitView(
        name=name,
        words=TERMS[name].words,
        limit=limits[name].value,
        unit=TERMS[name].unit,
        scope=limits[name].scope,
        value=value,
        pending=None if waiting is None else waiting.pending,
        effective_at=None if waiting is None else waiting.effective_at,
        needs_approval=waiting is not None and not waiting.approved_by,
    )


def _used(picture: Picture, standing: Standing, orders: int) -> dict[str, Decimal | None]:
    """Return what is used of the limits that an account has a value of, without an order."""
    day, sizes = standing.day_share, _sizes(picture)
    return {
        "position_share": max(sizes, default=Decimal(0)) if sizes is not None else None,
        "exposure": sum(sizes, Decimal(0)) if sizes is not None else None,
        "leverage": _leverage(picture),
        "daily_loss": None if day is None else max(Decimal(0), -day),
        "drawdown": standing.drawdown_share,
        "losing_streak": Decimal(standing.streak),
        "orders_per_minute": Decimal(orders),
    }


def _leverage(picture: Picture) -> Decimal | None:
    """Return the highest leverage that is set, 0 where nothing is held; None where one is not known."""
    if not picture.holdings:
        return Decimal(0)
    known = [one.position.leverage for one in picture.holdings]
    found = [one for one in known if one is not None]
    return max(found) if len(found) == len(known) else None


def _sizes(picture: Picture) -> list[Decimal] | None:
    """Return each position in equities; None where equity cannot be told."""
    equity = picture.equity
    if equity is None or equity <= 0:
        return None
    return [abs(worth(one)) / equity for one in picture.holdings]
