"""The rule about the sky."""

from __future__ import annotations

from services.alerts.conditions import SkyShows
from services.alerts.rules.declare import Memory, Met, Seen, rule


@rule(SkyShows, is_timely=True, lasts=lambda _: False)
def sky_shows(leaf: SkyShows, seen: Seen, _: Memory) -> Met:
    """Tell whether it happens in this step; it is over with the step."""
    return Met(hit=leaf.event in seen.sky(), holds=False)
