"""What a cog sees of the bot that carries it, and what a bot looks for in a cog.

Only types, and the checks a command is decorated with. How the bot fulfils them belongs to `bots`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeVar, cast, runtime_checkable

import discord
from discord import app_commands
from discord.ext import commands

from cogs._ui.card import Card
from cogs._ui.form import Form
from services.bus.messages import Key, Latest, Log, Message, Request
from services.chat.intents import Topic, Understood
from services.clock import Clock
from services.errors import NotAllowed, OmegaError
from services.locales import Locale
from services.members.messages import Caller, GetRight, Right
from services.personas.card import PersonaCard
from services.personas.roster import Roster
from services.personas.voice import Voice

Asked = discord.Interaction[Any]
"""An interaction, whichever client it came through."""

R = TypeVar("R", bound=Message)
M = TypeVar("M", bound=Message)
T = TypeVar("T")

PRIVATE = {"is_private": True}
"""``extras=PRIVATE`` makes a command's answer, and its deferral, visible to the member alone."""

_RANKS: tuple[Right, ...] = ("member", "trader", "admin")
_ROLES: dict[Right, str] = {"member": "Member", "trader": "Trader", "admin": "Admin"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One command as a member types it, such as ``/farm status``, with who answers it."""

    name: str
    description: str
    example: str
    owner: PersonaCard


class Sources(Protocol):
    """What an answer stands on, wherever it is given: services over the bus, personas and their commands."""

    clock: Clock
    roster: Roster

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own parameter
        remember: float = 0.0,
    ) -> R:
        """Ask a service. Raises what `Bus.ask` raises.

        Args:
            request: the question.
            timeout: seconds to wait for the answer.
            remember: seconds for which the answer to the same question is reused; 0 asks anew.
        """
        ...

    async def latest(self, key: Key[M], *, part: str = "") -> Latest[M] | None:
        """Return the newest value of a key; None where there never was one."""
        ...

    def catalogue(self) -> Sequence[Listed]:
        """Return every command of the farm, in the order of the personas and their cogs."""
        ...


class Host(Sources, Protocol):
    """What a cog stands on besides: the bot that carries it, and the way to answer."""

    persona: PersonaCard
    is_alone: bool
    """Whether this one bot speaks for all personas."""

    async def put(self, key: Key[M], value: M, *, part: str = "", ttl: float | None = None) -> None:
        """Make `value` the newest of a key; `ttl` is its life in seconds. Raises `BusUnavailable`."""
        ...

    async def append(self, log: Log[M], message: M) -> None:
        """Append to a log. Raises `BusUnavailable`."""
        ...

    async def converse(
        self,
        request: Request[R],
        on_part: Callable[[R], Awaitable[None]] | None = None,
        *,
        timeout: float,  # noqa: ASYNC109 - the bus's own parameter
    ) -> R:
        """Ask for an answer that comes in parts, and return it whole. Raises what `Bus.ask` raises.

        Args:
            request: the question. Whoever takes it up says so at once by a first part.
            on_part: gets what there is so far, as it comes.
            timeout: seconds to wait for all of it; without a first part it is given up in a few.
        """
        ...

    async def speaker(
        self, interaction: Asked, persona: str | None = None, *, locale: Locale | None = None
    ) -> Voice:
        """Return who answers: the persona asked for, else the member's choice, else the bot's own.

        `locale` is the language of the card that was pressed; None speaks the member's own.
        """
        ...

    async def answer(self, interaction: Asked, card: Card) -> None:
        """Answer with a card: privately where the command says so, by editing where a card was pressed."""
        ...

    async def aside(self, interaction: Asked, card: Card) -> None:
        """Answer with a card that the member alone sees, and leave a pressed one as it is."""
        ...

    async def ask_form(self, interaction: Asked, form: Form) -> None:
        """Answer with a form. What is written in it is pressed like a button, with `Pressed.values`.

        Raises:
            Unavailable: the interaction was deferred before, after which Discord takes no form.
        """
        ...

    async def add_cog(self, cog: commands.Cog) -> None:
        """Carry the cog: its commands, its buttons, the questions it answers."""
        ...

    def add_menu(self, menu: app_commands.ContextMenu) -> None:
        """Carry an entry of the menu on messages or members; its `extras` are those of a command."""
        ...


@dataclass(frozen=True, slots=True)
class Pressed:
    """A button that was pressed: what it does, and the arguments its custom id carried.

    A form that was sent is pressed as well; `values` is what was written in its fields, by name.
    """

    action: str
    arguments: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)


@runtime_checkable
class Pressable(Protocol):
    """A cog with buttons or forms. They work for ever, across restarts: a custom id carries all it needs."""

    presses: str
    """The first part of its custom ids: the cog's own name."""

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Answer to a button or a form."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """A message that is meant for the bot."""

    message: discord.Message
    quoted: discord.Message | None
    """What it replies to, where that is still there."""


class Show(Protocol):
    """Brings an answer to where a message was heard."""

    async def __call__(self, card: Card, *, is_last: bool = True) -> None:
        """Show `card` in place of what was shown before; one that is not the last may be left out."""
        ...


@runtime_checkable
class Hearing(Protocol):
    """A cog that answers what members say to the bot."""

    async def hear(self, heard: Heard, show: Show) -> None:
        """Answer a message. Raises what the services raise."""
        ...


class Answering(Protocol):
    """Answers what is asked in plain words. A cog's module offers it as ``answers(sources)``."""

    @property
    def topics(self) -> Sequence[Topic]:
        """Return what can be answered."""
        ...

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Return the answer to a wish of one of `topics`; None where it is about something else after all."""
        ...


@runtime_checkable
class AnsweringModule(Protocol):
    """The module of a cog that also answers in plain words."""

    def answers(self, sources: Sources) -> Answering:
        """Return what answers."""
        ...


async def say_ended(host: Host, interaction: Asked, *, is_aside: bool = False) -> None:
    """Answer a button that nobody knows: it belongs to a card of another time.

    Args:
        host: the bot that was pressed.
        interaction: the press.
        is_aside: the card stays as it is, as others read it as well.
    """
    voice = await host.speaker(interaction)
    ended = voice.render("ended", key=str(interaction.id))
    show = host.aside if is_aside else host.answer
    await show(interaction, Card(verdict=ended, accent=voice.card.accent))


class Refused(app_commands.CheckFailure):
    """A check stopped a command; carries the error of our tree that says why."""

    def __init__(self, error: OmegaError) -> None:
        super().__init__(error.message)
        self.error = error


class _Carrier(Protocol):
    host: Host


def host_of(interaction: Asked) -> Host:
    """Return the host of the bot that received `interaction`."""
    return cast("_Carrier", interaction.client).host


def caller_of(interaction: Asked) -> Caller:
    """Return who is asking, as Discord says it."""
    roles = interaction.user.roles if isinstance(interaction.user, discord.Member) else []
    may, is_in_guild = interaction.permissions, interaction.guild_id is not None
    return Caller(
        user_id=str(interaction.user.id),
        guild_id=str(interaction.guild_id) if is_in_guild else None,
        role_ids=[str(role.id) for role in roles],
        role_names=[role.name for role in roles],
        is_guild_admin=is_in_guild and (may.administrator or may.manage_guild),
        can_manage_messages=is_in_guild and (may.administrator or may.manage_messages),
        can_mention=is_in_guild and (may.administrator or may.mention_everyone),
    )


def author_of(message: discord.Message) -> Caller:
    """Return who wrote `message`, as `caller_of` does for an interaction."""
    author, guild = message.author, message.guild
    roles = author.roles if isinstance(author, discord.Member) else []
    may = (
        message.channel.permissions_for(author)
        if isinstance(author, discord.Member)
        else discord.Permissions.none()
    )
    return Caller(
        user_id=str(author.id),
        guild_id=None if guild is None else str(guild.id),
        role_ids=[str(role.id) for role in roles],
        role_names=[role.name for role in roles],
        is_guild_admin=may.administrator or may.manage_guild,
        can_manage_messages=may.administrator or may.manage_messages,
        can_mention=may.administrator or may.mention_everyone,
    )


async def holds(interaction: Asked, right: Right) -> bool:
    """Return whether the member holds `right`; the answer is reused for a few seconds."""
    allowed = await host_of(interaction).ask(GetRight(caller=caller_of(interaction)), remember=5.0)
    return _RANKS.index(allowed.right) >= _RANKS.index(right)


async def require(interaction: Asked, right: Right) -> None:
    """Go on only for a member who holds `right`.

    Raises:
        NotAllowed: the member does not.
    """
    if not await holds(interaction, right):
        raise NotAllowed.for_lack_of(_ROLES[right])


def needs(right: Right) -> Callable[[T], T]:
    """Let a command run only for members who hold `right`."""

    async def is_allowed(interaction: Asked) -> bool:
        try:
            await require(interaction, right)
        except OmegaError as error:
            raise Refused(error) from error
        return True

    return app_commands.check(is_allowed)
