"""`/favourites`: the markets that stand at the head of every list."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Asked, Host
from cogs._markets import MARKET, PATIENCE, favourite_choices, market_choices, market_in
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.settings_cards import favourites_card
from services.errors import UserMistake
from services.market.messages import GetQuote
from services.members.messages import ChangeMember, GetMember, MemberSettings
from services.personas.lines import Line

LINES: Final = (
    Line(
        name="favourite_saved",
        sample={"market": "BTC/USDT:USDT", "is_kept": True, "count": 3},
        must=("market",),
    ),
    Line(
        name="favourite_saved",
        sample={"market": "BTC/USDT:USDT", "is_kept": False, "count": 0},
        must=("market",),
    ),
    Line(name="favourites", sample={"count": 3}, must=("count",)),
    Line(name="favourites", sample={"count": 0}),
)


class Favourites(commands.Cog):
    """Shows and changes the favourites of the member who asks; nobody else sees them."""

    favourites = app_commands.Group(
        name="favourites", description="Markets at the head of every list, for you alone"
    )

    def __init__(self, host: Host) -> None:
        self._host = host

    @favourites.command(
        name="add",
        description="Keep a market at the head of every list of choices",
        extras={"example": "/favourites add market:BTC/USDT:USDT", "is_private": True},
    )
    @app_commands.describe(market=MARKET, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def add(self, interaction: Asked, market: str, persona: str | None = None) -> None:
        """Make `market` a favourite, by its whole name."""
        quote = await self._host.ask(GetQuote(market=market_in(market)), timeout=PATIENCE)
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), keep=[quote.market]))
        await self._say_saved(interaction, saved, quote.market, persona)

    @favourites.command(
        name="remove",
        description="Let a favourite go again",
        extras={"example": "/favourites remove market:BTC/USDT:USDT", "is_private": True},
    )
    @app_commands.describe(market="One of your favourites", persona=PERSONA)
    @app_commands.autocomplete(market=favourite_choices, persona=speaker_choices)
    async def remove(self, interaction: Asked, market: str, persona: str | None = None) -> None:
        """Let the favourite `market` go; it need not be a market any more."""
        name = _among((await self._stored(interaction)).favourites, market)
        saved = await self._host.ask(ChangeMember(user_id=str(interaction.user.id), let_go=[name]))
        await self._say_saved(interaction, saved, name, persona)

    @favourites.command(
        name="list",
        description="Your favourites, in their order",
        extras={"example": "/favourites list", "is_private": True},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def show(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the member's favourites."""
        kept, voice = await self._stored(interaction), await self._host.speaker(interaction, persona)
        verdict = voice.render("favourites", key=str(interaction.id), count=len(kept.favourites))
        await self._host.answer(interaction, favourites_card(kept, voice, verdict=verdict))

    async def _stored(self, interaction: Asked) -> MemberSettings:
        return await self._host.ask(GetMember(user_id=str(interaction.user.id)))

    async def _say_saved(
        self, interaction: Asked, saved: MemberSettings, market: str, persona: str | None
    ) -> None:
        voice, kept = await self._host.speaker(interaction, persona), saved.favourites
        verdict = voice.render(
            "favourite_saved",
            key=str(interaction.id),
            market=market,
            is_kept=market in kept,
            count=len(kept),
        )
        await self._host.answer(interaction, favourites_card(saved, voice, verdict=verdict))


def _among(favourites: list[str], market: str) -> str:
    """Return the favourite that a member named.

    Raises:
        UserMistake: it is none of them.
    """
    wanted = market.strip().casefold()
    found = [name for name in favourites if wanted in {name.casefold(), name.partition("/")[0].casefold()}]
    if not found:
        raise UserMistake("That market is no favourite of yours.", hint="/favourites list shows them.")
    return next((name for name in found if name.casefold() == wanted), found[0])


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Favourites(host))
