"""A chart as a card: the picture, and in words what it shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import age, footnote
from cogs._ui.scenes import price_of, scene_facts, title_of
from services.analyst.messages import ChartDrawn, FormingPrice
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
    scene, text, forming = chart.scene, voice.text, chart.forming
    price = scene.price if forming is None else forming.price
    change = voice.numbers.change(chart.first_open, price)
    shown = text("{count} candles, {change}", count=chart.shown, change=change)
    indicators = ", ".join(text.sentence(one) for one in chart.indicators)
    return Card(
        title=title_of(scene),
        verdict=voice.render(
            "chart",
            key=key,
            market=scene.market,
            timeframe=scene.timeframe,
            price=price_of(scene, price, voice),
            currency=currency_of(scene.market),
            change=voice.numbers.move(chart.first_open, price),
        ),
        facts=(
            Fact(text("In the picture"), shown),
            *([Fact(text("Still forming"), _growing(chart, forming, voice, now))] if forming else []),
            *([Fact(text("Indicators"), indicators)] if indicators else []),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _growing(chart: ChartDrawn, forming: FormingPrice, voice: Voice, now: datetime) -> str:
    """Write the last price of the candle that has not closed, and its age."""
    price = price_of(chart.scene, forming.price, voice)
    return voice.text("{price} · {age} old", price=price, age=age(forming.origin, voice.numbers, now))
