"""Takes in what became of an order: its owner is told, the row is moved, the journal has its line.

The owner is told first: an event has an id of its own, so one that is told again after a crash changes
nothing, and one that was never told would be lost. Nothing is asked of a venue here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial

import msgspec

from services.alerts.trading_posts import Event
from services.clock import Clock
from services.exchange.orders import Fill, Order
from services.store.trading_rows import AccountRow, IntentRow
from services.trading.intents import rows
from services.trading.intents.crash_points import CrashPoints
from services.trading.intents.register import Move, Register
from services.trading.intents.telling import basis_of, changes_told
from services.trading.intents.turns import Turns
from services.trading.messages import Verdict
from services.trading.ports import VERDICTS, Journal, Session, Teller, tick_of

_MOST_TALLIES = 2_000
_LINES: Mapping[str, str] = {
    "sending": "The risk gate let it pass; it is being sent.",
    "unknown": "The venue did not answer; it is looked up and not sent again.",
    "open": "The venue has it.",
    "filled": "Filled: {filled} at {price}.",
    "canceled": "Canceled; {filled} was filled.",
    "rejected": "Refused: {why}",
    "abandoned": "It did not reach the venue: {why}",
}
"""What the journal says of each state."""
_CANCELED = "Canceled; how much was filled is not known."
_PARTLY = "Filled in part: {filled} at {price}."
_ON_PAPER: Mapping[str, str] = {
    _LINES["filled"]: "Filled: {filled} at {price}. {basis}",
    _PARTLY: "Filled in part: {filled} at {price}. {basis}",
}
"""The same where it is known what a fill rests on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What is known of an order beyond its row, when it moves."""

    tick: Decimal | None = None
    fills: Sequence[Fill] = ()
    basis: str = ""
    """What its fills rest on, if they are simulated."""


_NOTHING_KNOWN = _Known()


@dataclass(slots=True)
class Tally:
    """The fills that were heard of, each once, by order."""

    _fills: dict[tuple[str, str], dict[str, Fill]] = field(default_factory=dict)

    def take(self, account_id: str, fill: Fill) -> Sequence[Fill]:
        """Note a fill and return all of its order that were heard of."""
        known = self._fills.setdefault((account_id, fill.order_id), {})
        known[fill.id] = fill
        while len(self._fills) > _MOST_TALLIES:
            del self._fills[next(iter(self._fills))]
        return tuple(known.values())

    def of(self, account_id: str, order_id: str) -> Sequence[Fill]:
        """Return the fills of an order that were heard of."""
        return tuple(self._fills.get((account_id, order_id), {}).values())


class Outcomes:
    """Of all accounts."""

    def __init__(
        self,
        register: Register,
        *,
        teller: Teller,
        journal: Journal,
        turns: Turns,
        clock: Clock,
        points: CrashPoints,
    ) -> None:
        self._register = register
        self._teller = teller
        self._journal = journal
        self._turns = turns
        self._clock = clock
        self._points = points
        self._tally = Tally()

    async def order(self, session: Session, row: IntentRow, order: Order) -> IntentRow:
        """Take in how the venue says that an order stands."""
        fills = self._tally.of(row.account_id, order.id)
        move = partial(_by_order, order, fills, self._clock)
        return await self._moved(session.row, row, move, known=_known(session, row, fills))

    async def fill(self, session: Session, row: IntentRow, fill: Fill) -> IntentRow:
        """Take in a fill; the same one again changes nothing."""
        fills = self._tally.take(row.account_id, fill)
        now = self._clock.now()

        def move(known: IntentRow) -> IntentRow | None:
            return rows.moved_by_fills(known, fills, now)

        return await self._moved(session.row, row, move, known=_known(session, row, fills))

    def hear(self, account_id: str, fill: Fill) -> None:
        """Note a fill of an order that is not known yet."""
        self._tally.take(account_id, fill)

    async def settle(
        self,
        account: AccountRow,
        row: IntentRow,
        status: str,
        *,
        reason: str = "",
        verdicts: Sequence[Verdict] = (),
    ) -> IntentRow:
        """Put an intent into a state of our own finding; `verdicts` go into its line of the journal."""
        now = self._clock.now()

        def move(known: IntentRow) -> IntentRow | None:
            return rows.settled(known, status, now, reason=reason)

        return await self._moved(account, row, move, verdicts=verdicts)

    async def leave(
        self, accounts: Iterable[AccountRow], row: IntentRow, status: str, *, reason: str
    ) -> IntentRow:
        """Settle an intent whose account may be gone: then nobody is left to be told.

        One that has moved on since it was read is left as it is.
        """
        now = self._clock.now()

        def move(known: IntentRow) -> IntentRow | None:
            return rows.settled(known, status, now, reason=reason) if known.status == row.status else None

        for account in accounts:
            if account.id == row.account_id:
                return await self._moved(account, row, move)
        return (await self._register.move(row, move)).after

    async def unsent(self, account: AccountRow, row: IntentRow, *, reason: str) -> IntentRow:
        """Note that an intent, though it was written as being sent, certainly never left."""
        now = self._clock.now()
        return await self._moved(account, row, lambda known: rows.unsent(known, now, reason=reason))

    async def sent(
        self, account: AccountRow, row: IntentRow, *, verdicts: Sequence[Verdict] = ()
    ) -> IntentRow:
        """Note that an intent is being sent from now on, and by which verdicts it passed."""
        now = self._clock.now()

        def move(known: IntentRow) -> IntentRow | None:
            moved = rows.settled(known, "sending", now)
            return None if moved is None else rows.sent_at(moved, now)

        return await self._moved(account, row, move, verdicts=verdicts)

    async def _moved(
        self,
        account: AccountRow,
        row: IntentRow,
        move: Move,
        *,
        known: _Known = _NOTHING_KNOWN,
        verdicts: Sequence[Verdict] = (),
    ) -> IntentRow:
        """Move a row; `row` may be older than what is kept."""
        if _events(account, row, move, known):
            row = await self._register.get(row.id) or row
        await self._tell(account, row, move, known)
        self._points.reach("before_outcome")
        before, after = await self._register.move(row, move)
        if before != row:
            await self._tell(account, before, move, known)
        self._note(account, before, after, verdicts, known.basis)
        return after

    async def _tell(self, account: AccountRow, row: IntentRow, move: Move, known: _Known) -> None:
        """Tell what a move of a row is to its owner."""
        for event in _events(account, row, move, known):
            await self._teller.tell(event)

    def _note(
        self,
        account: AccountRow,
        before: IntentRow,
        after: IntentRow,
        verdicts: Sequence[Verdict],
        basis: str,
    ) -> None:
        """Write it into the journal, after all that was written of the account before."""
        if (before.status, before.filled) == (after.status, after.filled):
            return
        words = _words(after)
        facts = {
            "filled": "" if after.filled is None else str(after.filled),
            "price": str(after.average or ""),
            "why": after.reason,
            "order": after.order_id,
            "side": after.side,
            "kind": after.kind,
            "amount": str(after.amount),
        }
        if basis and words in _ON_PAPER:
            facts["basis"], words = basis, _ON_PAPER[words]
        if verdicts:
            facts[VERDICTS] = msgspec.json.encode(verdicts).decode()
        self.write(
            account,
            words,
            facts,
            kind="decision" if after.status == "sending" or not after.sent_at else "order",
            market=after.market,
            intent=after.id,
            key=f"{after.id}:{after.status}:{after.filled or 0}",
        )

    def write(
        self,
        account: AccountRow,
        words: str,
        facts: Mapping[str, str],
        *,
        kind: str,
        market: str,
        intent: str = "",
        key: str,
    ) -> None:
        """Let the journal have a line when its turn comes."""
        self._turns.put(
            f"journal:{account.id}",
            lambda: self._journal.write(
                account, kind, words, facts=facts, market=market, intent=intent, key=key
            ),
        )


def _words(row: IntentRow) -> str:
    """Return what the journal says of how a row stands."""
    if row.status == "canceled" and row.filled is None:
        return _CANCELED
    return _PARTLY if row.status == "open" and row.filled else _LINES[row.status]


def _known(session: Session, row: IntentRow, fills: Sequence[Fill]) -> _Known:
    return _Known(tick=tick_of(session, row.market), fills=fills, basis=basis_of(session))


def _events(account: AccountRow, row: IntentRow, move: Move, known: _Known) -> Sequence[Event]:
    moved = move(row)
    if moved is None:
        return ()
    return tuple(changes_told(account, row, moved, tick=known.tick, fills=known.fills, basis=known.basis))


def _by_order(order: Order, fills: Sequence[Fill], clock: Clock, row: IntentRow) -> IntentRow | None:
    """Move a row by its order, and by its fills where those say more."""
    now = clock.now()
    moved = rows.moved_by_order(row, order, now)
    further = rows.moved_by_fills(moved or row, fills, now) if fills else None
    return further or moved
