"""Firings as the latch alone knows them: enough to carry them out where no report tells of them."""

from __future__ import annotations

from collections.abc import Mapping

from services.trading.killswitch.latch_file import Held
from services.trading.killswitch.report_file import Firing, Hand
from services.trading.scopes import SWITCHED_FARM, account_scope, is_switched, plain


def standing(latched: Mapping[str, Held], hand: Hand) -> list[Firing]:
    """Return the firings that hold something in the latch, each once."""
    scopes: dict[str, list[str]] = {}
    told: dict[str, Held] = {}
    for scope, held in latched.items():
        if is_switched(scope) and held.state == "HALTED" and held.firing:
            scopes.setdefault(held.firing, []).append(scope)
            told[held.firing] = held
    return [_firing(name, told[name], own, hand) for name, own in scopes.items()]


def _firing(name: str, held: Held, scopes: list[str], hand: Hand) -> Firing:
    is_farm = SWITCHED_FARM in scopes
    accounts = [plain(scope).removeprefix(account_scope("")) for scope in scopes]
    return Firing(
        id=name,
        scope="all" if is_farm else "me",
        accounts=[] if is_farm else accounts,
        why=held.why,
        by=held.by,
        at=held.at,
        updated_at=held.at,
        hand=hand,
    )
