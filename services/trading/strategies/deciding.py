"""Lists what waits for its owner, and lets them decide it: once, and in time."""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from services.errors import UserMistake
from services.store.trading_rows import AccountRow, ProposalRow
from services.trading.ordered import judgement_of, order_view
from services.trading.strategies.ground import Ground, ProposalBody, close_proposal, intent_id_of
from services.trading.strategies.messages import (
    Decided,
    DecideProposal,
    ListProposals,
    Proposals,
    ProposalView,
)
from services.trading.strategies.ordering import Ordering

_MOST = 25
_EXPIRED = "It has expired: nothing was sent."
_STOPPED = "Its strategy does not run any more."


class Deciding:
    """Proposals from their row to their end."""

    def __init__(self, ground: Ground, ordering: Ordering) -> None:
        self._ground = ground
        self._ordering = ordering

    async def listed(self, request: ListProposals) -> Proposals:
        """Return what waits for the caller, the newest first."""
        now = self._ground.clock.now()
        async with self._ground.store.read() as rows:
            waiting = await rows.trading.proposals.where(
                user_id=request.caller.user_id,
                status="open",
                since=("expires_at", now),
                by="created_at",
                newest=True,
                limit=_MOST,
            )
        return Proposals(proposals=[_view(row) for row in waiting if row.expires_at > now])

    async def decide(self, request: DecideProposal) -> Decided:
        """Approve or reject; see `DecideProposal`.

        Raises:
            UserMistake: it is not the caller's, is decided already, or the code is not right.
        """
        async with self._ground.store.read() as rows:
            row = await rows.trading.proposals.get(request.proposal.strip().lower())
        if row is None or row.user_id != request.caller.user_id:
            raise UserMistake(f"There is no proposal {request.proposal}.", hint="Pick one from the list.")
        if row.status == "approved" and _body(row).request == request.id:
            return await self._sent(row)
        if row.status == "expired" or (row.status == "open" and row.expires_at <= self._ground.clock.now()):
            return await self._ended(row, "expired", reason=_EXPIRED)
        if row.status != "open":
            raise UserMistake("That proposal is decided already.", hint="See what waits with /approve.")
        if not request.is_approved:
            return await self._ended(row, "rejected", reason="")
        return await self._approve(row, request)

    async def _approve(self, row: ProposalRow, request: DecideProposal) -> Decided:
        ground, body = self._ground, _body(row)
        async with ground.store.read() as rows:
            run = await rows.trading.runs.get(row.run_id)
            account = await rows.trading.accounts.get(row.account_id)
        if run is None or account is None or run.status != "active":
            return await self._ended(row, "expired", reason=_STOPPED)
        self._check_account(account)
        made = await self._ordering.made(run, row.id, body.view.wanted, amount=body.view.amount)
        judged = await self._ordering.judged(made)
        if not judged.is_passed:
            view = replace(body.view, judgement=judgement_of(judged))
            return Decided(proposal=view, reason=judged.refusals[0].words)
        if account.mode == "live":
            await ground.factor.check(row.user_id, request.code)
        if not await self._claim(row, request):
            raise UserMistake("That proposal is decided already.", hint="See what waits with /approve.")
        intent = await ground.intents.submit(made.intent)
        view = replace(body.view, status="approved", judgement=judgement_of(judged))
        return Decided(proposal=view, orders=[order_view(intent)], reason=intent.reason)

    def _check_account(self, account: AccountRow) -> None:
        why = self._ground.book.may_send(account)
        if why:
            raise UserMistake(why, hint="Use another account.")

    async def _claim(self, row: ProposalRow, request: DecideProposal) -> bool:
        body = msgspec.json.encode(replace(_body(row), request=request.id)).decode()
        async with self._ground.store.write() as rows:
            return await rows.trading.proposals.change(
                row.id,
                only_if={"status": "open"},
                status="approved",
                outcome=intent_id_of(row.id),
                body=body,
            )

    async def _sent(self, row: ProposalRow) -> Decided:
        """Return what came of an approval that is delivered again."""
        intent = await self._ground.intents.row(intent_id_of(row.id))
        async with self._ground.store.read() as rows:
            run = await rows.trading.runs.get(row.run_id)
        orders = [] if intent is None or run is None else [order_view(intent)]
        return Decided(proposal=_view(row), orders=orders)

    async def _ended(self, row: ProposalRow, status: str, *, reason: str) -> Decided:
        async with self._ground.store.write() as rows:
            await close_proposal(rows, row, status)
        return Decided(proposal=replace(_body(row).view, status=status), reason=reason)


def _body(row: ProposalRow) -> ProposalBody:
    return msgspec.json.decode(row.body, type=ProposalBody)


def _view(row: ProposalRow) -> ProposalView:
    return replace(_body(row).view, status=row.status)
