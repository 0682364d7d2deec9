"""`/positions` and `/position`: what a member holds, how it sits on levels, and what can be done about it."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, account_choices, held_choices, speaker_of
from cogs._held import DEEDS, held_by, offer, offer_stop, position_in, share
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, say_ended
from cogs._markets import market_in
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_position_cards import listed_card, position_card, shared_card, stop_form
from services.chat.intents import Topic, Understood
from services.members.messages import Caller
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
        await self._show(interaction, await self._host.speaker(interaction, persona), "", account)

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
                await self._show(interaction, voice, "", account)
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

    async def _show(self, interaction: Asked, voice: Voice, market: str, account: str) -> None:
        caller, key = caller_of(interaction), str(interaction.id)
        card = await _card(self._host, caller, voice, key=key, market=market, account=account)
        await self._host.answer(interaction, card)

    async def _share(
        self, interaction: Asked, voice: Voice, market: str, account: str, *, is_shared: bool
    ) -> None:
        shared = await share(interaction, market=market, account=account, is_shared=is_shared)
        key = str(interaction.id)
        card = shared_card(market, shared.account, voice, key=key, is_shared=is_shared)
        await self._host.aside(interaction, card)


class PositionsAnswers:
    """Answers "my positions" and "how is my BTC position?" to their owner alone."""

    topics = (
        Topic(
            intent="positions",
            description="The caller's own open positions, or the one in a market.",
            slots=("market",),
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the position in the market that was named, else with all of them."""
        return await _card(self._sources, asked.caller, voice, key=key, market=asked.market or "")


async def _card(
    sources: Sources, caller: Caller, voice: Voice, *, key: str, market: str = "", account: str = ""
) -> Card:
    """Return the card of one position; without a market, or where there is none in it, of all there are."""
    held = await held_by(sources, caller, voice, account=account, market=market)
    position, now = position_in(held, market) if market else None, sources.clock.now()
    if position is None:
        return listed_card(held, voice, now=now, key=key, lacks=market)
    return position_card(held, position, voice, now=now, key=key)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return PositionsAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Positions(host))
