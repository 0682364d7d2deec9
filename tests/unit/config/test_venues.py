from __future__ import annotations

import ccxt.async_support
import pytest

from config.loader import parse
from config.semantics import Surroundings
from config.venues import CCXT_VENUES, SANDBOX, SANDBOX_TWIN, VENUES


def test_the_known_venues_are_those_of_ccxt_and_our_own() -> None:
    """The authority is the ccxt that is installed."""
    assert frozenset(ccxt.async_support.exchanges) == CCXT_VENUES
    assert {SANDBOX, SANDBOX_TWIN} == VENUES - CCXT_VENUES


@pytest.mark.parametrize("name", sorted(VENUES - {SANDBOX_TWIN}))
def test_a_farm_file_may_name_any_of_them(name: str) -> None:
    raw = f"exchange: {{id: {name}, compare: [sandbox_twin]}}\nbots: {{market: {{}}}}\n".encode()
    there = Surroundings(personas=frozenset(), cogs=frozenset())
    assert parse(raw, "farm.yaml", there).file.exchange.id == name
