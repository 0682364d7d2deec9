"""Angles in degrees: wrapping, and the signs of the zodiac."""

from __future__ import annotations

from typing import Final, TypeVar

from analytics.candles import Floats

Angle = TypeVar("Angle", float, Floats)

SIGNS: Final = (
    *("Aries", "Taurus", "Gemini", "Cancer", "Leo", "Virgo"),
    *("Libra", "Scorpio", "Sagittarius", "Capricorn", "Aquarius", "Pisces"),
)
"""Of the tropical zodiac: the first begins at the equinox of date, each is 30 degrees."""
SIGN_WIDTH: Final = 30.0


def wrapped(angle: Angle, turn: float = 360.0) -> Angle:
    """Return an angle, or an array of them, less whole turns.

    It lies from minus half a turn (included) to half a turn (excluded).
    """
    return (angle + turn / 2) % turn - turn / 2


def sign_of(longitude: float) -> str:
    """Return the sign that holds a longitude."""
    return SIGNS[int(longitude % 360 // SIGN_WIDTH)]


def degree_in_sign(longitude: float) -> float:
    """Return how far a longitude is into its sign, 0 to 30."""
    return longitude % SIGN_WIDTH
