"""The checksum that a pushed order book carries, by which a client sees that its own copy is right.

Source: the venue's description of its ``books`` channel; recorded frames bear it out.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence

LEVELS = 25
"""How many of each side go into it."""


def checksum(bids: Sequence[Sequence[str]], asks: Sequence[Sequence[str]]) -> int:
    """Return the checksum of a book whose sides are [price, size] in the text they were sent as, best first.

    The best bid, the best ask, the second bid, the second ask and so on, all joined by colons; of that the
    CRC-32, read as a signed number of 32 bits.
    """
    parts: list[str] = []
    for place in range(max(min(len(bids), LEVELS), min(len(asks), LEVELS))):
        for side in (bids, asks):
            if place < len(side):
                parts += side[place][:2]
    value = zlib.crc32(":".join(parts).encode())
    return value - 2**32 if value >= 2**31 else value
