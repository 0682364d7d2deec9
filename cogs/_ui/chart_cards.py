"""A chart as a card: the picture, and in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import footnote
from cogs._ui.scenes import price_of, scene_facts, title_of
from services.analyst.messages import ChartDrawn
from services.market.figures import currency_of
from services.personas.voice import Voice


def chart_card(
    chart: ChartDrawn,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    picture: Picture,
    actions: Sequence[Action] = (),
) -> Card:
    """Return the card of a chart."""
    scene, text = chart.scene, voice.text
    change = voice.numbers.change(chart.first_open, scene.price)
    shown = text("{count} candles, {change}", count=chart.shown, change=change)
    indicators = ", ".join(text.sentence(one) for one in chart.indicators)
    return Card(
        title=title_of(scene),
        verdict=voice.render(
            "chart",
            key=key,
            market=scene.market,
            timeframe=scene.timeframe,
            price=price_of(scene, scene.price, voice),
            currency=currency_of(scene.market),
            change=voice.numbers.move(chart.first_open, scene.price),
        ),
        facts=(
            Fact(text("In the picture"), shown),
            *([Fact(text("Indicators"), indicators)] if indicators else []),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )
