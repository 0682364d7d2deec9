"""The subscriptions service: which feeds come to a member or a channel, and when a member wants silence."""

from __future__ import annotations

import asyncio
import re
import zoneinfo
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar, Final, cast

from services.alerts.feeds import (
    ListSubscriptions,
    QuietHours,
    SetQuiet,
    Subscribe,
    Subscription,
    Subscriptions,
    Unsubscribe,
)
from services.alerts.subscribing.planning import QUIET
from services.alerts.subscribing.quiet import MINUTES_A_DAY, quiet_until
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.ids import id_of
from services.locales import LOCALES
from services.members.checks import check_timezone
from services.members.messages import Caller, Right
from services.members.rights import ADMIN_ROLE
from services.memory import Remembered
from services.omega import OmegaService, ServiceConfig
from services.store.rows import QuietRow, SubscriptionRow
from services.store.store import Rows, Store

_PLACE: Final = re.compile(r"(?:user|channel):[0-9]{1,20}")
_PERSONA: Final = re.compile(r"[a-z][a-z0-9_]{0,31}|")
_REMEMBERED_FOR: Final = 900.0
"""Seconds; a question that was delivered twice comes within its deadline."""

Wish = Subscribe | Unsubscribe


class SubscriptionsService(OmegaService):
    """Keeps subscriptions and quiet hours. There are six feeds, so that a place has at most six of them."""

    name: ClassVar[str] = "subscriptions"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (Subscribe, Unsubscribe, ListSubscriptions, SetQuiet)

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        right_of: Callable[[Caller], Awaitable[Right]],
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._store = store
        self._right_of = right_of
        self._clock = clock
        self._timezones: frozenset[str] = frozenset()
        self._done: Remembered[str, Subscriptions] = Remembered(clock)

    async def initialize(self) -> None:
        """Learn the names of the time zones."""
        self._timezones = frozenset(await asyncio.to_thread(zoneinfo.available_timezones))

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case Subscribe() | Unsubscribe():
                return await self._once(request)
            case ListSubscriptions(caller=caller, place=place):
                async with self._store.read() as rows:
                    return await _kept(rows, caller, _checked(place) if place else own_place(caller))
            case SetQuiet(caller=caller, quiet=quiet):
                return await self._set_quiet(caller, quiet)
        raise TypeError(f"subscriptions does not answer {type(request).__name__}")

    async def _once(self, wish: Wish) -> Subscriptions:
        """Do it once, however often it is delivered: what was undone since is not done again."""
        name = f"{type(wish).__name__} {wish.id} {wish.feed} {wish.place}"
        known = self._done.get(name)
        if known is None:
            known = await (self._subscribe(wish) if isinstance(wish, Subscribe) else self._unsubscribe(wish))
            self._done.keep(name, known, seconds=_REMEMBERED_FOR)
        return known

    async def _subscribe(self, wish: Subscribe) -> Subscriptions:
        _check(wish)
        await self._admit(wish)
        async with self._store.write() as rows:
            await _refuse_others(rows, wish)
            await rows.subscriptions.put(
                SubscriptionRow(
                    id=id_of(wish.feed, wish.place),
                    user_id=wish.caller.user_id,
                    guild_id=wish.caller.guild_id,
                    feed=wish.feed,
                    place=wish.place,
                    min_severity=wish.min_severity,
                    digest=wish.digest,
                    persona=wish.persona,
                    locale=wish.locale,
                    created_at=self._clock.now(),
                )
            )
            return await _kept(rows, wish.caller, wish.place)

    async def _unsubscribe(self, wish: Unsubscribe) -> Subscriptions:
        await self._admit(wish)
        async with self._store.write() as rows:
            await _refuse_others(rows, wish)
            await rows.subscriptions.remove(wish.feed, wish.place)
            return await _kept(rows, wish.caller, wish.place)

    async def _admit(self, wish: Wish) -> None:
        """Refuse places that are not the caller's to decide on."""
        if _checked(wish.place) == own_place(wish.caller):
            return
        if wish.place.startswith("user:"):
            raise UserMistake(
                "A feed can come to nobody but yourself, or to a channel.",
                hint="Choose a direct message, or the channel you are in.",
            )
        if await self._right_of(wish.caller) != "admin":
            raise NotAllowed.for_lack_of(ADMIN_ROLE)

    async def _set_quiet(self, caller: Caller, quiet: QuietHours | None) -> Subscriptions:
        if quiet is not None:
            check_quiet(quiet)
            check_timezone(quiet.timezone, self._timezones)
        now, ends = self._clock.now(), None
        async with self._store.write() as rows:
            if quiet is None:
                await rows.quiet.delete(caller.user_id)
            else:
                row = _quiet_row(quiet, caller.user_id)
                await rows.quiet.put(row)
                ends = quiet_until(row, now)
            await rows.held.move(own_place(caller), reason=QUIET, due_at=ends or now)
            return await _kept(rows, caller, own_place(caller))


def own_place(caller: Caller) -> str:
    """Return the place that is the caller's own: direct messages."""
    return f"user:{caller.user_id}"


def check_quiet(quiet: QuietHours) -> None:
    """Refuse minutes of no day, and hours without a length. Raises `UserMistake`."""
    if any(not 0 <= minute < MINUTES_A_DAY for minute in (quiet.from_minute, quiet.until_minute)):
        raise UserMistake("A day has no such time.", hint="Write the time like 22:00.")
    if quiet.from_minute == quiet.until_minute:
        raise UserMistake(
            "Quiet hours must end at another time than they begin.", hint="Change one of the two."
        )


def _checked(place: str) -> str:
    if not _PLACE.fullmatch(place):
        raise UserMistake(
            "That is no place a feed can come to.", hint="Choose a direct message or a channel."
        )
    return place


def _check(wish: Subscribe) -> None:
    if not _PERSONA.fullmatch(wish.persona):
        raise UserMistake(f"{wish.persona[:32]} is no persona.", hint="Pick one from the list.")
    if wish.locale not in LOCALES:
        raise UserMistake(f"{wish.locale[:32]} is not spoken here.", hint=f"Choose {' or '.join(LOCALES)}.")


async def _refuse_others(rows: Rows, wish: Wish) -> None:
    """Refuse a channel of another guild: who is an admin here is none there. Raises `NotAllowed`."""
    if wish.place == own_place(wish.caller):
        return
    kept = await rows.subscriptions.of_place(wish.place)
    if any(row.guild_id != wish.caller.guild_id for row in kept):
        raise NotAllowed.for_lack_of(ADMIN_ROLE)


async def _kept(rows: Rows, caller: Caller, place: str) -> Subscriptions:
    """Return what comes to a place, as far as the caller may know of it, with the caller's quiet hours."""
    is_own = place == own_place(caller)
    found = await rows.subscriptions.of_place(place) if is_own or place.startswith("channel:") else ()
    quiet = await rows.quiet.get(caller.user_id)
    return Subscriptions(
        subscriptions=[_told(row) for row in found if is_own or row.guild_id == caller.guild_id],
        quiet=None if quiet is None else _quiet_told(quiet),
    )


def _told(row: SubscriptionRow) -> Subscription:
    return Subscription(
        id=row.id,
        feed=row.feed,  # type: ignore[arg-type]  # only what a request may name is ever kept
        place=row.place,
        min_severity=row.min_severity,  # type: ignore[arg-type]  # the same
        digest=row.digest,  # type: ignore[arg-type]  # the same
        persona=row.persona,
        locale=row.locale,
    )


def _quiet_told(row: QuietRow) -> QuietHours:
    return QuietHours(
        user_id=row.user_id,
        from_minute=row.from_minute,
        until_minute=row.until_minute,
        timezone=row.timezone,
        is_urgent_let_through=row.is_urgent_let_through,
    )


def _quiet_row(quiet: QuietHours, user_id: str) -> QuietRow:
    return QuietRow(
        user_id=user_id,
        from_minute=quiet.from_minute,
        until_minute=quiet.until_minute,
        timezone=quiet.timezone,
        is_urgent_let_through=quiet.is_urgent_let_through,
    )
