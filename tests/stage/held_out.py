"""How well questions are understood that nobody tuned the code on; of a comparison every market counts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from utterance_marks import NAMES, Marked, Utterance, confusion, read_utterances

from services.chat.understanding.recogniser import Recogniser
from services.market.figures import base_of
from services.members.messages import Caller
from services.personas.routing import Question

HELD_OUT: Final = Path(__file__).parents[1] / "data" / "utterances" / "held_out.jsonl"
TUNED_ON: Final = HELD_OUT.with_name("dev.jsonl")
_VENUES: Final = ("binance", "bybit", "kraken")
_CALLER: Final = Caller(user_id="7", guild_id="10")
_HAS_NO_MARKET: Final = "convert"
"""Of a conversion between currencies the file says none, though coins are named."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """Shares of all that are right, from 0 to 1."""

    marked: Sequence[Marked]

    @property
    def intents(self) -> float:
        """Return how many wishes were understood."""
        return sum(one.is_wish for one in self.marked) / len(self.marked)

    @property
    def places(self) -> float:
        """Return of how many both market and timeframe were understood."""
        judged = [one for one in self.marked if one.said.intent != _HAS_NO_MARKET]
        return sum(map(is_placed, judged)) / len(judged)

    def __str__(self) -> str:
        head = f"intents {self.intents:.4f}, market and timeframe {self.places:.4f} of {len(self.marked)}"
        wrong = [str(one) for one in self.marked if not one.is_wish or not is_placed(one)]
        return "\n".join([head, confusion(self.marked), *wrong])


def utterances() -> list[Utterance]:
    """Return the utterances that are held out, without those that stand in the file to tune on as well."""
    tuned_on = {_told(one) for one in read_utterances(TUNED_ON)}
    return [one for one in read_utterances(HELD_OUT) if _told(one) not in tuned_on]


def _told(one: Utterance) -> str:
    return " ".join(re.findall(r"\w+", one.text.casefold()))


def understood() -> Result:
    """Return how they are understood."""
    recogniser = Recogniser()

    def marked(said: Utterance) -> Marked:
        found = recogniser.understand(
            Question.of(said.text), caller=_CALLER, locale=said.lang, names=NAMES, venues=_VENUES
        )
        return Marked(said=said, understood=found)

    return Result(marked=[marked(said) for said in utterances()])


def is_placed(one: Marked) -> bool:
    """Return whether markets and timeframe are right."""
    found = one.understood
    markets = found.markets or ((found.market,) if found.market else ())
    wanted = one.said.market.split(",") if one.said.market else []
    is_free = one.said.intent == _HAS_NO_MARKET
    return (is_free or {*map(_base, markets)} == {*wanted}) and found.timeframe == one.said.timeframe


def _base(market: str) -> str:
    return base_of(market.upper()).lstrip("$")
