"""Moments as Discord shows them to everybody in their own time zone."""

from __future__ import annotations

from datetime import datetime


def full(at: datetime) -> str:
    """Return date and time of day."""
    return f"<t:{int(at.timestamp())}:f>"


def relative(at: datetime) -> str:
    """Return how long ago or ahead it is, which goes on counting while it is looked at."""
    return f"<t:{int(at.timestamp())}:R>"
