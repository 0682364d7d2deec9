"""What the bot gives to its cogs: `cogs._host.Host` over the bus and the roster of personas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec
from discord.ext import commands

from bots.waze.answer import answer_of
from bots.waze.catalogue import catalogue
from bots.waze.memory import Remembered, Shared
from cogs._host import Answering, Asked, Listed, Pressable
from cogs._ui.card import Card
from services.bus.messages import Entry, Key, Latest, Log, Message, Request
from services.clock import Clock
from services.errors import Unavailable
from services.members.messages import ChangeMember, GetMember
from services.personas.card import PersonaCard
from services.personas.roster import Roster
from services.personas.voice import Voice

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)

_MEMBER_TIMEOUT = 0.5
_MEMBER_REMEMBERED = 10.0


class FarmBus(Protocol):
    """The part of the bus that a persona bot uses."""

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

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> None:
        """Handle the entries of a log until cancelled."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Role:
    """Who the bot is: its persona, the cogs it carries, and whether it alone speaks for all personas."""

    persona: PersonaCard
    cogs: tuple[str, ...]
    is_alone: bool = False


class WazeHost:
    """Fulfils `Host`. It outlives a connection: a new client is given to it with `carry`."""

    def __init__(self, *, role: Role, roster: Roster, bus: FarmBus, clock: Clock) -> None:
        self.role = role
        self.persona = role.persona
        self.roster = roster
        self.clock = clock
        self.pressable: dict[str, Pressable] = {}
        self.answering: list[Answering] = []
        self._bus = bus
        self._answers: Remembered[bytes, Message] = Remembered(clock)
        self._asked: Shared[bytes, Message] = Shared()
        self._add: Callable[[commands.Cog], Awaitable[None]] | None = None

    def carry_on(self, add: Callable[[commands.Cog], Awaitable[None]]) -> None:
        """Begin afresh with a new client, which takes cogs through `add`."""
        self._add = add
        self.pressable.clear()
        self.answering.clear()

    async def add_cog(self, cog: commands.Cog) -> None:
        """Carry the cog: its commands, its buttons, the questions it answers."""
        if self._add is None:
            raise RuntimeError("a cog was added before there was a client")
        await self._add(cog)
        if isinstance(cog, Pressable):
            self.pressable[cog.presses] = cog
        if isinstance(cog, Answering):
            self.answering.append(cog)

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service, waiting `timeout` seconds; an answer is reused for `remember` seconds.

        Whoever asks for the same while it is being asked waits for that one answer, or shares its error.
        Raises what the bus raises.
        """
        if remember <= 0.0:
            fresh = await self._bus.ask(request, timeout=timeout)
            self._take_note(request, fresh)
            return fresh
        key = msgspec.msgpack.encode(request)
        known: Any = self._answers.get(key)
        if known is None:
            known = await self._asked.once(key, lambda: self._bus.ask(request, timeout=timeout))
            self._answers.keep(key, known, seconds=remember)
        answer: R = known
        return answer

    def _take_note(self, request: Request[R], answer: R) -> None:
        """Let a member who chose a voice hear it from the next answer on."""
        if isinstance(request, ChangeMember):
            asked = msgspec.msgpack.encode(GetMember(user_id=request.user_id))
            self._answers.keep(asked, answer, seconds=_MEMBER_REMEMBERED)

    def catalogue(self) -> list[Listed]:
        """Return every command of the farm, in the order of the personas and their cogs."""
        return catalogue(self.roster)

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key; None where there never was one."""
        return await self._bus.latest(key, part=part)

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Make `value` the newest of a key; `ttl` is its life in seconds. Raises `BusUnavailable`."""
        await self._bus.put(key, value, part=part, ttl=ttl)

    async def speaker(self, interaction: Asked, persona: str | None = None) -> Voice:
        """Return who answers: the persona asked for, else the member's choice, else the bot's own."""
        name = persona or await self.chosen_persona(interaction.user.id)
        voice = self.roster.voice(name, str(interaction.locale))
        interaction.extras["voice"] = voice
        return voice

    async def answer(self, interaction: Asked, card: Card) -> None:
        """Answer with a card."""
        await answer_of(interaction).send(card)

    async def chosen_persona(self, user_id: int) -> str:
        """Return the persona that a member hears from this bot.

        Where one bot speaks for all, that is the member's choice. It only colours the words, so settings that
        cannot be had, or that name a persona of another time, cost the colour and not the answer.
        """
        if not self.role.is_alone:
            return self.persona.name
        try:
            request = GetMember(user_id=str(user_id))
            chosen = await self.ask(request, timeout=_MEMBER_TIMEOUT, remember=_MEMBER_REMEMBERED)
        except Unavailable:
            return self.persona.name
        return chosen.persona if chosen.persona in self.roster.cards else self.persona.name
