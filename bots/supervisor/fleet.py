"""All bots of the farm: what each plan change means for whom, and in which order they stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from bots.supervisor.bot import Bot
from bots.supervisor.plan import STOP_ORDER, Plan
from services.farm.messages import BotStatus

Action = Literal["started", "stopped", "restarted"]


@dataclass(frozen=True, slots=True)
class Change:
    """What a new config means for one bot."""

    bot: str
    action: Action


class Fleet:
    """The bots by name, in the order of the farm file. Their loops belong to `group`."""

    def __init__(self, group: asyncio.TaskGroup, build: Callable[[Plan], Bot]) -> None:
        self._group = group
        self._build = build
        self._bots: dict[str, Bot] = {}
        self._loops: dict[str, asyncio.Task[None]] = {}
        self._is_stopping = False

    def apply(self, plans: Mapping[str, Plan]) -> list[Change]:
        """Follow `plans` and return what that changed; a bot with the same plan is not touched.

        A fleet that is being stopped follows nothing any more.
        """
        if self._is_stopping:
            return []
        changes = [self._drop(name) for name in [*self._bots] if name not in plans]
        changes += [self._take(name, plan) for name, plan in plans.items()]
        self._bots = {name: self._bots[name] for name in plans}
        return [change for change in changes if change is not None]

    def _drop(self, name: str) -> Change | None:
        bot = self._bots.pop(name)
        bot.end()
        return None if bot.plan.off else Change(name, "stopped")

    def _take(self, name: str, plan: Plan) -> Change | None:
        bot = self._bots.get(name)
        if bot is None:
            return self._add(name, plan)
        if bot.plan == plan:
            return None
        was_off = bool(bot.plan.off)
        bot.follow(plan)
        if was_off and plan.off:
            return None
        return Change(name, "started" if was_off else "stopped" if plan.off else "restarted")

    def _add(self, name: str, plan: Plan) -> Change | None:
        bot = self._bots[name] = self._build(plan)
        self._loops[name] = self._group.create_task(self._run(bot, self._loops.get(name)), name=name)
        return None if plan.off else Change(name, "started")

    @staticmethod
    async def _run(bot: Bot, earlier: asyncio.Task[None] | None) -> None:
        if earlier is not None:  # of the same name, taken out of the file a moment ago: never two at once
            await asyncio.wait([earlier])
        await bot.run()

    def statuses(self) -> list[BotStatus]:
        """Return how each bot is, in the order of the file."""
        return [bot.status() for bot in self._bots.values()]

    def addresses(self) -> dict[str, str]:
        """Return what the bots announced."""
        return {name: url for bot in self._bots.values() for name, url in bot.addresses.items()}

    def find(self, name: str) -> Bot | None:
        """Return the bot of that name."""
        return self._bots.get(name)

    async def stop(self) -> None:
        """Stop all, group by group: who speaks first, the local Discord last. Bounded by each one's grace."""
        self._is_stopping = True
        order: dict[int, list[str]] = {}
        for name, bot in self._bots.items():
            order.setdefault(STOP_ORDER[bot.plan.kind], []).append(name)
        for _, names in sorted(order.items()):
            for name in names:
                self._bots[name].end()
            await asyncio.wait([self._loops[name] for name in names])

    def kill(self) -> None:
        """End every process this instant."""
        for bot in self._bots.values():
            bot.kill()
