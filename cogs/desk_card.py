"""What stands on delivered news of trading: its lines, and the buttons that act on what they tell."""

from __future__ import annotations

from typing import Final

from discord.ext import commands

from cogs._desk import PATIENCE
from cogs._held import DEEDS, offer, offer_stop, owns
from cogs._host import Asked, Host, Pressed, caller_of, say_ended
from cogs._proposals import decide, open_proposal
from cogs._ui.desk_account_cards import code_form
from cogs._ui.desk_position_cards import stop_form
from cogs._ui.desk_tickets import gone_card
from cogs._ui.position_cards import muted_card
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.positions.messages import MuteLevels

_MARKET: Final = "BTC/USDT:USDT"
_NEWS: Final = (
    ("opened", True, "+0.0%", True),
    ("changed", True, "+2.1%", True),
    ("level", False, "+2.1%", True),
    ("near_stop", True, "-1.2%", False),
    ("near_liquidation", True, "-8.0%", False),
    ("closed", True, "+4.2%", True),
    ("closed", False, "-1.8%", False),
    ("liquidated", True, "-10.0%", False),
    ("unknown", True, None, None),
)
_OF_ORDERS: Final = (
    *("filled", "partly_filled", "canceled", "rejected", "unknown", "found", "foreign_order", "difference"),
    *("unprotected", "plan_ended", "proposal", "strategy_stopped"),
)
LINES: Final = (
    *(
        Line(
            name="position_told",
            sample={"news": news, "market": _MARKET, "is_long": is_long, "share": share, "is_up": is_up},
            must=("market", "share") if news == "closed" else ("market",),
        )
        for news, is_long, share, is_up in _NEWS
    ),
    *(
        Line(
            name="desk_told",
            sample={"news": news, "market": _MARKET, "what": "Buy 0.01"},
            must=("market",),
        )
        for news in _OF_ORDERS
    ),
    *(
        Line(name="desk_told", sample={"news": news, "market": "", "what": ""})
        for news in ("halted", "reducing", "warning", "resumed", "flat")
    ),
)
"""share: of the profit so far, of the entry. near_stop, near_liquidation: the price comes near it. unknown:
what became of it is being asked. found: that is known now. difference: the venue tells something that no
order of ours explains. unprotected: a stop that was wanted is not there. warning:
a limit comes near."""


class DeskCard(commands.Cog):
    """Takes the buttons of delivered cards, whichever persona brought them; the card itself stays as it is.

    A button drafts a ticket beside the card, which its owner confirms; nobody else's press does anything.
    """

    presses = "desk_card"

    def __init__(self, host: Host) -> None:
        self._host = host

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Answer to a button of a delivered card, or to a form that one opened."""
        voice = await self._host.speaker(interaction)
        match pressed.action, pressed.arguments:
            case "close" | "half" | "stop" | "stop_at", (market, account, *_):
                await self._position(interaction, voice, pressed, market, account)
            case "mute" | "unmute" as turn, (card,):
                await self._levels(interaction, voice, card, is_muted=turn == "mute")
            case "yes" | "no" | "coded" as answer, (proposal,):
                await self._proposal(interaction, voice, pressed, answer, proposal)
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _position(
        self, interaction: Asked, voice: Voice, pressed: Pressed, market: str, account: str
    ) -> None:
        if not await owns(interaction, account):
            await self._gone(interaction, voice, "other")
        elif pressed.action == "stop":
            await self._host.ask_form(interaction, stop_form(self.presses, market, account, voice))
        elif pressed.action == "stop_at":
            stop = pressed.values.get("stop", "")
            await offer_stop(interaction, voice, stop, market=market, account=account)
        else:
            await offer(interaction, voice, DEEDS[pressed.action], market=market, account=account)

    async def _levels(self, interaction: Asked, voice: Voice, card: str, *, is_muted: bool) -> None:
        """Let a position's levels be told no more, or again; its card changes by itself."""
        request = MuteLevels(
            id=str(interaction.id), caller=caller_of(interaction), card=card, is_muted=is_muted
        )
        answer = await self._host.ask(request, timeout=PATIENCE)
        await self._host.aside(interaction, muted_card(answer, voice))

    async def _proposal(
        self, interaction: Asked, voice: Voice, pressed: Pressed, answer: str, proposal: str
    ) -> None:
        """Approve or reject what a strategy wants; a real order is approved with a code."""
        waiting = await open_proposal(interaction, proposal)
        if waiting is None:
            await self._gone(interaction, voice, "expired")
        elif answer == "yes" and waiting.account.mode == "live":
            title = voice.text("A real order")
            form = code_form(title, voice, self.presses, "coded", proposal)
            await self._host.ask_form(interaction, form)
        else:
            code = pressed.values.get("code", "")
            card = await decide(interaction, voice, proposal, is_approved=answer != "no", code=code)
            await self._host.aside(interaction, card)

    async def _gone(self, interaction: Asked, voice: Voice, why: str) -> None:
        await self._host.aside(interaction, gone_card(why, voice, key=str(interaction.id)))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(DeskCard(host))
