"""From what people write to the market they mean, and from what is typed so far to what it may become."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from services.errors import UnknownMarket
from services.exchange.exchange import Market
from services.market.coins import COINS

_MOST_SUGGESTIONS = 3
_LONGEST_ECHO = 40
_MOST_EDITS = 2


@dataclass(frozen=True, slots=True)
class _Spelling:
    """One market with everything that is worked out of its name once."""

    name: str
    bare: str
    ways: tuple[str, ...]


class Names:
    """Every name of every market. Built from markets in order of turnover, the most traded first.

    Where a name could mean several markets, such as ``BTC``, the most traded one is meant.
    """

    def __init__(self, markets: Sequence[Market]) -> None:
        self._set([_spelling(market) for market in markets])

    def ranked_anew(self, ranked: Sequence[Market]) -> Names:
        """Return the names of `ranked`, in that order; cheap where most of them are known already."""
        known = {spelling.name: spelling for spelling in self._spellings}
        names = Names(())
        names._set([known.get(market.name) or _spelling(market) for market in ranked])
        return names

    def _set(self, spellings: list[_Spelling]) -> None:
        self._spellings = spellings
        self._ranked = tuple(spelling.name for spelling in spellings)
        self._names = frozenset(self._ranked)
        self._written: dict[str, str] = {}
        for spelling in spellings:
            for written in spelling.ways:
                self._written.setdefault(written, spelling.name)

    def resolve(self, asked: str) -> str:
        """Return the market that `asked` means; case, blanks, separators and a leading ``$`` do not matter.

        The name of a coin, such as ``bitcoin``, means its most traded market.

        Raises:
            UnknownMarket: none; carries up to three that look alike, the nearest first.
        """
        exact = asked.strip().upper().removeprefix("$")
        if exact in self._names:
            return exact
        bare = _bare(exact)
        for written in (bare, COINS.get(bare, "")):
            if written in self._written:
                return self._written[written]
        echo = asked.strip()[:_LONGEST_ECHO]
        raise UnknownMarket.of(echo or "nothing", self._alike(bare[:_LONGEST_ECHO]))

    @property
    def ranked(self) -> tuple[str, ...]:
        """Return every market, the most traded first."""
        return self._ranked

    def find(self, typed: str, limit: int, *, first: Sequence[str] = ()) -> list[str]:
        """Return up to `limit` markets that begin with `typed`, then those that contain it, in rank order.

        Those of `first` that there are and that match come before all, in their order.
        """
        wanted = _bare(typed.upper())
        preferred = [name for name in first if name in self._names and wanted in _bare(name)]
        begins = [one.name for one in self._spellings if one.bare.startswith(wanted)]
        found = dict.fromkeys((*preferred, *begins))
        if len(found) < limit:
            found |= dict.fromkeys(one.name for one in self._spellings if wanted in one.bare)
        return list(found)[: max(0, limit)]

    def _alike(self, wanted: str) -> list[str]:
        letters = Counter(wanted)
        scored = sorted(
            (distance, place, self._written[written])
            for place, written in enumerate(self._written)
            if (distance := _distance(wanted, letters, written)) is not None
        )
        return list(dict.fromkeys(name for _, _, name in scored))[:_MOST_SUGGESTIONS]


def _spelling(market: Market) -> _Spelling:
    return _Spelling(market.name, _bare(market.name), tuple(_ways_to_write(market)))


def _bare(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


def _ways_to_write(market: Market) -> Iterable[str]:
    pair = market.base + market.quote
    yield from (_bare(market.name), pair, market.base)
    if ":" in market.name:
        yield from (f"{pair}P", f"{market.base}PERP", f"{pair}PERP")


def _distance(wanted: str, letters: Counter[str], written: str) -> int | None:
    """Return how unlike two names are, smaller is nearer, or None where one cannot stand for the other."""
    if len(wanted) > 1 and (written.startswith(wanted) or wanted.startswith(written)):
        return abs(len(wanted) - len(written)) // 2 + 1
    allowed = min(_MOST_EDITS, len(wanted) // 2)
    if abs(len(wanted) - len(written)) > allowed or _lacking(letters, written) > allowed:
        return None
    edits = _edits(wanted, written)
    return edits if edits <= allowed else None


def _lacking(letters: Counter[str], written: str) -> int:
    """Return how many letters of `written` the wanted name lacks; it takes as many edits at least."""
    left = dict(letters)
    lacking = 0
    for letter in written:
        if left.get(letter, 0):
            left[letter] -= 1
        else:
            lacking += 1
    return lacking


def _edits(one: str, other: str) -> int:
    """Return the fewest letters to add, drop, change or swap with their neighbour.

    Source: the optimal string alignment distance; Damerau (1964), "A technique for computer detection and
    correction of spelling errors".
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        older, before, row = before, row, [i]
        for j, candidate in enumerate(other, 1):
            change = before[j - 1] + (letter != candidate)
            best = min(before[j] + 1, row[j - 1] + 1, change)
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == candidate:
                best = min(best, older[j - 2] + 1)
            row.append(best)
    return row[-1]
