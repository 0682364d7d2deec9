"""Pivot points as a card: five methods beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import footnote
from cogs._ui.scenes import price_of, scene_facts
from cogs._ui.tables import row, table
from cogs._ui.times import full
from services.analyst.messages import PivotMethod, PivotSet, PivotsFinding
from services.personas.voice import Voice

METHODS: Final[dict[PivotMethod, str]] = {
    "standard": "Standard",
    "fibonacci": "Fibonacci",
    "camarilla": "Camarilla",
    "woodie": "Woodie",
    "demark": "DeMark",
}
_OF: Final = {"1d": "Pivot points of yesterday", "1w": "Pivot points of last week"}


def pivots_card(
    finding: PivotsFinding,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
    picture: Picture | None = None,
) -> Card:
    """Return the card of pivot points."""
    scene, text, standard = finding.scene, voice.text, standard_of(finding)
    return Card(
        title=f"{scene.market} · {text(_OF[finding.period])}",
        verdict=voice.render(
            "pivots",
            key=key,
            market=scene.market,
            price=price_of(scene, scene.price, voice),
            pivot=price_of(scene, standard.pivot, voice),
            is_above=scene.price > standard.pivot,
            weekly=finding.period == "1w",
        ),
        facts=(
            *(
                fact
                for one in finding.sets
                for fact in table(text(METHODS[one.method]), _rows(one, finding, voice))
            ),
            Fact(text("Made of the period that began"), full(finding.opened_at)),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice, text("arithmetic of one past period")),
        accent=voice.card.accent,
    )


def standard_of(finding: PivotsFinding) -> PivotSet:
    """Return the standard pivot points, which there always are."""
    return next(one for one in finding.sets if one.method == "standard")


def pivots_why(finding: PivotsFinding, voice: Voice) -> Card:
    """Return the card that says how pivot points are made."""
    text = voice.text
    return Card(
        title=f"{finding.scene.market} · {text('Why these points')}",
        verdict=text("All are made of high, low and close of one past period, so everybody has the same."),
        facts=(
            Fact(
                text("Standard"),
                text("The pivot is the mean of high, low and close; the others mirror the range about it."),
                is_wide=True,
            ),
            Fact(
                "Fibonacci", text("The same pivot, with the range times 38.2, 61.8 and 100 %."), is_wide=True
            ),
            Fact(
                "Camarilla", text("Parts of the range about the close, with a factor of 1.1."), is_wide=True
            ),
            Fact("Woodie", text("The close, or today's open, counts twice."), is_wide=True),
            Fact(
                "DeMark", text("Depends on whether the period closed above or below its open."), is_wide=True
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _rows(one: PivotSet, finding: PivotsFinding, voice: Voice) -> list[str]:
    scene = finding.scene
    above = [
        row(f"R{at}", price_of(scene, price, voice)) for at, price in enumerate(one.resistances, start=1)
    ]
    below = [row(f"S{at}", price_of(scene, price, voice)) for at, price in enumerate(one.supports, start=1)]
    return [*reversed(above), row("P", price_of(scene, one.pivot, voice)), *below]
