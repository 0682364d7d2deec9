"""The rules of one market by the prices at which their answers change, so that a tick costs what can fire.

Each rule waits between the two thresholds that enclose the price. A move that stays between them does not
touch it; one that reaches either brings it out, and whoever looked at it puts it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from heapq import heapify, heappop, heappush
from typing import Final

from services.alerts.engine.held import Held

_SPARE: Final = 64

_Seat = tuple[float, int, Held]
"""A threshold (below the price: its negative), the number of the seat, and who waits there."""


class Levels:
    """Every rule is in one of three states: waiting between prices, asked every second, or not looked at yet.

    Seats that were left stay in the heaps until they come to the top, or until there are too many of them.
    """

    __slots__ = ("_above", "_below", "_next", "_seats", "every", "unplaced")

    def __init__(self) -> None:
        self.every: dict[str, Held] = {}
        """Rules without thresholds, which are asked every second."""
        self.unplaced: dict[str, Held] = {}
        """Rules that must be asked whatever the price does."""
        self._above: list[_Seat] = []
        self._below: list[_Seat] = []
        self._seats: dict[str, int] = {}
        self._next = 0

    def __len__(self) -> int:
        return len(self._seats) + len(self.every) + len(self.unplaced)

    def add(self, held: Held) -> None:
        """Have a rule asked at the next price."""
        self.drop(held.id)
        self.unplaced[held.id] = held

    def drop(self, rule: str) -> None:
        """Let a rule go."""
        self._seats.pop(rule, None)
        self.every.pop(rule, None)
        self.unplaced.pop(rule, None)

    def place(self, held: Held, thresholds: tuple[float, ...] | None, price: float) -> None:
        """Let a rule wait for the `thresholds` next to `price`; with None, to be asked every second."""
        self.drop(held.id)
        if thresholds is None:
            self.every[held.id] = held
            return
        self._next += 1
        self._seats[held.id] = self._next
        above = min((one for one in thresholds if one >= price), default=None)
        below = max((one for one in thresholds if one <= price), default=None)
        if above is not None:
            heappush(self._above, (above, self._next, held))
        if below is not None:
            heappush(self._below, (-below, self._next, held))
        if len(self._above) + len(self._below) > 4 * len(self._seats) + _SPARE:
            self._sweep()

    def reached(self, low: float, high: float) -> list[Held]:
        """Return the rules that a move between two prices concerns; each must be placed again."""
        found = list(self.unplaced.values())
        found += self._taken(self._above, high)
        found += self._taken(self._below, -low)
        return found

    def _taken(self, seats: list[_Seat], up_to: float) -> Iterator[Held]:
        while seats and seats[0][0] <= up_to:
            _, number, held = heappop(seats)
            if self._seats.get(held.id) == number:
                del self._seats[held.id]
                yield held

    def _sweep(self) -> None:
        """Throw out the seats that were left."""
        self._above = [seat for seat in self._above if self._seats.get(seat[2].id) == seat[1]]
        self._below = [seat for seat in self._below if self._seats.get(seat[2].id) == seat[1]]
        heapify(self._above)
        heapify(self._below)
