"""An alert that is asked for in plain words is offered, and set when whom it is for presses the button."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, get_args

import pytest
from alerts_stage import Alerts, open_alerts
from asked_cogs import GUILD, MEMBER, asking, facts, guide, press, presses
from education_stage import TeachingBus
from persona_stage import ROOT, roster_of
from topic_stage import answer_on, laid_bus, understood

from bots.waze.host import WazeHost
from cogs._asked_alert import Suggested, confirmed_in, exactly, offered, suggested
from cogs._ui.card import Card
from cogs.alert import Alert
from services.alerts.conditions import PriceLevel
from services.alerts.messages import ListAlerts, PreviewAlert, SetAlert
from services.errors import NoAnswer, UnknownMarket, UserMistake
from services.locales import Locale
from services.locales.reading import read_number
from services.members.messages import Caller

ROSTER = roster_of(ROOT / "personas")
OWNER = Caller(user_id=str(MEMBER), guild_id=str(GUILD))
BTC = "BTC/USDT:USDT"
"""The name by which the market is known, of which a member says BTC."""


@pytest.fixture
async def alerts(tmp_path: Path) -> AsyncIterator[Alerts]:
    async with open_alerts(tmp_path) as alerts:
        yield alerts


@pytest.fixture
def bus(alerts: Alerts) -> TeachingBus:
    bus = laid_bus()
    del bus.answers[PreviewAlert], bus.answers[ListAlerts]
    bus.service = alerts.service
    return bus


@pytest.fixture
def host(bus: TeachingBus) -> WazeHost:
    return guide(bus, ROSTER)


async def offer(bus: TeachingBus, text: str, *, locale: Locale = "en", market: str = "btc") -> Card:
    return await answer_on(bus, understood("alert", text, locale=locale, market=market, caller=OWNER))


def at(host: WazeHost, *, user: int = MEMBER, guild: int | None = GUILD, id_: int = 1) -> Any:
    """Return a press on the message 99, which is the offer."""
    who = asking(host, user=user, guild=guild, id_=id_)
    who.message = SimpleNamespace(id=99)
    return who


async def test_an_alert_is_offered_with_how_often_it_would_have_fired_and_nothing_is_set(
    bus: TeachingBus, alerts: Alerts
) -> None:
    alerts.engine.times = 3
    card = await offer(bus, "alert me when BTC is above 70,000")
    assert facts(card)["Waits for"] == f"{BTC} above 70,000"
    assert facts(card)["Would have fired"] == "3\N{MULTIPLICATION SIGN} in 2 d"
    assert facts(card)["Comes as"] == "direct message"
    assert "nothing is set until you press" in card.footnote
    assert presses(card) == [f"alert|confirm|7|en|price|{BTC}|above|70000|"]
    assert alerts.engine.rules == {}


async def test_two_presses_at_once_by_whom_it_is_for_set_one_alert_and_tell_nobody_else(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    (button,) = presses(await offer(bus, "alert me when BTC is above 70k"))
    told = [press(Alert(host), button, at(host, id_=number)) for number in (1, 2)]
    for kept in await asyncio.gather(*told):
        assert (len(kept.cards), len(kept.asides)) == (0, 1)
        assert kept.asides[0].title == f"Alert · {BTC}"
    (rule,) = alerts.engine.rules.values()
    assert "70000" in rule.condition


async def test_in_a_direct_message_the_offer_becomes_the_alert(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    (button,) = presses(await offer(bus, "alert me when BTC is above 70k"))
    kept = await press(Alert(host), button, at(host, guild=None))
    assert [one.partition("|")[0] for one in presses(kept.cards[0])] == ["alerts"] * 4
    assert len(alerts.engine.rules) == 1


async def test_a_press_of_somebody_else_sets_nothing_and_says_whose_it_is(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    (button,) = presses(await offer(bus, "alert me when BTC is above 70k"))
    kept = await press(Alert(host), button, at(host, user=8))
    assert "<@7>" in kept.asides[0].verdict
    assert kept.cards == []
    assert alerts.engine.rules == {}


async def test_what_is_set_is_what_was_shown_whatever_language_the_member_has_by_then(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    card = await offer(bus, "me avisa se o BTC cair abaixo de 60.000,50", locale="pt-BR")
    assert f"{BTC} abaixo de 60.000,5" in facts(card).values()
    kept = await press(Alert(host), presses(card)[0], at(host))
    assert facts(kept.asides[0])["Repete"] == "só uma vez"
    (rule,) = alerts.engine.rules.values()
    assert "pt-BR" in rule.options
    assert "60000.5" in rule.condition


async def test_a_level_far_from_the_price_is_asked_about_when_it_is_set(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    (button,) = presses(await offer(bus, "alert me when BTC is above 900"))
    kept = await press(Alert(host), button, at(host))
    assert presses(kept.asides[0])[0].startswith("alert|choose|")
    assert alerts.engine.rules == {}


@pytest.mark.parametrize(
    ("text", "locale", "told"),
    [
        (
            "alert me when BTC is above 70k",
            "en",
            {"Price now": "64,000 · to the level +9.38%", "State": None, "The level": None},
        ),
        (
            "alert me when BTC is above 60k",
            "en",
            {"State": "already above: it must first fall below the level, and rise above it again"},
        ),
        (
            "me avisa se o BTC cair abaixo de 64000",
            "pt-BR",
            {"Estado": "já está abaixo: primeiro precisa subir acima do nível, e cair abaixo dele de novo"},
        ),
        (
            "alert me if btc goes above 1",
            "en",
            {"The level": "so far from the price that I ask once more before it is set"},
        ),
        ("alert me when BTC is at 60000", "en", {"State": None}),
        ("tell me when BTC drops 5% in 1h", "en", {"Price now": "64,000", "State": None}),
    ],
)
async def test_an_offer_says_where_the_price_is_and_what_a_press_would_meet(
    bus: TeachingBus, text: str, locale: Locale, told: dict[str, str | None]
) -> None:
    shown = facts(await offer(bus, text, locale=locale))
    assert {name: shown.get(name) for name in told} == told


async def test_a_question_answered_after_a_press_is_gone_on_with_in_the_language_of_the_offer(
    bus: TeachingBus, alerts: Alerts, host: WazeHost
) -> None:
    card = await offer(bus, "me avisa quando o BTC passar de 900", locale="pt-BR")
    asked = (await press(Alert(host), presses(card)[0], at(host))).asides[0]
    assert asked.title == "Antes, uma pergunta"
    kept = await press(Alert(host), presses(asked)[0], at(host, id_=2))
    assert facts(kept.cards[0])["Repete"] == "só uma vez"
    assert len(alerts.engine.rules) == 1


async def test_an_indicator_and_a_move_are_offered_as_well(bus: TeachingBus) -> None:
    rsi = await offer(bus, "me avisa quando o RSI do BTC ficar abaixo de 30", locale="pt-BR")
    assert presses(rsi) == [f"alert|confirm|7|pt-BR|indicator|{BTC}|4h|rsi|below|30"]
    fall = await offer(bus, "tell me when BTC drops 5% in 1h")
    assert presses(fall) == [f"alert|confirm|7|en|move|{BTC}|-5|1h"]
    sky = await answer_on(bus, understood("alert", "warn me at the next full moon", caller=OWNER))
    assert presses(sky) == ["alert|confirm|7|en|cosmic|full_moon"]


async def test_what_lacks_something_or_cannot_be_looked_back_at_is_answered_with_its_command(
    bus: TeachingBus,
) -> None:
    card = await offer(bus, "alert me about BTC")
    assert card.facts[0].value == "`/alert price market:btc way:touch`\nwith the level you want"
    bus.answers[PreviewAlert] = NoAnswer("Silent.", facts={"service": "alerts"})
    card = await offer(bus, "alert me when BTC is above 70k")
    assert (card.facts[0].value, presses(card)) == ("`/alert price market:btc way:above level:70k`", [])
    with pytest.raises(UserMistake, match="No market"):
        await answer_on(bus, understood("alert", "alert me at 70k"))


@pytest.mark.parametrize(
    "button",
    [
        "alert|confirm|7|en|price|BTC|above|70000",
        "alert|confirm|7|de|price|BTC|above|70000|",
        "alert|confirm|7|en|other|BTC",
        "alert|confirm|7",
    ],
)
async def test_a_button_of_another_version_sets_nothing(
    bus: TeachingBus, host: WazeHost, button: str
) -> None:
    kept = await press(Alert(host), button, at(host))
    assert len(kept.cards) == 1
    assert not [one for one in bus.asked if isinstance(one, SetAlert)]


def test_what_does_not_fit_into_a_button_is_not_offered_and_what_does_is_read_from_it() -> None:
    given = {"market": BTC, "way": "above", "level": "70000"}
    button = offered(Suggested("price", given), "123456789012345678", "pt-BR")
    assert button is not None
    confirmed = confirmed_in(tuple(button.split("|")[2:]))
    assert confirmed is not None
    assert (confirmed.owner, confirmed.locale, confirmed.kind) == ("123456789012345678", "pt-BR", "price")
    assert confirmed.given == given
    assert offered(Suggested("price", {**given, "market": "B" * 60}), "123456789012345678", "en") is None
    assert offered(Suggested("price", {**given, "market": "a|b"}), "1", "en") is None


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("alert me when BTC is above 70000", "price market:BTC way:above level:70000"),
        ("alert me when BTC hits 70k", "price market:BTC way:touch level:70k"),
        ("alert me when BTC breaks 70k", "price market:BTC way:above level:70k"),
        ("alert me when BTC breaks below 60k", "price market:BTC way:below level:60k"),
        ("me avisa se BTC cair abaixo de 60.000,50", "price market:BTC way:below level:60.000,50"),
        ("me avisa quando o BTC bater 70 mil", "price market:BTC way:touch level:70mil"),
        ("me avisa quando BTC passar de R$ 90 mil!", "price market:BTC way:above level:90mil"),
        ("alert me when BTC falls 5% in 1h", "move market:BTC percent:-5 window:1h"),
        ("alert me when BTC moves -5% in 15m", "move market:BTC percent:-5 window:15m"),
        (
            "when the RSI of BTC is below 30",
            "indicator market:BTC timeframe:1h indicator:rsi side:below value:30",
        ),
        ("when funding of BTC is above 0.01%", "funding market:BTC side:above rate:0.01%"),
        ("tell me at the next full moon", "cosmic event:full_moon"),
        ("me avise na lua nova", "cosmic event:new_moon"),
    ],
)
def test_an_alert_is_read_from_plain_words(text: str, command: str) -> None:
    asked = understood("alert", text, market="BTC", timeframe="1h")
    wanted = suggested(asked, ROSTER.voice("waze", "pt-BR" if "me avis" in text else "en"))
    assert (wanted.command, wanted.lacks) == (f"/alert {command}", "")


@pytest.mark.parametrize(
    ("text", "command", "lacks"),
    [
        ("notify me about BTC", "price market:BTC way:touch", "with the level you want"),
        ("between 60000 and 70000", "price market:BTC way:touch", "with the level you want"),
        ("alert me at 10:30 on 2026-12-24", "price market:BTC way:touch", "with the level you want"),
        ("BTC rises 5%", "move market:BTC percent:5", "with the time you want"),
        ("BTC moves 5% or 7%", "move market:BTC", "with the rest as you want it"),
        ("when the RSI of BTC is 30", "indicator market:BTC", "with the rest as you want it"),
        ("when the RSI(14) of BTC is below 30", "indicator market:BTC", "with the rest as you want it"),
        ("when the MACD of BTC turns", "indicator market:BTC", "with the rest as you want it"),
        ("when funding changes", "funding market:BTC", "with the rest as you want it"),
        ("when BTC meets the golden fib", "fib market:BTC", "with the rest as you want it"),
    ],
)
def test_what_plain_words_do_not_say_is_left_to_the_member(text: str, command: str, lacks: str) -> None:
    wanted = suggested(understood("alert", text, market="BTC"), ROSTER.voice("waze", "en"))
    assert (wanted.command, wanted.lacks) == (f"/alert {command}", lacks)


@pytest.mark.parametrize(
    ("text", "written"), [("BTC above 70k", "above|70000|"), ("RSI of BTC below 30.5", "4h|rsi|below|30.5")]
)
async def test_a_level_and_a_value_stand_in_the_button_as_they_were_read(
    bus: TeachingBus, text: str, written: str
) -> None:
    (button,) = presses(await offer(bus, text))
    assert button.partition(f"|{BTC}|")[2] == written


@pytest.mark.parametrize("locale", get_args(Locale))
@pytest.mark.parametrize("level", ["1.125", "64.25", "0.5", "70000", "0.00001234"])
def test_a_level_in_a_button_is_read_in_one_way_in_every_language(level: str, locale: Locale) -> None:
    wanted = Suggested("price", {"market": "xrp", "way": "above", "level": "?"})
    given = exactly(wanted, PriceLevel(market=BTC, level=Decimal(level), way="above")).given
    assert read_number(given["level"], locale) == (Decimal(level),)
    assert given["market"] == BTC


async def test_a_market_that_is_gone_by_then_sets_nothing_and_is_said(alerts: Alerts, host: WazeHost) -> None:
    with pytest.raises(UnknownMarket):
        await press(Alert(host), "alert|confirm|7|en|price|GONE/USDT:USDT|above|70000|", at(host))
    assert alerts.engine.rules == {}
