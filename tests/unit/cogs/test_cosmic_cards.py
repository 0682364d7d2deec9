"""Cards of the sky: whole within Discord's limits, in the language of the voice, and honest about a test."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from market_answers import LONGEST
from msgspec.structs import replace
from sky_answers import AT, TITLES, trial

from analytics.cosmic.angles import SIGNS
from analytics.cosmic.bodies import BODIES
from analytics.cosmic.moon import BETWEEN, QUARTERS
from cogs._ui import limits
from cogs._ui.card import Card, read_press
from cogs._ui.cosmic_cards import FACTOR_OF, aspects_card, calendar_card, moon_card, retrograde_card, sky_card
from cogs._ui.embed import to_embed
from cogs._ui.factors import choices_of
from cogs._ui.tables import COLUMNS
from cogs._ui.trial_card import p_value, trial_card
from services.cosmic.findings import aspects_at, calendar_at, moon_at, retrogrades_at, sky_at
from services.cosmic.messages import Aspects, Calendar, Lack, Measured, MoonFinding, Retrogrades, Sky
from services.cosmic.trials import known_factors
from services.locales import Locale
from services.locales.numbers import Numbers
from services.locales.texts import texts_of
from services.personas.roster import read_roster
from services.personas.voice import Voice

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
VOICES = [
    pytest.param(ROSTER.voice(card.name, locale), id=f"{card.name}-{locale}")
    for card in ROSTER.cards.values()
    for locale in card.locales
]
PORTUGUESE = texts_of("pt-BR")


@cache
def found(at: datetime) -> tuple[Sky, MoonFinding, Retrogrades, Aspects, Calendar]:
    return sky_at(at), moon_at(at), retrogrades_at(at), aspects_at(at), calendar_at(at, 90)


def cards(voice: Voice, at: datetime = AT) -> Iterator[Card]:
    """Yield every card of the sky, of a moment and of none of what there may be."""
    reading = Measured(value=7.83, at=at, source="a station")
    sky, moon, backwards, aspects, calendar = found(at)
    yield sky_card(sky, voice, key="1")
    yield sky_card(replace(sky, schumann=reading, sunspots=reading, cycle=None), voice, key="1")
    yield moon_card(moon, voice, key="1")
    yield retrograde_card(backwards, voice, key="1")
    yield retrograde_card(replace(backwards, planets=[]), voice, key="1")
    yield aspects_card(aspects, voice, key="1")
    yield aspects_card(replace(aspects, aspects=[]), voice, key="1")
    yield calendar_card(calendar, voice, key="1")
    yield calendar_card(replace(calendar, events=[]), voice, key="1")
    yield trial_card(trial(), voice, now=at, key="1")
    yield trial_card(
        trial("moon_in_sagittarius", market=LONGEST, p=0.0031, is_found=True), voice, now=at, key="1"
    )


def shown(card: Card) -> str:
    return json.dumps(to_embed(card).to_dict(), ensure_ascii=False)


@pytest.mark.parametrize("voice", VOICES)
def test_every_card_is_shown_whole_within_the_limits(voice: Voice) -> None:
    for card in cards(voice):
        embed = to_embed(card)
        assert len(embed) <= limits.EMBED_TOTAL
        assert [field.value for field in embed.fields] == [fact.value for fact in card.facts]
        assert voice.text("astronomy, not a forecast") in card.footnote
        for fact in card.facts:
            if fact.value.startswith("```"):
                assert max(map(len, fact.value.splitlines())) <= COLUMNS
                assert "…" not in fact.value


@pytest.mark.parametrize("voice", VOICES)
def test_every_button_leads_to_a_card_of_this_cog_in_the_same_voice(voice: Voice) -> None:
    for card in cards(voice):
        assert card.actions
        for action in card.actions:
            cog, act, (*wanted, persona) = read_press(action.press)
            assert (cog, act, persona) == ("cosmic", "show", voice.card.name)
            assert wanted[0] in {*FACTOR_OF, "test"}


def test_no_english_is_left_on_a_portuguese_card() -> None:
    voice = ROSTER.voice("z", "pt-BR")
    english = {*SIGNS, *BODIES, *QUARTERS, *BETWEEN, *TITLES.values()}
    foreign = re.compile(rf"\b({'|'.join(word for word in english if PORTUGUESE(word) != word)})\b")
    for offset in (0, 40, 200):
        for card in cards(voice, AT + timedelta(days=offset)):
            assert foreign.findall(shown(card)) == []


def test_every_word_of_the_sky_is_known_in_portuguese() -> None:
    events = calendar_at(AT, 366).events
    words = {*SIGNS, *BODIES, *QUARTERS, *BETWEEN, *TITLES.values(), *(event.title for event in events)}
    assert [word for word in words if not PORTUGUESE.knows(word)] == []


def test_a_portuguese_card_says_what_astronomers_there_say() -> None:
    voice = ROSTER.voice("z", "pt-BR")
    moon = shown(moon_card(moon_at(AT), voice, key="1"))
    assert all(word in moon for word in ("Quarto minguante", "Lua nova", "Quarto crescente", "Lua cheia"))
    assert "Eclipse solar total" in moon
    aspects = shown(aspects_card(aspects_at(AT), voice, key="1"))
    assert all(word in aspects for word in ("sextil", "quadratura", "trígono", "conjunção", "oposição"))
    assert "°" in aspects
    assert "0,1°" in aspects


def test_what_no_source_is_configured_for_says_so() -> None:
    facts = {fact.name: fact.value for fact in sky_card(sky_at(AT), ROSTER.voice("z"), key="1").facts}
    assert facts["Schumann resonance"] == facts["Sunspot number"] == "no source"
    assert facts["Solar cycle"] == "number 25, 6.7 years after its minimum of 2019-12 (SILSO)"


@pytest.mark.parametrize(
    ("locale", "lack", "said"),
    [
        ("en", "no reading yet", "no reading yet"),
        ("pt-BR", "no reading yet", "ainda sem leitura"),
        ("pt-BR", "its source cannot be read", "a fonte não pode ser lida"),
    ],
)
def test_why_there_is_no_reading_is_told_as_it_is(locale: Locale, lack: Lack, said: str) -> None:
    voice = ROSTER.voice("z", locale)
    sky = replace(sky_at(AT), schumann_lack=lack, sunspots_lack=lack)
    facts = {fact.name: fact.value for fact in sky_card(sky, voice, key="1").facts}
    assert {facts[voice.text(name)] for name in ("Schumann resonance", "Sunspot number")} == {said}


def test_a_test_says_sample_period_interval_correction_and_that_it_trades_nothing() -> None:
    card = trial_card(trial(), ROSTER.voice("z"), now=AT, key="1")
    facts = {fact.name: fact.value for fact in card.facts}
    assert facts["Sample"] == "31 of 310 days"
    assert "<t:" in facts["Period"]
    assert facts["Difference of the mean daily return"] == (
        "+0.12%, 95% interval \N{MINUS SIGN}0.30% to +0.55%, of this factor alone and not corrected"
    )
    assert facts["p, of this factor alone"] == "0.032"
    assert facts["p, corrected"] == "0.41, Holm, for 12 factors tried"
    assert "4,999 times" in facts["How it was tested"]
    assert "This never sizes or triggers a trade." in facts.values()
    assert "REPLAY" in facts["Source"]


@pytest.mark.parametrize(
    ("p", "text"), [(1.0, "1.00"), (0.41, "0.41"), (0.0321, "0.032"), (0.001, "0.001"), (0.0002, "0.0002")]
)
def test_a_p_value_is_never_written_as_none(p: float, text: str) -> None:
    assert p_value(p, Numbers()) == text


def test_factors_are_offered_in_the_language_of_the_member_and_asked_for_by_name() -> None:
    factors = known_factors().factors
    offered = choices_of(factors, "lua ch", PORTUGUESE)
    assert [(choice.name, choice.value) for choice in offered] == [("Lua cheia", "full_moon")]
    assert len(choices_of(factors, "", PORTUGUESE)) == limits.CHOICES
    assert {choice.value for choice in choices_of(factors, "retro", texts_of("en"))} == {
        f"{planet}_retrograde" for planet in ("mercury", "venus", "mars", "jupiter", "saturn")
    }


def test_what_stands_for_each_card_is_a_factor() -> None:
    assert set(FACTOR_OF.values()) <= TITLES.keys()
