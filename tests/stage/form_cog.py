"""A bot whose one cog asks for a form, from a command and from a button, and says what was written."""

from __future__ import annotations

import asyncio
from typing import Any

from discord import app_commands
from discord.ext import commands

from bots.waze.bot import WazeBot
from cogs._host import Asked, Host, Pressed
from cogs._ui.card import Action, Card, press_id
from cogs._ui.form import Field, Form
from services.errors import UserMistake


def form_of(what: str) -> Form:
    fields = (
        Field(name="level", label="Level", value="70,000", is_required=True, most=20),
        Field(name="note", label="A label far longer than the forty-five characters of one", is_long=True),
    )
    return Form("Edit an alert", press_id("forms", "sent", what), fields)


class Forms(commands.Cog):
    presses = "forms"

    def __init__(self, host: Host, slow: dict[str, float]) -> None:
        self._host = host
        self._slow = slow

    @app_commands.command(name="ask", description="Ask for a form")
    async def ask(self, interaction: Asked) -> None:
        await asyncio.sleep(self._slow.get("ask", 0.0))
        await self._host.ask_form(interaction, form_of("command"))

    @app_commands.command(name="show", description="Show a button that asks for a form")
    async def show(self, interaction: Asked) -> None:
        button = Action("Edit", press_id("forms", "edit"))
        await self._host.answer(interaction, Card(verdict="an alert", actions=(button,)))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        if pressed.action == "edit":
            await asyncio.sleep(self._slow.get("edit", 0.0))
            await self._host.ask_form(interaction, form_of("button"))
            return
        await asyncio.sleep(self._slow.get("sent", 0.0))
        if pressed.values["level"] == "none":
            raise UserMistake("That is no level.", hint="Write one.")
        said = ", ".join(f"{name}={value}" for name, value in pressed.values.items())
        card = Card(verdict=f"{pressed.arguments[0]}: {said}")
        aside = pressed.values["note"] == "aside"
        await (self._host.aside if aside else self._host.answer)(interaction, card)


class FormBot(WazeBot):
    """A persona's bot that carries that cog besides its own, unless it is told not to."""

    def __init__(self, *, slow: dict[str, float], has_forms: bool = True, **given: Any) -> None:
        super().__init__(**given)
        self._slow = slow
        self._has_forms = has_forms

    async def setup_hook(self) -> None:
        await super().setup_hook()
        if self._has_forms:
            await self.host.add_cog(Forms(self.host, self._slow))
            await self.tree.sync()
