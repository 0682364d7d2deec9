"""Runs the commands and buttons of a cog as discord.py does, without Discord: what is answered is kept."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import discord
from discord import app_commands
from persona_fakes import FakeBus

from bots.waze.host import Role, WazeHost
from cogs._host import Pressable, Pressed
from cogs._ui.card import Card, read_press
from cogs._ui.embed import to_buttons, to_embed
from cogs._ui.form import Form, to_modal
from services.personas.roster import Roster

MEMBER = 7
GUILD = 5
CHANNEL = 42


class Kept:
    """Keeps what is answered, each within what Discord takes."""

    def __init__(self) -> None:
        self.cards: list[Card] = []
        self.asides: list[Card] = []
        self.forms: list[Form] = []

    async def send(self, card: Card) -> None:
        self.cards.append(_shown(card))

    async def send_aside(self, card: Card) -> None:
        self.asides.append(_shown(card))

    async def send_form(self, form: Form) -> None:
        to_modal(form)
        self.forms.append(form)


def guide(bus: FakeBus, roster: Roster) -> WazeHost:
    """Return the bot of the guide."""
    return WazeHost(role=Role(persona=roster.card("waze"), cogs=()), roster=roster, bus=bus, clock=bus.clock)


def asking(
    host: WazeHost, *, user: int = MEMBER, guild: int | None = GUILD, locale: str = "en-US", id_: int = 1
) -> Any:
    """Return an interaction of a member."""
    return SimpleNamespace(
        id=id_,
        user=SimpleNamespace(id=user),
        guild_id=guild,
        guild=None if guild is None else SimpleNamespace(text_channels=[SimpleNamespace(id=42, name="btc")]),
        channel_id=CHANNEL,
        locale=locale,
        permissions=discord.Permissions.none(),
        extras={"answer": Kept()},
        client=SimpleNamespace(host=host),
    )


async def run(cog: Any, name: str, who: Any, **chosen: Any) -> Kept:
    """Run a command such as ``alerts pause``; return what is answered."""
    await command_of(type(cog), name).callback(cog, who, **chosen)
    kept: Kept = who.extras["answer"]
    return kept


async def press(cog: Pressable, custom_id: str, who: Any, **written: str) -> Kept:
    """Press a button, or send a form; return what is answered."""
    name, action, arguments = read_press(custom_id)
    assert name == cog.presses
    await cog.press(who, Pressed(action, arguments, written))
    kept: Kept = who.extras["answer"]
    return kept


def command_of(cog: Any, name: str) -> Any:
    """Return a command of a cog's class by its whole name."""
    every = [one for top in cog.__cog_app_commands__ for one in _leaves(top)]
    (found,) = [one for one in every if one.qualified_name == name]
    return found


def presses(card: Card) -> list[str]:
    """Return the custom ids of a card's buttons."""
    return [action.press for action in card.actions]


def facts(card: Card) -> dict[str, str]:
    """Return the facts of a card by name."""
    return {fact.name: fact.value for fact in card.facts}


def _leaves(command: Any) -> list[Any]:
    return [*command.walk_commands()] if isinstance(command, app_commands.Group) else [command]


def _shown(card: Card) -> Card:
    embed = to_embed(card)
    assert [field.value for field in embed.fields] == [fact.value for fact in card.facts]
    to_buttons(card)
    return card
