"""`/pnl`: what an account brought, after fees and funding."""

from __future__ import annotations

from typing import Final, Literal, cast

from discord import app_commands
from discord.ext import commands

from cogs._analysis import days_in
from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_pnl_cards import METHODS, PARTS, WINDOWS, pnl_card
from services.chat.intents import Topic, Understood
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.ledger.messages import GetPnl, LotMethod, Window

By = Literal["market", "day", "side"]
LINES: Final = (
    Line(name="pnl", sample={"net": "+320.10 USDT", "is_up": True, "trades": 12}, must=("net", "trades")),
    Line(name="pnl", sample={"net": "-45.00 USDT", "is_up": False, "trades": 3}, must=("net", "trades")),
    Line(name="pnl", sample={"net": None, "is_up": None, "trades": 0}),
)
"""net: None where nothing was booked in the window."""
_USUAL: Final = 30
_HOLDS: Final[dict[Window, int]] = {"day": 1, "week": 7, "month": 31, "year": 366}
"""The days that a window holds, at most."""


class ProfitAndLoss(commands.Cog):
    """Shows what an account brought to its owner alone."""

    presses = "pnl"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="pnl",
        description="What your account brought: realised, fees, funding, and how good that was",
        extras={"example": "/pnl window:month", **PRIVATE},
    )
    @app_commands.describe(
        window="How far back, this month if left out",
        by="How it is split",
        method="Which lot counts as sold first",
        account=ACCOUNT,
        persona=PERSONA,
    )
    @app_commands.choices(
        window=[app_commands.Choice(name=name, value=value) for value, name in WINDOWS.items()],
        by=[app_commands.Choice(name=name, value=value) for value, name in PARTS.items()],
        method=[app_commands.Choice(name=name, value=value) for value, name in METHODS.items()],
    )
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def pnl(
        self,
        interaction: Asked,
        *,
        window: Window = "month",
        by: By = "market",
        method: LotMethod = "fifo",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Show the profit of an account in a window."""
        voice = await self._host.speaker(interaction, persona)
        request = GetPnl(caller=caller_of(interaction), account=account, window=window, by=by, method=method)
        await self._show(interaction, voice, request)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show another window."""
        match pressed.arguments:
            case (account, window, by, method, persona) if (
                window in WINDOWS and by in PARTS and method in METHODS
            ):
                voice = await self._host.speaker(interaction, persona or None)
                request = GetPnl(
                    caller=caller_of(interaction),
                    account=account,
                    window=window,
                    by=cast("By", by),
                    method=method,
                )
                await self._show(interaction, voice, request)
            case _:
                await say_ended(self._host, interaction)

    async def _show(self, interaction: Asked, voice: Voice, request: GetPnl) -> None:
        pnl = await self._host.ask(request, timeout=PATIENCE)
        await self._host.answer(interaction, pnl_card(pnl, request.by, voice, key=str(interaction.id)))


class PnlAnswers:
    """Answers "how much did I make this week?" to the owner alone."""

    topics = (
        Topic(
            intent="pnl",
            description="What the caller's own account brought, after fees and funding.",
            slots=("days",),
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the profit of the window that holds so many days; of this month without any."""
        days = days_in(asked) or _USUAL
        window: Window = next((one for one, most in _HOLDS.items() if days <= most), "all")
        request = GetPnl(caller=asked.caller, window=window)
        pnl = await self._sources.ask(request, timeout=PATIENCE)
        return pnl_card(pnl, request.by, voice, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return PnlAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(ProfitAndLoss(host))
