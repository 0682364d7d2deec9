"""`/alert`: what a member wants to hear of, and how often it would have been so."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.personas.lines import Line

_WHAT = "BTC/USDT:USDT above 70,000"
LINES: Final = (
    Line(
        name="alert_set",
        sample={"what": _WHAT, "is_here": False, "repeats": False, "is_armed": True},
        must=("what",),
    ),
    Line(
        name="alert_set",
        sample={"what": _WHAT, "is_here": True, "repeats": True, "is_armed": False},
        must=("what",),
    ),
    Line(
        name="alert_question", sample={"why": "number", "written": "70.000", "what": None}, must=("written",)
    ),
    Line(name="alert_question", sample={"why": "far", "written": "700", "what": _WHAT}, must=("written",)),
    Line(name="alert_question", sample={"why": "often", "written": None, "what": _WHAT}, must=("what",)),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 4, "days": 7, "is_noisy": False},
        must=("what", "times", "days"),
    ),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 0, "days": 7, "is_noisy": False},
        must=("what", "days"),
    ),
    Line(
        name="alert_preview",
        sample={"what": _WHAT, "times": 180, "days": 7, "is_noisy": True},
        must=("what", "times", "days"),
    ),
)
"""is_here: it comes into a channel, not as a direct message. is_armed: what it waits for is not so yet; else
it must first cease. why: the number can be read in two ways, is far from the price, or it fires too often."""


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    del host
