"""`/farm deadletters`: what could not be delivered, and trying it again."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from alert_voices import guide_with_alerts
from asked_cogs import asking, command_of, facts, guide, press, presses, run
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs.farm import Farm
from services.alerts.feeds import Dead, DeadLetters, ListDead, ReplayDead
from services.errors import NotAllowed, UserMistake
from services.members.messages import Allowed, GetMember, GetRight
from services.personas.roster import Roster, read_roster

AT = datetime(2026, 8, 1, 12, tzinfo=UTC)
DEAD = [
    Dead(
        id=f"d{number}", what="alert for channel:42", reason="gone: The channel is gone.", at=AT, tries=number
    )
    for number in range(1, 9)
]
ENTRY = Dead(id=f"seconds:{'7' * 90}", what="entry of seconds", reason="r" * 900, at=AT, tries=5)


@pytest.fixture(scope="module")
def roster(tmp_path_factory: pytest.TempPathFactory) -> Roster:
    return read_roster(guide_with_alerts(tmp_path_factory.mktemp("personas")))


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[GetRight] = Allowed(right="admin")
    bus.answers[ListDead] = DeadLetters(dead=DEAD, total=40)
    bus.answers[ReplayDead] = DeadLetters(dead=[], total=0)
    return bus


@pytest.fixture
def host(bus: FakeBus, roster: Roster) -> WazeHost:
    return guide(bus, roster)


async def test_each_is_told_with_its_reason_age_and_tries_and_can_be_tried_again(
    host: WazeHost, bus: FakeBus
) -> None:
    (card,) = (await run(Farm(host), "farm deadletters", asking(host, locale="pt-BR"))).cards
    (asked,) = bus.questions
    assert isinstance(asked, ListDead)
    assert card.verdict == "40 dead."
    stamp = int(AT.timestamp())
    told = facts(card)
    assert told["2"].splitlines() == [
        "alerta para <#42>",
        "O canal não existe mais.",
        f"<t:{stamp}:f> (<t:{stamp}:R>) · tentativas 2",
    ]
    assert told["Mais"] == "32 não mostrados"
    assert presses(card) == [*(f"farm|replay|7|d{number}" for number in range(1, 9)), "farm|replay|7|"]
    assert card.actions[-1].label == "Tentar tudo de novo"


@pytest.mark.parametrize(("button", "dead"), [("farm|replay|7|d1", "d1"), ("farm|replay|7|", "")])
async def test_one_or_all_are_tried_again_by_the_admin_whose_card_it_is(
    host: WazeHost, bus: FakeBus, button: str, dead: str
) -> None:
    (card,) = (await press(Farm(host), button, asking(host))).cards
    asked = bus.questions[-1]
    assert isinstance(asked, ReplayDead)
    assert (asked.dead, asked.caller.user_id) == (dead, "7")
    assert (card.verdict, card.actions) == ("0 dead.", ())


async def test_nobody_else_tries_anything_again(host: WazeHost, bus: FakeBus) -> None:
    with pytest.raises(UserMistake, match="somebody else") as refused:
        await press(Farm(host), "farm|replay|7|", asking(host, user=8))
    assert refused.value.hint == "Run /farm deadletters for your own."
    bus.answers[GetRight] = Allowed(right="member")
    with pytest.raises(NotAllowed):
        await press(Farm(host), "farm|replay|7|", asking(host))
    assert not any(isinstance(one, ReplayDead) for one in bus.questions)


async def test_an_id_that_fits_into_no_button_is_tried_again_with_all(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListDead] = DeadLetters(dead=[ENTRY], total=1)
    (card,) = (await run(Farm(host), "farm deadletters", asking(host))).cards
    assert presses(card) == ["farm|replay|7|"]
    assert "entry of seconds" in facts(card)["1"]


@pytest.mark.parametrize("button", ["farm", "farm|status", "farm|explode|7", "farm|replay|7"])
async def test_a_button_that_nobody_knows_asks_nothing(host: WazeHost, bus: FakeBus, button: str) -> None:
    owner = button.endswith("|7")
    if owner:
        (card,) = (await press(Farm(host), button, asking(host))).cards
        assert card.verdict in host.roster.voice("waze", "en").variants("ended", {})
    else:
        with pytest.raises(UserMistake, match="somebody else"):
            await press(Farm(host), button, asking(host))
    assert not any(isinstance(one, ReplayDead) for one in bus.questions)


def test_it_is_for_admins_alone() -> None:
    command = command_of(Farm, "farm deadletters")
    assert command.extras["is_private"]
    assert len(command.checks) == 1
