"""Finds the markets that a text names: by code in any writing, or by what people call a coin.

A code that is a word as well counts where the sentence has a place for a market. Nothing is guessed: what
looks like a code that nobody lists is kept as it was written, so that the market process can say so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from services.chat.understanding.lexicon import Lexicon
from services.chat.understanding.reading import Word, plain

_NO_QUOTES: Final = frozenset({"PERP", "SWAP", "FUT", "PERPETUAL", "SPOT"})
"""Written where a currency stands, and none."""
_JOINED: Final = ("USDT", "USDC", "FDUSD", "BUSD", "USD", "BRL", "PERP")
"""What codes are joined with, as in ``BTCUSDT``."""
_ARTICLES: Final = frozenset({"the", "a", "o", "an", "my"})
_BESIDE: Final = frozenset({"vs", "versus", "and", "e", "or", "ou", "contra", "against", "with", "com"})
_COMPARED: Final = frozenset({"compare", "compara", "vs", "versus"})
_PLACES: Final = frozenset({"in", "at", "em"})
_LONGEST_NAME: Final = 3
"""Words in the name of a coin."""
_FEW: Final = 3
_SHOUTED: Final = 0.7
"""From this share of words in capitals on, capitals tell nothing."""
_CODE: Final = range(2, 7)
"""Letters of what may be a code."""
_NAME: Final = range(4, 31)
"""Letters of what may be the name of a coin that nobody here lists."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What follows from the names of the markets there are."""

    bases: frozenset[str]
    spots: Mapping[str, str]
    """Spot markets by what is traded."""

    @classmethod
    def of(cls, names: Sequence[str]) -> Listed:
        """Take the names apart; the first spot market of a coin is the one that is meant."""
        spots: dict[str, str] = {}
        for name in names:
            if ":" not in name:
                spots.setdefault(name.partition("/")[0].upper(), name)
        return cls(frozenset(name.partition("/")[0].upper() for name in names), spots)


@dataclass(frozen=True, slots=True)
class Found:
    """A market that a text names, and how many words name it."""

    market: str
    count: int = 1
    is_named: bool = False
    """Whether it was called by its name and not by its code."""
    is_known: bool = True
    """False where it only looks like a code."""


class Finder:
    """Looks at one text."""

    def __init__(self, words: Sequence[Word], listed: Listed, lexicon: Lexicon) -> None:
        self._words = words
        self._listed = listed
        self._lexicon = lexicon
        self._coins = lexicon.coins
        said = [word.raw for word in words if word.raw.isalpha() and len(word.raw) > 1]
        loud = sum(raw.isupper() for raw in said)
        self._is_shouted = len(said) > _FEW and loud > _SHOUTED * len(said)
        self._plains = {word.plain for word in words}
        self._asks = not self._plains.isdisjoint(self._coins.cues)

    def find(self) -> dict[int, Found]:
        """Return what is found, by place: first what is sure, then what needs a place for a market."""
        found: dict[int, Found] = {}
        place = 0
        while place < len(self._words):
            one = self._sure_at(place)
            if one is not None:
                found[place] = one
            place += 1 if one is None else one.count
        if any(one.is_known for one in found.values()) and self._plains.isdisjoint(_COMPARED):
            return found
        for at in range(len(self._words)):
            unsure = None if at in found else self._unsure_at(at) or self._compared_at(at, found)
            if unsure is not None:
                found[at] = unsure
        return dict(sorted(found.items()))

    def is_beside(self, place: int) -> bool:
        """Return whether what is not known stands in a list with others, as in ``BTC vs XYZ``."""
        near = {self._plain(place - 1), self._plain(place + 1)}
        is_listed = self._words[place].after_comma or self._is_after_comma(place + 1)
        if is_listed and not self._plains.isdisjoint(_COMPARED):
            return True
        return not near.isdisjoint(_BESIDE)

    def _sure_at(self, place: int) -> Found | None:
        word = self._words[place]
        if not word.kinds.isdisjoint({"@link", "@frame", "@percent"}) or not any(map(str.isalpha, word.raw)):
            return None
        written = self._written(word.raw)
        if written is not None:
            return written
        return self._named(place) or self._coded(place)

    def _written(self, raw: str) -> Found | None:
        """Return what is marked as a market by how it is written: ``$XYZ``, ``XYZ/USDT``, ``XYZUSDT``."""
        upper = raw.removeprefix("$").upper()
        joint = next((sign for sign in "/:-_" if sign in upper), "")
        if joint:
            base, _, quote = upper.partition(joint)
            is_pair = joint == "/" and quote not in _NO_QUOTES
            code = self._code_of(base)
            return Found(f"{code}/{quote}" if is_pair else code)
        if raw.startswith("$"):
            return Found(self._code_of(upper), is_known=True)
        quote = next((end for end in _JOINED if upper.endswith(end) and len(upper) > len(end) + 1), "")
        base = upper.removesuffix(quote)
        if quote and (base in self._listed.bases or base.casefold() in self._coins.sure):
            return Found(base)
        return Found(upper, is_known=False) if quote in {"USDT", "USDC"} and raw.isupper() else None

    def _code_of(self, base: str) -> str:
        return self._coins.names.get(base.casefold(), base)

    def _named(self, place: int) -> Found | None:
        """Return the coin whose name of up to three words stands at a place."""
        for count in range(_LONGEST_NAME, 0, -1):
            part = self._words[place : place + count]
            name = " ".join(word.plain for word in part)
            code = self._coins.names.get(name)
            is_whole = len(part) == count and not any(word.ends for word in part[:-1])
            if code is not None and is_whole and name not in self._coins.unsure:
                return Found(code, count, is_named=True)
        return None

    def _coded(self, place: int) -> Found | None:
        """Return the market whose code a word is, where the word is nothing else."""
        word = self._words[place]
        low = word.raw.casefold()
        upper = low.upper()
        if low == "sol" and self._is_of_heaven():
            return None
        if low in self._coins.sure and not (low in self._coins.money and low != "btc"):
            return Found(upper)
        if (
            word.raw.isupper()
            and not self._is_shouted
            and low not in self._coins.acronyms
            and len(word.raw) > 1
        ):
            return self._in_capitals(word.raw)
        is_word = low in self._coins.unsure or self._lexicon.spelling.knows(low) or low != word.plain
        is_code = upper in self._listed.bases and len(low) > 1 and not is_word
        return Found(upper) if is_code and (self._has_place(place) or len(self._words) <= _FEW) else None

    def _in_capitals(self, raw: str) -> Found | None:
        if raw in self._listed.bases or raw in self._coins.names.values():
            return Found(raw)
        is_code = len(raw) in _CODE and raw.casefold() not in self._coins.money
        is_word = self._lexicon.spelling.knows(raw.casefold())
        return Found(raw, is_known=False) if is_code and not is_word else None

    def _is_of_heaven(self) -> bool:
        return not self._plains.isdisjoint(self._coins.heaven) and not self._asks

    def _unsure_at(self, place: int) -> Found | None:
        """Return the market that a word is which may be none, where a market must stand."""
        word = self._words[place]
        low = plain(word.raw)
        if word.kinds or low in self._coins.never or not self._has_place(place):
            return None
        code = self._coins.names.get(word.plain, low.upper())
        if low in self._coins.unsure:
            is_there = (
                code in self._listed.bases or code in self._coins.names.values() or low in {"usdt", "usdc"}
            )
            return Found(code) if is_there else None
        return Found(word.raw, is_known=False) if self._is_new(word) and self._is_named(place) else None

    def _is_named(self, place: int) -> bool:
        """Return whether a place is one where a market is named: behind ``price of`` or ``chart``."""
        is_led = self._lead(place) is not None
        if self._words[place].plain in self._coins.leads or not (is_led or self._is_long(place)):
            return False
        return self._is_last(place) or (
            is_led and self._plain(place + 1) in self._coins.leads | _BESIDE | _PLACES
        )

    def _is_long(self, place: int) -> bool:
        return len(self._words[place].raw) in _NAME and self._plain(place - 1) in self._coins.cues

    def _is_new(self, word: Word) -> bool:
        """Return whether a word may be the name of a coin, and is no word that people use."""
        low = plain(word.raw)
        is_name = len(low) in _CODE or len(low) in _NAME
        is_word = low in self._lexicon.no_market or low in self._lexicon.small
        is_written = word.plain == low and low.isascii() and low.isalnum() and not low.isdecimal()
        return is_written and is_name and not is_word and not self._lexicon.spelling.knows(low)

    def _compared_at(self, place: int, found: Mapping[int, Found]) -> Found | None:
        """Return what stands in a list of markets that are compared, and is none that is known."""
        word = self._words[place]
        if word.kinds or self._plains.isdisjoint(_COMPARED) or not self._is_new(word):
            return None
        is_behind = self._plain(place - 1) in _BESIDE and place - 2 in found
        is_before = self._plain(place + 1) in _BESIDE and place + 2 in found
        is_next = (word.after_comma and place - 1 in found) or (
            self._is_after_comma(place + 1) and place + 1 in found
        )
        return Found(word.raw, is_known=False) if is_behind or is_before or is_next else None

    def _is_after_comma(self, place: int) -> bool:
        return place < len(self._words) and self._words[place].after_comma

    def _has_place(self, place: int) -> bool:
        """Return whether a market may be expected at a place: after ``price of``, or beside ``chart``."""
        lead = self._lead(place)
        if lead is not None and any(word.plain in self._coins.cues for word in self._words[:lead]):
            return True
        if self._plain(place - 1) in self._coins.cues and self._is_last(place):
            return True
        return self._plain(place + 1) in self._coins.cues and not self._words[place].ends

    def _lead(self, place: int) -> int | None:
        """Return the place of the word that leads to a market, such as ``of``."""
        at = place - 1
        if self._plain(at) in _ARTICLES:
            at -= 1
        return at if self._plain(at) in self._coins.leads else None

    def _is_last(self, place: int) -> bool:
        following = self._plain(place + 1)
        is_end = not following or self._words[place].ends
        return is_end or following in self._lexicon.courtesies or "@frame" in self._words[place + 1].kinds

    def _plain(self, place: int) -> str:
        return self._words[place].plain if 0 <= place < len(self._words) else ""
