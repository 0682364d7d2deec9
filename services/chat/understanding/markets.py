"""Marks the markets and the currencies in the words of a text. Finding them belongs to `finding`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from services.chat.understanding.finding import Finder, Found, Listed
from services.chat.understanding.lexicon import Coins, Lexicon
from services.chat.understanding.reading import Word

_MARKET: Final = frozenset({"@market"})
_COIN: Final = frozenset({"@market", "@coin"})
"""A market by the name of its coin."""
_NOT: Final = frozenset({"not", "nao"})
_EARLY: Final = 3
"""Words from the beginning within which a market is denied."""
_MONEY: Final = frozenset({"@money"})


def with_markets(words: Sequence[Word], listed: Listed, lexicon: Lexicon) -> list[Word]:
    """Return the words with one for each market, of the kind ``@market``, whose `plain` is the market itself.

    Currencies that are no market get the kind ``@money``, and are written by their code.
    """
    finder = Finder(words, listed, lexicon)
    found = finder.find()
    if any(one.is_known for one in found.values()):
        found = {place: one for place, one in found.items() if one.is_known or finder.is_beside(place)}
    return _without_denied(_marked(words, found, lexicon.coins))


def markets_in(words: Sequence[Word]) -> tuple[str, ...]:
    """Return the markets of words that were marked, each once."""
    return tuple(dict.fromkeys(word.plain for word in words if word.kinds >= _MARKET))


def _without_denied(words: list[Word]) -> list[Word]:
    """Take away the markets that are named to say that they are not meant, as in ``not btc, eth``."""
    before = ["", *(word.plain for word in words)]
    denied = {
        place
        for place, word in enumerate(words)
        if word.kinds >= _MARKET and before[place] in _NOT and (place < _EARLY or word.ends)
    }
    if not any(word.kinds >= _MARKET for place, word in enumerate(words) if place not in denied):
        return words
    return [
        replace(word, plain=word.raw.casefold(), kinds=frozenset()) if place in denied else word
        for place, word in enumerate(words)
    ]


def _marked(words: Sequence[Word], found: Mapping[int, Found], coins: Coins) -> list[Word]:
    marked: list[Word] = []
    place = 0
    while place < len(words):
        one = found.get(place)
        if one is None:
            marked.append(_as_money(words[place], coins))
        else:
            last = words[place + one.count - 1]
            raw = " ".join(word.raw for word in words[place : place + one.count])
            marked.append(
                Word(
                    raw,
                    one.market,
                    ends=last.ends,
                    kinds=_COIN if one.is_named else _MARKET,
                    after_comma=words[place].after_comma,
                )
            )
        place += 1 if one is None else one.count
    return marked


def _as_money(word: Word, coins: Coins) -> Word:
    code = coins.money.get(word.plain)
    return word if code is None or word.kinds else replace(word, kinds=_MONEY)
