"""The whole sky at one moment."""

from __future__ import annotations

from dataclasses import dataclass

from analytics.cosmic.aspects import Aspect, aspects
from analytics.cosmic.bodies import BODIES, Motion, Position, motion, position
from analytics.cosmic.moon import elongation, illumination, last_new_moon, mean_node, phase_name, true_node


@dataclass(frozen=True, slots=True, kw_only=True)
class MoonState:
    """The Moon's phase, the lit share of its disc, days since it was new, distance in AU, and its nodes."""

    phase: str
    lit: float
    age_days: float
    position: Position
    mean_node: float
    true_node: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Sky:
    """Every body's place and motion in the order of `BODIES`, the aspects among them, and the Moon."""

    motions: tuple[Motion, ...]
    aspects: tuple[Aspect, ...]
    moon: MoonState


def sky(day: float) -> Sky:
    """Return the sky at a moment."""
    motions = tuple(motion(body, day) for body in BODIES)
    return Sky(motions=motions, aspects=tuple(aspects(motions)), moon=moon_state(day))


def moon_state(day: float) -> MoonState:
    """Return the Moon at a moment."""
    moon = position("Moon", day)
    return MoonState(
        phase=phase_name(elongation(day)),
        lit=illumination(moon, position("Sun", day)),
        age_days=day - last_new_moon(day),
        position=moon,
        mean_node=mean_node(day),
        true_node=true_node(day),
    )
