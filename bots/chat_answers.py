"""What the cogs know, without a bot: their answers in plain words, given to the chat process as cards."""

from __future__ import annotations

import hashlib
import importlib
from collections.abc import Iterable, Mapping, Sequence
from types import ModuleType
from typing import Final, Protocol, TypeVar

from bots.asking import Asking
from bots.waze.catalogue import catalogue
from cogs._host import Answering, AnsweringModule, Listed, Sources
from cogs._ui.shown import to_shown
from services.bus.messages import Key, Latest, Message, Request
from services.chat.intents import Intent, Topic, Understood
from services.chat.messages import PICTURES, PictureBytes, Shown
from services.clock import Clock
from services.personas.roster import Roster
from services.personas.voice import Voice

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)

_PICTURE_KEPT: Final = 60.0
"""Seconds; a bot fetches a picture as soon as it has the card."""
_PART_LENGTH: Final = 24


class FarmBus(Protocol):
    """The part of the bus that answers stand on."""

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
    ) -> R:
        """Ask a service."""
        ...

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key."""
        ...

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Set the newest value of a key."""
        ...


class BusSources:
    """Fulfils `Sources` over the bus."""

    def __init__(self, bus: FarmBus, *, roster: Roster, clock: Clock) -> None:
        self.roster = roster
        self.clock = clock
        self._bus = bus
        self._asking = Asking(bus, clock=clock)

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service. Raises what the bus raises."""
        return await self._asking.ask(request, timeout=timeout, remember=remember)

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key; None where there never was one."""
        return await self._bus.latest(key, part=part)

    def catalogue(self) -> Sequence[Listed]:
        """Return every command of the farm, in the order of the personas and their cogs."""
        return catalogue(self.roster)


class CogAnswers:
    """Fulfils `services.chat.ports.Answers` with what modules of cogs answer.

    Where two answer one wish, the one whose persona comes first is asked first.
    """

    def __init__(self, answering: Iterable[Answering], bus: FarmBus) -> None:
        self._bus = bus
        self._by_intent: dict[Intent, list[Answering]] = {}
        topics: dict[Intent, Topic] = {}
        for one in answering:
            for topic in one.topics:
                topics.setdefault(topic.intent, topic)
                self._by_intent.setdefault(topic.intent, []).append(one)
        self.topics: Mapping[Intent, Topic] = topics

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Shown | None:
        """Return the card that answers; its picture waits on the bus for whoever shows the card.

        Raises what the services raise.
        """
        for one in self._by_intent.get(asked.intent, ()):
            card = await one.answer(asked, voice, key=key)
            if card is not None:
                png = b"" if card.picture is None else card.picture.png
                return to_shown(card, part=await self._keep(png) if png else "")
        return None

    async def _keep(self, png: bytes) -> str:
        """Put a picture on the bus, and return where."""
        part = hashlib.sha256(png).hexdigest()[:_PART_LENGTH]
        await self._bus.put(PICTURES, PictureBytes(png=png), part=part, ttl=_PICTURE_KEPT)
        return part


def answering_of(modules: Iterable[ModuleType], sources: Sources) -> list[Answering]:
    """Return what answers of those modules that answer in plain words at all."""
    return [module.answers(sources) for module in modules if isinstance(module, AnsweringModule)]


def cog_modules(roster: Roster) -> list[ModuleType]:
    """Return the modules of every cog that a persona carries, in the order of the personas.

    Raises:
        ModuleNotFoundError: a card names a cog that there is not.
    """
    names = dict.fromkeys(cog for card in roster.cards.values() for cog in card.cogs)
    return [importlib.import_module(f"cogs.{name}") for name in names]


def open_answers(bus: FarmBus, sources: Sources) -> CogAnswers:
    """Return all that the farm's cogs answer."""
    return CogAnswers(answering_of(cog_modules(sources.roster), sources), bus)
