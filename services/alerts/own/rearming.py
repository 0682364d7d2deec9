"""Lets a rule begin anew: what the engine remembered of it is forgotten, but not the number of its alerts."""

from __future__ import annotations

import msgspec

from services.alerts.engine.held import State


def begun_anew(state: str) -> str:
    """Return the state of a rule that waits anew, made of the one that it had.

    Its next alert gets the next number: with that of an earlier one it would pass for told already.
    """
    if not state:
        return ""
    number = msgspec.json.decode(state, type=State).number
    return msgspec.json.encode(State(number=number)).decode() if number else ""
