"""Every kind of plan, and how one is written into its row and read from it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from services.store.trading_rows import IntentRow, PlanRow
from services.trading.intents.intent import RECONCILING
from services.trading.orders.plans.bracket import Bracket
from services.trading.orders.plans.dca import Dca
from services.trading.orders.plans.iceberg import Iceberg
from services.trading.orders.plans.oco import Oco
from services.trading.orders.plans.plan import Child, Role
from services.trading.orders.plans.trailing import Trailing
from services.trading.orders.plans.twap import Twap

AnyPlan = Bracket | Oco | Iceberg | Twap | Dca | Trailing
MOST_TRIES: Final = 8
"""So often a child may be refused for that before it counts as refused."""
_DECODER: Final[msgspec.json.Decoder[AnyPlan]] = msgspec.json.Decoder(AnyPlan)


def kind_of(plan: AnyPlan) -> str:
    """Return the name of the kind."""
    return type(plan).__name__.lower()


def write_plan(plan: AnyPlan) -> str:
    """Return the body of the plan's row."""
    return msgspec.json.encode(plan).decode()


def read_plan(row: PlanRow) -> AnyPlan:
    """Return the plan of a row."""
    return _DECODER.decode(row.body)


def is_kept_by_farm(plan: AnyPlan) -> bool:
    """Return whether the farm carries it out, so that nothing of it happens while the farm is down."""
    return not (isinstance(plan, Bracket) and plan.is_attached)


def entering_roles(plan: AnyPlan) -> tuple[Role, ...]:
    """Return the roles of the children that carry the plan's own amount."""
    match plan:
        case Oco():
            return ("limit", "stop")
        case Bracket():
            return ("entry",)
        case Dca():
            return ("step",)
        case Trailing():
            return ("exit",)
        case Iceberg() | Twap():
            return ("slice",)


def intent_id_of(plan_id: str, role: str, number: int, tries: int = 0) -> str:
    """Return the id of a child: always the same, so that a step that is taken twice is taken once.

    `tries` is how often it was refused because its account had not been compared yet.
    """
    again = f"-again{tries}" if tries else ""
    return f"{plan_id}{again}-{role}{number}"


def children_of(rows: Sequence[IntentRow]) -> tuple[Child, ...]:
    """Return the children that these rows are, oldest first of each role, without those to be sent again."""
    return tuple(child for child in _children(rows) if child.row.id not in _early(rows))


def unsent_of(rows: Sequence[IntentRow]) -> tuple[Child, ...]:
    """Return the children that are to be sent again, each try of each."""
    sent = {(child.role, child.number) for child in children_of(rows)}
    early = _early(rows)
    return tuple(
        child for child in _children(rows) if child.row.id in early and (child.role, child.number) not in sent
    )


def _children(rows: Sequence[IntentRow]) -> list[Child]:
    return sorted(map(_child, rows), key=lambda child: (child.role, child.number))


def _early(rows: Sequence[IntentRow]) -> frozenset[str]:
    """Return the ids of those that came too early: of a child that did so too often none."""
    early = [
        _child(row)
        for row in rows
        if row.status == "rejected" and row.sent_at is None and row.reason == RECONCILING
    ]
    tries = Counter((child.role, child.number) for child in early)
    return frozenset(child.row.id for child in early if tries[child.role, child.number] < MOST_TRIES)


def _child(row: IntentRow) -> Child:
    name = row.id.rpartition("-")[2]
    role = name.rstrip("0123456789")
    return Child(role=role, number=int(name[len(role) :] or 0), row=row)
