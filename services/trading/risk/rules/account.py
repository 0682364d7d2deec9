"""Rules about the account: whether it trades at all, how its day went, how fast it orders, and blackouts."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from services.store.trading_rows import BlackoutRow
from services.trading.intents.intent import KILLSWITCH
from services.trading.messages import Verdict
from services.trading.risk.case import Case
from services.trading.risk.rules.declare import held_to, passed, refused, rule


@rule("state", is_always=True)
def state(case: Case) -> Verdict:
    """Let everything through where trading is ACTIVE, what reduces where it is REDUCING, else nothing.

    HALTED lets through what the kill switch closes with, and that only where it truly reduces. Where nothing
    but a limit of the gate halts, everybody may make positions smaller and protect them.
    """
    may_close = case.is_reducing and (case.is_own_halt or case.intent.origin == KILLSWITCH)
    if case.state == "HALTED" and not may_close:
        return _held("Trading is halted", case.why)
    if case.state == "REDUCING" and not case.is_reducing:
        return _held("Only what makes positions smaller is let through", case.why)
    return passed("state", "Trading is active")


_RESUME: Final = "/killswitch resume lets it go on."


def _held(words: str, why: str) -> Verdict:
    return refused("state", words, why or _RESUME, is_hint_quoted=bool(why))


@rule("exempt", is_always=True)
def exempt(case: Case) -> Verdict | None:
    """Refuse an order that is meant to reduce, and by the picture would not, or would do more."""
    if case.is_reducing or not case.intent.is_exempt:
        return None
    return refused(
        "exempt",
        "The order would open something, though it was meant to reduce",
        "Look at the position again: it may be closed already.",
    )


@rule("account_may_send", is_always=True)
def account_may_send(case: Case) -> Verdict:
    """Refuse every order of an account whose owner has not done what live trading needs."""
    if case.may_not:
        return refused("account_may_send", "This account sends no orders", case.may_not)
    return passed("account_may_send", "This account sends orders")


@rule("allow_list")
def allow_list(case: Case) -> Verdict | None:
    """Refuse live orders of markets that its operator does not list."""
    if case.row.mode != "live":
        return None
    if case.live_markets and case.market.name not in case.live_markets:
        return refused(
            "allow_list",
            "This market is not traded live here",
            "The operator of the farm lists the markets that are.",
        )
    return passed("allow_list", "This market is traded live here")


@rule("daily_loss")
def daily_loss(case: Case) -> Verdict:
    """Refuse once the loss since midnight UTC has reached the limit."""
    share = case.standing.day_share
    return held_to(case, "daily_loss", None if share is None else max(Decimal(0), -share), is_refused_at=True)


@rule("drawdown")
def drawdown(case: Case) -> Verdict:
    """Refuse once equity is as far below its peak as the limit says."""
    return held_to(case, "drawdown", case.standing.drawdown_share, is_refused_at=True)


@rule("losing_streak")
def losing_streak(case: Case) -> Verdict:
    """Refuse for an hour after the last of so many losses in a row."""
    limit = case.limits["losing_streak"].value
    verdict = held_to(case, "losing_streak", Decimal(case.standing.streak), is_refused_at=True)
    if verdict.is_passed or case.standing.is_pausing(limit, case.at):
        return verdict
    return passed("losing_streak", verdict.words, value=verdict.value, limit=limit)


@rule("orders_per_minute")
def orders_per_minute(case: Case) -> Verdict:
    """Hold the orders of the last minute, this one included, to the limit."""
    return held_to(case, "orders_per_minute", Decimal(case.recent + 1))


@rule("blackout")
def blackout(case: Case) -> Verdict | None:
    """Refuse to open anything around an event."""
    now = next((one for one in case.blackouts if is_on(one, case)), None)
    if now is None:
        return None
    return refused(
        "blackout",
        "Nothing is opened around an event",
        f"{now.event}: until {now.until_at:%H:%M} UTC.",
        is_hint_quoted=True,
    )


def is_on(blackout_row: BlackoutRow, case: Case) -> bool:
    """Return whether a blackout concerns the account now."""
    is_near = blackout_row.guild_id in {"", case.row.guild_id}
    return is_near and blackout_row.from_at <= case.at < blackout_row.until_at
