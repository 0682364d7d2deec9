"""Every rule, in the order in which it is asked, and the verdict of them all."""

from __future__ import annotations

from services.trading.intents.intent import Judged
from services.trading.risk.case import Case
from services.trading.risk.rules import account, market, size
from services.trading.risk.rules.declare import declared

MODULES = (account, market, size)
"""Importing them has declared their rules."""


def judge(case: Case) -> Judged:
    """Ask every rule that concerns the order; those that refuse it come first."""
    found = [
        verdict
        for one in declared().values()
        if one.is_always or not case.is_reducing
        if (verdict := one.decide(case)) is not None
    ]
    return Judged(state=case.state, verdicts=tuple(sorted(found, key=lambda one: one.is_passed)))
