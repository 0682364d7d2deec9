from __future__ import annotations

import pytest

from cogs._analysis import fitting, indicators_in, timeframe_actions
from services.exchange import exchange
from services.market.messages import TIMEFRAMES


def test_the_timeframes_that_commands_offer_are_those_every_venue_gives() -> None:
    assert TIMEFRAMES == exchange.TIMEFRAMES


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, []),
        ("", []),
        (" , ;", []),
        ("EMA:50, rsi", ["ema:50", "rsi"]),
        ("bbands:20,2,rsi", ["bbands:20,2", "rsi"]),
        ("bbands:20, 2.5; ema: 9", ["bbands:20,2.5", "ema:9"]),
        ("rsi,rsi", ["rsi"]),
    ],
)
def test_a_comma_before_a_number_belongs_to_the_indicator(text: str | None, named: list[str]) -> None:
    assert indicators_in(text) == named


@pytest.mark.parametrize(
    ("timeframe", "labels"), [("1m", ["5m"]), ("4h", ["1h", "1d"]), ("1d", ["4h"]), ("3h", [])]
)
def test_a_card_offers_the_timeframes_beside_its_own(timeframe: str, labels: list[str]) -> None:
    actions = timeframe_actions("fib", timeframe, before=("BTC",), after=("auto", ""))
    assert [action.label for action in actions] == labels
    assert all(action.press.split("|")[:3] == ["fib", "show", "BTC"] for action in actions)


def test_a_button_that_cannot_carry_what_it_must_is_left_out() -> None:
    assert [one.label for one in fitting([("a", "show", ("x" * 99,)), ("b", "show", ("x",))], "fib")] == ["b"]
