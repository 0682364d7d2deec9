"""What stands on a delivered alert: its lines, and its buttons snooze, repeat, edit and why."""

from __future__ import annotations

from typing import Final

from cogs._host import Host
from services.personas.lines import Line

_WHAT = "BTC/USDT:USDT above 70,000"
_FIRED = {"what": _WHAT, "price": "70,010.5", "late": None, "note": None, "count": 1, "is_test": False}
LINES: Final = (
    Line(name="alert_fired", sample=_FIRED, must=("what", "price")),
    Line(
        name="alert_fired",
        sample={**_FIRED, "late": "3 min", "note": "sell a third", "count": 4},
        must=("what", "price", "late", "note"),
    ),
    Line(name="alert_fired", sample={**_FIRED, "price": None}, must=("what",)),
    Line(name="alert_fired", sample={**_FIRED, "is_test": True}, must=("what", "price")),
    Line(
        name="alert_developed",
        sample={"what": _WHAT, "price": "70,010.5", "state": "pending", "waits_for": "the close of 4h"},
        must=("what", "waits_for"),
    ),
    *(
        Line(
            name="alert_developed",
            sample={"what": _WHAT, "price": "70,010.5", "state": state, "waits_for": None},
            must=("what",),
        )
        for state in ("confirmed", "failed", "armed")
    ),
    Line(name="alert_notice", sample={"about": "undelivered", "what": _WHAT}, must=("what",)),
    Line(name="alert_notice", sample={"about": "expiring", "what": _WHAT}, must=("what",)),
    Line(name="alert_notice", sample={"about": "moved", "what": _WHAT}, must=("what",)),
    Line(name="alert_digest", sample={"count": 7}, must=("count",)),
    Line(name="brief", sample={"kind": "daily", "session": None, "count": 5}),
    Line(name="brief", sample={"kind": "weekly", "session": None, "count": 5}),
    Line(name="brief", sample={"kind": "session", "session": "London", "count": 5}, must=("session",)),
)
"""late: how long ago it really was. count: how often it was met since it was told first. armed: it fired,
ceased, and waits again. undelivered: it could not be brought where it was wanted. moved: it comes as a direct
message since its channel is gone. brief: the post at the beginning of a day, a week or a trading session."""


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    del host
