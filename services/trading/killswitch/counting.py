"""What was canceled and closed of an account in every look of one firing; a later look adds to it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from services.trading.killswitch.messages import FlatLine


def added(before: Sequence[FlatLine], lines: Sequence[FlatLine]) -> list[FlatLine]:
    """Return the lines of one look at an account, with the counts of the looks before it.

    Args:
        before: what was told of the account when the look began.
        lines: what the look tells.
    """
    known = {line.market: line for line in before}
    told = {line.market for line in lines}
    is_flat = all(line.state == "flat" for line in lines)
    gone = [_over(line) if is_flat else line for line in before if line.market not in told]
    return [*(_sum(known.get(line.market), line) for line in lines), *gone]


def _sum(before: FlatLine | None, line: FlatLine) -> FlatLine:
    if before is None:
        return line
    return msgspec.structs.replace(
        line, orders=line.orders + before.orders, closed=line.closed + before.closed
    )


def _over(line: FlatLine) -> FlatLine:
    return msgspec.structs.replace(line, state="flat", reason="")
