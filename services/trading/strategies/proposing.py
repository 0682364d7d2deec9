"""Takes what traders bring: sends it where the run is automatic, else asks its owner."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import msgspec

from services.alerts.trading_posts import DeskTold
from services.errors import UserMistake
from services.exchange.prices import to_milliseconds
from services.ids import id_of
from services.store.trading_rows import AccountRow, IntentRow, ProposalRow, RunRow
from services.trading.intents.intent import LOST
from services.trading.messages import Judgement
from services.trading.ordered import judgement_of
from services.trading.strategies.ground import Ground, ProposalBody
from services.trading.strategies.messages import ProposalView, Propose, Taken, WantedOrder
from services.trading.strategies.ordering import Made, Ordering
from services.trading.telling import event_of

_OPEN_FOR: Final = timedelta(minutes=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wanted:
    """One wish of a run at a candle, by its id."""

    id: str
    run: RunRow
    order: WantedOrder


class Proposing:
    """Proposals from their arrival to their row. A repeat finds the row, and changes nothing."""

    def __init__(self, ground: Ground, ordering: Ordering) -> None:
        self._ground = ground
        self._ordering = ordering

    async def take(self, request: Propose) -> Taken:
        """Take what a run wants after a candle; see `Propose`."""
        async with self._ground.store.read() as rows:
            run = await rows.trading.runs.get(request.run)
        if run is None or run.status != "active":
            return Taken(id=request.run, state="refused", reason="The strategy does not run any more.")
        if request.failed:
            return await self._fail(run, request.failed)
        if run.through is not None and request.through < run.through:
            return Taken(id=request.run, state="known")
        taken = Taken(id=request.run, state="known")
        for number, order in enumerate(request.wanted):
            proposal = id_of(run.id, str(to_milliseconds(request.through)), str(number))
            taken = await self._one(_Wanted(id=proposal, run=run, order=order))
        await self._keep(run, request)
        return taken

    async def _keep(self, run: RunRow, request: Propose) -> None:
        async with self._ground.store.write() as rows:
            await rows.trading.runs.change(
                run.id,
                only_if={"status": "active"},
                state=request.state,
                through=request.through,
                updated_at=self._ground.clock.now(),
            )

    async def _fail(self, run: RunRow, why: str) -> Taken:
        if await self._ground.runs.end(run, status="failed", reason=why):
            body = DeskTold(
                news="strategy_stopped",
                owner=run.user_id,
                about=run.id,
                market=run.market,
                kind=run.strategy,
                words="The strategy failed: {why}",
                facts={"why": why},
                at=self._ground.clock.now(),
            )
            await self._tell(run, body, of=run.id)
        return Taken(id=run.id, state="refused", reason=why)

    async def _one(self, wanted: _Wanted) -> Taken:
        async with self._ground.store.read() as rows:
            known = await rows.trading.proposals.get(wanted.id)
            account = await rows.trading.accounts.get(wanted.run.account_id)
        if known is not None:
            return await self._again(wanted, known)
        if account is None:
            return Taken(id=wanted.id, state="refused", reason="The account is gone.")
        try:
            made = await self._ordering.made(wanted.run, wanted.id, wanted.order)
        except UserMistake as error:
            return Taken(id=wanted.id, state="refused", reason=error.message)
        if wanted.run.is_automatic and account.mode == "paper":
            return await self._send(wanted, made, account)
        return await self._ask(wanted, made, account)

    async def _again(self, wanted: _Wanted, known: ProposalRow) -> Taken:
        """Tell once more of what still waits: the telling may have failed, and the same news is told once."""
        if known.status == "open":
            view = msgspec.json.decode(known.body, type=ProposalBody).view
            await self._tell(wanted.run, _told(wanted, view), of=wanted.id)
        return Taken(id=wanted.id, state="known")

    async def _send(self, wanted: _Wanted, made: Made, account: AccountRow) -> Taken:
        """Send it at once: the intent is written before its proposal, and the same id is never sent twice."""
        intent = await self._ground.intents.submit(made.intent)
        is_sent = intent.status not in LOST
        judgement = Judgement(is_passed=is_sent, state="ACTIVE")
        status = "approved" if is_sent else "rejected"
        await self._add(wanted, made, account, judgement=judgement, status=status, outcome=intent.id)
        return Taken(id=wanted.id, state="sent" if is_sent else "refused", reason=_why(intent))

    async def _ask(self, wanted: _Wanted, made: Made, account: AccountRow) -> Taken:
        judged = await self._ordering.judged(made)
        judgement = judgement_of(judged)
        if not judged.is_passed:
            await self._add(wanted, made, account, judgement=judgement, status="rejected", outcome="gate")
            return Taken(id=wanted.id, state="refused", reason=judged.refusals[0].words)
        view = await self._add(wanted, made, account, judgement=judgement, status="open")
        await self._tell(wanted.run, _told(wanted, view), of=wanted.id)
        return Taken(id=wanted.id, state="waiting")

    async def _add(
        self,
        wanted: _Wanted,
        made: Made,
        account: AccountRow,
        *,
        judgement: Judgement,
        status: str,
        outcome: str = "",
    ) -> ProposalView:
        now, run = self._ground.clock.now(), wanted.run
        view = ProposalView(
            id=wanted.id,
            run=run.id,
            strategy=run.strategy,
            account=await self._ground.book.view(account),
            wanted=wanted.order,
            amount=made.intent.request.amount,
            tick=made.tick,
            judgement=judgement,
            created_at=now,
            expires_at=now + _OPEN_FOR,
            status=status,
        )
        row = ProposalRow(
            id=wanted.id,
            run_id=run.id,
            account_id=run.account_id,
            user_id=run.user_id,
            status=status,
            body=msgspec.json.encode(ProposalBody(view=view)).decode(),
            created_at=now,
            expires_at=view.expires_at,
            outcome=outcome,
        )
        async with self._ground.store.write() as rows:
            await rows.trading.proposals.add(row)
        return view

    async def _tell(self, run: RunRow, body: DeskTold, *, of: str) -> None:
        await self._ground.teller.tell(event_of(run, body, id_=f"{body.news}:{of}"))


def _told(wanted: _Wanted, view: ProposalView) -> DeskTold:
    order = wanted.order
    return DeskTold(
        news="proposal",
        owner=wanted.run.user_id,
        about=wanted.id,
        mode=view.account.mode,
        account_name=view.account.name,
        market=order.market,
        side=order.side,
        kind=wanted.run.strategy,
        tick=view.tick,
        amount=view.amount,
        price=order.price,
        stop=order.stop,
        target=order.target,
        words=order.why[0].partition("|")[0] if order.why else "",
        facts=_facts(order.why[0]) if order.why else {},
        expires_at=view.expires_at,
        at=view.created_at,
    )


def _facts(why: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in why.split("|")[1:])
    return {name: value for name, _, value in pairs}


def _why(intent: IntentRow) -> str:
    return intent.reason if intent.status in LOST else ""
