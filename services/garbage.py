"""Keeps Python's cycle collector from stopping a process while prices are on their way.

A venue's 1,500 markets are some million objects that stay, as are 100,000 alerts; a full collection walks all
of them, which takes 200 ms and more. What is there at the start is taken out of its sight, and full
collections become rare.
"""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 2_000, 10, 200
"""Objects more than freed before the youngest are looked through; how often until the older are, too."""


def spare_what_stays() -> None:
    """Call it once, when all that stays is there. It concerns the whole process."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
