"""Reads what a member wrote to a bot: which words, which venue, and which persona is good at it.

A word match, not a model: it must be instant, the same every time, and never guess beyond what it sees.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from services.locales import Locale
from services.locales.guess import language_of
from services.personas.card import PersonaCard, Strength

_MENTION = re.compile(r"<(?:@[!&]?|#|a?:\w+:)\d+>|@(?:everyone|here)\b")
"""Of members, roles, channels, and of everybody; a server's own emoji are written like them."""
_WORD = re.compile(r"\$?[^\W_]+(?:[/:-][^\W_]+)*")
_PLACE = re.compile(
    r"(?<![\w$])(?:(?:on|at|in|na|no|em)\s+)+(?:the\s+)?(?P<name>[^\W_]+(?:[_.-][^\W_]+)*)(?![/:])",
    re.IGNORECASE,
)
"""Where a question may name a venue."""
_VENUES = frozenset(
    """
    ascendex binance binancecoinm binanceus binanceusdm bingx bitbank bitfinex bitflyer bitget bithumb bitmart
    bitmex bitso bitstamp bitvavo bybit bydfi coinbase coincheck coinex coinone cryptocom
    deribit exmo foxbit gate gateio gemini hitbtc huobi hyperliquid independentreserve indodax kraken
    krakenfutures kucoin kucoinfutures latoken lbank luno mercadobitcoin mexc novadax okx okex p2b
    paradex phemex poloniex probit robinhood sandbox simulated tokocrypto toobit upbit wazirx whitebit
    woofipro zaif
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of seventy literals
)
"""Venues that people know, whether or not one is connected: who names one wants an answer about that one.

Those that are named as a currency is, such as dYdX, are left out: in "funding in DYDX" the currency is meant.
"""
_MISSPELT: Final = 0.85
"""From this likeness on a word is a venue that was misspelt."""
_SHORTEST_MISSPELT: Final = 5


@dataclass(frozen=True, slots=True)
class Question:
    """What a member wrote, without mentions and invisible letters."""

    text: str

    @classmethod
    def of(cls, content: str) -> Question:
        """Take out of a message's content the mentions, and marks of direction and width that nobody sees."""
        seen = "".join(letter for letter in content if unicodedata.category(letter) != "Cf")
        return cls(" ".join(_MENTION.sub(" ", unicodedata.normalize("NFKC", seen)).split()))

    @property
    def words(self) -> list[str]:
        """Return its words in order, lower case."""
        return [word.casefold() for word in _WORD.findall(self.text)]

    @property
    def language(self) -> Locale | None:
        """Return the language that more of its words are of; None where it does not show."""
        return language_of(self.words)

    def hits(self, words: Iterable[str]) -> int:
        """Count which of `words` (single words or phrases) it contains."""
        spaced = f" {' '.join(self.words)} "
        return sum(f" {word.casefold()} " in spaced for word in words)

    @property
    def places(self) -> list[str]:
        """Return the words that stand where a venue is named: after on, at, in, na, no and em."""
        return [place["name"] for place in _PLACE.finditer(self.text)]

    def venue(self, there: Iterable[str]) -> str:
        """Return the first venue it names, in small letters; empty for none.

        It need not be one of those that are `there`: a venue that people know counts, and so does what is
        almost the name of one.
        """
        known = {name.casefold() for name in there} | _VENUES
        return next((name for name in map(str.casefold, self.places) if _is_venue(name, known)), "")

    def without(self, venue: str) -> Question:
        """Return the question without the words that name `venue`."""
        return Question(
            " ".join(
                _PLACE.sub(
                    lambda place: " " if place["name"].casefold() == venue else place[0], self.text
                ).split()
            )
        )


def _is_venue(name: str, known: Iterable[str]) -> bool:
    if name in known or _joined(name) in known:
        return True
    return len(name) >= _SHORTEST_MISSPELT and bool(get_close_matches(name, known, n=1, cutoff=_MISSPELT))


def _joined(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


@dataclass(frozen=True, slots=True)
class Match:
    """A persona that can help, and with what."""

    card: PersonaCard
    strength: Strength


def who_can_help(question: Question, cards: Iterable[PersonaCard]) -> Match | None:
    """Return whose strength shares most words with the question, the first of equals; None if none does."""
    best: Match | None = None
    most = 0
    for card in cards:
        for strength in card.strengths:
            hits = question.hits(strength.words)
            if hits > most:
                best, most = Match(card, strength), hits
    return best
