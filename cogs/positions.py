"""`/positions` and `/position`: what a member holds, how it sits on levels, and what can be done about it."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, account_choices, held_choices, speaker_of
from cogs._held import DEEDS, held_in, offer, offer_stop, position_in, share
from cogs._host import PRIVATE, Asked, Host, Pressed, say_ended
from cogs._markets import market_in
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_position_cards import listed_card, position_card, shared_card, stop_form
from services.personas.lines import Line
from services.personas.voice import Voice

_MARKET: Final = "BTC/USDT:USDT"
LINES: Final = (
    Line(
        name="positions", sample={"count": 3, "total": "+120.50 USDT", "is_up": True}, must=("count", "total")
    ),
    Line(
        name="positions", sample={"count": 2, "total": "-80.00 USDT", "is_up": False}, must=("count", "total")
    ),
    Line(name="positions", sample={"count": 0, "total": None, "is_up": None}),
    Line(
        name="position",
        sample={"market": _MARKET, "is_long": True, "share": "+2.1%", "is_up": True, "health": 72},
        must=("market", "share"),
    ),
    Line(
        name="position",
        sample={"market": _MARKET, "is_long": False, "share": "-1.4%", "is_up": False, "health": 31},
        must=("market", "share"),
    ),
    Line(name="position_shared", sample={"market": _MARKET, "is_shared": True}, must=("market",)),
    Line(name="position_shared", sample={"market": _MARKET, "is_shared": False}, must=("market",)),
)
"""total: of the profit of all positions; None where there is none, or where that of one is not known."""


class Positions(commands.Cog):
    """Shows open positions to their owner alone. What can be done about one is drafted, and confirmed."""

    presses = "positions"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="positions",
        description="Your open positions: profit, stop, liquidation, funding and levels",
        extras={"example": "/positions", **PRIVATE},
    )
    @app_commands.describe(account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def positions(self, interaction: Asked, account: str = "", persona: str | None = None) -> None:
        """Show all positions of an account."""
        await self._list(interaction, await self._host.speaker(interaction, persona), account)

    @app_commands.command(
        name="position",
        description="One open position with its chart, levels, golden score and health",
        extras={"example": "/position market:BTC", **PRIVATE},
    )
    @app_commands.describe(market="Where you hold one", account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(market=held_choices, account=account_choices, persona=speaker_choices)
    async def position(
        self, interaction: Asked, market: str, account: str = "", persona: str | None = None
    ) -> None:
        """Show one position."""
        voice = await self._host.speaker(interaction, persona)
        await self._show(interaction, voice, market_in(market), account)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show positions anew, or draft what a button says; the account must be of whoever presses."""
        voice = await speaker_of(interaction, pressed)
        match pressed.action, pressed.arguments:
            case "show", (account, _):
                await self._list(interaction, voice, account)
            case "one", (market, account, _):
                await self._show(interaction, voice, market, account)
            case "stop", (market, account, _):
                await self._host.ask_form(interaction, stop_form(self.presses, market, account, voice))
            case "stop_at", (market, account, _):
                stop = pressed.values.get("stop", "")
                await offer_stop(interaction, voice, stop, market=market, account=account)
            case "share" | "unshare" as wanted, (market, account, _):
                await self._share(interaction, voice, market, account, is_shared=wanted == "share")
            case deed, (market, account, _) if deed in DEEDS:
                await offer(interaction, voice, DEEDS[deed], market=market, account=account)
            case _:
                await say_ended(self._host, interaction)

    async def _list(self, interaction: Asked, voice: Voice, account: str) -> None:
        held = await held_in(interaction, voice, account=account)
        card = listed_card(held, voice, now=self._host.clock.now(), key=str(interaction.id))
        await self._host.answer(interaction, card)

    async def _show(self, interaction: Asked, voice: Voice, market: str, account: str) -> None:
        """Show one position; where there is none, all that there are."""
        held = await held_in(interaction, voice, account=account, market=market)
        position, now, key = position_in(held, market), self._host.clock.now(), str(interaction.id)
        if position is None:
            await self._host.answer(interaction, listed_card(held, voice, now=now, key=key, lacks=market))
        else:
            await self._host.answer(interaction, position_card(held, position, voice, now=now, key=key))

    async def _share(
        self, interaction: Asked, voice: Voice, market: str, account: str, *, is_shared: bool
    ) -> None:
        shared = await share(interaction, market=market, account=account, is_shared=is_shared)
        key = str(interaction.id)
        card = shared_card(market, shared.account, voice, key=key, is_shared=is_shared)
        await self._host.aside(interaction, card)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Positions(host))
