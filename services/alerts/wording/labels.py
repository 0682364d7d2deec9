"""What the states, posts and reasons of alerts are called in English, the key of each text.

Cards and what leaves Discord take the same names from here. How a condition reads stands in `words`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from services.alerts.wording.speech import Speech

STATES: Final[Mapping[str, str]] = {
    "pending": "met, not confirmed yet",
    "fired": "fired",
    "confirmed": "confirmed",
    "failed": "not confirmed",
    "armed": "armed again",
    "test": "test",
}
DEVELOPED: Final[frozenset[str]] = frozenset({"pending", "confirmed", "failed"})
"""The states of which a line of a digest says more than that an alert fired."""
NOTICES: Final = {
    "undelivered": "Not delivered",
    "expiring": "Expires soon",
    "moved": "Comes as a direct message now",
}
BRIEFS: Final = {"daily": "Daily brief", "weekly": "Weekly recap", "session": "{session} opens"}
LEANS: Final = {
    "bull": "more points up than down",
    "bear": "more points down than up",
    "even": "as many points up as down",
}
TOGETHER: Final = {
    "quiet hours": "quiet hours",
    "digest": "a digest was asked for",
    "too many in an hour": "too many in an hour",
}
"""Why alerts came together in a digest, or wait to."""
_CLOSE: Final = "the close of "
_HELD: Final = re.compile(r"([0-9]+) s")
_VENUES: Final = "two venues"
_FAILED: Final = re.compile(r"(?:gone|refused|poison): (?P<reason>.*)", re.DOTALL)
_MOVED: Final = re.compile(r"moved to [^\s:]+:[^\s:]+: (?P<reason>.*)", re.DOTALL)


def waited_words(confirmed_by: str, speech: Speech) -> str:
    """Write what an alert that is met waits for, with its article, as behind "until"."""
    text = speech.text
    if confirmed_by.startswith(_CLOSE):
        return text("the close of {timeframe}", timeframe=confirmed_by.removeprefix(_CLOSE))
    if held := _HELD.fullmatch(confirmed_by):
        return text("the end of {time}", time=speech.numbers.age(int(held[1])))
    return text("the agreement of two venues") if confirmed_by == _VENUES else text.sentence(confirmed_by)


def reason_words(reason: str, speech: Speech) -> str:
    """Write why a delivery is not made, or not yet. What kind of failure it was is said by its state."""
    text = speech.text
    if moved := _MOVED.fullmatch(reason):
        return text("it came as a direct message: {reason}", reason=text.sentence(moved["reason"]))
    if failed := _FAILED.fullmatch(reason):
        return text.sentence(failed["reason"])
    return text(TOGETHER[reason]) if reason in TOGETHER else text.sentence(reason)
