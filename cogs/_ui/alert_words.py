"""Alerts in words, as cards say them: where an alert comes, and how it is confirmed.

What a condition waits for and what a rule saw is written by `services.alerts.wording.words`, for cards and
for what leaves Discord alike; cards take those words from here with the others.
"""

from __future__ import annotations

from services.alerts.messages import Options
from services.alerts.wording.words import (
    SKY,
    condition_words,
    pattern_words,
    percent_words,
    price_words,
    severity_words,
    value_words,
)
from services.personas.voice import Voice

__all__ = (
    "SKY",
    "condition_words",
    "confirming_words",
    "pattern_words",
    "percent_words",
    "place_words",
    "price_words",
    "severity_words",
    "value_words",
)


def place_words(place: str, voice: Voice) -> str:
    """Write where it comes: a direct message, a channel, or a way by the name it has in farm.yaml."""
    kind, _, name = place.partition(":")
    if kind == "channel":
        return f"<#{name}>"
    return name if kind == "way" else voice.text("direct message")


def confirming_words(options: Options, voice: Voice) -> str:
    """Write when it counts: at once, at a close, after it has held, or when venues agree."""
    text = voice.text
    if options.confirming == "close":
        return text("at the close of {timeframe}", timeframe=options.confirm_timeframe)
    if options.confirming == "seconds":
        return text("once it has held for {time}", time=voice.numbers.age(options.confirm_seconds))
    return text("once two venues agree") if options.confirming == "venues" else text("at once")
