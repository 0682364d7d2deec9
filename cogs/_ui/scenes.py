"""What every card of a finding says of the candles it is of: how many, up to when, from where, how old."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from cogs._ui.card import Fact
from cogs._ui.origin import origin_facts
from cogs._ui.times import full
from services.analyst.messages import FibLevel, PriceZone, Scene
from services.personas.voice import Voice

UNBROKEN = "\u00a0"
"""A space at which no line ends."""
_PERCENT = 100


def scene_facts(scene: Scene, voice: Voice, *, now: datetime) -> list[Fact]:
    """Return which candles a finding is of, their source and their age."""
    count = voice.numbers.decimal(Decimal(scene.count), 0)
    said = voice.text(
        "{count} of {timeframe}, the last closed {when}",
        count=count,
        timeframe=scene.timeframe,
        when=full(scene.closed_at),
    )
    return [
        Fact(voice.text("Candles"), said, is_wide=True),
        *origin_facts([scene.origin], voice, now=now, of="Candles"),
    ]


def title_of(scene: Scene) -> str:
    """Return the market and its timeframe."""
    return f"{scene.market} · {scene.timeframe}"


def price_of(scene: Scene, price: Decimal, voice: Voice) -> str:
    """Write a price by the market's tick."""
    return voice.numbers.price(price, scene.tick)


def ratio_of(ratio: Decimal, voice: Voice) -> str:
    """Write a ratio as a percentage with one decimal: 61.8%."""
    return voice.numbers.share(ratio)


def level_of(scene: Scene, level: FibLevel, voice: Voice) -> str:
    """Write a Fibonacci level: 61.8% at 61,313.6."""
    return voice.text(
        "{ratio} at {price}", ratio=ratio_of(level.ratio, voice), price=price_of(scene, level.price, voice)
    )


def band_of(scene: Scene, low: Decimal, high: Decimal, voice: Voice) -> str:
    """Write a band of prices, or the one price that it is."""
    if low == high:
        return price_of(scene, low, voice)
    return voice.text("{low} to {high}", low=price_of(scene, low, voice), high=price_of(scene, high, voice))


def zone_of(scene: Scene, zone: PriceZone, voice: Voice) -> str:
    """Write the band of a zone."""
    return band_of(scene, zone.low, zone.high, voice)


def away(scene: Scene, price: Decimal, voice: Voice) -> str:
    """Write how far `price` is from the last close, in percent of it."""
    return voice.numbers.percent((price / scene.price - 1) * _PERCENT)
