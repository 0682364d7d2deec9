"""Reads what a member wrote to a bot: which words, which market, and which persona is good at it.

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
_TICKER = re.compile(r"\$?[A-Za-z0-9]{2,15}(?:[/:-][A-Za-z0-9]{2,10}){0,2}")
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
_SPOT: Final = ("spot", "à vista")
_MISSPELT: Final = 0.85
"""From this likeness on a word is a venue that was misspelt."""
_SHORTEST_MISSPELT: Final = 5
_GREETINGS = frozenset({"hi", "hello", "hey", "gm", "yo", "oi", "olá", "ola", "hallo", "opa"})
_HELLO: Final = ("bom dia", "boa tarde", "boa noite", "e aí", "tudo bem")
_FILLERS = frozenset(
    """
    a an and at any are can could current currently do does for from give go going how i in is it just latest
    me much my now of on or please pls right show tell the there this to today us usd want was what whats
    spot where which who will would you your o os as de do um uma qual quanto quantos está esta agora por
    favor da em me no na que é custa como anda hoje ao pra para mostra mostre quero saber meu minha e das dos
    """.split()  # noqa: SIM905 - prose is read and kept more easily than a list of sixty literals
)
_ALSO_ENGLISH = frozenset(
    """
    ace act ai alice alpha ape arc ark atom auction bake band bat beam bed bless blur bond burger cake cat
    cats chess city coin combo core cow cream dash data dent dog dot edge ever fair fight fire flow flux fun
    game gas gift gold grass hard high hive home hook hot house icon iq joy just key kite layer lever life
    link lit loom magic main man mask mass me meme merit mine moon move movie near neon new night not note
    nova ocean om one open orca ore people pixel plume point polar pond portal power prime prom pump push
    quick rare ray ready real red render rose safe saga sand scroll shell sign sky soil solid soon space
    spell star step stone storm strike sun super sure swarm sweat tag tap test theta think time tree true
    trust turbo up usual velvet virtual wave waves win wing wood world yes zero
    """.split()  # noqa: SIM905 - as above
)
"""Words that are names of markets as well; in small letters they are meant as words."""


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
    def is_greeting(self) -> bool:
        """Return whether it says nothing beyond hello."""
        return all(word in _GREETINGS for word in self.words) or " ".join(self.words) in _HELLO

    @property
    def language(self) -> Locale | None:
        """Return the language that more of its words are of; None where it does not show."""
        return language_of(self.words)

    def hits(self, words: Iterable[str]) -> int:
        """Count which of `words` (single words or phrases) it contains."""
        spaced = f" {' '.join(self.words)} "
        return sum(f" {word.casefold()} " in spaced for word in words)

    def market(self, *, besides: Iterable[str] = ()) -> str | None:
        """Return the word most like a market: with $ or /, else in capitals, else the last one left."""
        likely = [word for word in self._said(besides) if _TICKER.fullmatch(word)]
        marked = [word for word in likely if _is_marked(word)]
        capital = [word for word in likely if word.isupper()]
        return next(iter([*marked, *capital, *likely[-1:]]), None)

    def known_market(self, names: Iterable[str]) -> str | None:
        """Return its first word that one of the markets `names`, such as ``BTC/USDT:USDT``, goes by.

        ``btc``, ``BTCUSDT`` and ``btc/usdt`` do. What is a word as well, such as ``link``, counts in capitals
        or with $ only. In a question about spot it is the spot market of that name, where there is one.
        """
        there = [*names]
        known = {way for name in there for way in _ways_to_write(name)}
        found = next(
            (word for word in _WORD.findall(self.text) if _bare(word) in known and _is_name(word)), None
        )
        return _spot_of(found, there) or found if found and self.hits(_SPOT) else found

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

    @property
    def names_a_market_only(self) -> bool:
        """Return whether all it says is one marked or capital word, as in ``BTC?`` or ``and $eth``."""
        left = self._said(())
        return len(left) == 1 and (_is_marked(left[0]) or left[0].isupper()) and self.market() is not None

    def _said(self, besides: Iterable[str]) -> list[str]:
        skipped = _FILLERS | _GREETINGS | {word.casefold() for word in besides}
        return [word for word in _WORD.findall(self.text) if word.casefold() not in skipped]


def _spot_of(word: str, names: Iterable[str]) -> str | None:
    return next((name for name in names if ":" not in name and _bare(word) in _ways_to_write(name)), None)


def _is_venue(name: str, known: Iterable[str]) -> bool:
    if name in known or _joined(name) in known:
        return True
    return len(name) >= _SHORTEST_MISSPELT and bool(get_close_matches(name, known, n=1, cutoff=_MISSPELT))


def _joined(name: str) -> str:
    return "".join(letter for letter in name if letter.isalnum())


def _is_marked(word: str) -> bool:
    return word.startswith("$") or "/" in word


def _is_name(word: str) -> bool:
    is_word = word.casefold() in _FILLERS | _GREETINGS | _ALSO_ENGLISH or len(word) == 1
    return _is_marked(word) or not is_word or (word.isupper() and len(word) > 1)


def _ways_to_write(market: str) -> tuple[str, ...]:
    base, _, rest = market.partition("/")
    return base, base + rest.partition(":")[0], _bare(market)


def _bare(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum()).upper()


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
