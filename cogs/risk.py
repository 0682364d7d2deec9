"""`/risk`: how an account stands against its limits, and setting one. The desk checks every change again."""

from __future__ import annotations

from typing import Final, Literal

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, holds, say_ended
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_risk import LIMIT_NAMES, limit_card, limit_form, risk_card
from services.personas.lines import Line
from services.trading.risk.messages import SetLimit, ShowRisk

LINES: Final = (
    *(
        Line(name="risk", sample={"state": state, "is_near": is_near})
        for state, is_near in (("ACTIVE", False), ("ACTIVE", True), ("REDUCING", True), ("HALTED", True))
    ),
    *(
        Line(
            name="limit_set",
            sample={"name": "daily loss", "value": "3%", "is_pending": is_pending},
            must=("name", "value"),
        )
        for is_pending in (False, True)
    ),
)
"""is_near: a limit is nearly used up. is_pending: it is looser, and waits for another admin and its time."""
Scope = Literal["account", "guild"]
_LIMITS: Final = [app_commands.Choice(name=told, value=name) for name, told in LIMIT_NAMES.items()]
_SCOPES: Final = [
    app_commands.Choice(name="your account", value="account"),
    app_commands.Choice(name="everybody in this server", value="guild"),
]


class Risk(commands.Cog):
    """Shows and sets limits. Stricter ones of one's own hold at once; looser ones are for admins."""

    presses = "risk"
    risk = app_commands.Group(name="risk", description="Limits on what may be lost")

    def __init__(self, host: Host) -> None:
        self._host = host

    @risk.command(
        name="show",
        description="Your limits, how much of each is used, and whether trading goes on",
        extras={"example": "/risk show", **PRIVATE},
    )
    @app_commands.describe(account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def show(self, interaction: Asked, account: str = "", persona: str | None = None) -> None:
        """Show how an account stands."""
        voice = await self._host.speaker(interaction, persona)
        request = ShowRisk(caller=caller_of(interaction), account=account)
        found = await self._host.ask(request, timeout=PATIENCE)
        await self._host.answer(interaction, risk_card(found, voice, key=str(interaction.id)))

    @risk.command(
        name="set",
        description="Set a limit; a stricter one of yours holds at once",
        extras={"example": "/risk set limit:daily_loss value:3", **PRIVATE},
    )
    @app_commands.describe(
        limit="Which one",
        value="Such as 3, or 3% of what is counted in percent",
        scope="Whose; your own account's if left out",
        approves="Id of an account whose change awaits your approval; its owner sees it in /account list",
        persona=PERSONA,
    )
    @app_commands.choices(limit=_LIMITS, scope=_SCOPES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def set_(
        self,
        interaction: Asked,
        *,
        limit: str,
        value: app_commands.Range[str, 1, 20],
        scope: Scope = "account",
        approves: app_commands.Range[str, 4, 40] = "",
        persona: str | None = None,
    ) -> None:
        """Set a limit; an admin may loosen one, and is asked for the code in a form."""
        if await holds(interaction, "admin"):
            voice = await self._host.speaker(interaction, persona)
            await self._host.ask_form(interaction, limit_form(limit, value, scope, voice, approves=approves))
        else:
            await self._set(interaction, limit, value, scope, persona=persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Set what was written in the form."""
        match pressed.action, pressed.arguments:
            case "set", (limit, "account" | "guild" as scope, *rest) if (
                limit in LIMIT_NAMES and pressed.values
            ):
                code, value = pressed.values.get("code", ""), pressed.values.get("value", "")
                await self._set(interaction, limit, value, scope, code=code, approves="".join(rest))
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _set(
        self,
        interaction: Asked,
        limit: str,
        value: str,
        scope: Scope,
        *,
        code: str = "",
        approves: str = "",
        persona: str | None = None,
    ) -> None:
        voice = await self._host.speaker(interaction, persona)
        request = SetLimit(
            id=str(interaction.id),
            caller=caller_of(interaction),
            name=limit,
            value=value,
            scope=scope,
            approves=approves,
            code=code,
            locale=voice.locale,
        )
        found = await self._host.ask(request, timeout=PATIENCE)
        await self._host.answer(interaction, limit_card(found, limit, voice, key=str(interaction.id)))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Risk(host))
