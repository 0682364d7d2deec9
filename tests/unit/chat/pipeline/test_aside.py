from __future__ import annotations

from typing import Any

import pytest
from chat_stage import LEO, MIA, FakeAnswers, heard, small_roster, understood

from cogs._ui.card import press_id
from services.chat.messages import ShowPrivate
from services.chat.pipeline.aside import Aside
from services.errors import UserMistake


@pytest.fixture
def aside() -> Aside:
    return Aside(FakeAnswers(), small_roster(), press=press_id)


def asked(intent: str, **other: Any) -> ShowPrivate:
    return ShowPrivate(**{"id": "i1", "caller": MIA, "persona": "xyko", "intent": intent, **other})


@pytest.mark.parametrize(
    ("market", "press"),
    [
        (None, "chat|private|positions||en"),
        ("BTC", "chat|private|positions|BTC|en"),
        ("B|C", "chat|private|positions||en"),
        ("B" * 90, "chat|private|positions||en"),
    ],
)
def test_where_others_read_a_button_promises_the_answer(aside: Aside, market: str | None, press: str) -> None:
    answered = aside.offer(heard(), understood("positions", market=market))
    assert answered.card.verdict == "chat_private what=your positions"
    assert [action.press for action in answered.card.actions] == [press]
    assert answered.is_private


async def test_whoever_presses_sees_what_is_their_own(aside: Aside) -> None:
    seen = [(await aside.show(asked("positions", caller=caller))).card.verdict for caller in (MIA, LEO)]
    assert seen == ["positions of 7", "positions of 8"]


@pytest.mark.parametrize("intent", ["price", "memory", "no such wish"])
async def test_a_button_that_promises_nothing_private_shows_nothing(aside: Aside, intent: str) -> None:
    with pytest.raises(UserMistake):
        await aside.show(asked(intent))
