"""Why something was ordered, refused or halted: by the first characters of an id, among one's own only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, TypedDict

from services.errors import UserMistake
from services.store.store import Rows, Store
from services.store.trading_rows import IntentRow, JournalRow, ProposalRow
from services.trading.ledger.journal import shown, verdicts_of
from services.trading.ledger.messages import OrderWhy
from services.trading.ordered import order_view

SHORTEST: Final = 4
"""Characters of an id that are enough to ask by."""
_MOST: Final = 100
"""Rows of each kind that are taken, the newest."""
_PLAN: Final = "plan:"


class _Newest(TypedDict):
    """Which rows are looked for."""

    user_id: str
    newest: bool
    limit: int


@dataclass(slots=True)
class _Found:
    """What begins with the id: an order, a proposal, or a line of the journal."""

    intents: list[IntentRow] = field(default_factory=list)
    proposals: list[ProposalRow] = field(default_factory=list)
    lines: list[JournalRow] = field(default_factory=list)

    @property
    def ids(self) -> set[str]:
        """Return the ids of whatever was found; lines that tell of one order count as that order."""
        named = {one.intent_id or one.id for one in self.lines}
        return {one.id for one in self.intents} | {one.id for one in self.proposals} | named


async def why(store: Store, user_id: str, wanted: str) -> OrderWhy:
    """Return everything about one order, proposal or line of the journal of a member.

    Raises:
        UserMistake: it is none of theirs, or several begin so.
    """
    start = wanted.strip().lstrip("#")
    if len(start) < SHORTEST:
        raise UserMistake(
            f"An id needs at least {SHORTEST} characters.", hint="Copy it from the order or the journal."
        )
    async with store.read() as rows:
        found = await _find(rows, user_id, start)
        name = _only(found, start)
        intent = await _intent_of(rows, user_id, name, found.proposals)
        names = sorted({name} | ({intent.id} if intent else set()))
        lines = await rows.trading.journal.where(user_id=user_id, intent_id=names, by="at")
        kind = await _plan_kind(rows, intent)
    lines = lines or [one for one in found.lines if one.id == name]
    return OrderWhy(
        id=name,
        order=None if intent is None else order_view(intent, plan=kind),
        verdicts=[verdict for one in lines for verdict in verdicts_of(one)],
        lines=[shown(one) for one in lines],
    )


async def own_intent(store: Store, user_id: str, wanted: str) -> str:
    """Return the whole id of one of a member's orders; raises as `why`, also of what is no order."""
    found = await why(store, user_id, wanted)
    if found.order is None:
        raise _no_order(wanted)
    return found.order.id


async def _find(rows: Rows, user_id: str, start: str) -> _Found:
    trading, newest = rows.trading, _Newest(user_id=user_id, newest=True, limit=_MOST)
    intents = await trading.intents.where(by="created_at", starting=("id", start), **newest)
    intents += await trading.intents.where(by="created_at", starting=("order_id", start), **newest)
    proposals = await trading.proposals.where(by="created_at", starting=("id", start), **newest)
    if intents or proposals:
        return _Found(intents, proposals)
    lines = await trading.journal.where(by="at", starting=("id", start), **newest)
    return _Found(lines=lines + await trading.journal.where(by="at", starting=("intent_id", start), **newest))


def _only(found: _Found, start: str) -> str:
    """Return the one id that was found; a whole id counts, although longer ones begin so."""
    if start in found.ids or len(found.ids) == 1:
        return start if start in found.ids else next(iter(found.ids))
    if not found.ids:
        raise _no_order(start)
    raise UserMistake(f"Several ids begin with {start}.", hint="Write more of its characters.")


def _no_order(start: str) -> UserMistake:
    return UserMistake(
        f"There is no order {start} of yours.", hint="Copy the id from the order or the journal."
    )


async def _intent_of(
    rows: Rows, user_id: str, name: str, proposals: Sequence[ProposalRow]
) -> IntentRow | None:
    """Return the intent of that id, or the one that came of the proposal."""
    outcomes = [one.outcome for one in proposals if one.id == name]
    for wanted in (name, *outcomes):
        intent = await rows.trading.intents.get(wanted)
        if intent is not None and intent.user_id == user_id:
            return intent
    return None


async def _plan_kind(rows: Rows, intent: IntentRow | None) -> str:
    if intent is None or not intent.origin.startswith(_PLAN):
        return ""
    plan = await rows.trading.plans.get(intent.origin.removeprefix(_PLAN))
    return "" if plan is None else plan.kind
