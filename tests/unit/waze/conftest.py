from __future__ import annotations

from pathlib import Path

import pytest
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import Role, WazeHost
from services.members.messages import GetMember
from services.personas.roster import Roster, read_roster


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def bus(clock: HandClock) -> FakeBus:
    bus = FakeBus(clock)
    bus.answers[GetMember] = stranger
    return bus


@pytest.fixture(scope="session")
def roster() -> Roster:
    return read_roster(Path(__file__).parents[3] / "personas")


@pytest.fixture
def xyko(roster: Roster, bus: FakeBus, clock: HandClock) -> WazeHost:
    return WazeHost(
        role=Role(persona=roster.card("xyko"), cogs=("price",)), roster=roster, bus=bus, clock=clock
    )


@pytest.fixture
def alone(roster: Roster, bus: FakeBus, clock: HandClock) -> WazeHost:
    role = Role(persona=roster.card("waze"), cogs=("help", "farm", "price"), is_alone=True)
    return WazeHost(role=role, roster=roster, bus=bus, clock=clock)
