"""`/killswitch`: halt, cancel and close at once; look how it goes on; resume with a code or a typed word."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._firing import fired
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, needs, say_ended
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_switch import resume_form, switch_card
from services.errors import UserMistake
from services.personas.lines import Line
from services.trading.killswitch.messages import Drill, Fire, GetSwitch, Resume, Scope, Switch

LINES: Final = tuple(
    Line(name="switch", sample={"state": state, "is_flat": is_flat, "is_drill": is_drill})
    for state, is_flat, is_drill in (
        ("HALTED", False, False),
        ("HALTED", True, False),
        ("HALTED", True, True),
        ("ACTIVE", False, False),
    )
)
"""is_flat: no position and no order is left, as the venue says."""
_PATIENCE: Final = 6.0
_DRILL_PATIENCE: Final = 60.0
_SCOPE: Final = "Your own accounts if left out; everybody's needs an admin"
_SCOPES: Final = [
    app_commands.Choice(name="your accounts", value="me"),
    app_commands.Choice(name="every account of the farm", value="all"),
]


class KillSwitch(commands.Cog):
    """Fires without a further question; whoever has accounts may halt them. Resuming asks."""

    presses = "killswitch"
    killswitch = app_commands.Group(
        name="killswitch", description="Halt trading, cancel and close everything"
    )

    def __init__(self, host: Host) -> None:
        self._host = host

    @killswitch.command(
        name="fire",
        description="Halt trading at once, cancel every order and close every position",
        extras={"example": "/killswitch fire", **PRIVATE},
    )
    @app_commands.describe(scope=_SCOPE, why="For those who read it later", persona=PERSONA)
    @app_commands.choices(scope=_SCOPES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def fire(
        self,
        interaction: Asked,
        *,
        scope: Scope = "me",
        why: app_commands.Range[str, 1, 200] = "",
        persona: str | None = None,
    ) -> None:
        """Halt, cancel and close."""
        request = Fire(id=str(interaction.id), caller=caller_of(interaction), scope=scope, why=why)
        await self._show(interaction, await fired(self._host, request), persona)

    @killswitch.command(
        name="resume",
        description="Let trading go on; asks for a code, or on paper for a typed word",
        extras={"example": "/killswitch resume", **PRIVATE},
    )
    @app_commands.describe(scope=_SCOPE, persona=PERSONA)
    @app_commands.choices(scope=_SCOPES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def resume(self, interaction: Asked, scope: Scope = "me", persona: str | None = None) -> None:
        """Ask for the code."""
        voice = await self._host.speaker(interaction, persona)
        form = resume_form(scope, voice, owner=str(interaction.user.id))
        await self._host.ask_form(interaction, form)

    @killswitch.command(
        name="show",
        description="Whether trading goes on, and how far a halt is",
        extras={"example": "/killswitch show", **PRIVATE},
    )
    @app_commands.describe(scope=_SCOPE, persona=PERSONA)
    @app_commands.choices(scope=_SCOPES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def show(self, interaction: Asked, scope: Scope = "me", persona: str | None = None) -> None:
        """Show how it stands."""
        switch = await self._host.ask(GetSwitch(caller=caller_of(interaction), scope=scope))
        await self._show(interaction, switch, persona)

    @killswitch.command(
        name="drill",
        description="Go the whole way on a paper account made for it, and tell the times",
        extras={"example": "/killswitch drill", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    @needs("admin")
    async def drill(self, interaction: Asked, persona: str | None = None) -> None:
        """Try it out where nothing is at stake."""
        request = Drill(id=str(interaction.id), caller=caller_of(interaction))
        switch = await self._host.ask(request, timeout=_DRILL_PATIENCE)
        await self._show(interaction, switch, persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Refresh the card, ask for the code, or resume with the one that was written."""
        owner = "".join(pressed.arguments[:1])
        if owner != str(interaction.user.id):
            raise UserMistake("That card belongs to somebody else.", hint="/killswitch show shows your own.")
        match pressed.action, pressed.arguments[1:]:
            case "show", ("me" | "all" as scope,):
                switch = await self._host.ask(GetSwitch(caller=caller_of(interaction), scope=scope))
                await self._show(interaction, switch)
            case "resume", ("me" | "all" as scope,):
                voice = await self._host.speaker(interaction)
                await self._host.ask_form(interaction, resume_form(scope, voice, owner=owner))
            case "code", ("me" | "all" as scope,) if pressed.values:
                await self._resume(interaction, scope, pressed.values.get("code", ""))
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _resume(self, interaction: Asked, scope: Scope, code: str) -> None:
        request = Resume(id=str(interaction.id), caller=caller_of(interaction), scope=scope, code=code)
        await self._show(interaction, await self._host.ask(request, timeout=_PATIENCE))

    async def _show(self, interaction: Asked, switch: Switch, persona: str | None = None) -> None:
        voice, owner = await self._host.speaker(interaction, persona), str(interaction.user.id)
        card = switch_card(switch, voice, key=str(interaction.id), owner=owner)
        await self._host.answer(interaction, card)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(KillSwitch(host))
