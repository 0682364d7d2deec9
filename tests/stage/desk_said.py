"""What the desk says, as a test lays it down: accounts, tickets, orders, switches, strategies and seasons."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from services.market.messages import Origin
from services.trading.killswitch.messages import FlatLine, Switch
from services.trading.messages import AccountView, Judgement, OrderView, Verdict
from services.trading.orders.messages import Orders, OrderTerms, PlanView, Preview, Ticket
from services.trading.risk.messages import Blackout, LimitView, Risk, Sizing
from services.trading.seasons.messages import Leaderboard, Place
from services.trading.strategies.messages import (
    ProposalView,
    Result,
    RunView,
    StrategyView,
    WantedOrder,
)

NOW = datetime(2026, 8, 1, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
TICKET = "tk_0123456789abcdefghijk"
PROPOSAL = "0123456789abcdef01234567"
ORIGIN = Origin(venue="sandbox", nature="replay", as_of=NOW, received_at=NOW - timedelta(seconds=2))
PAPER = AccountView(id="acc0123456789abc", name="paper", venue="sandbox", mode="paper", status="active")
LIVE = AccountView(id="acc9876543210fed", name="main", venue="bitget", mode="live", status="active")
PASSED = Judgement(is_passed=True, state="ACTIVE")
TOO_LARGE = Verdict(
    rule="leverage",
    words="Leverage",
    is_passed=False,
    value=Decimal(12),
    limit=Decimal(5),
    unit="leverage",
    hint="Choose a lower leverage.",
)
REFUSED = Judgement(is_passed=False, state="ACTIVE", verdicts=[TOO_LARGE])
TERMS = OrderTerms(market=BTC, side="buy", size="0.01", stop="60000", target="70000")


def ticket(**other: Any) -> Ticket:
    """Return a ticket for 0.01 Bitcoin with a stop and a target."""
    preview = {
        "market": BTC,
        "side": "buy",
        "type": "market",
        "amount": Decimal("0.01"),
        "price": Decimal("64210.5"),
        "tick": Decimal("0.1"),
        "cost": Decimal("642.1"),
        "fee": Decimal("0.385"),
        "slippage": Decimal("0.00005"),
        "risk": Decimal("42.87"),
        "risk_share": Decimal("0.004287"),
        "reward": Decimal("1.35"),
        "stop": Decimal(60_000),
        "target": Decimal(70_000),
        "leverage": Decimal(3),
        "liquidation": Decimal("43100.1"),
        "origin": ORIGIN,
        **other.pop("preview", {}),
    }
    given = {
        "id": TICKET,
        "kind": "order",
        "account": PAPER,
        "judgement": PASSED,
        "created_at": NOW,
        "expires_at": NOW + timedelta(seconds=60),
        "terms": TERMS,
    }
    return Ticket(**{**given, **other, "preview": Preview(**preview)})


def order(**other: Any) -> OrderView:
    """Return an open limit order."""
    given = {
        "id": "in0123456789abcdef012345",
        "account": PAPER.id,
        "market": BTC,
        "side": "buy",
        "kind": "limit",
        "state": "open",
        "amount": Decimal("0.01"),
        "price": Decimal(63_000),
        "tick": Decimal("0.1"),
        "created_at": NOW,
    }
    return OrderView(**{**given, **other})


def orders(count: int, *, plans: int = 0) -> Orders:
    """Return so many open orders and plans."""
    plan = PlanView(
        id="pl0123456789abcdef012345",
        kind="twap",
        market=BTC,
        side="sell",
        status="active",
        amount=Decimal(1),
        done=2,
        of=10,
        next_at=NOW + timedelta(minutes=1),
    )
    listed = [order(id=f"in{number:022}") for number in range(count)]
    return Orders(account=PAPER, orders=listed, plans=[plan] * plans, as_of=NOW)


def risk(**other: Any) -> Risk:
    """Return an account that stands well, with one limit that is near."""
    limits = [
        LimitView(
            name="daily_loss",
            words="Loss since midnight UTC",
            limit=Decimal("0.05"),
            unit="percent",
            value=Decimal("0.045"),
        ),
        LimitView(name="leverage", words="Leverage", limit=Decimal(5), unit="leverage", scope="account"),
    ]
    given = {
        "account": PAPER,
        "state": "ACTIVE",
        "limits": limits,
        "equity": Decimal(10_000),
        "day_share": Decimal("-0.045"),
    }
    return Risk(**{**given, **other})


def sizing(**other: Any) -> Sizing:
    """Return a size of a quarter of a Bitcoin."""
    given = {
        "market": BTC,
        "entry": Decimal(64_000),
        "stop": Decimal(63_600),
        "tick": Decimal("0.1"),
        "equity": Decimal(10_000),
        "risk_share": Decimal("0.01"),
        "risk": Decimal(100),
        "amount": Decimal("0.25"),
        "cost": Decimal(16_000),
        "leverage_needed": Decimal("1.6"),
        "trades": 3,
        "targets": [Decimal(64_400), Decimal(64_800), Decimal(65_200)],
        "account": PAPER,
    }
    return Sizing(**{**given, **other})


def blackout(**other: Any) -> Blackout:
    """Return a blackout of an hour around an event."""
    given = {
        "id": "bo01",
        "event": "FOMC",
        "from_at": NOW - timedelta(minutes=30),
        "until_at": NOW + timedelta(minutes=30),
    }
    return Blackout(**{**given, **other})


def switch(**other: Any) -> Switch:
    """Return a switch that was fired and is on its way."""
    lines = [
        FlatLine(account=PAPER.id, name="paper", mode="paper", state="flat", orders=2, closed=1),
        FlatLine(account=LIVE.id, name="main", mode="live", state="closing", market=BTC, orders=1),
    ]
    given = {
        "state": "HALTED",
        "scope": "me",
        "why": "I had enough",
        "by": "7",
        "at": NOW,
        "lines": lines,
        "halted_after_ms": 12,
    }
    return Switch(**{**given, **other})


def strategy(**other: Any) -> StrategyView:
    """Return a strategy that lost money on the period it was tried on."""
    result = Result(
        market=BTC,
        timeframe="4h",
        since=NOW - timedelta(days=180),
        until=NOW,
        trades=42,
        net_share=Decimal("-0.031"),
        drawdown_share=Decimal("0.124"),
        hold_share=Decimal("0.2"),
        win_rate=Decimal("0.4"),
        profit_factor=Decimal("0.9"),
    )
    given = {
        "name": "fibonacci",
        "title": "Fibonacci confluence",
        "about": "Buys where levels meet.",
        "trader": "fibonacci_trader",
        "timeframes": ["4h", "1h"],
        "settings": {"depth": "3"},
        "results": [result],
    }
    return StrategyView(**{**given, **other})


def strategy_run(**other: Any) -> RunView:
    """Return a strategy at work."""
    given = {
        "id": "run0123456789abcdef0123",
        "strategy": "fibonacci",
        "market": BTC,
        "timeframe": "4h",
        "profile": "strategist",
        "is_automatic": False,
        "status": "active",
        "account": PAPER.id,
        "created_at": NOW,
    }
    return RunView(**{**given, **other})


def proposal(**other: Any) -> ProposalView:
    """Return what a strategy proposes."""
    wanted = WantedOrder(
        market=BTC,
        side="buy",
        kind="enter",
        stop=Decimal(60_000),
        target=Decimal(70_000),
        why=["Price met {ratio}|ratio=0.618"],
    )
    given = {
        "id": PROPOSAL,
        "run": "run0123456789abcdef0123",
        "strategy": "fibonacci",
        "account": PAPER,
        "wanted": wanted,
        "amount": Decimal("0.01"),
        "tick": Decimal("0.1"),
        "judgement": PASSED,
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=10),
    }
    return ProposalView(**{**given, **other})


def leaderboard(**other: Any) -> Leaderboard:
    """Return a season with one who is ranked, one of the house and one who is not ranked yet."""

    def place(rank: int | None, name: str, **told: Any) -> Place:
        score = None if rank is None else Decimal("2.5")
        return Place(
            rank=rank,
            name=name,
            is_caller=told.get("is_caller", False),
            is_house=told.get("is_house", False),
            score=score,
            net_share=Decimal("0.05"),
            drawdown_share=Decimal("0.02"),
            trades=12,
        )

    places = [
        place(1, "strategist", is_house=True),
        place(2, "mia", is_caller=True),
        place(None, "leo"),
    ]
    given = {
        "name": "Autumn",
        "starts_at": NOW - timedelta(days=3),
        "ends_at": NOW + timedelta(days=27),
        "is_over": False,
        "min_trades": 10,
        "max_leverage": Decimal(5),
        "places": places,
        "has_joined": True,
    }
    return Leaderboard(**{**given, **other})
