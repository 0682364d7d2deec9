"""`/cosmic`: where Sun, Moon and planets stand, and whether that ever told anything about a market."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._analysis import days_in
from cogs._host import Answering, Asked, Host, Pressed, Sources, host_of, say_ended
from cogs._markets import MARKET, PATIENCE, market_choices, market_in, remember_market
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.cosmic_cards import (
    FACTOR_OF,
    LENGTHS,
    TEST_MARKET,
    aspects_card,
    calendar_card,
    moon_card,
    retrograde_card,
    sky_card,
)
from cogs._ui.factors import choices_of
from cogs._ui.sky_words import planets_in
from cogs._ui.trial_card import trial_card
from services.chat.intents import Topic, Understood
from services.cosmic.messages import (
    FactorTested,
    GetAspects,
    GetCalendar,
    GetMoon,
    GetRetrogrades,
    GetSky,
    ListFactors,
    TestFactor,
)
from services.personas.lines import Line
from services.personas.voice import Voice

_NOW = {
    "sun": "Sagittarius",
    "moon": "Pisces",
    "phase": "Waxing gibbous",
    "lit": "82%",
    "retrograde": "Mercury, Uranus",
}
_MOON = {
    "phase": "Waxing gibbous",
    "lit": "82%",
    "sign": "Pisces",
    "next": "Full Moon",
    "when": "<t:1790000000:R>",
}
_BACK = {"planets": "Mercury, Uranus", "count": 2, "next": "Venus", "when": "<t:1790000000:R>"}
_ASPECTS = {"count": 7, "closest": "Sun square Mars", "orb": "0.4°", "is_applying": True}
_CALENDAR = {"count": 9, "days": 30, "first": "Full Moon", "when": "<t:1790000000:R>"}
_TEST = {
    "factor": "Full Moon",
    "market": "BTC/USDT:USDT",
    "days": 310,
    "effect": "+0.12%",
    "low": "\N{MINUS SIGN}0.30%",
    "high": "+0.55%",
    "p": "0.41",
    "tried": 12,
    "is_found": False,
}
LINES: Final = (
    Line(name="cosmic_now", sample=_NOW, must=("sun", "moon", "phase", "lit", "retrograde")),
    Line(name="cosmic_now", sample={**_NOW, "retrograde": None}, must=("sun", "moon", "phase", "lit")),
    Line(name="cosmic_moon", sample=_MOON, must=("phase", "lit", "sign", "next", "when")),
    Line(name="cosmic_retrograde", sample=_BACK, must=("planets", "next", "when")),
    Line(name="cosmic_retrograde", sample={**_BACK, "planets": None, "count": 0}, must=("next", "when")),
    Line(name="cosmic_aspects", sample=_ASPECTS, must=("count", "closest", "orb")),
    Line(name="cosmic_aspects", sample={**_ASPECTS, "is_applying": False}, must=("count", "closest", "orb")),
    Line(name="cosmic_aspects", sample={"count": 0, "closest": None, "orb": None, "is_applying": None}),
    Line(name="cosmic_calendar", sample=_CALENDAR, must=("count", "days", "first", "when")),
    Line(
        name="cosmic_calendar", sample={**_CALENDAR, "count": 0, "first": None, "when": None}, must=("days",)
    ),
    Line(
        name="cosmic_test",
        sample=_TEST,
        must=("factor", "market", "days", "effect", "low", "high", "p", "tried"),
    ),
    Line(
        name="cosmic_test",
        sample={**_TEST, "p": "0.003", "is_found": True},
        must=("factor", "market", "days", "effect", "low", "high", "p", "tried"),
    ),
)
"""retrograde, planets: names with commas. cosmic_test: effect is the difference of the mean daily return,
low to high its 95 % interval (said in words, the template has no figures), p after correction for the
`tried` factors; is_found only where that is small enough. Even then it is said that it may be chance and
trades nothing."""
_BESIDES: Final = {"now": 0, "moon": 0, "retrograde": 0, "aspects": 0, "calendar": 1, "test": 2}
"""What can be shown, and how many words of its own a button carries besides."""
_TESTED_WITHIN: Final = 12.0
"""Seconds for a test, which waits for candles and then computes for one or two."""
_REMEMBERED: Final = 30.0
_NAMES_REMEMBERED: Final = 600.0


def _again(*shown: str) -> Callable[[app_commands.Namespace], str]:
    return lambda chosen: press_id("cosmic", "show", *shown, chosen.persona or "")


def _calendar_again(chosen: app_commands.Namespace) -> str:
    return press_id("cosmic", "show", "calendar", str(chosen.days or LENGTHS[0]), chosen.persona or "")


def _test_again(chosen: app_commands.Namespace) -> str:
    return press_id("cosmic", "show", "test", chosen.factor, chosen.market, chosen.persona or "")


async def _factor_choices(interaction: Asked, typed: str) -> list[app_commands.Choice[str]]:
    host = host_of(interaction)
    voice = await host.speaker(interaction)
    found = await host.ask(ListFactors(), remember=_NAMES_REMEMBERED)
    return choices_of(found.factors, typed, voice.text)


class Cosmic(commands.Cog):
    """Answers for the sky, and for what it had to do with a market."""

    presses = "cosmic"
    cosmic = app_commands.Group(
        name="cosmic", description="Sun, Moon and planets: where they stand, and whether it matters"
    )

    def __init__(self, host: Host) -> None:
        self._host = host

    @cosmic.command(
        name="now",
        description="Where Sun, Moon and planets stand now",
        extras={"example": "/cosmic now", "retry": _again("now")},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def now(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with the sky."""
        await self._show(interaction, ["now"], persona)

    @cosmic.command(
        name="moon",
        description="Phase and place of the Moon, and what it does next",
        extras={"example": "/cosmic moon", "retry": _again("moon")},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def moon(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with the Moon."""
        await self._show(interaction, ["moon"], persona)

    @cosmic.command(
        name="retrograde",
        description="Which planets are retrograde, and which turn next",
        extras={"example": "/cosmic retrograde", "retry": _again("retrograde")},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def retrograde(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with the planets that are retrograde."""
        await self._show(interaction, ["retrograde"], persona)

    @cosmic.command(
        name="aspects",
        description="Which bodies are in aspect, and how close it is",
        extras={"example": "/cosmic aspects", "retry": _again("aspects")},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def aspects(self, interaction: Asked, persona: str | None = None) -> None:
        """Answer with the aspects."""
        await self._show(interaction, ["aspects"], persona)

    @cosmic.command(
        name="calendar",
        description="What happens in the sky in the days to come",
        extras={"example": "/cosmic calendar days:30", "retry": _calendar_again},
    )
    @app_commands.describe(days="How many days ahead, up to 90", persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def calendar(
        self,
        interaction: Asked,
        days: app_commands.Range[int, 1, LENGTHS[-1]] = LENGTHS[0],
        persona: str | None = None,
    ) -> None:
        """Answer with what comes."""
        await self._show(interaction, ["calendar", str(days)], persona)

    @cosmic.command(
        name="test",
        description="Whether a cosmic factor ever went with a market's returns",
        extras={"example": "/cosmic test factor:full_moon market:BTC", "retry": _test_again},
    )
    @app_commands.describe(factor="Such as full_moon or mercury_retrograde", market=MARKET, persona=PERSONA)
    @app_commands.autocomplete(factor=_factor_choices, market=market_choices, persona=speaker_choices)
    async def test(self, interaction: Asked, factor: str, market: str, persona: str | None = None) -> None:
        """Answer with what the days of `market` say of `factor`."""
        voice = await self._host.speaker(interaction, persona)
        tested, now = await _tested(self._host, factor, market), self._host.clock.now()
        await self._host.answer(interaction, trial_card(tested, voice, now=now, key=str(interaction.id)))
        await remember_market(interaction, tested.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names, as it is now."""
        match pressed.action, *pressed.arguments:
            case "show", what, *more, persona if _BESIDES.get(what) == len(more):
                await self._show(interaction, [what, *more], persona)
            case _:
                await say_ended(self._host, interaction)

    async def _show(self, interaction: Asked, shown: Sequence[str], persona: str | None) -> None:
        voice = await self._host.speaker(interaction, persona or None)
        card = await _card(self._host, shown, voice, key=str(interaction.id))
        await self._host.answer(interaction, card)


class CosmicAnswers:
    """Answers "moon phase?", "mercury retrograde?" and their like."""

    topics = (
        Topic(intent="sky", description="Where Sun, Moon and planets stand now, and the solar cycle."),
        Topic(intent="moon", description="Phase, light and place of the Moon, and what it does next."),
        Topic(intent="retrograde", description="Which planets are retrograde now, and which turn next."),
        Topic(
            intent="aspects", description="Which bodies of the sky are in aspect now, and how close it is."
        ),
        Topic(
            intent="calendar",
            description="What happens in the sky in the days to come, up to 90 of them.",
            slots=("days",),
        ),
        Topic(
            intent="cosmic_test",
            description="Whether a factor of the sky, such as full moon, ever went with a market's returns.",
            slots=("factor", "market"),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the sky as it is, or with what it had to do with a market."""
        sources = self._sources
        match asked.intent:
            case "calendar":
                days = min(max(days_in(asked) or LENGTHS[0], 1), LENGTHS[-1])
                shown = ["calendar", str(days)]
            case "cosmic_test":
                shown = ["test", await _factor_of(sources, asked, voice), asked.market or TEST_MARKET]
            case "retrograde":
                return await _retrogrades(sources, voice, key=key, named=planets_in(asked.question.text))
            case intent:
                shown = [intent]
        return await _card(sources, shown, voice, key=key)


async def _factor_of(sources: Sources, asked: Understood, voice: Voice) -> str:
    """Return the factor that a wish speaks of: one whose title it says, else one that is nearly said."""
    found = await sources.ask(ListFactors(), remember=_NAMES_REMEMBERED)
    titles = {
        title.casefold(): one.name for one in found.factors for title in (one.title, voice.text(one.title))
    }
    named = asked.more.get("factor", "").replace("_", " ").strip().casefold()
    said = named or asked.question.text.casefold()
    whole = [title for title in titles if title in said]
    begun = [title for title in titles if named and named in title]
    if whole or begun:
        return titles[max(whole, key=len) if whole else begun[0]]
    return named or FACTOR_OF["moon"]


async def _card(sources: Sources, shown: Sequence[str], voice: Voice, *, key: str) -> Card:
    ask = sources.ask
    match shown:
        case ["moon"]:
            return moon_card(await ask(GetMoon(), remember=_REMEMBERED), voice, key=key)
        case ["retrograde"]:
            return await _retrogrades(sources, voice, key=key)
        case ["aspects"]:
            return aspects_card(await ask(GetAspects(), remember=_REMEMBERED), voice, key=key)
        case ["calendar", days]:
            found = await ask(GetCalendar(days=int(days)), timeout=PATIENCE, remember=_REMEMBERED)
            return calendar_card(found, voice, key=key)
        case ["test", factor, market]:
            tested = await _tested(sources, factor, market)
            return trial_card(tested, voice, now=sources.clock.now(), key=key)
    return sky_card(await ask(GetSky(), remember=_REMEMBERED), voice, key=key)


async def _retrogrades(sources: Sources, voice: Voice, *, key: str, named: Sequence[str] = ()) -> Card:
    found = await sources.ask(GetRetrogrades(), remember=_REMEMBERED)
    return retrograde_card(found, voice, key=key, named=named)


async def _tested(sources: Sources, factor: str, market: str) -> FactorTested:
    request = TestFactor(factor=factor, market=market_in(market))
    return await sources.ask(request, timeout=_TESTED_WITHIN, remember=_REMEMBERED)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return CosmicAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Cosmic(host))
