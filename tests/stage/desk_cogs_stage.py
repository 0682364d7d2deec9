"""An account, its positions and what the desk answers of them, for the cogs of trading; and the roster."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from services.members.messages import Allowed, GetMember, GetRight
from services.personas.roster import read_roster
from services.trading.accounts.messages import Accounts, ListAccounts
from services.trading.messages import AccountView, Judgement, Positions, PositionView
from services.trading.orders.messages import DraftClose, DraftProtection, Preview, Ticket, TicketKind
from services.trading.positions.messages import (
    Alignment,
    AnalysePositions,
    Analyses,
    Analysis,
    Health,
    ListPositions,
)

ROSTER = read_roster(Path(__file__).parents[2] / "personas")
NOW = datetime(2026, 8, 1, 0, 16, 40, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
PAPER = AccountView(id="paperacc2345abcd", name="paper", venue="sandbox", mode="paper", status="active")
LIVE = AccountView(
    id="liveacct2345abcd",
    name="main",
    venue="bitget",
    mode="live",
    status="active",
    can_trade=False,
    reason="Its owner has not confirmed yet that orders are real.",
)
SHORT = PAPER.id[:8]


def position(**other: Any) -> PositionView:
    """Return a long of 0.5 BTC from 60,000, up 5 %, with a stop at 58,000 that the farm watches."""
    given: dict[str, Any] = {
        "account": PAPER.id,
        "market": BTC,
        "side": "long",
        "amount": Decimal("0.5"),
        "entry": Decimal(60_000),
        "tick": Decimal("0.1"),
        "mark": Decimal(63_000),
        "leverage": Decimal(5),
        "margin_mode": "isolated",
        "liquidation": Decimal(50_400),
        "unrealised": Decimal(1_500),
        "share": Decimal("0.05"),
        "r": Decimal("1.5"),
        "stop": Decimal(58_000),
        "funding": Decimal("-3.2"),
        "opened_at": NOW - timedelta(hours=5),
        "as_of": NOW - timedelta(seconds=2),
    }
    return PositionView(**{**given, **other})


def positions(*open_: PositionView, **other: Any) -> Positions:
    """Return what the paper account holds."""
    return Positions(account=PAPER, positions=[*open_], as_of=NOW - timedelta(seconds=2), **other)


def analyses(*open_: PositionView, **other: Any) -> Analyses:
    """Return the same, read: golden score 71, health 64."""
    read = [
        Analysis(
            position=one,
            timeframe="1h",
            alignments=[
                Alignment(
                    what="entry",
                    price=one.entry,
                    ratio=Decimal("0.618"),
                    level=Decimal(59_900),
                    distance=Decimal("0.3"),
                )
            ],
            golden_score=71,
            health=Health(score=64, parts={"risk": 80, "distance": 48}),
            card="cardcard12345678",
            best_share=Decimal("0.06"),
            worst_share=Decimal("-0.01"),
        )
        for one in open_
    ]
    return Analyses(account=PAPER, analyses=read, as_of=NOW, **other)


def ticket(kind: TicketKind, request: DraftClose | DraftProtection) -> Ticket:
    """Return what the desk drafts for a request about the position."""
    stop = request.stop if isinstance(request, DraftProtection) else ""
    preview = Preview(
        market=request.market,
        side="sell",
        type="market",
        amount=Decimal("0.5"),
        price=Decimal(63_000),
        tick=Decimal("0.1"),
        cost=Decimal(31_500),
        stop=Decimal(stop) if stop else None,
        is_reducing=True,
        share=Decimal(1),
    )
    return Ticket(
        id="t1cket",
        kind=kind,
        account=PAPER,
        preview=preview,
        judgement=Judgement(is_passed=True, state="ACTIVE"),
        created_at=NOW,
        expires_at=NOW + timedelta(seconds=60),
    )


def desk_bus() -> FakeBus:
    """Return a bus on which the desk answers of one paper account with one position."""
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    answer_as_desk(bus)
    return bus


def answer_as_desk(bus: FakeBus) -> None:
    """Let the desk answer of the same on any bus."""
    bus.answers[GetRight] = Allowed(right="trader")
    bus.answers[ListAccounts] = Accounts(accounts=[PAPER, LIVE], is_live_allowed=True, operator="Ana & Co.")
    bus.answers[ListPositions] = positions(position())
    bus.answers[AnalysePositions] = analyses(position())
    bus.answers[DraftClose] = _close
    bus.answers[DraftProtection] = _protect


def _close(request: Any) -> Ticket:
    assert isinstance(request, DraftClose)
    return ticket("close", request)


def _protect(request: Any) -> Ticket:
    assert isinstance(request, DraftProtection)
    return ticket("protect", request)
