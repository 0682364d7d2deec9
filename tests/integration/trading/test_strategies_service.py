"""Runs and proposals on a real database: who may do what, and how often something is sent."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_orders_stage import ANN, BOB, BTC, LIVE, PAPER, Pictures, Sessions, Stage, a_desk, holding

from config.farm_file import RiskSection
from services.alerts.trading_posts import Event
from services.errors import StoreUnavailable, UnknownMarket, UserMistake
from services.omega import ServiceConfig
from services.trading.strategies.messages import (
    Assignments,
    Decided,
    DecideProposal,
    GetAssignments,
    ListProposals,
    ListStrategies,
    ProposalView,
    Propose,
    RunView,
    StartStrategy,
    StopStrategy,
    Taken,
    WantedOrder,
)
from services.trading.strategies.registry import STRATEGIES
from services.trading.strategies.service import StrategiesService

CLOSE = datetime(2026, 1, 5, 12, tzinfo=UTC)
ENTRY = WantedOrder(
    market=BTC,
    side="buy",
    kind="enter",
    stop=Decimal(58_000),
    target=Decimal(64_000),
    risk_share=Decimal("0.01"),
    why=["Price met {ratio}|ratio=0.618"],
)
LEAVE = WantedOrder(market=BTC, side="sell", kind="leave")


@dataclass
class House:
    """The service with the desk around it."""

    service: StrategiesService
    stage: Stage

    async def start(self, number: str = "s1", **more: Any) -> RunView:
        given: dict[str, Any] = {"caller": ANN, "strategy": "breakout", "market": "BTC", **more}
        return await self.service.process(StartStrategy(id=number, **given))

    async def propose(self, run: RunView, *wanted: WantedOrder, hours: int = 0, **more: Any) -> Taken:
        through = CLOSE + timedelta(hours=hours)
        return await self.service.process(
            Propose(run=run.id, through=through, state="kept", wanted=list(wanted), **more)
        )

    async def waiting(self, caller: Any = ANN) -> list[ProposalView]:
        return (await self.service.process(ListProposals(caller=caller))).proposals

    async def decide(self, proposal: str, number: str = "d1", **more: Any) -> Decided:
        given: dict[str, Any] = {"caller": ANN, "is_approved": True, **more}
        return await self.service.process(DecideProposal(id=number, proposal=proposal, **given))

    async def assignments(self) -> Assignments:
        return await self.service.process(GetAssignments(trader="ccxt_trader"))


@pytest_asyncio.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with a_desk(tmp_path) as stage:
        async with stage.store.write() as rows:
            await rows.trading.accounts.add(PAPER, LIVE)
        service = StrategiesService(
            ServiceConfig(),
            store=stage.store,
            book=stage.desk,
            factor=stage.desk,
            gate=stage.desk,
            intents=stage.venue,
            pictures=Pictures(stage.desk, stage.clock),
            sessions=Sessions(stage.desk, stage.clock),
            bus=stage.bus,  # type: ignore[arg-type]  # the verbs that are asked for
            teller=stage.desk,
            clock=stage.clock,
            limits=RiskSection(),
        )
        yield House(service, stage)


async def test_the_catalogue_shows_every_strategy_with_its_results_and_the_callers_runs(house: House) -> None:
    run = await house.start()
    told = await house.service.process(ListStrategies(caller=ANN))
    assert [one.name for one in told.strategies] == list(STRATEGIES)
    assert all(one.results and one.settings for one in told.strategies)
    assert [one.id for one in told.runs] == [run.id]
    assert "newbie" in told.profiles
    assert (await house.service.process(ListStrategies(caller=BOB))).runs == []


async def test_a_start_that_is_asked_twice_is_one_run_and_its_trader_hears_of_it(house: House) -> None:
    run, again = await house.start(), await house.start()
    assert (run.id, run.market, run.timeframe, run.status) == (again.id, BTC, "4h", "active")
    assert [name for name, _ in house.stage.bus.appended] == ["runs_changed"]


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"strategy": "moon"}, "no strategy moon"),
        ({"timeframe": "5m"}, "does not run on 5m"),
        ({"profile": "whale"}, "no trader profile whale"),
        ({"market": "BTC/USDT"}, "is spot"),
        ({"account": "live", "is_automatic": True}, "a strategy proposes, and you approve"),
        ({"account": "acc", "caller": BOB}, "no such account"),
    ],
)
async def test_a_start_that_cannot_be_says_why(house: House, more: dict[str, Any], why: str) -> None:
    with pytest.raises(UserMistake, match=why):
        await house.start(**more)


async def test_a_market_that_there_is_not_is_refused(house: House) -> None:
    with pytest.raises(UnknownMarket):
        await house.start(market="MOON")


async def test_one_strategy_at_a_time_works_a_market_of_an_account(house: House) -> None:
    run = await house.start()
    with pytest.raises(UserMistake, match="works BTC/USDT:USDT in this account already"):
        await house.start("s2", strategy="momentum")
    await house.service.process(StopStrategy(id="x", caller=ANN, run=run.id))
    assert (await house.start("s2", strategy="momentum")).status == "active"


async def test_only_its_owner_stops_a_run_and_what_it_proposed_expires(house: House) -> None:
    run = await house.start()
    await house.propose(run, ENTRY)
    with pytest.raises(UserMistake, match="no strategy run"):
        await house.service.process(StopStrategy(id="x", caller=BOB, run=run.id))
    stopped = await house.service.process(StopStrategy(id="x", caller=ANN, run=run.id))
    assert stopped.status == "stopped"
    assert await house.waiting() == []
    assert (await house.propose(run, ENTRY, hours=4)).state == "refused"


async def test_an_automatic_run_on_paper_sends_a_bracket_sized_by_risk_once(house: House) -> None:
    run = await house.start(is_automatic=True)
    taken, again = await house.propose(run, ENTRY), await house.propose(run, ENTRY)
    assert (taken.state, again.state) == ("sent", "known")
    (intent,) = house.stage.venue.sent
    assert intent.origin == f"strategy:{run.id}"
    assert intent.request.amount == Decimal("0.05")  # 1 % of 10,000 over a stop 2,000 away
    assert (intent.request.stop_loss, intent.request.take_profit) == (ENTRY.stop, ENTRY.target)
    assert (intent.request.kind, intent.request.is_reduce_only) == ("market", False)


async def test_leaving_reduces_the_whole_position_and_is_exempt(house: House) -> None:
    run = await house.start(is_automatic=True)
    house.stage.desk.holdings = [holding("long", "0.5")]
    await house.propose(run, LEAVE)
    (intent,) = house.stage.venue.sent
    assert (intent.request.side, intent.request.amount) == ("sell", Decimal("0.5"))
    assert intent.request.is_reduce_only
    assert intent.is_exempt


async def test_with_nothing_to_leave_nothing_is_sent(house: House) -> None:
    run = await house.start(is_automatic=True)
    assert (await house.propose(run, LEAVE)).state == "refused"
    assert house.stage.venue.sent == []


async def test_any_other_run_asks_its_owner_who_hears_of_it_once(house: House) -> None:
    run = await house.start()
    assert (await house.propose(run, ENTRY)).state == "waiting"
    assert (await house.propose(run, ENTRY)).state == "known"
    (told,) = house.stage.desk.news
    assert (told.news, told.stop, told.facts) == ("proposal", ENTRY.stop, {"ratio": "0.618"})
    (waiting,) = await house.waiting()
    assert (waiting.id, waiting.amount) == (told.about, Decimal("0.05"))
    assert waiting.expires_at - waiting.created_at == timedelta(minutes=10)
    assert await house.waiting(BOB) == []
    assert house.stage.venue.sent == []


async def test_what_the_gate_refuses_is_not_asked(house: House) -> None:
    run = await house.start()
    house.stage.desk.refusal = "Too large"
    taken = await house.propose(run, ENTRY)
    assert (taken.state, taken.reason) == ("refused", "Too large")
    assert house.stage.desk.news == []


async def test_an_approval_sends_once_however_often_it_is_delivered(house: House) -> None:
    run = await house.start()
    proposal = (await house.propose(run, ENTRY)).id
    decided, again = await house.decide(proposal), await house.decide(proposal)
    assert decided.proposal.status == again.proposal.status == "approved"
    assert [one.id for one in decided.orders] == [one.id for one in again.orders]
    assert len(house.stage.venue.sent) == 1
    with pytest.raises(UserMistake, match="decided already"):
        await house.decide(proposal, "d2")
    assert len(house.stage.venue.sent) == 1


async def test_nobody_else_and_nobody_late_approves(house: House) -> None:
    run = await house.start()
    proposal = (await house.propose(run, ENTRY)).id
    with pytest.raises(UserMistake, match="no proposal"):
        await house.decide(proposal, caller=BOB)
    house.stage.clock.seconds += 601
    assert (await house.decide(proposal)).proposal.status == "expired"
    assert house.stage.venue.sent == []


async def test_a_rejection_sends_nothing_and_is_final(house: House) -> None:
    run = await house.start()
    proposal = (await house.propose(run, ENTRY)).id
    assert (await house.decide(proposal, is_approved=False)).proposal.status == "rejected"
    with pytest.raises(UserMistake, match="decided already"):
        await house.decide(proposal, "d2")
    assert house.stage.venue.sent == []


async def test_the_gate_judges_anew_at_an_approval(house: House) -> None:
    run = await house.start()
    proposal = (await house.propose(run, ENTRY)).id
    house.stage.desk.refusal = "Daily loss"
    assert (await house.decide(proposal)).reason == "Daily loss"
    house.stage.desk.refusal = ""
    assert (await house.decide(proposal)).proposal.status == "approved"


async def test_a_live_account_needs_the_code_of_its_owner(house: House) -> None:
    run = await house.start(account="live")
    proposal = (await house.propose(run, ENTRY)).id
    with pytest.raises(UserMistake, match="another code"):
        await house.decide(proposal, code="000000")
    assert house.stage.venue.sent == []
    assert (await house.decide(proposal, code="123456")).proposal.status == "approved"


async def test_a_strategy_that_fails_is_stopped_and_its_owner_told(house: House) -> None:
    run = await house.start()
    other = await house.start("s2", account="live")
    taken = await house.propose(run, failed="ZeroDivisionError: division by zero")
    assert taken.state == "refused"
    (told,) = house.stage.desk.news
    assert (told.news, told.about) == ("strategy_stopped", run.id)
    assert [one.run for one in (await house.assignments()).assignments] == [other.id]


async def test_a_trader_is_told_the_state_and_only_a_position_of_the_runs_own(house: House) -> None:
    run = await house.start(is_automatic=True)
    house.stage.desk.holdings = [holding("long", "0.05")]
    (before,) = (await house.assignments()).assignments
    await house.propose(run, ENTRY)
    (after,) = (await house.assignments()).assignments
    assert (before.position, before.state, before.through) == (None, "", None)
    assert (after.position, after.state, after.through) == ("buy", "kept", CLOSE)
    assert (await house.propose(run, ENTRY, hours=-4)).state == "known"
    assert len(house.stage.venue.sent) == 1


class TellsLater:
    """Fails to tell, until it is told to."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.is_away = True

    async def tell(self, event: Event) -> None:
        if self.is_away:
            raise StoreUnavailable("The bus is away.", hint="Wait.")
        self.told.append(event.id)


async def test_a_proposal_whose_telling_failed_is_told_when_it_comes_again(house: House) -> None:
    run, teller = await house.start(), TellsLater()
    house.stage.desk.tell = teller.tell  # type: ignore[method-assign]  # the teller of this test
    with pytest.raises(StoreUnavailable):
        await house.propose(run, ENTRY)
    teller.is_away = False
    assert (await house.propose(run, ENTRY)).state == "known"
    (waiting,) = await house.waiting()
    assert teller.told == [f"proposal:{waiting.id}"]
