"""Marks how well questions are understood, against a file of labelled ones."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from services.chat.intents import Understood
from services.locales import Locale
from services.market.figures import base_of

NAMES = [
    f"{base}/USDT:USDT"
    for base in (
        *(
            "BTC",
            "ETH",
            "SOL",
            "XRP",
            "DOGE",
            "ADA",
            "AVAX",
            "LINK",
            "DOT",
            "TRX",
            "TON",
            "SHIB",
            "LTC",
            "BCH",
        ),
        *(
            "UNI",
            "ATOM",
            "NEAR",
            "POL",
            "APT",
            "ARB",
            "OP",
            "SUI",
            "PEPE",
            "WIF",
            "BONK",
            "INJ",
            "FIL",
            "HBAR",
        ),
        *(
            "XLM",
            "XMR",
            "ETC",
            "ICP",
            "AAVE",
            "RUNE",
            "SEI",
            "TIA",
            "GAS",
            "ONE",
            "ME",
            "NOT",
            "SAND",
            "MANA",
        ),
        *(
            "BNB",
            "FET",
            "RENDER",
            "IMX",
            "VET",
            "ALGO",
            "GRT",
            "KAS",
            "LDO",
            "JUP",
            "ENA",
            "ONDO",
            "TAO",
            "HYPE",
        ),
    )
] + ["BTC/USDT", "ETH/USDT", "SOL/USDT", "BNB/USDT", "XRP/USDT"]
"""Markets as a venue lists them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Utterance:
    """What somebody wrote, and what it means."""

    text: str
    lang: Locale
    intent: str
    market: str | None
    timeframe: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One utterance, and how it was understood."""

    said: Utterance
    understood: Understood

    @property
    def is_wish(self) -> bool:
        """Return whether the intent is right."""
        return self.understood.intent == self.said.intent

    @property
    def is_place(self) -> bool:
        """Return whether market and timeframe are right, both; a market by what is traded."""
        said, understood = self.said.market, self.understood
        if said is not None and "," in said:
            is_market = [_base(one) for one in understood.markets] == said.split(",")
        else:
            is_market = _base(understood.market) == _base(said)
        return is_market and self.understood.timeframe == self.said.timeframe

    def __str__(self) -> str:
        wanted = (self.said.intent, self.said.market, self.said.timeframe)
        got = (self.understood.intent, self.understood.market, self.understood.timeframe)
        return f"{self.said.text!r}: wanted {wanted}, got {got}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Marks:
    """How many of all were right, from 0 to 1, and what was taken for what."""

    intents: float
    markets: float
    """Market and timeframe, both right."""
    table: str
    wrong: tuple[str, ...]

    def __str__(self) -> str:
        head = f"intents {self.intents:.4f}, market and timeframe {self.markets:.4f}"
        return "\n".join([head, self.table, *self.wrong])


def read_utterances(file: Path) -> list[Utterance]:
    """Return the labelled utterances of a file, one a line."""
    lines = file.read_text("utf-8").splitlines()
    return [Utterance(**json.loads(line)) for line in lines if line.strip()]


def marks_of(file: Path, understand: Callable[[Utterance], Understood]) -> Marks:
    """Return how well the utterances of a file are understood."""
    marked = [Marked(said=said, understood=understand(said)) for said in read_utterances(file)]
    return Marks(
        intents=sum(one.is_wish for one in marked) / len(marked),
        markets=sum(one.is_place for one in marked) / len(marked),
        table=confusion(marked),
        wrong=tuple(str(one) for one in marked if not (one.is_wish and one.is_place)),
    )


def confusion(marked: Sequence[Marked]) -> str:
    """Return a table: a row for each true intent, a column for each guessed one, as far as there are such."""
    counts = Counter((one.said.intent, str(one.understood.intent)) for one in marked)
    rows = sorted({true for true, _ in counts})
    columns = sorted({guessed for _, guessed in counts})
    wide = max(map(len, rows), default=0)
    width = [max(4, len(name) + 1) for name in columns]
    head = " " * wide + "".join(name.rjust(size) for name, size in zip(columns, width, strict=True))
    body = [
        true.ljust(wide)
        + "".join(
            str(counts[true, name] or "\N{MIDDLE DOT}").rjust(size)
            for name, size in zip(columns, width, strict=True)
        )
        for true in rows
    ]
    return "\n".join([head, *body])


def _base(market: str | None) -> str | None:
    return None if market is None else base_of(market.upper()).lstrip("$")
