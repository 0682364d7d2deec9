"""`/subscribe` and `/quiet`: which feeds come where, and when nothing may ring."""

from __future__ import annotations

import asyncio
import zoneinfo
from collections.abc import Collection
from typing import Final, Literal

from discord import app_commands
from discord.ext import commands

from cogs._clocks import AT, ZONE, zone_named
from cogs._host import PRIVATE, Asked, Host, caller_of
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.clock_times import minute_in
from cogs._ui.subscribing_cards import (
    DIGESTS,
    FEEDS,
    SEVERITIES,
    feed_words,
    quiet_card,
    subscriptions_card,
)
from cogs._ui.zones import zone_choices
from services.alerts.feeds import (
    Digesting,
    Feed,
    ListSubscriptions,
    QuietHours,
    SetQuiet,
    Subscribe,
    Subscriptions,
    Unsubscribe,
)
from services.alerts.posts import Severity
from services.personas.lines import Line
from services.personas.voice import Voice

LINES: Final = (
    Line(name="subscribed", sample={"feed": "patterns", "is_on": True, "is_here": True}, must=("feed",)),
    Line(name="subscribed", sample={"feed": "patterns", "is_on": False, "is_here": False}, must=("feed",)),
    Line(name="subscriptions", sample={"count": 3}, must=("count",)),
    Line(name="subscriptions", sample={"count": 0}),
    Line(
        name="quiet_saved",
        sample={"begins": "22:00", "ends": "07:00", "is_urgent_let_through": True},
        must=("begins", "ends"),
    ),
    Line(name="quiet_saved", sample={"begins": None, "ends": None, "is_urgent_let_through": False}),
)
"""is_here: into the channel, else as a direct message. None: there are no quiet hours any more."""

Where = Literal["dm", "here"]
_WHERE: Final = "A direct message, or this channel, which needs an admin"
_WHAT: Final = "What the farm looks for in the most traded markets"
_FEEDS: Final = [app_commands.Choice(name=name, value=feed) for feed, name in FEEDS.items()]
_PLACES: Final = [
    app_commands.Choice(name="direct message", value="dm"),
    app_commands.Choice(name="this channel", value="here"),
]
_SEVERITIES: Final = [app_commands.Choice(name=name, value=severity) for severity, name in SEVERITIES.items()]
_DIGESTS: Final = [app_commands.Choice(name=name, value=digest) for digest, name in DIGESTS.items()]


class Subscribing(commands.Cog):
    """Lets feeds come to a member or a channel, and keeps the hours in which a member wants silence."""

    quiet = app_commands.Group(name="quiet", description="When nothing may ring, for you alone")

    def __init__(self, host: Host, zones: Collection[str]) -> None:
        self._host = host
        self._zones = zones

    @app_commands.command(
        name="subscribe",
        description="Let a feed of the farm come to you or to this channel",
        extras={"example": "/subscribe feed:moves where:dm", **PRIVATE},
    )
    @app_commands.describe(
        feed=_WHAT,
        where=_WHERE,
        min_severity="How much it must matter",
        digest="One by one, or together",
        persona="Who should bring it",
    )
    @app_commands.choices(feed=_FEEDS, where=_PLACES, min_severity=_SEVERITIES, digest=_DIGESTS)
    @app_commands.autocomplete(persona=speaker_choices)
    async def subscribe(
        self,
        interaction: Asked,
        feed: Feed,
        where: Where = "dm",
        *,
        min_severity: Severity = "normal",
        digest: Digesting = "none",
        persona: str | None = None,
    ) -> None:
        """Subscribe the member, or the channel."""
        voice = await self._host.speaker(interaction)
        request = Subscribe(
            id=str(interaction.id),
            caller=caller_of(interaction),
            feed=feed,
            place=_place(interaction, where),
            min_severity=min_severity,
            digest=digest,
            persona="" if persona is None else self._host.roster.card(persona).name,
            locale=voice.locale,
        )
        await self._say_saved(interaction, voice, await self._host.ask(request), request)

    @app_commands.command(
        name="unsubscribe",
        description="Let a feed come there no more",
        extras={"example": "/unsubscribe feed:moves where:dm", **PRIVATE},
    )
    @app_commands.describe(feed=_WHAT, where=_WHERE, persona=PERSONA)
    @app_commands.choices(feed=_FEEDS, where=_PLACES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def unsubscribe(
        self, interaction: Asked, feed: Feed, where: Where = "dm", persona: str | None = None
    ) -> None:
        """Take the subscription back."""
        voice = await self._host.speaker(interaction, persona)
        request = Unsubscribe(
            id=str(interaction.id),
            caller=caller_of(interaction),
            feed=feed,
            place=_place(interaction, where),
        )
        await self._say_saved(interaction, voice, await self._host.ask(request), request)

    @app_commands.command(
        name="subscriptions",
        description="Which feeds come to you or to this channel, and your quiet hours",
        extras={"example": "/subscriptions", **PRIVATE},
    )
    @app_commands.describe(where="To you, or to this channel", persona=PERSONA)
    @app_commands.choices(where=_PLACES)
    @app_commands.autocomplete(persona=speaker_choices)
    async def subscriptions(
        self, interaction: Asked, where: Where = "dm", persona: str | None = None
    ) -> None:
        """Show what comes to a place."""
        voice, place = await self._host.speaker(interaction, persona), _place(interaction, where)
        kept = await self._host.ask(ListSubscriptions(caller=caller_of(interaction), place=place))
        said = voice.render("subscriptions", key=str(interaction.id), count=len(kept.subscriptions))
        await self._show(interaction, voice, kept, said, is_here=_is_here(place))

    @quiet.command(
        name="set",
        description="Keep quiet hours; what they hold back comes together when they end",
        extras={"example": "/quiet set from:22:00 until:07:00 timezone:UTC", **PRIVATE},
    )
    @app_commands.describe(
        from_=AT, until=AT, timezone=ZONE, urgent="Whether what is urgent rings all the same", persona=PERSONA
    )
    @app_commands.rename(from_="from")
    @app_commands.autocomplete(persona=speaker_choices)
    async def set_quiet(
        self,
        interaction: Asked,
        from_: str,
        until: str,
        *,
        timezone: str | None = None,
        urgent: bool = True,
        persona: str | None = None,
    ) -> None:
        """Keep quiet hours for the member."""
        quiet = QuietHours(
            user_id=str(interaction.user.id),
            from_minute=minute_in(from_),
            until_minute=minute_in(until),
            timezone=await zone_named(interaction, timezone),
            is_urgent_let_through=urgent,
        )
        await self._keep_quiet(interaction, quiet, persona)

    @quiet.command(
        name="off",
        description="Keep no quiet hours any more",
        extras={"example": "/quiet off", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def end_quiet(self, interaction: Asked, persona: str | None = None) -> None:
        """Let everything ring again."""
        await self._keep_quiet(interaction, None, persona)

    @set_quiet.autocomplete("timezone")
    async def _offer(self, _: Asked, typed: str) -> list[app_commands.Choice[str]]:
        return zone_choices(self._zones, typed, now=self._host.clock.now())

    async def _keep_quiet(self, interaction: Asked, quiet: QuietHours | None, persona: str | None) -> None:
        kept = await self._host.ask(SetQuiet(caller=caller_of(interaction), quiet=quiet))
        voice = await self._host.speaker(interaction, persona)
        await self._host.answer(interaction, quiet_card(kept.quiet, voice, key=str(interaction.id)))

    async def _say_saved(
        self, interaction: Asked, voice: Voice, kept: Subscriptions, request: Subscribe | Unsubscribe
    ) -> None:
        is_here = _is_here(request.place)
        said = voice.render(
            "subscribed",
            key=str(interaction.id),
            feed=feed_words(request.feed, voice),
            is_on=isinstance(request, Subscribe),
            is_here=is_here,
        )
        await self._show(interaction, voice, kept, said, is_here=is_here)

    async def _show(
        self, interaction: Asked, voice: Voice, kept: Subscriptions, said: str, *, is_here: bool
    ) -> None:
        card = subscriptions_card(kept, self._host.roster, voice, verdict=said, is_own=not is_here)
        await self._host.answer(interaction, card)


def _place(interaction: Asked, where: Where) -> str:
    if where == "here" and interaction.guild_id is not None:
        return f"channel:{interaction.channel_id}"
    return f"user:{interaction.user.id}"


def _is_here(place: str) -> bool:
    return place.startswith("channel:")


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Subscribing(host, await asyncio.to_thread(zoneinfo.available_timezones)))
