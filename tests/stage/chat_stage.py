"""What tests of a conversation stand on: short-spoken personas, topics, models that do as they are told."""

from __future__ import annotations

import asyncio
import atexit
import functools
import shutil
import tempfile
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from persona_fakes import HandClock
from persona_folders import few_lines

from services.bus.messages import Key, Latest, Message, Request
from services.chat.intents import Intent, Topic, Understood
from services.chat.lines import LINES
from services.chat.messages import ActionShown, Converse, FactShown, PictureShown, Shown
from services.chat.pipeline.hearing import Heard
from services.chat.ports import Call, Chosen, Ending, Piece, Prompt, Used
from services.errors import ModelFailed
from services.market.messages import MARKET_NAMES, ListVenues, MarketNames, Venues
from services.members.messages import Caller, GetMember, MemberSettings
from services.personas.lines import ERRORS, EVERYONE
from services.personas.roster import Roster, read_roster
from services.personas.routing import Question
from services.personas.voice import Voice

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)

MIA = Caller(user_id="7", guild_id="10")
LEO = Caller(user_id="8", guild_id="10")
MARKETS = ("BTC/USDT:USDT", "ETH/USDT:USDT", "SOL/USDT:USDT")
PRICES = {"BTC": "64,210.5", "ETH": "3,120.4"}


@functools.cache
def small_roster() -> Roster:
    """Return Xyko and Z, whose lines of conversation name their facts: ``chat_trade example=/order``."""
    folder = few_lines(Path(tempfile.mkdtemp(prefix="omega-chat-")), "xyko", "z")
    atexit.register(shutil.rmtree, folder)
    for voice in folder.glob("*/voice/*"):
        for line in (*LINES, *EVERYONE, *ERRORS):
            (voice / f"{line.name}.j2").write_text(_told(line.name, line.sample), "utf-8")
    return read_roster(folder)


def _told(name: str, facts: Mapping[str, object]) -> str:
    return " ".join([name, *(f"{fact}={{{{ {fact} }}}}" for fact in facts)])


def said(text: str = "price of BTC", **other: Any) -> Converse:
    """Return what Mia says to Xyko in a channel."""
    parts: dict[str, Any] = {
        "id": "m1",
        "caller": MIA,
        "persona": "xyko",
        "channel_id": "42",
        "place": "channel",
        "member": "mia",
    }
    return Converse(text=text, **{**parts, **other})


def heard(text: str = "price of BTC", *, locale: str = "en", **other: Any) -> Heard:
    """Return what was heard of it."""
    request = said(text, **other)
    voice = small_roster().voice(request.persona, locale)
    return Heard(request=request, question=Question.of(text), voice=voice)


def understood(intent: Intent, text: str = "", **other: Any) -> Understood:
    """Return a wish of Mia."""
    parts: dict[str, Any] = {"locale": "en", "caller": MIA}
    return Understood(intent=intent, question=Question.of(text), **{**parts, **other})


def topic(intent: Intent, **other: Any) -> Topic:
    """Return a topic, about a market unless told otherwise."""
    parts: dict[str, Any] = {"slots": ("market", "timeframe"), "needs": ("market",)}
    return Topic(intent=intent, description=f"Tells the {intent}.", **{**parts, **other})


@dataclass
class FakeAnswers:
    """Knows two prices, a chart, the positions of whoever asks, and nothing else."""

    topics: Mapping[Intent, Topic] = field(
        default_factory=lambda: {
            "price": topic("price"),
            "chart": topic("chart"),
            "positions": topic("positions", slots=("market",), needs=(), is_private=True),
        }
    )
    asked: list[Understood] = field(default_factory=list)
    delay: float = 0.0
    error: Exception | None = None
    facts: Sequence[FactShown] = ()
    """Of each card with a price, besides it."""
    at_once: int = 0
    most_at_once: int = 0
    has_begun: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Shown | None:
        """Return a card that says what it is about."""
        del key
        self.asked.append(asked)
        self.at_once += 1
        self.has_begun.set()
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self.delay)
        self.at_once -= 1
        if self.error is not None:
            raise self.error
        if asked.intent == "positions":
            return Shown(verdict=f"positions of {asked.caller.user_id}", accent=voice.card.accent)
        market = asked.market or ""
        price = PRICES.get(market)
        if price is None:
            return None
        return Shown(
            title=f"{market} {asked.intent}",
            verdict=f"{market} is at {price}",
            facts=[FactShown(name="Price", value=f"{price} USDT"), *self.facts],
            picture=PictureShown(part="p1", name="chart.png", alt="a chart")
            if asked.intent == "chart"
            else None,
            actions=[ActionShown(label="Refresh", press=f"{asked.intent}|show|{market}")],
            footnote="binance · replay · 2 s",
            accent=voice.card.accent,
        )


@dataclass
class FakeFarm:
    """Answers who a member is and which names there are; an exception is raised."""

    settings: MemberSettings | Exception | None = None
    markets: Sequence[str] = MARKETS
    venues: Venues | Exception = field(default_factory=lambda: Venues(names=["binance", "bybit"]))
    asked: list[Request[Any]] = field(default_factory=list)
    looked: int = 0

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ARG002, ASYNC109 - the bus's own parameter
        remember: float = 0.0,  # noqa: ARG002 - as above
    ) -> R:
        self.asked.append(request)
        answer: Any = self.venues if isinstance(request, ListVenues) else None
        if isinstance(request, GetMember):
            answer = self.settings or MemberSettings(user_id=request.user_id)
        if isinstance(answer, Exception):
            raise answer
        assert answer is not None
        return answer  # type: ignore[no-any-return]

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        del part
        assert key.name == MARKET_NAMES.name
        self.looked += 1
        names: Any = MarketNames(names=[*self.markets])
        now = HandClock().now()
        return Latest(value=names, as_of=now, received_at=now)


Said = str | Call | Ending | Exception | float
"""Words, a wish for a tool, how it ended, a failure, or seconds in which nothing comes."""


@dataclass
class FakeModels:
    """Says one canned reply a request, and the last one for all that come after."""

    replies: Sequence[Sequence[Said]] = ()
    names: Sequence[str] = ("fast",)
    prompts: list[Prompt] = field(default_factory=list)
    closed: int = 0
    among: Sequence[str] | None = None

    def of(self, persona: str) -> Sequence[str]:
        """Return the same for every persona."""
        del persona
        return self.names

    async def stream(
        self, persona: str, prompt: Prompt, *, among: Sequence[str] | None = None
    ) -> AsyncGenerator[Chosen]:
        """Say the next reply."""
        del persona
        self.among = among
        reply = self.replies[min(len(self.prompts), len(self.replies) - 1)]
        self.prompts.append(prompt)
        try:
            for piece in _pieces(reply):
                if isinstance(piece, float):
                    await asyncio.sleep(piece)
                elif isinstance(piece, Exception):
                    raise piece
                else:
                    yield Chosen(model=self.names[0], piece=piece)
        finally:
            self.closed += 1


def _pieces(reply: Sequence[Said]) -> list[Piece | Exception | float]:
    made: list[Piece | Exception | float] = []
    for one in reply:
        if isinstance(one, Call):
            made.append(Piece(calls=(one,)))
        elif one in {"stop", "length", "tools", "blocked"}:
            made.append(Piece(ending=one, used=Used(given=100, written=20)))  # type: ignore[arg-type]
        else:
            made.append(Piece(text=one) if isinstance(one, str) else one)
    return made


def silent() -> ModelFailed:
    """Return the error of a model that does not answer."""
    return ModelFailed("The model fast does not answer.", facts={"model": "fast"})
