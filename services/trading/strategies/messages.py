"""What the strategies service answers: the catalogue, runs, proposals, and what traders bring to the desk."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from services.bus.messages import Log, Message, Request
from services.members.messages import Caller
from services.trading.messages import AccountView, Judgement, OrderView, Side

Trader = Literal["fibonacci_trader", "ccxt_trader"]


class Result(Message, frozen=True, kw_only=True):
    """What a strategy came to on a period that it was not tuned on; simulated, fees and slippage in it."""

    market: str
    timeframe: str
    since: datetime
    until: datetime
    trades: int
    net_share: Decimal
    """Of the equity at the start."""
    drawdown_share: Decimal
    hold_share: Decimal
    """What buying and holding came to in the same time."""
    win_rate: Decimal | None = None
    profit_factor: Decimal | None = None
    fees: Decimal | None = None
    funding: Decimal | None = None


class StrategyView(Message, frozen=True, kw_only=True):
    """One strategy of the catalogue; `title` and `about` are English keys of the texts."""

    name: str
    title: str
    about: str
    trader: Trader
    timeframes: list[str]
    settings: dict[str, str] = msgspec.field(default_factory=dict)
    results: list[Result] = msgspec.field(default_factory=list)


class RunView(Message, frozen=True, kw_only=True):
    """A strategy at work for a member."""

    id: str
    strategy: str
    market: str
    timeframe: str
    profile: str
    is_automatic: bool
    status: str
    account: str
    created_at: datetime
    through: datetime | None = None
    reason: str = ""
    proposals: int = 0
    trades: int = 0


class Strategies(Message, frozen=True, kw_only=True):
    """The catalogue, and the caller's runs."""

    strategies: list[StrategyView]
    runs: list[RunView]
    profiles: list[str] = msgspec.field(default_factory=list)


class WantedOrder(Message, frozen=True, kw_only=True):
    """What a strategy wants: to enter with a stop and targets, or to leave."""

    market: str
    side: Side
    kind: Literal["enter", "leave"]
    price: Decimal | None = None
    """A limit; None for at the market."""
    stop: Decimal | None = None
    target: Decimal | None = None
    risk_share: Decimal = Decimal("0.01")
    why: list[str] = msgspec.field(default_factory=list)
    """English keys of the texts, with ``name=value`` facts after a bar: ``Price met {ratio}|ratio=0.618``."""


class ProposalView(Message, frozen=True, kw_only=True):
    """What a strategy wants to do, and waits for its owner."""

    id: str
    run: str
    strategy: str
    account: AccountView
    wanted: WantedOrder
    amount: Decimal | None
    tick: Decimal
    judgement: Judgement
    created_at: datetime
    expires_at: datetime
    status: str = "open"


class Proposals(Message, frozen=True, kw_only=True):
    """What waits, the newest first."""

    proposals: list[ProposalView]


class Decided(Message, frozen=True, kw_only=True):
    """What came of an approval or a rejection."""

    proposal: ProposalView
    orders: list[OrderView] = msgspec.field(default_factory=list)
    reason: str = ""


class Assignment(Message, frozen=True, kw_only=True):
    """A run as the trader that works it needs it."""

    run: str
    strategy: str
    market: str
    timeframe: str
    profile: str
    state: str
    through: datetime | None
    position: Side | None = None
    """buy: it is long; sell: short; None: flat."""
    entry: Decimal | None = None
    losses: int = 0
    """Trades lost in a row in this account and market."""


class Assignments(Message, frozen=True, kw_only=True):
    """All runs of one trader."""

    assignments: list[Assignment]


class Taken(Message, frozen=True, kw_only=True):
    """What the desk made of a proposal: the id, and whether it was sent at once, waits, or was refused."""

    id: str
    state: Literal["sent", "waiting", "refused", "known"]
    reason: str = ""


class ListStrategies(Request[Strategies], frozen=True, kw_only=True, tag="strategies.list_strategies"):
    """Ask for the catalogue and the caller's runs."""

    caller: Caller


class StartStrategy(Request[RunView], frozen=True, kw_only=True, tag="strategies.start_strategy"):
    """Let a strategy work for an account. Raises `UserMistake`, `UnknownMarket`, `NotAllowed`.

    `is_automatic` is refused on a live account.
    """

    id: str
    caller: Caller
    strategy: str
    market: str
    timeframe: str = ""
    profile: str = "strategist"
    is_automatic: bool = False
    account: str = ""


class StopStrategy(Request[RunView], frozen=True, kw_only=True, tag="strategies.stop_strategy"):
    """Let it work no more; its positions stay, with their stops. Raises `UserMistake`."""

    id: str
    caller: Caller
    run: str


class GetAssignments(Request[Assignments], frozen=True, kw_only=True, tag="strategies.get_assignments"):
    """A trader asks for its runs; only processes of the farm ask."""

    trader: Trader


class Propose(Request[Taken], frozen=True, kw_only=True, tag="strategies.propose"):
    """A trader brings what a run wants after the candle that closed at `through`, with its new `state`.

    The id follows from run, candle and number: a repeat changes nothing.
    """

    run: str
    through: datetime
    state: str
    wanted: list[WantedOrder] = msgspec.field(default_factory=list)
    failed: str = ""
    """Why the strategy cannot go on, in English; it is stopped and its owner told."""


class ListProposals(Request[Proposals], frozen=True, kw_only=True, tag="strategies.list_proposals"):
    """Ask what waits for the caller."""

    caller: Caller


class DecideProposal(Request[Decided], frozen=True, kw_only=True, tag="strategies.decide_proposal"):
    """Approve or reject. Approved once, in time, by its owner. Raises `UserMistake`."""

    id: str
    caller: Caller
    proposal: str
    is_approved: bool
    code: str = ""
    """Of the second factor, for a live account."""


class RunChanged(Message, frozen=True, kw_only=True):
    """The runs of a trader changed: it asks for them again."""

    trader: Trader


RUNS_CHANGED = Log("runs_changed", RunChanged, keep=1_000)
