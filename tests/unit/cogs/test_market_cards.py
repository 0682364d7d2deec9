"""Every card of the market is shown whole within Discord's limits, whatever figures it is given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from market_answers import (
    BTC,
    LONGEST,
    NOW,
    book,
    comparison,
    conversion,
    interest,
    levels,
    origin,
    quote,
    rate,
)

from cogs._ui import limits
from cogs._ui.book import book_card
from cogs._ui.card import Card
from cogs._ui.comparison import comparison_card
from cogs._ui.conversion import conversion_card
from cogs._ui.embed import to_embed
from cogs._ui.funding_cards import rate_card, rates_card
from cogs._ui.interest import interest_card
from cogs._ui.movers import Direction, movers_card
from cogs._ui.quotes import quote_card
from cogs._ui.tables import COLUMNS
from services.locales import LOCALES, Locale
from services.locales.numbers import Numbers
from services.locales.texts import Texts, texts_of
from services.market.messages import Book, Quote, VenueQuote
from services.personas.roster import read_roster
from services.personas.voice import Voice, masked

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
XYKO = ROSTER.voice("xyko")
SMALL, SMALL_TICK = "0.00000012", "0.00000001"
TEN = ["binance", "bitget", "bybit", "coinbase", "kraken", "kucoin", "mexc", "okx", "sandbox_twin", "upbit"]


def crowd() -> list[VenueQuote]:
    """Ten venues, the oldest a day behind, two without a price."""
    there = [
        VenueQuote(venue=name, quote=quote(origin=origin(name, "replay", seconds=86_399.0)))
        for name in TEN[:8]
    ]
    return [*there, *(VenueQuote(venue=name, why_not="It does not answer. " * 20) for name in TEN[8:])]


def deep(count: int = 200) -> Book:
    """Two hundred levels a side of a price with eight decimals, and amounts of billions."""
    tick = Decimal(SMALL_TICK)
    return book(
        LONGEST,
        SMALL_TICK,
        bids=levels(*((str(tick * (1_000 - n)), "123456789012.5") for n in range(count))),
        asks=levels(*((str(tick * (1_001 + n)), "0.00000123") for n in range(count))),
    )


EXTREME = quote(
    LONGEST,
    SMALL,
    SMALL_TICK,
    open_24h=Decimal("0.00000001"),
    high_24h=Decimal("1e9"),
    low_24h=Decimal(SMALL),
    volume_24h=Decimal("1e30"),
    bid=Decimal(SMALL),
    ask=Decimal(SMALL),
    mark=Decimal(SMALL),
    origin=origin(nature="replay", seconds=1e7),
)


def cards(voice: Voice) -> Iterator[Card]:
    """Yield every card of the market with ordinary figures, with extreme ones and with none."""
    for show in (of_prices, of_books, of_rates, of_many_prices, of_conversions):
        yield from show(voice)


def of_prices(voice: Voice) -> Iterator[Card]:
    yield quote_card(quote(), voice, now=NOW, key="1")
    yield quote_card(EXTREME, voice, now=NOW, key="1", venue="binance")
    yield interest_card(interest(), voice, now=NOW, key="1")
    yield interest_card(interest(LONGEST, amount=Decimal("1e15"), cost=None), voice, now=NOW, key="1")


def of_books(voice: Voice) -> Iterator[Card]:
    for one in (book(), book(bids=[]), book(asks=[]), book(bids=[], asks=[]), deep()):
        yield book_card(one, voice, now=NOW, key="1")
    yield book_card(book(is_depth_simulated=True), voice, now=NOW, key="1", venue="bybit")


def of_rates(voice: Voice) -> Iterator[Card]:
    for funding in (rate(), rate(share="-0.75", next_at=None, interval_hours=None), rate(share="0")):
        yield rate_card(funding, voice, now=NOW, key="1")
    for count in (0, 1, 16, 400):
        rates = [rate(LONGEST, str(Decimal("0.03") - Decimal(n) / 10_000)) for n in range(count)]
        yield rates_card(rates, voice, now=NOW, key="1")


def of_many_prices(voice: Voice) -> Iterator[Card]:
    for quotes in ([], crowd(), crowd()[:1], crowd()[8:]):
        yield comparison_card(comparison(*quotes), voice, now=NOW, key="1", venues=",".join(TEN))
    yield movers_card({"up": [EXTREME] * 15, "down": [EXTREME] * 15}, voice, now=NOW, key="1", limit=15)
    yield movers_card({"up": [quote()], "down": []}, voice, now=NOW, key="1", limit=5)


def of_conversions(voice: Voice) -> Iterator[Card]:
    for numbers in map(Numbers, LOCALES):
        yield conversion_card(conversion(), voice, numbers, now=NOW, key="1")
        yield conversion_card(conversion("1e15", "1e-18", "1e-33"), voice, numbers, now=NOW, key="1")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("persona", ROSTER.cards)
def test_every_card_is_shown_whole_within_the_limits(persona: str, locale: Locale) -> None:
    for card in cards(ROSTER.voice(persona, locale)):
        embed = to_embed(card)
        shown = [field.value or "" for field in embed.fields]
        assert len(embed) <= limits.EMBED_TOTAL
        assert shown == [fact.value for fact in card.facts], f"{card.title}: something was shortened"
        assert embed.description == card.verdict
        assert all(value.count("```") in {0, 2} for value in shown)
        assert "None" not in f"{embed.description} {shown}"


def rows(card: Card) -> list[str]:
    """Return the rows of a card's tables."""
    blocks = [fact.value for fact in card.facts if "```" in fact.value]
    return [line for block in blocks for line in block.splitlines() if "```" not in line]


@pytest.mark.parametrize("locale", LOCALES)
def test_no_row_of_a_table_is_wider_than_a_telephone_shows(locale: Locale) -> None:
    for card in cards(ROSTER.voice("xyko", locale)):
        assert [row for row in rows(card) if len(row) > COLUMNS] == []


@pytest.mark.parametrize("persona", ROSTER.cards)
def test_every_card_with_a_figure_says_where_it_is_from_and_how_old_it_is(persona: str) -> None:
    names = {card: [fact.name for fact in card.facts] for card in cards(ROSTER.voice(persona))}
    without = [card.title for card, facts in names.items() if "Source" not in facts]
    assert without == ["Funding rates", f"{BTC} at 0 venues", f"{BTC} at 2 venues"]
    aged = [card.title for card, facts in names.items() if not any(name.endswith(" age") for name in facts)]
    assert aged == without


def test_a_card_in_portuguese_has_no_label_in_english() -> None:
    portuguese = replace(ROSTER.voice("xyko", "pt-BR"), text=Watched())
    labels = {label for card in cards(portuguese) for label in spoken_labels(card)}
    assert {"Fonte", "Idade do preço", "Atualizar", "Maiores variações das últimas 24 h"} <= labels


def spoken_labels(card: Card) -> Iterator[str]:
    yield card.title
    yield from (fact.name for fact in card.facts)
    yield from (action.label for action in card.actions)


class Watched(Texts):
    """The texts of Portuguese, which fail where one is missing."""

    def __init__(self) -> None:
        self.own = texts_of("pt-BR")
        super().__init__("pt-BR", {})

    def __call__(self, english: str, /, **values: object) -> str:
        assert self.own.knows(english), f"{english!r} has no translation"
        return self.own(english, **values)

    def sentence(self, english: str) -> str:
        return self.own.sentence(english)


def test_a_card_in_portuguese_writes_its_numbers_so() -> None:
    voice = ROSTER.voice("xyko", "pt-BR")
    card = quote_card(quote(high_24h=Decimal("64999.9")), voice, now=NOW, key="1")
    assert fact(card, "Máxima em 24 h") == "64.999,9"
    assert fact(card, "Fonte") == "binance · AO VIVO"
    assert "64.210,5" in card.verdict
    assert card.footnote == "Xyko · não é recomendação de investimento"


def test_who_pays_funding_is_said_in_the_members_language() -> None:
    paid = [
        rate_card(rate(share=share), ROSTER.voice("xyko", "pt-BR"), now=NOW, key="1")
        for share in ("0.1", "-0.1")
    ]
    assert all("comprados" in card.verdict and "vendidos" in card.verdict for card in paid)


def fact(card: Card, name: str) -> str:
    (value,) = [fact.value for fact in card.facts if fact.name == name]
    return value


def test_a_quote_shows_what_stands_beside_the_last_price() -> None:
    known = quote(bid=Decimal("64210.4"), ask=Decimal("64210.6"), mark=Decimal(64211))
    card = quote_card(known, XYKO, now=NOW, key="1")
    assert [fact(card, name) for name in ("Bid", "Ask", "Mark price")] == ["64,210.4", "64,210.6", "64,211.0"]
    bare = quote_card(quote(), XYKO, now=NOW, key="1")
    assert {"Bid", "Ask", "Mark price"}.isdisjoint(one.name for one in bare.facts)


def test_made_up_amounts_are_said_to_be_made_up_in_the_verdict_and_below() -> None:
    made_up = book(is_depth_simulated=True, origin=origin(nature="simulated"))
    replayed = book(is_depth_simulated=True, origin=origin(nature="replay"))
    for one, words in ((made_up, "made up."), (replayed, "made up, the prices are recorded.")):
        card = book_card(one, XYKO, now=NOW, key="1")
        assert card.verdict.endswith(f"**Simulated depth**: the amounts are {words}")
        assert "simulated depth" in card.footnote
    assert "imulated" not in str(book_card(book(), XYKO, now=NOW, key="1"))


def test_the_ladder_runs_from_the_dearest_ask_to_the_cheapest_bid() -> None:
    ladder = rows(book_card(book(), XYKO, now=NOW, key="1"))[:5]
    assert [line.split()[0] for line in ladder] == [
        "65,000.0",
        "64,210.6",
        "─" * COLUMNS,
        "64,210.4",
        "63,000.0",
    ]


def test_a_side_that_may_go_on_is_summed_as_at_least() -> None:
    near = rows(book_card(book(asks=levels(("64210.6", "1.5"))), XYKO, now=NOW, key="1"))[-3:]
    assert near[0].split() == ["0.1%", "128.42K", "≥96.32K"]


def test_a_venue_without_a_price_says_why() -> None:
    there = VenueQuote(venue="binance", quote=quote())
    away = VenueQuote(venue="kraken", why_not="It does not answer.")
    card = comparison_card(comparison(there, away), XYKO, now=NOW, key="1")
    assert "kraken" in fact(card, "Not counted")
    assert "It does not answer." in fact(card, "Not counted")
    assert "1 of 2" in card.verdict
    assert "no median" in "\n".join(rows(card))


def test_each_venue_is_shown_with_its_own_distance_nature_and_age() -> None:
    known = comparison(
        VenueQuote(venue="binance", quote=quote(price="99.0")),
        VenueQuote(venue="twin", quote=quote(price="101.0", origin=origin("twin", "simulated", seconds=65))),
    )
    table = rows(comparison_card(known, XYKO, now=NOW, key="1"))
    assert [line.split() for line in table] == [
        ["binance", "99.0"],
        ["\N{MINUS SIGN}100.0", "bps", "LIVE", "2", "s"],
        ["twin", "101.0"],
        ["+100.0", "bps", "SIMULATED", "1", "min", "5", "s"],
    ]


@pytest.mark.parametrize("persona", ROSTER.cards)
def test_a_funding_rate_says_who_pays(persona: str) -> None:
    def said(share: str, key: str) -> str:
        return rate_card(rate(share=share), ROSTER.voice(persona), now=NOW, key=key).verdict.casefold()

    for key in map(str, range(6)):
        assert all(side in said("0.0001", key) for side in ("longs", "shorts"))
        assert all(side in said("-0.0001", key) for side in ("longs", "shorts"))


def test_the_next_payment_counts_down_in_our_time_and_names_that_of_a_replay() -> None:
    live = rate_card(rate(), XYKO, now=NOW, key="1")
    assert fact(live, "Next payment") == f"<t:{int(NOW.timestamp()) - 2 + 7200}:R>"
    replayed = rate_card(rate(origin=origin(nature="replay")), XYKO, now=NOW, key="1")
    assert fact(replayed, "Next payment").startswith(f"<t:{int(NOW.timestamp()) - 2 + 7200}:R>")
    assert "market time <t:" in fact(replayed, "Next payment")


def test_of_many_rates_both_ends_are_shown() -> None:
    rates = [rate(f"M{n:02}/USDT:USDT", str(Decimal("0.001") - Decimal(n) / 10_000)) for n in range(20)]
    card = rates_card(rates, XYKO, now=NOW, key="1")
    assert [fact.name for fact in card.facts[:2]] == ["Highest", "Lowest"]
    assert "M00" in rows(card)[0]
    assert "M19" in rows(card)[-1]
    assert "+0.1000%" in card.verdict
    assert "\N{MINUS SIGN}0.0900%" in card.verdict


def test_an_amount_is_repeated_in_plain_digits_as_its_reader_writes_them() -> None:
    card = conversion_card(conversion("70000.5"), XYKO, Numbers("pt-BR"), now=NOW, key="1")
    assert fact(card, "Understood") == "70000,5 BTC"
    assert "32.105,25 USDT" in card.verdict


def test_a_refresh_that_does_not_fit_into_a_button_is_left_out() -> None:
    assert comparison_card(comparison(*crowd()), XYKO, now=NOW, key="1", venues="").actions
    assert not comparison_card(comparison(*crowd()), XYKO, now=NOW, key="1", venues=",".join(TEN)).actions


def test_figures_of_several_ages_tell_the_youngest_and_the_oldest() -> None:
    moved = [quote(), quote("ETH/USDT", origin=origin(seconds=70))]
    card = movers_card({"up": moved}, XYKO, now=NOW, key="1", limit=5)
    assert fact(card, "Price age").startswith("2 s to 1 min 10 s · received <t:")
    assert BTC in rows(card)[0]


@pytest.mark.parametrize("persona", ROSTER.cards)
@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
def test_that_nothing_rose_is_said_with_the_source_and_age_of_what_fell(persona: str, key: str) -> None:
    fallen = [quote(open_24h=Decimal(65_000))]
    card = movers_card({"up": []}, ROSTER.voice(persona), now=NOW, key=key, limit=5, others=fallen)
    still = {"up_market": None, "down_market": None, "still": "up"}
    assert card.verdict in ROSTER.voice(persona).variants("movers", still)
    assert card.verdict not in ROSTER.voice(persona).variants("movers", {**still, "still": None})
    assert fact(card, "Source").startswith("binance · LIVE")
    assert fact(card, "Price age").startswith("2 s")


def test_movers_both_ways_say_which_way_nothing_went() -> None:
    moved: dict[Direction, list[Quote]] = {"up": [quote(open_24h=Decimal(64_000))], "down": []}
    said = movers_card(moved, XYKO, now=NOW, key="1", limit=5).verdict
    assert masked(said) in {masked(one) for one in XYKO.variants("movers", _ONLY_UP)}


_ONLY_UP = {"up_market": BTC, "up_change": "▲ +1.00%", "down_market": None, "still": "down"}


@pytest.mark.parametrize("persona", ROSTER.cards)
@pytest.mark.parametrize("key", ["1", "2", "3", "4"])
def test_one_venue_is_not_counted_as_many(persona: str, key: str) -> None:
    for there in (VenueQuote(venue="binance", quote=quote()), VenueQuote(venue="binance", why_not="Away.")):
        card = comparison_card(comparison(there), ROSTER.voice(persona), now=NOW, key=key)
        assert card.title.endswith("at 1 venue")
        assert "1 venues" not in card.verdict
