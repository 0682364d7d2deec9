"""What the parts of the strategies service stand on, and what several of them do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from config.farm_file import RiskSection
from services.bus.messages import Message
from services.clock import Clock
from services.errors import UserMistake
from services.store.store import Rows, Store
from services.store.trading_rows import ProposalRow, RunRow
from services.trading.ports import (
    AccountBook,
    DeskBus,
    Gate,
    IntentDesk,
    Pictures,
    SecondFactor,
    Sessions,
    Teller,
)
from services.trading.strategies.messages import (
    RUNS_CHANGED,
    ProposalView,
    Result,
    RunChanged,
    RunView,
)
from services.trading.strategies.registry import trader_of
from services.trading.strategies.temperament import Temperament

ORIGIN = "strategy:"
"""Before the id of the run, in the origin of its intents."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Ends runs, and lets traders know; for every part that starts or ends one."""

    store: Store
    bus: DeskBus
    clock: Clock

    async def end(self, row: RunRow, *, status: str, reason: str = "") -> bool:
        """End an active run, and let what it had proposed expire; False where it was not active."""
        now = self.clock.now()
        async with self.store.write() as rows:
            is_ended = await rows.trading.runs.change(
                row.id, only_if={"status": "active"}, status=status, reason=reason, updated_at=now
            )
            for waiting in await rows.trading.proposals.where(run_id=row.id, status="open"):
                await close_proposal(rows, waiting, "expired")
        if is_ended:
            await self.tell_trader(row.strategy)
        return is_ended

    async def tell_trader(self, strategy: str) -> None:
        """Let the trader of a strategy ask for its runs again."""
        await self.bus.append(RUNS_CHANGED, RunChanged(trader=trader_of(strategy)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Ports of the desk, the profiles there are, and how the strategies did in replays."""

    store: Store
    book: AccountBook
    factor: SecondFactor
    gate: Gate
    intents: IntentDesk
    pictures: Pictures
    sessions: Sessions
    bus: DeskBus
    teller: Teller
    clock: Clock
    profiles: Mapping[str, Temperament]
    results: Mapping[str, Sequence[Result]]
    limits: RiskSection
    """The farm's own, to which sizes are cut."""
    runs: Runs


class ProposalBody(Message, frozen=True, kw_only=True):
    """What the row of a proposal keeps: how it was shown, and who decided it."""

    view: ProposalView
    request: str = ""
    """The id of the request by which it was approved."""


def intent_id_of(proposal: str) -> str:
    """Return the id of the intent that a proposal becomes."""
    return f"{ORIGIN}{proposal}"


async def run_of(rows: Rows, user_id: str, run: str) -> RunRow:
    """Return a run of a member. Raises `UserMistake`."""
    row = await rows.trading.runs.get(run.strip().lower())
    if row is None or row.user_id != user_id:
        raise UserMistake(f"There is no strategy run {run}.", hint="Pick one from the list.")
    return row


async def view_of(ground: Ground, row: RunRow) -> RunView:
    """Return a run as its owner sees it."""
    async with ground.store.read() as rows:
        account = await rows.trading.accounts.get(row.account_id)
        proposals = await rows.trading.proposals.count(run_id=row.id)
        trades = await rows.trading.intents.count(
            origin=f"{ORIGIN}{row.id}", is_reducing=False, status=["open", "filled"]
        )
    return RunView(
        id=row.id,
        strategy=row.strategy,
        market=row.market,
        timeframe=row.timeframe,
        profile=row.profile,
        is_automatic=row.is_automatic,
        status=row.status,
        account=row.account_id if account is None else account.name,
        created_at=row.created_at,
        through=row.through,
        reason=row.reason,
        proposals=proposals,
        trades=trades,
    )


async def close_proposal(rows: Rows, row: ProposalRow, status: str, *, outcome: str = "") -> bool:
    """Decide an open proposal; False where somebody has already."""
    return await rows.trading.proposals.change(
        row.id, only_if={"status": "open"}, status=status, outcome=outcome
    )
