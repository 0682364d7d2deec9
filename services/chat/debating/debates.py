"""Holds a debate: the sides at once, then who sums up, each held to the facts that were found."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Coroutine, Sequence
from contextlib import aclosing
from typing import Any, Final

import structlog

from services.chat.debating.sides import Side, prompt_of, sides_of, split_synthesis
from services.chat.grounding.numbers import Ground
from services.chat.grounding.stream import CheckedStream
from services.chat.messages import Argument, Debate, Debated, FactShown
from services.chat.pipeline.spending import Spending
from services.chat.ports import Prompt
from services.errors import ModelFailed
from services.locales import Locale, locale_of
from services.personas.card import PersonaCard
from services.personas.roster import Roster

_WITHIN: Final = 12.0
"""Seconds for one argument; a panel is waited for."""
_MOST: Final = 700
"""Characters of an argument: several stand on one card."""
_MOST_DISAGREEMENTS: Final = 3
_FIGURE: Final = re.compile(r"\d[\d.,]+\d")
"""One that two facts hardly share; the 14 of an RSI tells nothing."""

log = structlog.get_logger(__name__)


class Debates:
    """Lets personas debate with their models. Where one of them cannot, there is no debate."""

    def __init__(self, spending: Spending, roster: Roster, *, secrets: Sequence[str]) -> None:
        """Take what streams and counts what a model says, who may speak, and what none of them may say."""
        self._spending = spending
        self._secrets = secrets
        self._roster = roster

    async def hold(self, request: Debate) -> Debated:
        """Return the debate; one without arguments where a side has no model that answers."""
        locale = locale_of(request.locale)
        sides = sides_of([self._roster.card(name) for name in request.personas])
        try:
            async with asyncio.timeout(_WITHIN):
                said = await _all_or_none([self._argue(one, request, locale, ()) for one in sides[:-1]])
            async with asyncio.timeout(_WITHIN):
                summed = await self._argue(sides[-1], request, locale, said)
        except (ModelFailed, TimeoutError) as error:
            log.info("debate_not_held", debate=request.id, reason=str(error))
            return Debated(id=request.id, arguments=[], disagreements=[])
        text, named = split_synthesis(summed.text, locale)
        synthesis = _argument(sides[-1], text or summed.text, request.facts)
        return Debated(id=request.id, arguments=[*said, synthesis], disagreements=named[:_MOST_DISAGREEMENTS])

    async def _argue(
        self, side: tuple[PersonaCard, Side], request: Debate, locale: Locale, said: Sequence[Argument]
    ) -> Argument:
        """Return what one persona says.

        Raises:
            ModelFailed: its model does not answer, or said nothing that may be shown.
        """
        card, role = side
        text = await self._checked(card.name, prompt_of(role, card, request, locale, said), request)
        if not text:
            name = card.name
            raise ModelFailed(f"The model of {name} said nothing that the facts bear out.")
        return _argument(side, text, request.facts)

    async def _checked(self, persona: str, prompt: Prompt, request: Debate) -> str:
        facts = [f"{one.name}: {one.value}" for one in request.facts]
        ground = Ground(
            [*facts, request.market, request.timeframe], request.question, locale=locale_of(request.locale)
        )
        stream = CheckedStream(ground, most=_MOST, secrets=self._secrets)
        async with aclosing(self._spending.stream(request.caller, persona, prompt)) as pieces:
            async for chosen in pieces:
                stream.feed(chosen.piece.text)
        return stream.finish().text


async def _all_or_none(arguing: Sequence[Coroutine[Any, Any, Argument]]) -> list[Argument]:
    """Return what all say; once one cannot, the others are not let go on, since they cost."""
    tasks = [asyncio.ensure_future(one) for one in arguing]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _argument(side: tuple[PersonaCard, Side], text: str, facts: Sequence[FactShown]) -> Argument:
    card, role = side
    return Argument(persona=card.name, side=role, text=text, rests_on=rests_on(text, facts))


def rests_on(text: str, facts: Sequence[FactShown]) -> list[str]:
    """Return the names of the facts that a text speaks of: by name, or by the figures of their values."""
    low = text.casefold()
    figures = set(_FIGURE.findall(low))
    return [
        one.name
        for one in facts
        if one.name.casefold() in low or not figures.isdisjoint(_FIGURE.findall(one.value))
    ]
