"""Deliveries on the bus: what is dead, trying it again, and taking up the deliveries of a persona."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any, ClassVar, Final, Protocol, cast

import structlog

from services.alerts.delivery.absence import Absence
from services.alerts.delivery.ledger import Ledger
from services.alerts.delivery.notices import OF_BOTS
from services.alerts.delivery.places import Bell
from services.alerts.delivery.relay import Relay
from services.alerts.feeds import Dead, DeadLetters, ListDead, ReplayDead, TakenUp, TakeUp
from services.alerts.posts import deliveries
from services.bus.messages import DeadLetter, Message, R, Request
from services.clock import Clock
from services.errors import NotAllowed, UserMistake
from services.members.messages import Caller, Right
from services.memory import Remembered, Shared
from services.omega import OmegaService, ServiceConfig
from services.store.deliveries import Sought
from services.store.rows import AT_ONCE, DeliveryRow

_SHOWN: Final = 25
_ALL: Final = 1_000
_MOST: Final = 20_000
_REMEMBERED_FOR: Final = 60.0
"""Seconds within which a question may be delivered again."""
_KINDS: Final = {
    "post": "alert for {place}",
    "state": "new state of an alert for {place}",
    "chart": "chart of an alert for {place}",
    "notice": "notice for {place}",
    "digest": "digest for {place}",
    "brief": "scheduled post for {place}",
}
_ENTRY: Final = "entry of {log}"

log = structlog.get_logger(__name__)


class Shelved(Protocol):
    """The logs as seen from outside."""

    async def dead_logs(self) -> dict[str, int]:
        """Return how many dead letters each log has. Raises `BusUnavailable`."""
        ...

    async def dead(self, log_name: str, *, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters of a log. Raises `BusUnavailable`."""
        ...

    async def replay(self, letter: DeadLetter) -> bool:
        """Append it again; False where it is gone. Raises `BusUnavailable`."""
        ...

    async def outstanding(self, log_name: str, *, most: int) -> frozenset[str]:
        """Return the ids of entries that nobody has acknowledged. Raises `BusUnavailable`."""
        ...


class DeliveriesService(OmegaService):
    """Answers admins about what is dead, and bots about what is still theirs.

    Args:
        config: as for every service.
        ledger: the deliveries.
        shelf: the logs.
        relay: whose bot posts for whom.
        absence: hears who is back.
        bell: rung for what is tried again.
        right_of: the strongest right of a caller; members knows it.
        clock: when something was tried again.
    """

    name: ClassVar[str] = "deliveries"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (ListDead, ReplayDead, TakeUp)

    def __init__(
        self,
        config: ServiceConfig,
        *,
        ledger: Ledger,
        shelf: Shelved,
        relay: Relay,
        absence: Absence,
        bell: Bell,
        right_of: Callable[[Caller], Awaitable[Right]],
        clock: Clock,
    ) -> None:
        super().__init__(config)
        self._ledger = ledger
        self._shelf = shelf
        self._relay = relay
        self._absence = absence
        self._bell = bell
        self._right_of = right_of
        self._clock = clock
        self._replayed: Remembered[str, bool] = Remembered(clock)
        self._under_way: Shared[str, None] = Shared()

    async def process(self, request: Request[R]) -> R:
        """Answer `request`.

        Raises:
            NotAllowed: the caller is no admin.
            UserMistake: there is nothing dead of that id.
            Unavailable: the database or the bus is away.
        """
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case ListDead(caller=caller, limit=limit):
                await self._admit(caller)
                return await self._dead(min(max(limit, 1), _SHOWN))
            case ReplayDead(id=id_, caller=caller, dead=dead):
                await self._admit(caller)
                await self._under_way.once(id_, lambda: self._replay_once(id_, dead))
                return await self._dead(_SHOWN)
            case TakeUp(persona=persona):
                return await self._take_up(persona)
        raise TypeError(f"deliveries does not answer {type(request).__name__}")

    async def _admit(self, caller: Caller) -> None:
        if await self._right_of(caller) != "admin":
            raise NotAllowed.for_lack_of("Admin")

    async def _dead(self, limit: int) -> DeadLetters:
        async with self._ledger.read() as rows:
            newest, total = await rows.deliveries.newest(Sought(status="dead", limit=limit))
        letters, more = await self._letters(limit)
        dead = [*map(_of_row, newest), *map(_of_letter, letters)]
        dead.sort(key=lambda one: one.at, reverse=True)
        return DeadLetters(dead=dead[:limit], total=total + more)

    async def _letters(self, limit: int) -> tuple[list[DeadLetter], int]:
        """Return the newest dead letters of every log, and how many there are.

        Those of the bots' logs are left out: their deliveries have rows, which are dead or were tried again.
        """
        counts = {
            name: count
            for name, count in (await self._shelf.dead_logs()).items()
            if not name.startswith(OF_BOTS)
        }
        found = [letter for name in counts for letter in await self._shelf.dead(name, limit=limit)]
        return found, sum(counts.values())

    async def _replay_once(self, id_: str, dead: str) -> None:
        """Replay however often it is asked for with one id: what has died again since stays dead."""
        if not self._replayed.get(id_):
            await self._replay(dead)
            self._replayed.keep(id_, value=True, seconds=_REMEMBERED_FOR)

    async def _replay(self, dead: str) -> None:
        replayed = await self._replay_rows(dead) if ":" not in dead else 0
        if not dead or ":" in dead:
            letters, _ = await self._letters(_ALL)
            for letter in letters:
                if not dead or _of_letter(letter).id == dead:
                    replayed += await self._shelf.replay(letter)
        if dead and not replayed:
            raise UserMistake("That is not among the dead letters.", hint="Look at /farm deadletters again.")
        log.info("dead_replayed", dead=dead or "all", count=replayed)

    async def _replay_rows(self, dead: str) -> int:
        now = self._clock.now()
        async with self._ledger.write() as rows:
            if dead:
                found = [row for row in await rows.deliveries.of([dead]) if row.status == "dead"]
            else:
                found = await rows.deliveries.find(Sought(status="dead", limit=_ALL))
            again = [
                replace(
                    row, status="waiting", due_at=AT_ONCE, updated_at=now, tries=max(1, row.tries), reason=""
                )
                for row in found
            ]
            await rows.deliveries.put(again)
        self._bell.ring()
        return len(again)

    async def _take_up(self, persona: str) -> TakenUp:
        """Let a bot post again what is its own; of the rest in its logs it learns that it is not.

        That is what was given to another meanwhile, what is done, and what somebody had deleted.
        """
        self._absence.came(persona)
        there: set[str] = set()
        for is_urgent in (False, True):
            name = deliveries(persona, is_urgent=is_urgent).name
            there |= await self._shelf.outstanding(name, most=_MOST)
        async with self._ledger.write() as rows:
            kept = await rows.deliveries.of([*there])
        own = {row.id for row in kept if self._relay.carrier(row.persona) == persona and _is_open(row)}
        return TakenUp(gone=sorted(there - own))


def _is_open(row: DeliveryRow) -> bool:
    return row.status in ("waiting", "queued")


def _of_row(row: DeliveryRow) -> Dead:
    what = _KINDS.get(row.kind, "{place}").format(place=row.place)
    return Dead(id=row.id, what=what, reason=row.reason, at=row.updated_at, tries=row.tries)


def _of_letter(letter: DeadLetter) -> Dead:
    return Dead(
        id=f"{letter.log}:{letter.id}",
        what=_ENTRY.format(log=letter.log),
        reason=letter.error,
        at=letter.at,
        tries=letter.deliveries,
    )
