"""Which of several phrasings is said: chosen by a seed, and never one that was said lately.

A line of a persona has many variants: its phrasings, times the alternatives that its templates `pick` from,
times the persona's openings and closings. What the alternatives are belongs to the templates and `moods`.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

T = TypeVar("T")

NEVER_WITHIN = 20
"""So many replies of one line differ from one another, where the line has so many variants."""
_TRIES = 64

Choices = tuple[int, ...]


class Chooser(Protocol):
    """Chooses among alternatives while a line is rendered."""

    def choose(self, count: int) -> int:
        """Return a position below `count`."""
        ...


class Dice:
    """Chooses by a seed, and records what was chosen."""

    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)  # noqa: S311 - it chooses words
        self.chosen: list[int] = []

    def choose(self, count: int) -> int:
        """Return a position below `count`."""
        self.chosen.append(self._random.randrange(count))
        return self.chosen[-1]


class Odometer:
    """Goes through every combination of choices, one a rendering; `advance` moves on to the next."""

    def __init__(self) -> None:
        self._at: list[int] = []
        self._counts: list[int] = []
        self._position = 0

    def choose(self, count: int) -> int:
        """Return the position that is this combination's turn."""
        if self._position == len(self._at):
            self._at.append(0)
            self._counts.append(count)
        self._position += 1
        return self._at[self._position - 1]

    def advance(self) -> bool:
        """Turn to the next combination; False when all were had."""
        while self._at and self._at[-1] + 1 == self._counts[-1]:
            self._at.pop()
            self._counts.pop()
        self._position = 0
        if not self._at:
            return False
        self._at[-1] += 1
        return True


class Variety:
    """Remembers what was said of each line, so that a persona does not repeat itself."""

    def __init__(self) -> None:
        self._said: dict[str, deque[str]] = {}

    def fresh(
        self, line: str, seed: str, render: Callable[[Chooser], str], *, mask: Callable[[str], str]
    ) -> str:
        """Return a rendering of `line` that, without its figures, was not among the last ones.

        Args:
            line: whose memory counts.
            seed: the same seed after the same history gives the same words.
            render: renders the line with the choices of a chooser.
            mask: takes the figures out of a text, so that new figures do not pass for new words.
        """
        said = self._said.setdefault(line, deque(maxlen=NEVER_WITHIN - 1))
        text = ""
        for attempt in range(_TRIES):
            text = render(Dice(f"{line}:{seed}:{attempt}"))
            if mask(text) not in said:
                break
        said.append(mask(text))
        return text


def every(render: Callable[[Chooser], str], *, most: int) -> Sequence[str]:
    """Return up to `most` renderings, one for each combination of choices."""
    odometer = Odometer()
    texts = [render(odometer)]
    while len(texts) < most and odometer.advance():
        texts.append(render(odometer))
    return texts
