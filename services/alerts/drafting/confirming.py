"""Whether what is waited for can be confirmed in the way that was chosen.

Belongs here: which conditions last, and which ones a price decides, against the options. Does not belong
here: whether the options make sense by themselves (`own.checks`).
"""

from __future__ import annotations

from typing import Final

from services.alerts.conditions import AllOf, AnyOf, Condition, Leaf, leaves
from services.alerts.messages import Options
from services.alerts.rules.catalogue import RULES
from services.errors import Fact, UserMistake

_OPTION: Final[dict[str, Fact]] = {"option": "confirm"}


def check_confirming(condition: Condition, options: Options) -> None:
    """Refuse a confirmation that can never come.

    Raises:
        UserMistake: it says why not.
    """
    if options.confirming == "touch":
        return
    if options.confirming == "close" and any(map(_is_touch, leaves(condition))):
        raise UserMistake(
            "A touch cannot be confirmed by a close, which would have to be at the level itself.",
            hint="Let it count on touch or after a time, or wait for a break, a rejection, above or below.",
            facts=_OPTION,
        )
    if any(_is_over(leaf, options) for leaf in leaves(condition)):
        raise UserMistake(
            "What happens in one moment, as a touch, a pattern or an event in the sky, "
            "cannot be confirmed later.",
            hint="Let it count at once, or give a touch a margin within which it must hold.",
            facts=_OPTION,
        )
    if options.confirming == "venues" and not _goes_by_price(condition):
        raise UserMistake(
            "Venues are asked for their prices, and no price decides this.",
            hint="Let it count at once, or join it with a level or a move of the price.",
            facts=_OPTION,
        )


def _is_touch(leaf: Leaf) -> bool:
    return "touch" in {getattr(leaf, "way", ""), getattr(leaf, "meeting", "")}


def _is_over(leaf: Leaf, options: Options) -> bool:
    """Return whether nothing is left of it when it is to be confirmed.

    A close that is confirmed by the very close that it waits for is confirmed at once. A venue's own price
    is never at a level that is touched.
    """
    found = RULES[type(leaf)]
    if options.confirming == "close" and getattr(leaf, "timeframe", "") == options.confirm_timeframe:
        return False
    return not found.lasts(leaf) or (options.confirming == "venues" and _is_touch(leaf))


def _goes_by_price(condition: Condition) -> bool:
    """Return whether a price decides each way in which it can come true."""
    if isinstance(condition, AllOf):
        return any(map(_goes_by_price, condition.parts))
    if isinstance(condition, AnyOf):
        return all(map(_goes_by_price, condition.parts))
    return RULES[type(condition)].thresholds(condition, {}) != ()
