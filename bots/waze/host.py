"""What the bot gives to its cogs: `cogs._host.Host` over the bus and the roster of personas."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import msgspec
import structlog
from discord import app_commands
from discord.ext import commands

from bots.waze.answer import answer_of
from bots.waze.catalogue import catalogue
from bots.waze.invalid import Rate
from bots.waze.languages import Languages
from cogs._host import Answering, Asked, Listed, Pressable
from cogs._ui.card import Card
from cogs._ui.form import Form
from services.bus.messages import Entry, Key, Latest, Log, Message, Request
from services.clock import Clock
from services.errors import OmegaError
from services.locales import Locale, locale_of
from services.members.messages import ChangeMember, DeleteMember, GetMember, MemberSettings
from services.memory import Remembered, Shared
from services.personas.card import PersonaCard
from services.personas.roster import Roster
from services.personas.voice import Voice

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)
N = TypeVar("N", bound=Message)

log = structlog.get_logger(__name__)

_MEMBER_TIMEOUT = 0.5
_MEMBER_REMEMBERED = 10.0
_NOT_ASKED_AGAIN = 3.0
"""Seconds after settings could not be had."""


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

    async def append(self, log: Log[M], message: M) -> str:
        """Append to a log."""
        ...

    async def consume(self, log: Log[M], group: str, handle: Callable[[Entry[M]], Awaitable[None]]) -> None:
        """Handle the entries of a log until cancelled."""
        ...

    async def carry(
        self,
        log: Log[M],
        group: str,
        handle: Callable[[Entry[M]], Awaitable[N]],
        *,
        into: Log[N],
        order: Callable[[M], str],
        buried: Callable[[M | None, str], N],
        at_once: int = 16,
    ) -> None:
        """Handle entries side by side until cancelled, and append what comes of each to another log."""
        ...

    def quota(self, name: str, *, units: float, seconds: float) -> Rate:
        """Return a rate that all who name it share."""
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
        self.is_alone = role.is_alone
        self.roster = roster
        self.clock = clock
        self.pressable: dict[str, Pressable] = {}
        self.answering: list[Answering] = []
        self._bus = bus
        self._answers: Remembered[bytes, Message] = Remembered(clock)
        self._asked: Shared[bytes, Message] = Shared()
        self._languages = Languages(bus, clock=clock)
        self._absent_until = float("-inf")
        self._add: Callable[[commands.Cog], Awaitable[None]] | None = None
        self._add_menu: Callable[[app_commands.ContextMenu], None] | None = None

    def carry_on(
        self,
        add: Callable[[commands.Cog], Awaitable[None]],
        add_menu: Callable[[app_commands.ContextMenu], None],
    ) -> None:
        """Begin afresh with a new client, which takes cogs through `add`, and entries of menus."""
        self._add = add
        self._add_menu = add_menu
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

    def add_menu(self, menu: app_commands.ContextMenu) -> None:
        """Carry an entry of the menu on messages or members."""
        if self._add_menu is None:
            raise RuntimeError("a menu was added before there was a client")
        self._add_menu(menu)

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
            if isinstance(request, DeleteMember):
                await self._languages.forget(request.user_id)
            return fresh
        key = msgspec.msgpack.encode(request)
        known: Any = self._answers.get(key)
        if known is None:
            known = await self._asked.once(key, lambda: self._bus.ask(request, timeout=timeout))
            self._answers.keep(key, known, seconds=remember)
        answer: R = known
        return answer

    def _take_note(self, request: Request[R], answer: R) -> None:
        """Let what a member chose, or deleted, count from the next answer on."""
        if isinstance(request, ChangeMember):
            self._answers.keep(_about(request.user_id), answer, seconds=_MEMBER_REMEMBERED)
        if isinstance(request, DeleteMember):
            nothing = MemberSettings(user_id=request.user_id)
            self._answers.keep(_about(request.user_id), nothing, seconds=_MEMBER_REMEMBERED)

    def catalogue(self) -> list[Listed]:
        """Return every command of the farm, in the order of the personas and their cogs."""
        return catalogue(self.roster)

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key; None where there never was one."""
        return await self._bus.latest(key, part=part)

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Make `value` the newest of a key; `ttl` is its life in seconds. Raises `BusUnavailable`."""
        await self._bus.put(key, value, part=part, ttl=ttl)

    async def append(self, log: Log[M], message: M) -> None:
        """Append to a log. Raises `BusUnavailable`."""
        await self._bus.append(log, message)

    async def speaker(self, interaction: Asked, persona: str | None = None) -> Voice:
        """Return who answers: the persona asked for, else the member's choice, else the bot's own.

        The language is the member's choice, else that of the member's Discord.
        """
        chosen = await self.chosen(interaction.user.id)
        if chosen.locale is None and self._absent_until <= self.clock.monotonic():
            await self._languages.note(str(interaction.user.id), locale_of(str(interaction.locale)))
        voice = self.roster.voice(persona or self._persona(chosen), _language(chosen, interaction))
        interaction.extras["voice"] = voice
        return voice

    async def answer(self, interaction: Asked, card: Card) -> None:
        """Answer with a card."""
        await answer_of(interaction).send(card)

    async def aside(self, interaction: Asked, card: Card) -> None:
        """Answer with a card that the member alone sees."""
        await answer_of(interaction).send_aside(card)

    async def ask_form(self, interaction: Asked, form: Form) -> None:
        """Answer with a form."""
        await answer_of(interaction).send_form(form)

    async def voice_for(self, user_id: int, *, otherwise: Locale) -> Voice:
        """Return whom a member hears from this bot in chat, where Discord does not tell the language."""
        chosen = await self.chosen(user_id)
        return self.roster.voice(self._persona(chosen), chosen.locale or otherwise)

    def voice_at_hand(self, interaction: Asked) -> Voice:
        """Return the bot's own voice without asking anybody: for whoever is turned away."""
        known = self._answers.get(_about(str(interaction.user.id)))
        chosen = known if isinstance(known, MemberSettings) else MemberSettings(user_id="")
        return self.roster.voice(self.persona.name, _language(chosen, interaction))

    async def chosen(self, user_id: int) -> MemberSettings:
        """Return what a member chose.

        It only colours the words. So where settings cannot be had, they count as never chosen, and for a few
        seconds nobody waits for them again.
        """
        if self._absent_until > self.clock.monotonic():
            known = self._answers.get(_about(str(user_id)))
            return known if isinstance(known, MemberSettings) else MemberSettings(user_id=str(user_id))
        try:
            request = GetMember(user_id=str(user_id))
            return await self.ask(request, timeout=_MEMBER_TIMEOUT, remember=_MEMBER_REMEMBERED)
        except OmegaError as error:
            log.warning("settings_missed", reason=error.message)
            self._absent_until = self.clock.monotonic() + _NOT_ASKED_AGAIN
            return MemberSettings(user_id=str(user_id))

    def _persona(self, chosen: MemberSettings) -> str:
        """Return whose voice a member hears; where one bot speaks for all, that is the member's choice.

        A chosen persona may be one of another time, which has left the farm.
        """
        wanted = chosen.persona if self.role.is_alone else None
        return wanted if wanted in self.roster.cards else self.persona.name


def _about(user_id: str) -> bytes:
    return msgspec.msgpack.encode(GetMember(user_id=user_id))


def _language(chosen: MemberSettings, interaction: Asked) -> str:
    return chosen.locale or locale_of(str(interaction.locale))
