"""`/convert`: an amount of one currency in another, at last prices."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._host import Answering, Asked, Host, Pressed, Sources
from cogs._markets import PATIENCE, SHARED_FOR, at_home, currency_choices, venue_in
from cogs._ui.card import Card, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.conversion import conversion_card
from services.chat.intents import Topic, Understood
from services.locales import locale_of
from services.locales.numbers import Numbers
from services.market.messages import Conversion, Convert
from services.personas.lines import Line
from services.personas.reading import (
    ConversionAsked,
    currency_of,
    habit_of,
    read_amount,
    read_conversion,
)
from services.personas.voice import Voice

LINES: Final = (
    Line(
        name="convert",
        sample={"amount": "0.5 BTC", "result": "32,105.25 USDT"},
        must=("amount", "result"),
    ),
)


def _again(chosen: app_commands.Namespace) -> str:
    return press_id("convert", "read", chosen.amount, chosen["from"], chosen["to"], chosen.persona or "")


class ConvertMoney(commands.Cog):
    """Answers with a conversion. Amounts are read and written as the member's language does."""

    presses = "convert"

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="convert",
        description="An amount of one currency in another, at last prices and without fees",
        extras={"example": "/convert amount:0.5 from:BTC to:USDT", "retry": _again},
    )
    @app_commands.rename(source="from", target="to")
    @app_commands.describe(
        amount="As you write numbers: 1,250.5 or 10k",
        source="Such as BTC",
        target="Such as USDT or EUR",
        persona=PERSONA,
    )
    @app_commands.autocomplete(source=currency_choices, target=currency_choices, persona=speaker_choices)
    async def convert(
        self, interaction: Asked, amount: str, source: str, target: str, persona: str | None = None
    ) -> None:
        """Answer with what `amount` of `source` is in `target` in the voice of `persona`."""
        voice = await self._host.speaker(interaction, persona)
        numbers = _habit(voice, interaction)
        asked = _asked(read_amount(amount, numbers.locale), source, target)
        await self._show(interaction, asked, voice, numbers)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show the conversion that a button names; one that failed carries the amount as it was typed."""
        amount, source, target, persona = pressed.arguments
        voice = await self._host.speaker(interaction, persona or None)
        numbers = _habit(voice, interaction)
        value = read_amount(amount, numbers.locale) if pressed.action == "read" else Decimal(amount)
        await self._show(interaction, _asked(value, source, target), voice, numbers)

    async def _show(self, interaction: Asked, asked: ConversionAsked, voice: Voice, numbers: Numbers) -> None:
        found, now = await _converted(self._host, asked), self._host.clock.now()
        card = conversion_card(found, voice, numbers, now=now, key=str(interaction.id))
        await self._host.answer(interaction, card)


def _asked(amount: Decimal, source: str, target: str) -> ConversionAsked:
    return ConversionAsked(amount=amount, source=currency_of(source), target=currency_of(target))


def _habit(voice: Voice, interaction: Asked) -> Numbers:
    """Return how the member writes numbers: as Discord's language does, unless another one was chosen."""
    language = str(interaction.locale)
    return Numbers(habit_of(language)) if locale_of(language) == voice.locale else voice.numbers


class ConvertAnswers:
    """Answers "convert 0.5 BTC to USDT" and its like."""

    topics = (
        Topic(
            intent="convert",
            description="What an amount of one currency is in another, at last prices and without fees.",
            slots=("amount", "currency", "into"),
            needs=("currency", "into"),
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the conversion; of one where no amount was said.

        Raises:
            UserMistake: it names no conversion, or another venue than the farm's own.
        """
        wanted = _understood(asked, voice)
        if venue_in(asked.venue).upper() != wanted.target:
            await at_home(self._sources, asked, "conversions")
        found = await _converted(self._sources, wanted)
        return conversion_card(found, voice, voice.numbers, now=self._sources.clock.now(), key=key)


def _understood(asked: Understood, voice: Voice) -> ConversionAsked:
    """Return the conversion by what was recognised of it, else by the words of the question."""
    said, locale = asked.more, voice.numbers.locale
    source, target = said.get("currency"), said.get("into")
    if not source or not target:
        return read_conversion(asked.question.text, locale)
    return _asked(read_amount(said.get("amount") or "1", locale), source, target)


async def _converted(sources: Sources, asked: ConversionAsked) -> Conversion:
    request = Convert(amount=asked.amount, source=asked.source, target=asked.target)
    return await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return ConvertAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(ConvertMoney(host))
