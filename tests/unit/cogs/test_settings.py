from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from persona_fakes import FakeBus, HandClock

from bots.waze.host import Role, WazeHost
from cogs.settings import Settings
from services.errors import UserMistake
from services.personas.roster import read_roster

ROSTER = read_roster(Path(__file__).parents[3] / "personas")


async def test_colours_that_there_are_not_are_refused_and_take_no_choice_back() -> None:
    bus = FakeBus(HandClock())
    role = Role(persona=ROSTER.card("waze"), cogs=("settings",))
    cog = Settings(WazeHost(role=role, roster=ROSTER, bus=bus, clock=bus.clock))
    who: Any = SimpleNamespace(id=1, user=SimpleNamespace(id=7), locale="en-US", extras={})
    command: Any = Settings.palette
    with pytest.raises(UserMistake, match="no colours called teal"):
        await command.callback(cog, who, "teal")
    assert bus.asked == []
