"""Pivot points as a card: five methods beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.limits import code_block
from cogs._ui.origin import footnote
from cogs._ui.scenes import price_of, scene_facts
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
            *(Fact(text(METHODS[one.method]), _ladder(one, finding, voice)) for one in finding.sets),
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
        verdict=text("All are made of the prices of one past period, so everybody has the same."),
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
            Fact(
                "Woodie",
                text("The open of the period that runs counts twice, the close not at all."),
                is_wide=True,
            ),
            Fact(
                "DeMark", text("Depends on whether the period closed above or below its open."), is_wide=True
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _ladder(one: PivotSet, finding: PivotsFinding, voice: Voice) -> str:
    """Write one method's points from the highest down, narrow enough for three to stand side by side."""
    named = [(f"R{at}", price) for at, price in enumerate(one.resistances, start=1)][::-1]
    named += [("P ", one.pivot)]
    named += [(f"S{at}", price) for at, price in enumerate(one.supports, start=1)]
    prices = [price_of(finding.scene, price, voice) for _, price in named]
    width = max(map(len, prices))
    return code_block(
        "\n".join(f"{name} {price:>{width}}" for (name, _), price in zip(named, prices, strict=True))
    )
