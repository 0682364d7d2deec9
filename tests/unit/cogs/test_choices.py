from __future__ import annotations

from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest
from discord.app_commands import Choice
from structlog.testing import capture_logs

from cogs._host import Asked
from cogs._markets import PATIENCE, market_choices, remember_market, venue_choices, venues_choices
from services.errors import BusUnavailable, Fault, NoAnswer, OmegaError
from services.market.venue import ANSWER_SECONDS


class Failing:
    """A host that answers everything with one error."""

    def __init__(self, error: OmegaError) -> None:
        self.error = error

    async def ask(self, *_: object, **__: float) -> Any:
        raise self.error

    async def latest(self, *_: object, **__: str) -> Any:
        raise self.error


def asker(error: OmegaError) -> Asked:
    one = SimpleNamespace(client=SimpleNamespace(host=Failing(error)), user=SimpleNamespace(id=7))
    return cast("Asked", one)


async def remember(asked: Asked, typed: str) -> list[Choice[str]]:
    await remember_market(asked, typed)
    return []


CHOOSE = [
    (market_choices, ["favourites", "recent markets", "markets"]),
    (venue_choices, ["venues"]),
    (venues_choices, ["venues"]),
    (remember, ["remembered market"]),
]
Choose = Callable[[Asked, str], Awaitable[list[Choice[str]]]]


def test_who_asks_waits_as_long_as_a_venue_may_be_opened_and_asked_and_hardly_longer() -> None:
    longest = 2 * ANSWER_SECONDS
    assert longest < PATIENCE <= longest + 1


@pytest.mark.parametrize(("choose", "lacking"), CHOOSE)
@pytest.mark.parametrize("error", [BusUnavailable("Away."), NoAnswer("Silent.")])
async def test_a_list_of_choices_does_without_what_is_away_and_the_log_says_so(
    choose: Choose, lacking: list[str], error: OmegaError
) -> None:
    with capture_logs() as lines:
        assert await choose(asker(error), "b") == []
    assert [(line["event"], line["lacking"], line["reason"]) for line in lines] == [
        ("choices_incomplete", what, error.message) for what in lacking
    ]


@pytest.mark.parametrize(("choose", "_"), CHOOSE)
async def test_a_defect_is_not_taken_for_an_empty_list_of_choices(choose: Choose, _: list[str]) -> None:
    with pytest.raises(Fault):
        await choose(asker(Fault("A defect.")), "b")
