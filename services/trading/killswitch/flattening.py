"""Flattening: cancel every order of an account, close every position, and look until the venue says so twice.

It stands on the private port alone, so that nothing else that breaks can stop it: no bus, no database, no
ledger. An error of any kind is a reason to try again, never one to give up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

import structlog

from services.bus.guard import Done, Failed, attempt, trace_of, within
from services.errors import OmegaError, Unavailable
from services.exchange.venues.limits import ahead_of_reads
from services.trading.killswitch.closing import Closing
from services.trading.killswitch.messages import FlatLine, FlatState
from services.trading.killswitch.reach import Pace, Plans, Reach, Reaches, Target

_LOOKS: Final = 2
_SLOW: Final = "The venue did not answer in time."
_PLANS_LEFT: Final = "Its plans could not be ended yet; while it is halted they send nothing."

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Progress:
    target: Target
    tell: Callable[[list[FlatLine]], None]
    closing: Closing
    canceled: int = 0
    said: list[FlatLine] = field(default_factory=list)

    def say(self, state: FlatState, reason: str = "") -> None:
        """Tell how the account stands, where that is news."""
        lines = [self._line(state, reason), *(self._market(name, state) for name in self.closing.closed)]
        if lines != self.said:
            self.said = lines
            self.tell(lines)

    def _line(self, state: FlatState, reason: str) -> FlatLine:
        return FlatLine(
            account=self.target.id,
            name=self.target.name,
            mode=self.target.mode,
            state=state,
            orders=self.canceled,
            closed=sum(self.closing.closed.values()),
            reason=reason,
        )

    def _market(self, market: str, state: FlatState) -> FlatLine:
        reason = self.closing.refusals.get(market, "")
        shown: FlatState = "flat" if state == "flat" else "failed" if reason else "closing"
        return FlatLine(
            account=self.target.id,
            name=self.target.name,
            mode=self.target.mode,
            market=market,
            state=shown,
            closed=self.closing.closed[market],
            reason="" if shown == "flat" else reason,
        )


class Flattening:
    """Flattens accounts, each by itself.

    Args:
        reaches: gives the venue of an account.
        plans: cancels what we carry out ourselves; None where there is nothing of the kind.
        pace: how long it waits.
    """

    def __init__(self, reaches: Reaches, *, plans: Plans | None = None, pace: Pace | None = None) -> None:
        self._reaches = reaches
        self._plans = plans
        self._pace = pace or Pace()

    async def flatten(self, target: Target, firing: str, tell: Callable[[list[FlatLine]], None]) -> None:
        """Return once the venue has said twice that the account has neither order nor position.

        Args:
            target: the account.
            firing: makes the client ids, so that a repeat of the same firing closes nothing twice.
            tell: hears how it goes on: a line for the account, and one a market.
        """
        progress = _Progress(target, tell, Closing(target.id, firing))
        progress.say("canceling")
        async with asyncio.TaskGroup() as group:
            plans = group.create_task(self._cancel_plans(target))
            await self._until_flat(progress)
            is_over = plans.done()
            are_ended = await plans
        if not is_over:
            await self._until_flat(progress)
        progress.say("flat", "" if are_ended else _PLANS_LEFT)

    async def _until_flat(self, progress: _Progress) -> None:
        clean = failures = 0
        while clean < _LOOKS:
            ended = await attempt(self._round(progress))
            if isinstance(ended, Failed):
                clean, failures = 0, failures + 1
                progress.say(*_told(ended.error))
                _log_failure("flattening_failed", progress.target, ended.error)
                await asyncio.sleep(self._pace.after(failures - 1))
                continue
            clean, failures = (clean + 1 if ended.value else 0), 0
            if clean < _LOOKS:
                await asyncio.sleep(self._pace.look)

    async def _round(self, progress: _Progress) -> bool:
        """Cancel and close what there is; return whether there was nothing.

        An order that cannot be canceled keeps no position open, nor does a venue that says nothing of orders.
        """
        async with asyncio.timeout(self._pace.round):
            reach = await self._reaches.of(progress.target.id)
            with ahead_of_reads():
                return await self._empty(reach, progress)

    async def _empty(self, reach: Reach, progress: _Progress) -> bool:
        canceling = await attempt(within(self._pace.cancel, reach.orders.cancel_all()))
        canceled = canceling.value if isinstance(canceling, Done) else ()
        progress.canceled += len(canceled)
        positions = await reach.account.positions()
        progress.closing.see(positions)
        if positions:
            progress.say("closing")
            await progress.closing.close(reach, positions)
        if isinstance(canceling, Failed):
            raise canceling.error
        return not canceled and not positions

    async def _cancel_plans(self, target: Target) -> bool:
        """End the plans; in the time that there is, it is tried until they are. Return whether they are.

        One that goes on nevertheless meets the latch, and what it has placed is canceled at the venue.
        """
        if self._plans is None:
            return True
        try:
            await within(self._pace.plans, self._until_ended(self._plans, target))
        except TimeoutError:
            log.exception("plans_not_canceled", account=target.id)
            return False
        return True

    async def _until_ended(self, plans: Plans, target: Target) -> None:
        failures = 0
        while isinstance(ended := await attempt(plans.cancel_all(target.id)), Failed):
            _log_failure("plans_not_yet_canceled", target, ended.error)
            await asyncio.sleep(self._pace.after(failures))
            failures += 1


def _log_failure(event: str, target: Target, error: Exception) -> None:
    log.warning(event, account=target.id, reason=_reason(error), exc_info=trace_of(error))


def _told(error: Exception) -> tuple[FlatState, str]:
    is_away = isinstance(error, Unavailable | TimeoutError)
    return ("unreachable" if is_away else "failed"), _reason(error)


def _reason(error: Exception) -> str:
    if isinstance(error, OmegaError):
        return error.message
    return _SLOW if isinstance(error, TimeoutError) else type(error).__name__
