from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
import pytest
from discord import app_commands
from persona_stage import ROOT

from bots.waze.host import WazeHost
from bots.waze.reception import PLACES, Reception, as_omega
from cogs._host import Refused
from config.farm_file import LimitsSection
from services.errors import (
    BusUnavailable,
    Fault,
    Misconfigured,
    NotAllowed,
    OmegaError,
    SlowDown,
    UnknownMarket,
    UserMistake,
)
from services.personas.roster import Roster

COMMAND: Any = SimpleNamespace(name="price", qualified_name="price")


BAD_OPTION = app_commands.TransformerError(
    "x", discord.AppCommandOptionType.string, app_commands.Transformer()
)


def never(_: object) -> None:
    raise AssertionError("nothing is spawned here")


@pytest.fixture
def reception(xyko: WazeHost) -> Reception:
    return Reception(xyko, LimitsSection(), never)


def invoked(original: Exception) -> app_commands.CommandInvokeError:
    return app_commands.CommandInvokeError(COMMAND, original)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (invoked(UnknownMarket.of("BTX", [])), UnknownMarket),
        (Refused(NotAllowed.for_lack_of("Admin")), NotAllowed),
        (BusUnavailable("Away."), BusUnavailable),
        (
            app_commands.TransformerError(
                "x", discord.AppCommandOptionType.string, app_commands.Transformer()
            ),
            UserMistake,
        ),
        (app_commands.CommandNotFound("gone", []), UserMistake),
        (invoked(ZeroDivisionError()), Fault),
        (KeyError("x"), Fault),
    ],
    ids=["invoked", "check", "plain", "bad option", "unknown command", "defect", "bare defect"],
)
def test_every_error_becomes_one_of_the_tree(error: Exception, kind: type[OmegaError]) -> None:
    assert type(as_omega(error)) is kind


@pytest.mark.parametrize(
    "error",
    [
        Misconfigured("Broken line 3."),
        UserMistake("No."),
        BusUnavailable("Away."),
        SlowDown.after(2.0),
        KeyError("x"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_is_said_with_its_code_and_a_reference(
    reception: Reception, xyko: WazeHost, error: Exception
) -> None:
    card = reception.card_of(error, xyko.roster.voice("xyko"), key="123456")
    assert card is not None
    assert card.footnote == f"{as_omega(error).code} · 123456"


def test_a_defect_says_nothing_of_its_inside(reception: Reception, xyko: WazeHost) -> None:
    card = reception.card_of(invoked(KeyError("secret")), xyko.roster.voice("xyko"), key="123456")
    assert card is not None
    assert "secret" not in str(card)
    assert "123456" in card.verdict


def test_what_discord_refuses_cannot_be_said(reception: Reception, xyko: WazeHost) -> None:
    response: Any = SimpleNamespace(status=404, reason="")
    unknown = discord.NotFound(response, {"code": 10062, "message": "Unknown interaction"})
    assert reception.card_of(invoked(unknown), xyko.roster.voice("xyko"), key="1") is None


@pytest.mark.parametrize(
    ("farm", "labels"), [(("xyko", "waze"), ["BTC/USDT", "ETH/USDT", "SOL/USDT"]), (("waze",), [])]
)
def test_suggested_markets_become_buttons_only_where_the_farm_can_show_them(
    alone: WazeHost, roster: Roster, farm: tuple[str, ...], labels: list[str]
) -> None:
    error = UnknownMarket.of("BTX", ["BTC/USDT", "ETH/USDT", "SOL/USDT", "XRP/USDT"])
    alone.roster = Roster(ROOT / "personas", {name: roster.card(name) for name in farm})
    card = Reception(alone, LimitsSection(), never).card_of(error, roster.voice("waze"), key="1")
    assert card is not None
    assert [action.label for action in card.actions] == labels


def test_an_event_that_is_delivered_twice_is_handled_once(reception: Reception) -> None:
    assert [reception.judge(1, 7), reception.judge(1, 7), reception.judge(2, 7)] == [
        "admitted",
        "dropped",
        "admitted",
    ]


async def test_when_too_many_wait_the_next_is_turned_away_and_keeps_its_allowance(
    reception: Reception,
) -> None:
    for number in range(PLACES):
        asked: Any = SimpleNamespace(
            id=number,
            user=SimpleNamespace(id=number),
            type=discord.InteractionType.application_command,
            extras={},
            data={"name": "price"},
        )
        assert await reception.admit(asked)
    assert [reception.judge(event, 7_777) for event in (1_000, 1_001)] == ["notice", "dropped"]
    reception._places.leave(0)
    assert reception.judge(1_002, 7_777) == "admitted"


async def test_typing_has_an_allowance_of_its_own_and_no_notice(reception: Reception) -> None:
    keys: Any = [
        SimpleNamespace(id=n, user=SimpleNamespace(id=7), type=discord.InteractionType.autocomplete)
        for n in range(30)
    ]
    admitted = [await reception.admit(key) for key in keys]
    assert admitted == [True] * 20 + [False] * 10
    assert reception.judge(100, 7) == "admitted"


async def test_what_guards_money_is_admitted_past_the_usual_limit_and_never_dropped_in_silence(
    reception: Reception,
) -> None:
    for number in range(PLACES):
        reception._places.take(number)
    assert [reception.judge(event, 7) for event in range(100, 105)][-1] == "dropped"
    said = []
    for number, about in enumerate([{"name": "killswitch"}, {"custom_id": "order|yes|t1"}] * 15):
        asked: Any = SimpleNamespace(id=1_000 + number, user=SimpleNamespace(id=7), data=about)
        said.append(reception._verdict(asked)[0])
    assert said == ["admitted"] * 20 + ["notice"] * 10
