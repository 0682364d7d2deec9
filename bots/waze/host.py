"""What the bot gives to its cogs: `cogs._host.Host` over the bus and the roster of personas."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar

import structlog
from discord import app_commands
from discord.ext import commands

from bots.asking import Asking
from bots.waze.answer import answer_of
from bots.waze.catalogue import catalogue
from bots.waze.invalid import Rate
from bots.waze.languages import Languages
from cogs._host import Asked, Hearing, Listed, Pressable
from cogs._ui.card import Card
from cogs._ui.form import Form
from services.bus.asks import no_answer
from services.bus.messages import Entry, Key, Latest, Log, Message, Request
from services.clock import Clock
from services.locales import Locale, locale_of
from services.members.choices import REMEMBERED, Choices
from services.members.messages import ChangeMember, DeleteMember, GetMember, MemberSettings
from services.personas.card import PersonaCard
from services.personas.roster import Roster
from services.personas.voice import Voice

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)
N = TypeVar("N", bound=Message)

log = structlog.get_logger(__name__)

_COGS = "cogs"
_TAKEN_UP_WITHIN = 5.0
"""Seconds until a first part is there of what is answered in parts."""


class FarmBus(Protocol):
    """The part of the bus that a persona bot uses."""

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        on_part: Callable[[R], Awaitable[None]] | None = None,
    ) -> R:
        """Ask a service, which may answer in parts."""
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

    def __init__(
        self,
        *,
        role: Role,
        roster: Roster,
        bus: FarmBus,
        clock: Clock,
        taken_up_within: float = _TAKEN_UP_WITHIN,
    ) -> None:
        self.role = role
        self.persona = role.persona
        self.is_alone = role.is_alone
        self.roster = roster
        self.clock = clock
        self.pressable: dict[str, Pressable] = {}
        self.hearing: Hearing | None = None
        self._bus = bus
        self._taken_up_within = taken_up_within
        self._asking = Asking(bus, clock=clock)
        self._languages = Languages(bus, clock=clock)
        self._choices = Choices(self, clock=clock)
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
        self.hearing = None

    async def add_cog(self, cog: commands.Cog) -> None:
        """Carry the cog: its commands where they are this bot's, and its buttons wherever they may stand."""
        if self._add is None:
            raise RuntimeError("a cog was added before there was a client")
        if self._has_commands_of(type(cog).__module__):
            await self._add(cog)
        if isinstance(cog, Pressable):
            self.pressable[cog.presses] = cog
        if isinstance(cog, Hearing):
            self.hearing = cog

    def add_menu(self, menu: app_commands.ContextMenu) -> None:
        """Carry an entry of the menu on messages or members, where it is this bot's."""
        if self._add_menu is None:
            raise RuntimeError("a menu was added before there was a client")
        if self._has_commands_of(menu.module or ""):
            self._add_menu(menu)

    def _has_commands_of(self, module: str) -> bool:
        """Return whether a cog's commands are this bot's: they would stand twice in the picker else.

        Of what another bot owns the buttons alone are carried, since answers to messages show them.
        """
        package, _, name = module.partition(".")
        return package != _COGS or name in self.role.cogs

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
        answer = await self._asking.ask(request, timeout=timeout, remember=remember)
        if remember <= 0.0:
            self._take_note(request, answer)
            if isinstance(request, DeleteMember):
                await self._languages.forget(request.user_id)
        return answer

    async def converse(
        self,
        request: Request[R],
        on_part: Callable[[R], Awaitable[None]] | None = None,
        *,
        timeout: float,  # noqa: ASYNC109 - the bus's own parameter
    ) -> R:
        """Ask for an answer that comes in parts, and return it whole.

        Raises `NoAnswer` also where nothing came within a few seconds: then nobody is at it.
        """
        silence = asyncio.timeout(self._taken_up_within)

        async def heard(part: R) -> None:
            silence.reschedule(None)
            if on_part is not None:
                await on_part(part)

        try:
            async with silence:
                return await self._bus.ask(request, timeout=timeout, on_part=heard)
        except TimeoutError as error:
            if not silence.expired():
                raise
            raise no_answer(request, self._taken_up_within) from error

    def _take_note(self, request: Request[R], answer: Message) -> None:
        """Let what a member chose, or deleted, count from the next answer on."""
        if isinstance(request, ChangeMember) and isinstance(answer, MemberSettings):
            self._asking.keep(GetMember(user_id=request.user_id), answer, seconds=REMEMBERED)
        if isinstance(request, DeleteMember):
            nothing = MemberSettings(user_id=request.user_id)
            self._asking.keep(GetMember(user_id=request.user_id), nothing, seconds=REMEMBERED)

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

    async def speaker(
        self, interaction: Asked, persona: str | None = None, *, locale: Locale | None = None
    ) -> Voice:
        """Return who answers: the persona asked for, else the member's choice, else the bot's own.

        The language is `locale`, else the member's choice, else that of the member's Discord.
        """
        chosen = await self.chosen(interaction.user.id)
        if chosen.locale is None and not self._choices.are_away:
            await self._languages.note(str(interaction.user.id), locale_of(str(interaction.locale)))
        language = locale or _language(chosen, interaction)
        voice = self.roster.voice(persona or self._persona(chosen), language)
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
        known = self._asking.known(GetMember(user_id=str(interaction.user.id)))
        chosen = known or MemberSettings(user_id="")
        return self.roster.voice(self.persona.name, _language(chosen, interaction))

    async def chosen(self, user_id: int) -> MemberSettings:
        """Return what a member chose; while nobody can say it anew, what was said last."""
        request = GetMember(user_id=str(user_id))
        known = self._asking.known(request) if self._choices.are_away else None
        return known or await self._choices.of(request.user_id)

    def _persona(self, chosen: MemberSettings) -> str:
        """Return whose voice a member hears; where one bot speaks for all, that is the member's choice.

        A chosen persona may be one of another time, which has left the farm.
        """
        wanted = chosen.persona if self.role.is_alone else None
        return wanted if wanted in self.roster.cards else self.persona.name


def _language(chosen: MemberSettings, interaction: Asked) -> str:
    return chosen.locale or locale_of(str(interaction.locale))
