"""`/memory`: what a persona remembers of the member who asks, seen and changed by nobody else."""

from __future__ import annotations

from typing import Final, TypedDict

from discord import app_commands
from discord.app_commands import Choice
from discord.ext import commands

from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, host_of, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.memory_cards import (
    EVERYTHING,
    Done,
    Wish,
    changed_card,
    fact_choices,
    memory_card,
    question_card,
)
from services.bus.messages import Request
from services.chat.intents import Topic, Understood
from services.chat.messages import ChangeMemory, ForgetFacts, GetMemory, Memory, RememberFact
from services.errors import UserMistake
from services.members.messages import Caller
from services.personas.lines import Line
from services.personas.voice import Voice

_QUICK: Final = 1.0
_TYPING_REMEMBERED: Final = 5.0
_ONE: Final = "One of the things that are remembered"
LINES: Final = (
    Line(name="memory", sample={"is_on": True, "count": 3}, must=("count",)),
    Line(name="memory", sample={"is_on": True, "count": 0}),
    Line(name="memory", sample={"is_on": False, "count": 0}),
    Line(name="memory_asked", sample={"wish": "off", "count": 3}),
    Line(name="memory_asked", sample={"wish": "clear", "count": 3}, must=("count",)),
    *(
        Line(name="memory_changed", sample={"done": done})
        for done in ("on", "off", "remembered", "edited", "forgotten", "cleared", "kept")
    ),
)
"""count: of things that this persona remembers here. memory_asked: asks whether to switch memory off here,
which forgets what every persona knows here, or to forget all that this one does. kept: they were left."""


async def _remembered(interaction: Asked) -> tuple[Memory, Voice]:
    """Return what the persona that is chosen in a command remembers, while it is typed."""
    host = host_of(interaction)
    voice = await host.speaker(interaction, getattr(interaction.namespace, "persona", None))
    request = GetMemory(caller=caller_of(interaction), persona=voice.card.name)
    return await host.ask(request, timeout=_QUICK, remember=_TYPING_REMEMBERED), voice


async def _facts(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer what is remembered."""
    memory, _ = await _remembered(interaction)
    return fact_choices(memory, typed)


async def _facts_or_all(interaction: Asked, typed: str) -> list[Choice[str]]:
    """Offer everything at once, and each thing."""
    memory, voice = await _remembered(interaction)
    return fact_choices(memory, typed, everything=voice.text("everything"))


class MemoryOfMember(commands.Cog):
    """Shows and changes what personas remember; what cannot be undone is asked once more."""

    presses = "memory"
    memory = app_commands.Group(name="memory", description="What a persona remembers of you, for you alone")

    def __init__(self, host: Host) -> None:
        self._host = host

    @memory.command(
        name="show",
        description="What a persona remembers of you here",
        extras={"example": "/memory show persona:Biel", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def show(self, interaction: Asked, persona: str | None = None) -> None:
        """Show what is remembered."""
        await self._show(interaction, await self._host.speaker(interaction, persona))

    @memory.command(
        name="on",
        description="Let personas remember here what you ask them to",
        extras={"example": "/memory on", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def on(self, interaction: Asked, persona: str | None = None) -> None:
        """Switch memory on in this guild, for every persona."""
        await self._switch(interaction, await self._host.speaker(interaction, persona), is_on=True)

    @memory.command(
        name="off",
        description="Let no persona remember anything here; you are asked once more",
        extras={"example": "/memory off", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def off(self, interaction: Asked, persona: str | None = None) -> None:
        """Ask whether to switch memory off, which forgets."""
        await self._ask(interaction, await self._host.speaker(interaction, persona), "off")

    @memory.command(
        name="remember",
        description="Tell a persona one thing to remember of you here",
        extras={"example": "/memory remember text:I trade BTC on the 4h chart", **PRIVATE},
    )
    @app_commands.describe(text="What to remember, in one sentence", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def remember(self, interaction: Asked, text: str, persona: str | None = None) -> None:
        """Remember one thing."""
        await self._remember(interaction, text, "", persona)

    @memory.command(
        name="edit",
        description="Put other words in the place of one thing",
        extras={"example": "/memory edit fact:a1b2c3d4 text:I trade ETH now", **PRIVATE},
    )
    @app_commands.describe(fact=_ONE, text="What it should be, in one sentence", persona=PERSONA)
    @app_commands.autocomplete(fact=_facts, persona=speaker_choices)
    async def edit(self, interaction: Asked, fact: str, text: str, persona: str | None = None) -> None:
        """Change one thing."""
        await self._remember(interaction, text, fact, persona)

    @memory.command(
        name="forget",
        description="Let a persona forget one thing, or everything that it knows of you here",
        extras={"example": "/memory forget fact:a1b2c3d4", **PRIVATE},
    )
    @app_commands.describe(fact=_ONE, persona=PERSONA)
    @app_commands.autocomplete(fact=_facts_or_all, persona=speaker_choices)
    async def forget(self, interaction: Asked, fact: str, persona: str | None = None) -> None:
        """Forget one thing, or ask whether to forget all."""
        voice = await self._host.speaker(interaction, persona)
        if fact.strip() == EVERYTHING:
            await self._ask(interaction, voice, "clear")
        else:
            await self._forget(interaction, voice, fact.strip())

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Do what a button says, for the member whose card it is."""
        owner, persona, *more = (*pressed.arguments, "", "")
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint="/memory show lists your own.")
        voice = await self._host.speaker(interaction, persona or None)
        match pressed.action:
            case "show":
                await self._show(interaction, voice, page=more[0])
            case "on":
                await self._switch(interaction, voice, is_on=True)
            case "ask_off" | "ask_clear":
                await self._ask(interaction, voice, "off" if pressed.action == "ask_off" else "clear")
            case "off":
                await self._switch(interaction, voice, is_on=False)
            case "clear":
                await self._forget(interaction, voice, "")
            case "keep":
                await self._tell(interaction, voice, await self._memory(interaction, voice), "kept")
            case _:
                await say_ended(self._host, interaction)

    async def _show(self, interaction: Asked, voice: Voice, *, page: str = "") -> None:
        memory, key = await self._memory(interaction, voice), str(interaction.id)
        owner = str(interaction.user.id)
        await self._host.answer(interaction, memory_card(memory, voice, key=key, owner=owner, page=page))

    async def _ask(self, interaction: Asked, voice: Voice, wish: Wish) -> None:
        memory, key = await self._memory(interaction, voice), str(interaction.id)
        card = question_card(memory, voice, wish, key=key, owner=str(interaction.user.id))
        await self._host.answer(interaction, card)

    async def _switch(self, interaction: Asked, voice: Voice, *, is_on: bool) -> None:
        request = ChangeMemory(**_whose(interaction, voice), is_on=is_on)
        await self._change(interaction, voice, request, "on" if is_on else "off")

    async def _remember(self, interaction: Asked, text: str, fact: str, persona: str | None) -> None:
        voice = await self._host.speaker(interaction, persona)
        request = RememberFact(**_whose(interaction, voice), text=text, fact=fact.strip())
        await self._change(interaction, voice, request, "edited" if fact else "remembered")

    async def _forget(self, interaction: Asked, voice: Voice, fact: str) -> None:
        request = ForgetFacts(**_whose(interaction, voice), fact=fact)
        await self._change(interaction, voice, request, "forgotten" if fact else "cleared")

    async def _change(self, interaction: Asked, voice: Voice, request: Request[Memory], done: Done) -> None:
        await self._tell(interaction, voice, await self._host.ask(request), done)

    async def _tell(self, interaction: Asked, voice: Voice, memory: Memory, done: Done) -> None:
        key, owner = str(interaction.id), str(interaction.user.id)
        await self._host.answer(interaction, changed_card(memory, voice, done, key=key, owner=owner))

    async def _memory(self, interaction: Asked, voice: Voice) -> Memory:
        return await self._host.ask(GetMemory(caller=caller_of(interaction), persona=voice.card.name))


class _Whose(TypedDict):
    id: str
    caller: Caller
    persona: str


def _whose(interaction: Asked, voice: Voice) -> _Whose:
    return {"id": str(interaction.id), "caller": caller_of(interaction), "persona": voice.card.name}


class MemoryAnswers:
    """Answers "what do you know about me?" to the one who asks."""

    topics = (
        Topic(
            intent="memory",
            description="What the persona remembers of the caller.",
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the first page of what is remembered."""
        memory = await self._sources.ask(GetMemory(caller=asked.caller, persona=voice.card.name))
        return memory_card(memory, voice, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return MemoryAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(MemoryOfMember(host))
