"""Runs plans: asks each what to do when something of it changed or it is due, and does it.

What a plan has done is in its children's rows and in its own, so that it can be asked at any time, twice or
after a crash: a step has an id that follows from the plan and its number, and is never taken twice.
"""

from __future__ import annotations

import asyncio
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final, cast

import msgspec
import structlog

from services.bus.guard import Failed, attempt
from services.clock import Clock
from services.errors import OmegaError, OrderNotFound, OrderRejected, Unavailable, UserMistake
from services.exchange.orders import OrderRequest
from services.loops import Loops
from services.store.trading_rows import IntentRow
from services.trading.intents.intent import Intent, client_id_of
from services.trading.orders.looking import Looking
from services.trading.orders.plans.kinds import AnyPlan, intent_id_of, is_kept_by_farm
from services.trading.orders.plans.plan import SOON, Ended, Known, Step, Todo, Wanted
from services.trading.orders.plans.shelf import Kept, PlanShelf
from services.trading.orders.plans.telling import ended_told, unprotected_told
from services.trading.ports import IntentDesk, Journal, Picture, Pictures, Teller

_ROUNDS: Final = 12
_POLL: Final = 0.5
"""Seconds between two looks at what is due."""
_AGAIN: Final = timedelta(seconds=5)
"""After a failure."""
_EARLY: Final = timedelta(seconds=1)
"""Before what came before its account was compared is sent again; each time twice as long."""
_LONGEST_REST: Final = timedelta(seconds=30)

log = structlog.get_logger(__name__)


class PlanKeeper:
    """Of all accounts. It listens to intents, as `IntentListener`."""

    def __init__(
        self,
        *,
        shelf: PlanShelf,
        intents: IntentDesk,
        looking: Looking,
        pictures: Pictures,
        journal: Journal,
        teller: Teller,
        clock: Clock,
    ) -> None:
        self._shelf = shelf
        self._intents = intents
        self._looking = looking
        self._pictures = pictures
        self._journal = journal
        self._teller = teller
        self._clock = clock
        self._woken: set[str] = set()
        self._stepping: set[str] = set()
        self._has_woken = asyncio.Event()
        self._one: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def changed(self, row: IntentRow, before: str) -> None:
        """Hear that an intent stands otherwise; the plan that it belongs to is asked soon."""
        del before
        if row.group_id:
            self._woken.add(row.group_id)
            self._has_woken.set()

    async def run(self) -> None:
        """Carry out plans, until cancelled; first every one that a restart has left behind."""
        async with Loops() as crew:
            self._woken.update(await self._all())
            while True:
                self._woken.update(await self._due())
                begun = self._woken - self._stepping
                self._stepping |= begun
                self._woken -= begun
                for plan_id in sorted(begun):
                    crew.start(self._tried(plan_id))
                self._has_woken.clear()
                await self._nap()

    async def _nap(self) -> None:
        try:
            async with asyncio.timeout(_POLL):
                await self._has_woken.wait()
        except TimeoutError:
            return

    async def _all(self) -> Sequence[str]:
        try:
            return await self._shelf.due()
        except Unavailable as error:
            log.warning("plans_unread", error=error.message)
            return ()

    async def _due(self) -> Sequence[str]:
        try:
            return await self._shelf.due(self._clock.now())
        except Unavailable as error:
            log.warning("plans_unread", error=error.message)
            return ()

    async def _tried(self, plan_id: str) -> None:
        try:
            await self.step(plan_id)
        except OmegaError as error:
            log.warning("plan_failed_to_step", plan=plan_id, code=error.code, error=error.message)
            await self._later(plan_id)
        finally:
            self._stepping.discard(plan_id)
            if plan_id in self._woken:
                self._has_woken.set()

    async def _later(self, plan_id: str) -> None:
        try:
            await self._shelf.wake_at(plan_id, self._clock.now() + _AGAIN)
        except Unavailable as error:
            log.warning("plan_unkept", plan=plan_id, error=error.message)

    async def step(self, plan_id: str) -> Sequence[IntentRow]:
        """Do what a plan has to do now, and return its children.

        Raises:
            OmegaError: the database or the venue does not answer; what was begun goes on when it is asked
                again.
        """
        async with self._one[plan_id]:
            for _ in range(_ROUNDS):
                kept = await self._shelf.active(plan_id)
                if kept is None:
                    self._one.pop(plan_id, None)
                    break
                if not await self._round(kept):
                    break
            else:
                await self._shelf.wake_at(plan_id, self._clock.now() + SOON)
            return await self._shelf.children(plan_id)

    async def end(self, plan_id: str) -> Sequence[IntentRow]:
        """Let nothing more enter for a plan; what has filled stays protected. Raises as `step`."""
        async with self._one[plan_id]:
            kept = await self._shelf.active(plan_id)
            if kept is not None:
                ending = msgspec.structs.replace(kept.plan, is_ending=True)
                await self._shelf.keep(plan_id, ending, self._clock.now())
        return await self.step(plan_id)

    async def end_all(self, account_id: str) -> None:
        """End every plan of an account; one that cannot be ended keeps no other going.

        All are marked before the first is asked what is left to do, so that none begins anything while it
        waits for its turn.

        Raises:
            StoreUnavailable: they cannot be read or marked.
            OmegaError: the first that could not be ended; it goes on ending when it is asked again.
        """
        marked = await self._shelf.mark_all(account_id, self._clock.now())
        ended = await asyncio.gather(*(attempt(self.end(plan_id)) for plan_id in marked))
        failed = [
            (plan_id, one.error)
            for plan_id, one in zip(marked, ended, strict=True)
            if isinstance(one, Failed)
        ]
        for plan_id, error in failed:
            log.error("plan_not_ended", plan=plan_id, exc_info=error)
        if failed:
            raise failed[0][1]

    async def _round(self, kept: Kept) -> bool:
        """Ask once and do it; return whether to ask again."""
        known = Known(
            children=kept.children,
            now=self._clock.now(),
            began_at=kept.row.created_at,
            unsent=kept.unsent,
        )
        todo, known = await self._asked(kept, known)
        todo = _resting(todo, known)
        if todo.send and not kept.plan.is_ending and await self._shelf.is_ending(kept.row.id):
            return True
        plan = await self._kept(kept, todo)
        for step in todo.send:
            await self._send(kept, step)
        canceled = [await self._cancel(kept.row.account_id, child.row.id) for child in todo.cancel]
        if todo.unprotected:
            await self._teller.tell(
                unprotected_told(kept.account, kept.row, plan, todo.unprotected, known.now)
            )
        if todo.ended is not None:
            await self._end(kept, plan, known, todo.ended)
        wake_at = todo.wake_at if all(canceled) else known.now + SOON
        is_busy = bool(todo.send) or any(canceled)
        if not is_busy and todo.ended is None and wake_at != kept.row.due_at:
            await self._shelf.wake_at(kept.row.id, wake_at)
        return is_busy

    async def _asked(self, kept: Kept, known: Known) -> tuple[Todo, Known]:
        """Ask a plan what to do, and look up what it must know for that."""
        todo = kept.plan.next(known)
        while todo.look and todo.look not in known.was_asked:
            known = await self._looked(kept, known, todo.look)
            todo = kept.plan.next(known)
        return todo, known

    async def _kept(self, kept: Kept, todo: Todo) -> AnyPlan:
        """Keep what changed of a plan before it is done."""
        plan = cast("AnyPlan", todo.plan or kept.plan)
        if todo.cancel:
            dropped = (*plan.dropped, *(child.row.id for child in todo.cancel))
            plan = msgspec.structs.replace(plan, dropped=tuple(dict.fromkeys(dropped)))
        if plan != kept.plan:
            await self._shelf.keep(kept.row.id, plan, self._clock.now())
        return plan

    async def _looked(self, kept: Kept, known: Known, wanted: Wanted) -> Known:
        asked = known.was_asked | {wanted}
        if wanted == "price":
            quote = await self._looking.price(kept.row.market, kept.account)
            return replace(known, was_asked=asked, price=None if quote is None else quote.price)
        return replace(known, was_asked=asked, picture=await self._picture(kept.row.account_id))

    async def _picture(self, account_id: str) -> Picture | None:
        try:
            return await self._pictures.of(account_id)
        except Unavailable as error:
            log.warning("plan_sees_no_account", account=account_id, error=error.message)
            return None

    async def _send(self, kept: Kept, step: Step) -> None:
        number = step.number or 1 + sum(child.role == step.role for child in kept.children)
        tries = sum((child.role, child.number) == (step.role, number) for child in kept.unsent)
        intent_id = intent_id_of(kept.row.id, step.role, number, tries)
        is_first = not kept.children
        await self._intents.submit(
            Intent(
                id=intent_id,
                account=kept.row.account_id,
                user_id=kept.row.user_id,
                request=_request(kept.plan, step, client_id_of(intent_id)),
                origin=f"plan:{kept.row.id}",
                group=kept.row.id,
                leverage=kept.plan.leverage if is_first else None,
                is_exempt=kept.plan.is_exempt(step),
                stop=kept.plan.stop if kept.plan.is_entering(step) else None,
            )
        )

    async def _cancel(self, account_id: str, intent_id: str) -> bool:
        """Cancel a child; return False where it is over already, or not known yet to be there."""
        try:
            await self._intents.cancel(account_id, intent_id)
        except (UserMistake, OrderRejected, OrderNotFound) as error:
            log.info("plan_order_not_canceled", intent=intent_id, error=error.message)
            return False
        return True

    async def _end(self, kept: Kept, plan: AnyPlan, known: Known, ended: Ended) -> None:
        """Tell that a plan ended, then end it: told twice is told once, and never told is lost."""
        if is_kept_by_farm(plan):
            await self._teller.tell(ended_told(kept.account, kept.row, plan, known, ended))
        reason = ended.words.format(**dict(ended.facts))
        if await self._shelf.end(kept.row.id, ended.status, reason, known.now) and is_kept_by_farm(plan):
            await self._journal.write(
                kept.account,
                "decision",
                ended.words,
                facts=dict(ended.facts),
                market=kept.row.market,
                key=f"{kept.row.id}:ended",
            )


def _resting(todo: Todo, known: Known) -> Todo:
    """Send nothing for a moment after something was refused since its account had not been compared yet."""
    last = max((child.row.updated_at for child in known.unsent), default=None)
    if last is None or not todo.send:
        return todo
    tries = Counter((child.role, child.number) for child in known.unsent)
    until = last + min(_EARLY * 2 ** (max(tries.values()) - 1), _LONGEST_REST)
    if known.now >= until:
        return todo
    wake_at = until if todo.wake_at is None else min(until, todo.wake_at)
    return Todo(cancel=todo.cancel, wake_at=wake_at)


def _request(plan: AnyPlan, step: Step, client_id: str) -> OrderRequest:
    return OrderRequest(
        market=plan.market,
        side=step.side,
        kind=step.kind,
        amount=step.amount,
        client_id=client_id,
        price=step.price,
        trigger_price=step.trigger,
        trigger_by=plan.trigger_by if step.kind not in {"market", "limit"} else "mark",
        trailing_percent=step.trail,
        time_in_force=step.time_in_force,
        is_reduce_only=step.is_reduce_only,
        position_side=step.position_side,
        stop_loss=step.stop_loss,
        take_profit=step.take_profit,
    )
