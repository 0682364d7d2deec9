from __future__ import annotations

import sys

import pytest

from bots.waze.catalogue import cog_of_cards
from services.personas.roster import Roster


@pytest.mark.parametrize("name", ["price", "alerts", "memory", "alert_card", "desk_card", "desk_ticket"])
def test_a_cog_is_found_by_whose_cards_any_bot_may_show(roster: Roster, name: str) -> None:
    found = cog_of_cards(roster, name)
    assert found is not None
    assert found.__name__ == f"cogs.{name}"


@pytest.mark.parametrize("name", ["", "_host", "os", "price.py", "..price", "Price"])
def test_a_forged_name_is_no_cog_and_imports_nothing(roster: Roster, name: str) -> None:
    before = set(sys.modules)
    assert cog_of_cards(roster, name) is None
    assert set(sys.modules) == before


@pytest.mark.parametrize("name", ["settings", "chat"])
def test_a_cog_that_answers_nothing_in_plain_words_is_its_bots_own(roster: Roster, name: str) -> None:
    assert cog_of_cards(roster, name) is None
