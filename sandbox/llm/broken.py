"""Models that fail: refused, too much, no JSON, calls that nobody can make, cut short, blocked."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from sandbox.llm.asked import Asked
from sandbox.llm.plain import in_words
from sandbox.llm.steps import Block, Call, Cut, End, Fail, Raw, Say, Step

BadCall = Literal["unknown", "no_json", "wrong_types", "many", "endless"]
_MANY = 50
_PIECE = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusing:
    """Answers every request with an error."""

    status: int = 429
    body: str = ""
    retry_after: float | None = None

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the error."""
        del asked
        yield Fail(self.status, self.body, self.retry_after)


@dataclass(frozen=True, slots=True, kw_only=True)
class Huge:
    """Says far more than anybody can show: 10 MB."""

    letters: int = 10_000_000
    in_one: bool = False
    """Whether it comes as one event."""

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield it in pieces, or in one."""
        del asked
        piece = self.letters if self.in_one else _PIECE
        for begun in range(0, self.letters, piece):
            yield Say(("word " * (piece // 5 + 1))[: min(piece, self.letters - begun)])


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidJson:
    """Sends what is no JSON, after some words where `text` has any."""

    text: str = ""
    raw: str = '{"choices": [{"delta": {"content": "half of'

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the words, then the broken event."""
        del asked
        yield from in_words(self.text)
        yield Raw(self.raw)


@dataclass(frozen=True, slots=True, kw_only=True)
class BadToolCall:
    """Calls tools wrongly; after it got results it says so, except where it is `endless`."""

    kind: BadCall = "unknown"

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the calls."""
        if asked.results and self.kind != "endless":
            yield Say("That is all I know.")
            return
        known = asked.tools[0].name if asked.tools else "price"
        yield from self._calls(known)

    def _calls(self, known: str) -> Iterator[Step]:
        if self.kind == "unknown":
            yield Call("launch_missiles", '{"at": "once"}')
        elif self.kind == "no_json":
            yield Call(known, '{"market": "BTC')
        elif self.kind == "wrong_types":
            yield Call(known, '{"market": {"deep": [1, 2]}, "timeframe": 4, "term": null, "more": "x"}')
        else:
            times = _MANY if self.kind == "many" else 1
            yield from [Call(known, '{"market": "BTC/USDT"}')] * times


@dataclass(frozen=True, slots=True, kw_only=True)
class Truncated:
    """Runs out of tokens in the middle; or, `is_cut`, the connection breaks there."""

    text: str = "The trend is clear, and the next thing to"
    is_cut: bool = False

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the words that came through."""
        del asked
        yield from in_words(self.text)
        yield Cut() if self.is_cut else End("length")


@dataclass(frozen=True, slots=True, kw_only=True)
class Empty:
    """Ends without a word."""

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield the end."""
        del asked
        yield End("stop")


@dataclass(frozen=True, slots=True, kw_only=True)
class SafetyBlocked:
    """Is blocked by its provider's filter: at once, or after some words."""

    text: str = ""
    reason: str = "SAFETY"

    def replies(self, asked: Asked) -> Iterator[Step]:
        """Yield what came before, and the block."""
        del asked
        yield from in_words(self.text)
        yield Block(self.reason)
