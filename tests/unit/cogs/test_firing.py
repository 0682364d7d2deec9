"""Firing while the desk does not answer, and what is shown of a firing that is over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from asked_cogs import asking, facts, guide, run
from desk_said import NOW, switch
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from cogs._ui.desk_switch import switch_card
from cogs.killswitch import KillSwitch
from services.errors import BusUnavailable, NoAnswer
from services.members.messages import GetMember
from services.personas.roster import read_roster
from services.trading.killswitch.messages import FIRINGS, Fire

ROSTER = read_roster(Path(__file__).parents[3] / "personas")


@pytest.mark.parametrize(
    "silence", [NoAnswer("Late.", facts={"service": "killswitch"}), BusUnavailable("Away.")], ids=str
)
async def test_a_firing_is_kept_before_the_desk_is_asked_and_the_answer_says_so(silence: Exception) -> None:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[Fire] = silence
    host = guide(bus, ROSTER)
    with pytest.raises(NoAnswer, match="is kept") as told:
        await run(KillSwitch(host), "killswitch fire", asking(host))
    assert "omega flat" in str(told.value.hint)
    ((log, kept),) = bus.appended
    assert (log, kept) == (FIRINGS.name, next(one for one in bus.asked if isinstance(one, Fire)))


async def test_what_the_desk_itself_says_of_a_firing_is_said_as_it_is() -> None:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[Fire] = NoAnswer("Your own accounts are halted.")
    host = guide(bus, ROSTER)
    with pytest.raises(NoAnswer, match="Your own accounts"):
        await run(KillSwitch(host), "killswitch fire", asking(host))


def test_once_trading_goes_on_nothing_is_said_to_be_flat_now() -> None:
    voice = ROSTER.voice("waze")
    over = switch(state="ACTIVE", resumed_at=NOW + timedelta(hours=1))
    told = facts(switch_card(over, voice, key="1", owner="7"))
    assert "was flat then" in told["Accounts"]
    assert "no position, no order" not in told["Accounts"]
    assert "I had enough" in told["Why"]
    assert "Trading again since" in told
