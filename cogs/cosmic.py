"""`/cosmic`: where Sun, Moon and planets stand, and whether that ever told anything about a market."""

from __future__ import annotations

from typing import Final

from services.personas.lines import Line

_NOW = {
    "sun": "Sagittarius",
    "moon": "Pisces",
    "phase": "Waxing gibbous",
    "lit": "82%",
    "retrograde": "Mercury, Uranus",
}
_MOON = {
    "phase": "Waxing gibbous",
    "lit": "82%",
    "sign": "Pisces",
    "next": "Full Moon",
    "when": "<t:1790000000:R>",
}
_BACK = {"planets": "Mercury, Uranus", "count": 2, "next": "Venus", "when": "<t:1790000000:R>"}
_ASPECTS = {"count": 7, "closest": "Sun square Mars", "orb": "0.4°", "is_applying": True}
_CALENDAR = {"count": 9, "days": 30, "first": "Full Moon", "when": "<t:1790000000:R>"}
_TEST = {
    "factor": "Full Moon",
    "market": "BTC/USDT:USDT",
    "days": 310,
    "effect": "+0.12%",
    "low": "\N{MINUS SIGN}0.30%",
    "high": "+0.55%",
    "p": "0.41",
    "tried": 12,
    "is_found": False,
}
LINES: Final = (
    Line(name="cosmic_now", sample=_NOW, must=("sun", "moon", "phase", "lit", "retrograde")),
    Line(name="cosmic_now", sample={**_NOW, "retrograde": None}, must=("sun", "moon", "phase", "lit")),
    Line(name="cosmic_moon", sample=_MOON, must=("phase", "lit", "sign", "next", "when")),
    Line(name="cosmic_retrograde", sample=_BACK, must=("planets", "next", "when")),
    Line(name="cosmic_retrograde", sample={**_BACK, "planets": None, "count": 0}, must=("next", "when")),
    Line(name="cosmic_aspects", sample=_ASPECTS, must=("count", "closest", "orb")),
    Line(name="cosmic_aspects", sample={**_ASPECTS, "is_applying": False}, must=("count", "closest", "orb")),
    Line(name="cosmic_aspects", sample={"count": 0, "closest": None, "orb": None, "is_applying": None}),
    Line(name="cosmic_calendar", sample=_CALENDAR, must=("count", "days", "first", "when")),
    Line(
        name="cosmic_calendar", sample={**_CALENDAR, "count": 0, "first": None, "when": None}, must=("days",)
    ),
    Line(
        name="cosmic_test",
        sample=_TEST,
        must=("factor", "market", "days", "effect", "low", "high", "p", "tried"),
    ),
    Line(
        name="cosmic_test",
        sample={**_TEST, "p": "0.003", "is_found": True},
        must=("factor", "market", "days", "effect", "low", "high", "p", "tried"),
    ),
)
"""retrograde, planets: names with commas. cosmic_test: effect is the difference of the mean daily return,
low to high its 95 % interval (said in words, the template has no figures), p after correction for the
`tried` factors; is_found only where that is small enough. Even then it is said that it may be chance and
trades nothing."""
