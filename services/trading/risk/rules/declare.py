"""How a rule of the gate is declared: one function that looks at a case and gives its verdict.

The function is pure and knows no other rule. A rule of a limit has the limit's name. Where a rule has nothing
to say of an order, such as a rule about stops of an order without one, it gives None.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.trading.messages import Unit, Verdict
from services.trading.risk.case import Case
from services.trading.risk.limits import TERMS

Decide = Callable[[Case], Verdict | None]
UNTOLD: Final = "It cannot be told now, and what is not known is not let through. Try again in a moment."


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """A declared rule. `is_always`: it is asked of orders that reduce, too."""

    name: str
    decide: Decide
    is_always: bool


_declared: dict[str, Rule] = {}


def rule(name: str, *, is_always: bool = False) -> Callable[[Decide], Decide]:
    """Declare the decorated function as the rule `name`."""

    def keep(decide: Decide) -> Decide:
        _declared[name] = Rule(name=name, decide=decide, is_always=is_always)
        return decide

    return keep


def declared() -> Mapping[str, Rule]:
    """Return every rule by its name; `services.trading.risk.rules.catalogue` imports them all."""
    return dict(_declared)


def held_to(
    case: Case, name: str, value: Decimal | None, *, is_refused_at: bool = False, why: str = ""
) -> Verdict:
    """Return the verdict of a limit on a value.

    Args:
        case: the order.
        name: of the limit.
        value: what is held to it; None refuses an order that opens, since it cannot be told.
        is_refused_at: whether the limit itself is refused already: what halts once it is reached.
        why: what is said of a value that is not known.
    """
    term, limit = TERMS[name], case.limits[name].value
    if value is None:
        is_passed = case.is_reducing
    elif term.is_floor:
        is_passed = value >= limit
    else:
        is_passed = value < limit or (value == limit and not is_refused_at)
    return Verdict(
        rule=name,
        words=term.words,
        is_passed=is_passed,
        value=value,
        limit=limit,
        unit=term.unit,
        hint="" if is_passed else term.hint if value is not None else why or UNTOLD,
    )


def passed(name: str, words: str, *, value: Decimal | None = None, limit: Decimal | None = None) -> Verdict:
    """Return the verdict of a rule that has nothing against the order."""
    return Verdict(rule=name, words=words, is_passed=True, value=value, limit=limit)


def refused(
    name: str,
    words: str,
    hint: str,
    *,
    value: Decimal | None = None,
    limit: Decimal | None = None,
    unit: Unit = "text",
    is_hint_quoted: bool = False,
) -> Verdict:
    """Return the verdict of a rule that refuses the order."""
    return Verdict(
        rule=name,
        words=words,
        is_passed=False,
        value=value,
        limit=limit,
        unit=unit,
        hint=hint,
        is_hint_quoted=is_hint_quoted,
    )
