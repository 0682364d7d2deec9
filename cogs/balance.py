"""`/balance`: what an account holds."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, say_ended
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_account_cards import balance_card
from services.chat.intents import Topic, Understood
from services.members.messages import Caller
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.accounts.messages import GetBalances

LINES: Final = (
    Line(
        name="balance",
        sample={"total": "10,000.00 USDT", "name": "paper", "is_paper": True},
        must=("total", "name"),
    ),
    Line(name="balance", sample={"total": None, "name": "main", "is_paper": False}, must=("name",)),
)
"""total: the equity; None where it cannot be told."""


class Balance(commands.Cog):
    """Shows what an account holds to its owner alone."""

    presses = "balance"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="balance",
        description="What your account holds, for you alone",
        extras={"example": "/balance", **PRIVATE},
    )
    @app_commands.describe(account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def balance(self, interaction: Asked, account: str = "", persona: str | None = None) -> None:
        """Show the balances of an account."""
        await self._show(interaction, account, await self._host.speaker(interaction, persona))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show them as they are now."""
        match pressed.action, pressed.arguments:
            case "show", (account, persona):
                await self._show(interaction, account, await self._host.speaker(interaction, persona or None))
            case _:
                await say_ended(self._host, interaction)

    async def _show(self, interaction: Asked, account: str, voice: Voice) -> None:
        caller, key = caller_of(interaction), str(interaction.id)
        card = await _card(self._host, caller, voice, key=key, account=account)
        await self._host.answer(interaction, card)


class BalanceAnswers:
    """Answers "how much do I have?" to the owner alone."""

    topics = (
        Topic(
            intent="balance",
            description="What the caller's own account holds.",
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the balances of the account in use."""
        return await _card(self._sources, asked.caller, voice, key=key)


async def _card(sources: Sources, caller: Caller, voice: Voice, *, key: str, account: str = "") -> Card:
    balances = await sources.ask(GetBalances(caller=caller, account=account), timeout=PATIENCE)
    return balance_card(balances, voice, now=sources.clock.now(), key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return BalanceAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Balance(host))
