"""What is understood of a member's words becomes the card that the command would have shown."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from asked_cogs import facts, presses
from education_stage import TeachingBus
from market_answers import quote
from msgspec.structs import replace
from topic_stage import CALLER, answer_on, laid_bus, understood, whole_bus

from cogs._ui.card import Card
from cogs._ui.embed import to_embed
from services.analyst.messages import DrawChart, FindFib, FindPivots
from services.bus.messages import Message, Request
from services.chat.intents import Intent
from services.cosmic.messages import GetCalendar, TestFactor
from services.errors import NoAnswer, UserMistake
from services.locales import LOCALES, Locale
from services.market.messages import Compare, Convert, GetBook, GetFunding, GetMovers, GetQuote, ListVenues
from services.members.messages import GetMember, MemberSettings
from services.trading.accounts.messages import GetBalances
from services.trading.ledger.messages import GetPnl
from services.trading.messages import Positions
from services.trading.orders.messages import ListOrders
from services.trading.positions.messages import ListPositions

OF_A_MARKET: tuple[Intent, ...] = (
    *("price", "chart", "fib", "levels", "pivots", "patterns", "analyze", "depth", "oi", "compare", "panel"),
)
AT_HOME: tuple[Intent, ...] = (
    *("chart", "fib", "levels", "pivots", "patterns", "analyze", "funding", "oi", "movers", "panel"),
)


@pytest.fixture
def bus() -> TeachingBus:
    return laid_bus()


@pytest.fixture
async def teacher(tmp_path: Path) -> AsyncIterator[TeachingBus]:
    async with whole_bus(tmp_path) as bus:
        yield bus


def asked_of(bus: TeachingBus, kind: type[Request[Any]]) -> Any:
    (asked,) = [request for request in bus.asked if isinstance(request, kind)]
    return asked


@pytest.mark.parametrize("intent", OF_A_MARKET)
async def test_without_a_market_it_is_said_what_to_name_and_nobody_is_asked(
    bus: TeachingBus, intent: Intent
) -> None:
    with pytest.raises(UserMistake, match="No market was named") as caught:
        await answer_on(bus, understood(intent))
    assert caught.value.hint == "Name a market, such as BTC."
    assert bus.questions == []


@pytest.mark.parametrize("intent", AT_HOME)
async def test_of_another_venue_than_the_farms_own_it_is_said_that_nothing_is_known(
    bus: TeachingBus, intent: Intent
) -> None:
    with pytest.raises(UserMistake, match="of binance only, not of bybit"):
        await answer_on(bus, understood(intent, market="BTC", venue="Bybit"))
    assert (await answer_on(bus, understood(intent, market="BTC", venue="Binance"))).verdict


async def test_a_venue_is_asked_where_a_figure_is_of_one(bus: TeachingBus) -> None:
    for intent in ("price", "depth"):
        await answer_on(bus, understood(intent, market="btc", venue="Bybit"))
    assert (asked_of(bus, GetQuote).venue, asked_of(bus, GetBook).venue) == ("bybit", "bybit")


@pytest.mark.parametrize(("venue", "venues"), [("", []), ("bybit", []), ("kraken", ["kraken"])])
async def test_all_venues_are_compared_and_one_that_is_not_connected_is_asked_for_to_be_refused(
    bus: TeachingBus, venue: str, venues: list[str]
) -> None:
    await answer_on(bus, understood("compare", market="BTC", venue=venue))
    assert asked_of(bus, Compare) == Compare(market="BTC", venues=venues)


async def test_an_unknown_venue_is_one_that_is_not_connected_where_nobody_says_which_are(
    bus: TeachingBus,
) -> None:
    bus.answers[ListVenues] = NoAnswer("Silent.", facts={"service": "market"})
    await answer_on(bus, understood("compare", market="BTC", venue="bybit"))
    assert asked_of(bus, Compare).venues == ["bybit"]


@pytest.mark.parametrize("locale", LOCALES)
async def test_several_markets_are_shown_side_by_side_with_the_best_and_the_worst_of_the_day(
    bus: TeachingBus, locale: Locale
) -> None:
    opened = {"BTC": "60000", "ETH": "70000", "SOL": "64210.5"}

    def quoted(request: Request[Any]) -> Message:
        assert isinstance(request, GetQuote)
        return quote(f"{request.market}/USDT:USDT", open_24h=Decimal(opened[request.market]))

    bus.answers[GetQuote] = quoted
    card = await answer_on(bus, understood("compare", locale=locale, markets=("BTC", "ETH", "SOL", "BTC")))
    assert [*facts(card)][:3] == ["BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT"]
    assert card.verdict.index("BTC/USDT:USDT") < card.verdict.index("ETH/USDT:USDT")
    assert "SOL" not in card.verdict


async def test_markets_of_which_no_day_is_known_are_ranked_by_nobody(bus: TeachingBus) -> None:
    bus.answers[GetQuote] = lambda request: quote(f"{request.market}/USDT:USDT")  # type: ignore[attr-defined]
    card = await answer_on(bus, understood("compare", markets=("BTC", "ETH")))
    assert "USDT:USDT" not in card.verdict


async def test_two_names_of_one_market_are_no_two_markets(bus: TeachingBus) -> None:
    bus.answers[GetQuote] = quote("BTC/USDT:USDT")
    await answer_on(bus, understood("compare", markets=("BTC", "btcusdt")))
    assert asked_of(bus, Compare).market == "BTC"


async def test_one_market_of_several_that_may_be_named_is_compared_across_venues(bus: TeachingBus) -> None:
    await answer_on(bus, understood("compare", markets=("BTC",)))
    assert asked_of(bus, Compare).market == "BTC"


async def test_funding_without_a_market_is_that_of_all(bus: TeachingBus) -> None:
    await answer_on(bus, understood("funding"))
    assert asked_of(bus, GetFunding).market == ""


@pytest.mark.parametrize(
    ("text", "directions"),
    [
        ("what moved most", ["up", "down"]),
        ("biggest gainers", ["up"]),
        ("o que mais caiu hoje", ["down"]),
        ("gainers and losers", ["up", "down"]),
    ],
)
async def test_movers_are_shown_in_the_direction_that_is_spoken_of(
    bus: TeachingBus, text: str, directions: list[str]
) -> None:
    await answer_on(bus, understood("movers", text))
    assert [one.direction for one in bus.asked if isinstance(one, GetMovers)] == directions


@pytest.mark.parametrize(
    ("said", "amount"),
    [
        ({"amount": "1.500,5", "currency": "$btc", "into": "usdt"}, "1500.5"),
        ({"currency": "btc", "into": "usdt"}, "1"),
        ({"text": "converta 0,5 btc para usdt"}, "0.5"),
    ],
    ids=["said", "of one", "in its words"],
)
async def test_a_conversion_is_read_as_the_language_writes_numbers(
    bus: TeachingBus, said: dict[str, Any], amount: str
) -> None:
    await answer_on(bus, understood("convert", locale="pt-BR", **said))
    asked = asked_of(bus, Convert)
    assert (str(asked.amount), asked.source, asked.target) == (amount, "BTC", "USDT")


async def test_a_currency_that_is_called_as_a_venue_is_no_venue(bus: TeachingBus) -> None:
    wish = understood("convert", amount="1", currency="btc", into="usdt", venue="usdt")
    assert "USDT" in (await answer_on(bus, wish)).verdict
    with pytest.raises(UserMistake, match="conversions of binance only"):
        await answer_on(bus, understood("convert", amount="1", currency="btc", into="usdt", venue="kraken"))
    with pytest.raises(UserMistake, match="no conversion"):
        await answer_on(bus, understood("convert", "convert it"))


async def test_a_chart_reaches_as_far_back_as_was_said_and_is_in_the_members_own_looks(
    bus: TeachingBus,
) -> None:
    bus.answers[GetMember] = MemberSettings(user_id="7", theme="light")
    card = await answer_on(bus, understood("chart", market="BTC", timeframe="1h", days="7"))
    asked = asked_of(bus, DrawChart)
    assert (asked.timeframe, asked.since, asked.theme) == ("1h", "7d", "light")
    assert card.picture is not None


@pytest.mark.parametrize("days", ["", "soon", "-3", "99999"])
async def test_days_that_say_nothing_count_as_not_said(bus: TeachingBus, days: str) -> None:
    await answer_on(bus, understood("chart", market="BTC", days=days))
    assert asked_of(bus, DrawChart).since == ""


@pytest.mark.parametrize(
    ("text", "mode"),
    [("fib of BTC", "retrace"), ("fib extensions of BTC", "extend"), ("projeção do BTC", "project")],
)
async def test_the_levels_of_fibonacci_are_those_that_are_spoken_of(
    bus: TeachingBus, text: str, mode: str
) -> None:
    await answer_on(bus, understood("fib", text, market="BTC"))
    assert (asked_of(bus, FindFib).mode, asked_of(bus, FindFib).timeframe) == (mode, "4h")


@pytest.mark.parametrize(
    ("text", "days", "period"), [("", "", "1d"), ("pivôs da semana", "", "1w"), ("", "7", "1w")]
)
async def test_pivots_are_of_yesterday_unless_a_week_is_spoken_of(
    bus: TeachingBus, text: str, days: str, period: str
) -> None:
    await answer_on(bus, understood("pivots", text, market="BTC", days=days))
    assert asked_of(bus, FindPivots).period == period


@pytest.mark.parametrize(
    ("text", "factor", "locale", "wanted"),
    [
        ("does the full moon move ETH?", "", "en", "full_moon"),
        ("does astrology work?", "", "en", "full_moon"),
        ("", "mercury_retrograde", "en", "mercury_retrograde"),
        ("", "Mercury retrograde", "en", "mercury_retrograde"),
        ("a lua nova mexe com o ETH?", "", "pt-BR", "new_moon"),
        ("", "lua cheia", "pt-BR", "full_moon"),
        ("", "the price of tea", "en", "the price of tea"),
    ],
)
async def test_a_factor_of_the_sky_is_found_by_its_title_and_an_unknown_one_is_asked_for_to_be_refused(
    bus: TeachingBus, text: str, factor: str, locale: Locale, wanted: str
) -> None:
    if wanted == "the price of tea":
        bus.answers[TestFactor] = UserMistake("There is no such factor.")
        with pytest.raises(UserMistake):
            await answer_on(bus, understood("cosmic_test", text, locale=locale, factor=factor))
    else:
        await answer_on(bus, understood("cosmic_test", text, locale=locale, market="ETH", factor=factor))
    assert asked_of(bus, TestFactor).factor == wanted


@pytest.mark.parametrize(
    ("text", "locale", "first"),
    [
        ("is mercury retrograde right now?", "en", ("Mercury", "direct until <t:")),
        ("mercurio ta retrogrado?", "pt-BR", ("Mercúrio", "direto até <t:")),
        ("is Mercúrio retrograde?", "en", ("Mercury", "direct until <t:")),
        ("is Saturn retrograde?", "en", ("Saturn", "retrograde until <t:")),
        ("what is retrograde?", "en", ("Retrograde", "**Saturn**")),
    ],
)
async def test_a_planet_that_is_named_is_told_first_as_retrograde_or_direct(
    bus: TeachingBus, text: str, locale: Locale, first: tuple[str, str]
) -> None:
    card = await answer_on(bus, understood("retrograde", text, locale=locale))
    assert (card.facts[0].name, card.facts[0].value.startswith(first[1])) == (first[0], True)


@pytest.mark.parametrize(("days", "asked"), [("", 30), ("7", 7), ("400", 90), ("0", 30)])
async def test_a_calendar_is_as_long_as_was_said_within_what_is_known(
    bus: TeachingBus, days: str, asked: int
) -> None:
    await answer_on(bus, understood("calendar", days=days))
    assert asked_of(bus, GetCalendar).days == asked


@pytest.mark.parametrize(
    ("term", "text", "locale", "title"),
    [
        ("leverage", "", "en", "Leverage"),
        ("", "what does RSI mean", "en", "RSI"),
        ("alavancagem", "", "pt-BR", "Alavancagem"),
    ],
)
async def test_a_word_is_explained_from_the_glossary(
    teacher: TeachingBus, term: str, text: str, locale: Locale, title: str
) -> None:
    card = await answer_on(teacher, understood("definition", text, locale=locale, term=term))
    assert card.title == title


async def test_a_word_that_is_not_known_is_answered_with_those_like_it(teacher: TeachingBus) -> None:
    with pytest.raises(UserMistake, match="no term") as caught:
        await answer_on(teacher, understood("definition", term="leverge"))
    assert "Leverage" in caught.value.hint
    with pytest.raises(UserMistake, match="No word"):
        await answer_on(teacher, understood("definition", "what is it"))


async def test_a_subject_leads_to_its_lessons_and_without_one_to_the_members_own_next(
    teacher: TeachingBus,
) -> None:
    fees = await answer_on(teacher, understood("lesson", term="fees"))
    assert any(press.startswith("education|show|fees|") for press in presses(fees))
    own = await answer_on(teacher, understood("lesson", "teach me something"))
    assert presses(own)[:2] == ["education|show||xyko|", "education|quiz||xyko|"]
    assert "First steps" in facts(own)["Parts"]


PRIVATE: tuple[tuple[Intent, type[Request[Any]]], ...] = (
    ("positions", ListPositions),
    ("balance", GetBalances),
    ("orders", ListOrders),
    ("pnl", GetPnl),
)


@pytest.mark.parametrize(("intent", "kind"), PRIVATE, ids=[intent for intent, _ in PRIVATE])
async def test_what_is_private_is_asked_as_the_caller(
    bus: TeachingBus, intent: Intent, kind: type[Request[Any]]
) -> None:
    caller = replace(CALLER, user_id="99")
    await answer_on(bus, understood(intent, caller=caller))
    assert asked_of(bus, kind).caller == caller


async def test_a_position_is_found_by_its_coin_and_where_there_is_none_all_are_shown(
    bus: TeachingBus,
) -> None:
    one = await answer_on(bus, understood("positions", market="btc"))
    assert one.title.startswith("BTC/USDT:USDT")
    other: Card = await answer_on(bus, understood("positions", market="DOGE"))
    assert "DOGE" in str(to_embed(other).to_dict())
    bus.answers[ListPositions] = Positions(
        account=(bus.answers[GetBalances]).account,  # type: ignore[union-attr]  # it is laid down
        positions=[],
        as_of=bus.clock.now(),
    )
    assert (await answer_on(bus, understood("positions"))).verdict


async def test_buttons_of_open_orders_answer_to_whom_they_are_of(bus: TeachingBus) -> None:
    card = await answer_on(bus, understood("orders", market="BTC"))
    assert asked_of(bus, ListOrders).market == "BTC"
    assert all(press.split("|")[2] == CALLER.user_id for press in presses(card))


@pytest.mark.parametrize(
    ("days", "window"),
    [("", "month"), ("1", "day"), ("7", "week"), ("30", "month"), ("365", "year"), ("900", "all")],
)
async def test_a_profit_is_of_the_window_that_holds_the_days(
    bus: TeachingBus, days: str, window: str
) -> None:
    await answer_on(bus, understood("pnl", days=days))
    assert asked_of(bus, GetPnl).window == window


async def test_help_lists_the_commands_without_asking_anybody(bus: TeachingBus) -> None:
    assert (await answer_on(bus, understood("help"))).verdict
    assert bus.asked == []
