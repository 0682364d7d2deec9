"""The schedules service: which posts by the clock a server has. Making them belongs to `posting`."""

from __future__ import annotations

import asyncio
import re
import zoneinfo
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, ClassVar, Final, cast

from services.alerts.feeds import (
    AddSchedule,
    ListSchedules,
    RemoveSchedule,
    Schedule,
    ScheduleKind,
    Schedules,
)
from services.alerts.schedules.brief import Ask
from services.alerts.schedules.triggers import next_slot
from services.alerts.subscribing.quiet import MINUTES_A_DAY
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.market.messages import GetQuote
from services.members.checks import check_member
from services.members.messages import Caller, MemberSettings, Right
from services.members.rights import ADMIN_ROLE
from services.memory import Remembered
from services.omega import OmegaService, ServiceConfig
from services.store.rows import ScheduleRow
from services.store.store import Store

MOST_A_GUILD: Final = 20
MOST_MARKETS: Final = 10
_DAYS_A_WEEK: Final = 7
_CHANNEL: Final = re.compile(r"channel:[0-9]{1,20}")
_ASK_SECONDS: Final = 4.0
_REMEMBERED_FOR: Final = 900.0
"""Seconds; a question that was delivered twice comes within its deadline."""


class SchedulesService(OmegaService):
    """Keeps the schedules of servers, for their admins.

    Args:
        config: what every service is told.
        store: where they are kept.
        right_of: the strongest right of a caller.
        ask: how markets that were named are looked up.
        clock: when the next post is due.
    """

    name: ClassVar[str] = "schedules"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (AddSchedule, RemoveSchedule, ListSchedules)

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        right_of: Callable[[Caller], Awaitable[Right]],
        ask: Ask,
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._store = store
        self._right_of = right_of
        self._ask = ask
        self._clock = clock
        self._timezones: frozenset[str] = frozenset()
        self._done: Remembered[str, Schedules] = Remembered(clock)

    async def initialize(self) -> None:
        """Learn the names of the time zones."""
        self._timezones = frozenset(await asyncio.to_thread(zoneinfo.available_timezones))

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case AddSchedule() | RemoveSchedule():
                return await self._once(request)
            case ListSchedules(caller=caller):
                return await self._listed(_guild_of(caller))
        raise TypeError(f"schedules does not answer {type(request).__name__}")

    async def _once(self, request: AddSchedule | RemoveSchedule) -> Schedules:
        """Do it once, however often it is delivered: what was undone since is not done again."""
        guild_id = _guild_of(request.caller)
        if await self._right_of(request.caller) != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)
        known = self._done.get(request.id)
        if known is None:
            if isinstance(request, AddSchedule):
                await self._add(request, guild_id)
            else:
                await self._remove(request, guild_id)
            known = await self._listed(guild_id)
            self._done.keep(request.id, known, seconds=_REMEMBERED_FOR)
        return known

    async def _add(self, request: AddSchedule, guild_id: str) -> None:
        wanted = request.schedule
        self._check(wanted, request.caller)
        row = ScheduleRow(
            id=request.id,
            user_id=request.caller.user_id,
            guild_id=guild_id,
            kind=wanted.kind,
            place=wanted.place,
            minute=wanted.minute,
            weekday=wanted.weekday,
            timezone=wanted.timezone,
            persona=wanted.persona,
            locale=wanted.locale,
            markets=await self._named(wanted.markets),
            last_slot="",
            created_at=self._clock.now(),
        )
        async with self._store.write() as rows:
            _check_room(row, await rows.schedules.of_guild(guild_id))
            await rows.schedules.add(row)

    async def _remove(self, request: RemoveSchedule, guild_id: str) -> None:
        async with self._store.write() as rows:
            is_gone = await rows.schedules.remove(guild_id, request.schedule)
        if not is_gone:
            raise UserMistake("There is no such post here.", hint="Pick one from the list.")

    async def _listed(self, guild_id: str) -> Schedules:
        async with self._store.read() as rows:
            found = await rows.schedules.of_guild(guild_id)
        return Schedules(schedules=[self._view(row) for row in found])

    def _view(self, row: ScheduleRow) -> Schedule:
        return Schedule(
            id=row.id,
            kind=cast("ScheduleKind", row.kind),
            place=row.place,
            minute=row.minute,
            weekday=row.weekday,
            timezone=row.timezone,
            persona=row.persona,
            locale=row.locale,
            markets=[*row.markets],
            next_at=next_slot(row, self._clock.now()).at,
        )

    async def _named(self, markets: Sequence[str]) -> tuple[str, ...]:
        """Return the whole names of markets as an admin wrote them, each once."""
        asked = (self._ask(GetQuote(market=name), timeout=_ASK_SECONDS) for name in markets)
        return tuple(dict.fromkeys([quote.market for quote in await asyncio.gather(*asked)]))

    def _check(self, wanted: Schedule, caller: Caller) -> None:
        if not _CHANNEL.fullmatch(wanted.place):
            raise UserMistake("A post by the clock needs a channel.", hint="Pick one from the list.")
        if not 0 <= wanted.minute < MINUTES_A_DAY:
            raise UserMistake("A day has no such time.", hint="Write the time like 22:00.")
        if not 0 <= wanted.weekday < _DAYS_A_WEEK:
            raise UserMistake("A week has no such day.", hint="Pick one from the list.")
        if len(wanted.markets) > MOST_MARKETS:
            raise UserMistake(
                f"{len(wanted.markets)} markets are too many.", hint=f"Choose at most {MOST_MARKETS}."
            )
        settings = MemberSettings(
            user_id=caller.user_id,
            locale=wanted.locale,
            timezone=wanted.timezone,
            persona=wanted.persona or None,
        )
        check_member(settings, self._timezones)


def _guild_of(caller: Caller) -> str:
    if caller.guild_id is None:
        raise UserMistake(
            "Posts by the clock belong to a server.", hint="Ask in the server that they are for."
        )
    return caller.guild_id


def _check_room(row: ScheduleRow, others: Sequence[ScheduleRow]) -> None:
    """Refuse one more than there may be, and what is there already under another id."""
    if any(other.id == row.id for other in others):
        return
    if any(_what(other) == _what(row) for other in others):
        raise UserMistake(
            "That is posted there already.", hint="Choose another time or channel, or remove the other one."
        )
    if len(others) >= MOST_A_GUILD:
        raise UserMistake(
            f"A server has {MOST_A_GUILD} posts by the clock at most.", hint="Remove one of them first."
        )


def _what(row: ScheduleRow) -> tuple[object, ...]:
    return (row.kind, row.place, row.minute, row.weekday, row.timezone, row.markets)
