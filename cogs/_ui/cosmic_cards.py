"""The sky as cards: everything now, the Moon, retrograde planets, aspects, and what comes.

What a factor had to do with a market belongs to `trial_card`.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.origin import footnote
from cogs._ui.sky_words import (
    angle,
    aspect_of,
    aspect_pair,
    event_line,
    event_of,
    kilometres,
    listed,
    measured,
    names_of,
    percent,
    spot_of,
)
from cogs._ui.tables import row, table
from cogs._ui.times import full, relative
from services.cosmic.messages import (
    Aspects,
    AspectSeen,
    Backwards,
    Calendar,
    MoonFinding,
    Place,
    Retrogrades,
    Sky,
    Turn,
)
from services.personas.voice import Voice

TEST_MARKET: Final = "BTC"
"""What "Is there anything to it?" looks at; another is chosen with the command."""
FACTOR_OF: Final = {
    "now": "full_moon",
    "moon": "full_moon",
    "retrograde": "mercury_retrograde",
    "aspects": "sun_jupiter_aspect",
    "calendar": "eclipse",
}
"""What stands for each card when it is asked whether it matters."""
LENGTHS: Final = (30, 90)
_ASPECTS_BESIDE: Final = 5
_TURNS: Final = {True: "turns retrograde", False: "turns direct"}
_WAYS: Final = {True: "A", False: "S"}


def sky_card(sky: Sky, voice: Voice, *, key: str) -> Card:
    """Return the card of the whole sky."""
    text = voice.text
    verdict = voice.render(
        "cosmic_now",
        key=key,
        sun=text(sky.place("Sun").spot.sign),
        moon=text(sky.place("Moon").spot.sign),
        phase=text(sky.phase),
        lit=percent(sky.lit, voice.numbers),
        retrograde=names_of(sky.retrograde, voice),
    )
    facts = (
        *table(text("Where they stand; R is retrograde"), [_place_row(place, voice) for place in sky.places]),
        *table(
            text("Closest aspects; A applying, S separating"),
            [_aspect_row(aspect, voice) for aspect in sky.aspects[:_ASPECTS_BESIDE]],
        ),
        Fact(text("Age of the Moon"), _days(sky.age_days, voice)),
        *_nodes(sky, voice),
        Fact(text("Solar cycle"), _cycle(sky, voice), is_wide=True),
        Fact(text("Sunspot number"), measured(sky.sunspots, "", voice, lack=sky.sunspots_lack)),
        Fact(
            text("Schumann resonance"),
            measured(sky.schumann, "Hz", voice, lack=sky.schumann_lack),
        ),
    )
    actions = (_show(voice, "Moon", "moon"), _anything(voice, FACTOR_OF["now"]))
    return _card(voice, "The sky now", verdict, facts, shown=("now",), actions=actions)


def moon_card(moon: MoonFinding, voice: Voice, *, key: str) -> Card:
    """Return the card of the Moon."""
    text, coming = voice.text, moon.quarters[0]
    verdict = voice.render(
        "cosmic_moon",
        key=key,
        phase=text(moon.phase),
        lit=percent(moon.lit, voice.numbers),
        sign=text(moon.place.spot.sign),
        next=event_of(coming, voice),
        when=relative(coming.at),
    )
    facts = (
        Fact(text("Place of the Moon"), spot_of(moon.place.spot, voice)),
        Fact(text("Age of the Moon"), _days(moon.age_days, voice)),
        Fact(text("Distance of the Moon"), kilometres(moon.distance_km, voice)),
        *listed(text("Quarters to come"), [event_line(event, voice) for event in moon.quarters]),
        *listed(text("Quarters before"), [event_line(event, voice) for event in moon.before]),
        *listed(text("Nearest and furthest"), [event_line(event, voice) for event in moon.apsides]),
        *listed(text("Eclipses"), [event_line(event, voice) for event in moon.eclipses]),
        *_nodes(moon, voice),
    )
    actions = (_show(voice, "Calendar", "calendar", str(LENGTHS[0])), _anything(voice, coming.title))
    return _card(voice, "Moon", verdict, facts, shown=("moon",), actions=actions)


def retrograde_card(found: Retrogrades, voice: Voice, *, key: str, named: Sequence[str] = ()) -> Card:
    """Return the card of the planets that are retrograde, and of who turns next.

    Of the planets that were `named` it is said first which way they go.
    """
    text, coming = voice.text, found.turns[0]
    verdict = voice.render(
        "cosmic_retrograde",
        key=key,
        planets=names_of((one.place.body for one in found.planets), voice),
        count=len(found.planets),
        next=text(coming.planet),
        when=relative(coming.at),
    )
    facts = (
        *(Fact(text(planet), _course(planet, found, voice), is_wide=True) for planet in named),
        *listed(text("Retrograde"), [_backwards(one, voice) for one in found.planets]),
        *listed(text("Next stations"), [_turn(one, voice) for one in found.turns]),
    )
    actions = (_anything(voice, FACTOR_OF["retrograde"]),)
    return _card(voice, "Retrograde planets", verdict, facts, shown=("retrograde",), actions=actions)


def aspects_card(found: Aspects, voice: Voice, *, key: str) -> Card:
    """Return the card of the aspects within orb."""
    closest = next(iter(found.aspects), None)
    verdict = voice.render(
        "cosmic_aspects",
        key=key,
        count=len(found.aspects),
        closest=None if closest is None else aspect_of(closest, voice),
        orb=None if closest is None else angle(closest.orb, voice.numbers),
        is_applying=None if closest is None else closest.is_applying,
    )
    rows = [_aspect_row(aspect, voice) for aspect in found.aspects]
    facts = (
        *table(voice.text("Within orb, the closest first; A applying, S separating"), rows),
        Fact(voice.text("Orbs"), voice.text("8°, of a sextile 6°; astrologers differ on them"), is_wide=True),
    )
    actions = (_anything(voice, FACTOR_OF["aspects"]),)
    return _card(voice, "Aspects", verdict, facts, shown=("aspects",), actions=actions)


def calendar_card(calendar: Calendar, voice: Voice, *, key: str) -> Card:
    """Return the card of what happens in the days to come."""
    text, first = voice.text, next(iter(calendar.events), None)
    verdict = voice.render(
        "cosmic_calendar",
        key=key,
        count=len(calendar.events),
        days=calendar.days,
        first=None if first is None else event_of(first, voice),
        when=None if first is None else relative(first.at),
    )
    facts = listed(text("What comes"), [event_line(event, voice) for event in calendar.events])
    others = [_longer(voice, days) for days in LENGTHS if days != calendar.days]
    actions = (*others, _anything(voice, FACTOR_OF["calendar"]))
    shown = ("calendar", str(calendar.days))
    return _card(voice, "Calendar of the sky", verdict, facts, shown=shown, actions=actions)


def _card(
    voice: Voice,
    title: str,
    verdict: str,
    facts: Sequence[Fact],
    *,
    shown: tuple[str, ...],
    actions: Sequence[Action],
) -> Card:
    return Card(
        title=voice.text(title),
        verdict=verdict,
        facts=tuple(facts),
        actions=(_show(voice, "Refresh", *shown), *actions),
        footnote=footnote(voice, voice.text("astronomy, not a forecast")),
        accent=voice.card.accent,
    )


def _show(voice: Voice, label: str, *shown: str) -> Action:
    return Action(voice.text(label), press_id("cosmic", "show", *shown, voice.card.name))


def _longer(voice: Voice, days: int) -> Action:
    label = voice.text("{days} days", days=days)
    return Action(label, press_id("cosmic", "show", "calendar", str(days), voice.card.name))


def _anything(voice: Voice, factor: str) -> Action:
    return _show(voice, "Is there anything to it?", "test", factor, TEST_MARKET)


def _place_row(place: Place, voice: Voice) -> str:
    mark = " R" if place.is_retrograde else "  "
    return row(voice.text(place.body), f"{spot_of(place.spot, voice)}{mark}")


def _aspect_row(aspect: AspectSeen, voice: Voice) -> str:
    return row(aspect_pair(aspect, voice), f"{angle(aspect.orb, voice.numbers)} {_WAYS[aspect.is_applying]}")


def _nodes(found: Sky | MoonFinding, voice: Voice) -> tuple[Fact, ...]:
    text = voice.text
    said = text(
        "true {true}, mean {mean}",
        true=spot_of(found.true_node, voice),
        mean=spot_of(found.mean_node, voice),
    )
    return (Fact(text("Ascending lunar node"), said),)


def _days(days: float, voice: Voice) -> str:
    return voice.text("{days} days", days=voice.numbers.decimal(Decimal(days), 1))


def _cycle(sky: Sky, voice: Voice) -> str:
    cycle = sky.cycle
    if cycle is None:
        return voice.text("not known")
    return voice.text(
        "number {number}, {years} years after its minimum of {month} (SILSO)",
        number=cycle.number,
        years=voice.numbers.decimal(Decimal(cycle.years), 1),
        month=f"{cycle.began:%Y-%m}",
    )


def _backwards(one: Backwards, voice: Voice) -> str:
    said = voice.text("since {since}, until {until}", since=full(one.since), until=full(one.until))
    return f"**{voice.text(one.place.body)}** {spot_of(one.place.spot, voice)}\n{said}"


def _course(planet: str, found: Retrogrades, voice: Voice) -> str:
    """Write whether a planet is retrograde, and until when it stays as it is."""
    back = next((one for one in found.planets if one.place.body == planet), None)
    if back is not None:
        return voice.text("retrograde until {until}", until=full(back.until))
    turn = next((one for one in found.turns if one.planet == planet), None)
    return voice.text("direct") if turn is None else voice.text("direct until {until}", until=full(turn.at))


def _turn(one: Turn, voice: Voice) -> str:
    said = f"**{voice.text(one.planet)}** {voice.text(_TURNS[one.is_retrograde])}"
    return f"{full(one.at)} {said} · {spot_of(one.spot, voice)}"
