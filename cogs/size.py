"""`/size`: how large a position may be, from the stop and the risk that a member takes."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._host import PRIVATE, Asked, Host, caller_of
from cogs._markets import MARKET, market_choices, remember_market
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_risk import size_card
from services.personas.lines import Line
from services.trading.risk.messages import SizePosition

LINES: Final = (
    Line(
        name="size",
        sample={"market": "BTC/USDT:USDT", "amount": "0.25", "risk": "1%"},
        must=("amount", "risk"),
    ),
)
_Text = app_commands.Range[str, 1, 40]


class Size(commands.Cog):
    """Reckons sizes; nothing is ordered."""

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="size",
        description="How large a position may be so that the stop costs no more than your risk",
        extras={"example": "/size market:BTC/USDT:USDT stop:50000", **PRIVATE},
    )
    @app_commands.describe(
        market=MARKET,
        stop="Where the loss is cut",
        entry="The price of now if left out",
        risk="Percent of equity; the account's own if left out",
        account=ACCOUNT,
        persona=PERSONA,
    )
    @app_commands.autocomplete(market=market_choices, account=account_choices, persona=speaker_choices)
    async def size(
        self,
        interaction: Asked,
        *,
        market: str,
        stop: _Text,
        entry: _Text = "",
        risk: _Text = "",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Answer with an amount."""
        voice = await self._host.speaker(interaction, persona)
        request = SizePosition(
            caller=caller_of(interaction),
            market=market,
            entry=entry,
            stop=stop,
            risk=risk,
            account=account,
            locale=voice.locale,
        )
        sizing = await self._host.ask(request, timeout=PATIENCE)
        await self._host.answer(interaction, size_card(sizing, voice, key=str(interaction.id)))
        await remember_market(interaction, sizing.market)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Size(host))
