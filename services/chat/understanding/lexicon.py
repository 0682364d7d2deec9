"""Reads the words by which wishes, coins and lengths of time are known, ready to be looked for."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from config.strict_yaml import first_complaint
from services.chat.intents import Intent
from services.chat.understanding.phrases import Phrase, Phrasebook, phrases_of
from services.chat.understanding.reading import plain
from services.chat.understanding.spelling import Spelling
from services.errors import Misconfigured
from services.market.messages import Timeframe

T = TypeVar("T")
_SHORTEST: Final = 5
_SHORT_TERM: Final = 6
"""From so many letters on a word is looked for where it was misspelt."""
WORDS: Final = Path(__file__).with_name("words")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Wishes(_Strict):
    wishes: dict[Intent, dict[float, str]]


class _Coins(_Strict):
    names: dict[str, str]
    sure: str
    unsure: str
    money: dict[str, str]
    quotes: str
    acronyms: str
    never: str


class _Ordinary(_Strict):
    small: str
    courtesies: str
    short: dict[str, str]
    spelt: str
    ordinary: str
    no_market: str


class _Terms(_Strict):
    terms: str
    factors: dict[str, str]
    heaven: str
    cues: str
    leads: str
    units: dict[str, str]
    frames: dict[Timeframe, str]
    no_frames: str
    unanswered: str
    distress: str
    numbers: dict[str, int]
    figures: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Coins:
    """How coins are called, and which words are currencies."""

    names: Mapping[str, str]
    """Codes by the names of one word or of several, in small letters."""
    sure: frozenset[str]
    unsure: frozenset[str]
    """Codes and names that are words as well."""
    money: Mapping[str, str]
    quotes: frozenset[str]
    acronyms: frozenset[str]
    never: frozenset[str]
    cues: frozenset[str]
    leads: frozenset[str]
    heaven: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All words that are known."""

    wishes: Phrasebook[tuple[Intent, float]]
    terms: Phrasebook[str]
    factors: Phrasebook[str]
    frames: Phrasebook[Timeframe]
    no_frames: frozenset[str]
    """Lengths of time that have a word, and of which there are no candles."""
    unanswered: Phrasebook[str]
    """What may be asked about a price, and is not known: another day, the value of all coins."""
    distress: Phrasebook[str]
    coins: Coins
    spelling: Spelling
    expansions: Mapping[str, tuple[str, ...]]
    small: frozenset[str]
    courtesies: frozenset[str]
    units: Mapping[str, str]
    numbers: Mapping[str, int]
    figures: frozenset[str]
    no_market: frozenset[str]
    """Ordinary words that may stand where a market is named."""


@functools.cache
def read_lexicon(folder: Path = WORDS) -> Lexicon:
    """Read the words of both languages.

    Raises:
        Misconfigured: a file is missing or does not fit its schema.
    """
    try:
        return _lexicon(folder)
    except OSError as error:
        raise Misconfigured(f"{folder}: cannot be read: {error.strerror}.") from error
    except yaml.YAMLError as error:
        raise Misconfigured(f"{folder}: is not YAML: {error}") from error
    except ValidationError as error:
        raise Misconfigured(f"{folder}: {first_complaint(error)}") from error


def _lexicon(folder: Path) -> Lexicon:
    ordinary = _Ordinary.model_validate(_yaml(folder / "ordinary.yaml"))
    terms = _Terms.model_validate(_yaml(folder / "terms.yaml"))
    coins = _coins(_Coins.model_validate(_yaml(folder / "coins.yaml")), terms)
    wishes = Phrasebook(phrase for file in sorted(folder.glob("wishes.*.yaml")) for phrase in _wishes(file))
    trade = Phrasebook(phrases_of(plain(terms.terms), ""))
    factors, frames = Phrasebook(_phrases(terms.factors)), Phrasebook(_phrases(terms.frames))
    units = {word: unit for unit, words in terms.units.items() for word in words.split()}
    known = set[str]().union(
        wishes.words(), trade.words(), factors.words(), frames.words(), units, coins.heaven, coins.cues
    )
    said = {word for name in coins.names for word in name.split()} | set(coins.money)
    wanted = {word for word in wishes.keys() | frames.keys() | said if len(word) >= _SHORTEST}
    wanted |= {word for word in trade.words() if len(word) >= _SHORT_TERM} | set(ordinary.spelt.split())
    return Lexicon(
        wishes=wishes,
        terms=trade,
        factors=factors,
        frames=frames,
        no_frames=frozenset(terms.no_frames.split()),
        unanswered=Phrasebook(phrases_of(plain(terms.unanswered), "")),
        distress=Phrasebook(phrases_of(plain(terms.distress), "")),
        coins=coins,
        spelling=Spelling(
            wanted,
            known
            | said
            | {*ordinary.ordinary.split(), *ordinary.courtesies.split(), *coins.sure, *ordinary.short},
        ),
        expansions={short: tuple(plain(spoken).split()) for short, spoken in ordinary.short.items()},
        small=frozenset(ordinary.small.split()),
        courtesies=frozenset(ordinary.courtesies.split()),
        units=units,
        numbers=terms.numbers,
        figures=frozenset(terms.figures.split()),
        no_market=frozenset(plain(ordinary.no_market).split()),
    )


def _wishes(file: Path) -> Iterable[Phrase[tuple[Intent, float]]]:
    read = _Wishes.model_validate({"wishes": _yaml(file)})
    for intent, by_weight in read.wishes.items():
        for weight, phrases in by_weight.items():
            yield from phrases_of(plain(phrases), (intent, weight))


def _phrases(texts: Mapping[T, str]) -> Iterable[Phrase[T]]:
    return (phrase for says, text in texts.items() for phrase in phrases_of(plain(text), says))


def _coins(read: _Coins, terms: _Terms) -> Coins:
    named = {
        plain(name): code
        for code, name in (
            (code, name.strip()) for code, names in read.names.items() for name in names.split(",")
        )
    }
    return Coins(
        names=named,
        sure=frozenset(read.sure.split()),
        unsure=frozenset(read.unsure.split()),
        money={plain(word.strip()): code for code, words in read.money.items() for word in words.split(",")},
        quotes=frozenset(read.quotes.split()),
        acronyms=frozenset(read.acronyms.split()),
        never=frozenset(read.never.split()),
        cues=frozenset(terms.cues.split()),
        leads=frozenset(terms.leads.split()),
        heaven=frozenset(terms.heaven.split()),
    )


def _yaml(file: Path) -> object:
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(file.read_text("utf-8"), Loader=loader)  # noqa: S506 - both are safe
