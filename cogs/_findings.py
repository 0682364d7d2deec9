"""What the commands about one finding do alike: ask, draw, show, explain, and answer in plain words.

A command adds its options, its words and its card. What identifies a finding is `asked`: the market, as a
member wrote it, then whatever else its command takes, all of it text that fits into a button.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from discord import app_commands
from discord.ext import commands

from cogs._analysis import USUAL, drawn, fitting, timeframe_actions, timeframe_in
from cogs._host import Asked, Host, Pressed
from cogs._markets import PATIENCE, SHARED_FOR, asked_market, at_home, market_in, remember_market
from cogs._ui.card import Action, Card, Picture, press_id
from services.analyst.messages import (
    Analysis,
    DrawChart,
    FibFinding,
    LevelsFinding,
    PatternsFinding,
    PivotsFinding,
)
from services.bus.messages import Request
from services.personas.routing import Question
from services.personas.voice import Voice

F = TypeVar("F", Analysis, FibFinding, LevelsFinding, PatternsFinding, PivotsFinding)
Shown_contra = TypeVar(
    "Shown_contra", Analysis, FibFinding, LevelsFinding, PatternsFinding, PivotsFinding, contravariant=True
)


class ShowsCard(Protocol[Shown_contra]):
    """Makes the card of a finding."""

    def __call__(
        self,
        finding: Shown_contra,
        voice: Voice,
        /,
        *,
        now: datetime,
        key: str,
        actions: Sequence[Action],
        picture: Picture | None,
    ) -> Card:
        """Return the card."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind(Generic[F]):
    """What one command adds.

    `words` ask for it in a question, `parts` are words beside them that are no market; `what` names it in
    English. `actions` are the buttons that stand between *Refresh* and *Why?*; `of_question` is what a
    question in plain words asks for of a market.
    """

    cog: str
    what: str
    words: Sequence[str]
    parts: Sequence[str]
    request: Callable[[Sequence[str]], Request[F]]
    chart: Callable[[Sequence[str]], DrawChart]
    card: ShowsCard[F]
    why: Callable[[F, Voice], Card]
    actions: Callable[[Sequence[str], Voice], list[Action]]
    of_question: Callable[[str, Question], Sequence[str]]


def of_timeframe(
    cog: str,
    what: str,
    *,
    words: Sequence[str],
    parts: Sequence[str],
    request: Callable[[str, str], Request[F]],
    chart: Callable[[str, str], DrawChart],
    card: ShowsCard[F],
    why: Callable[[F, Voice], Card],
) -> Kind[F]:
    """Return the kind of what a market and a timeframe identify; buttons lead to the timeframes beside it."""

    def actions(asked: Sequence[str], voice: Voice) -> list[Action]:
        market, timeframe = asked
        return timeframe_actions(cog, timeframe, before=(market,), after=(voice.card.name,))

    return Kind(
        cog=cog,
        what=what,
        words=words,
        parts=parts,
        request=lambda asked: request(*asked),
        chart=lambda asked: chart(*asked),
        card=card,
        why=why,
        actions=actions,
        of_question=lambda market, question: (market, timeframe_in(question)),
    )


def asked_again(cog: str) -> Callable[[app_commands.Namespace], str]:
    """Return what makes the button that asks again for a market and a timeframe."""

    def again(chosen: app_commands.Namespace) -> str:
        return press_id(cog, "show", chosen.market, chosen.timeframe or USUAL, chosen.persona or "")

    return again


class FindingCog(commands.Cog, Generic[F]):
    """A cog about one kind of finding; it adds the command."""

    def __init__(self, host: Host, kind: Kind[F]) -> None:
        self._host = host
        self._kind: Kind[F] = kind
        self.presses = kind.cog

    async def show_finding(self, interaction: Asked, asked: Sequence[str], persona: str | None) -> None:
        """Answer with the finding and its chart, and keep the market in mind for the next list of choices."""
        voice = await self._host.speaker(interaction, persona or None)
        finding, user = await self._found(asked), str(interaction.user.id)
        card = await self._card(finding, asked, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        await remember_market(interaction, finding.scene.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        *asked, persona = pressed.arguments
        if pressed.action != "why":
            await self.show_finding(interaction, asked, persona)
            return
        voice = await self._host.speaker(interaction, persona or None)
        await self._host.aside(interaction, self._kind.why(await self._found(asked), voice))

    def fits(self, question: Question) -> int:
        """Count the words that ask for it."""
        return question.hits(self._kind.words)

    async def answer_question(self, question: Question, voice: Voice, *, key: str) -> Card | None:
        """Answer a question that names a market and asks for this kind of finding."""
        kind: Kind[F] = self._kind
        if not self.fits(question):
            return None
        question = await at_home(self._host, question, kind.what)
        market = await asked_market(self._host, question, (*kind.words, *kind.parts))
        if market is None:
            return None
        asked = kind.of_question(market, question)
        return await self._card(await self._found(asked), asked, voice, key=key)

    async def _found(self, asked: Sequence[str]) -> F:
        request = self._kind.request((market_in(asked[0]), *asked[1:]))
        return await self._host.ask(request, timeout=PATIENCE, remember=SHARED_FOR)

    async def _card(
        self, finding: F, asked: Sequence[str], voice: Voice, *, key: str, user: str = ""
    ) -> Card:
        exact = (finding.scene.market, *asked[1:])
        picture = await drawn(self._host, voice, self._kind.chart(exact), user=user)
        now, actions = self._host.clock.now(), self._actions(exact, voice)
        card = self._kind.card(finding, voice, now=now, key=key, actions=actions, picture=picture)
        return card if picture is not None else _without_picture(card, voice)

    def _actions(self, exact: Sequence[str], voice: Voice) -> list[Action]:
        again: tuple[str, ...] = (*exact, voice.card.name)
        refresh = fitting([(voice.text("Refresh"), "show", again)], self._kind.cog)
        why = fitting([(voice.text("Why?"), "why", again)], self._kind.cog)
        return refresh + why + self._kind.actions(exact, voice)


def _without_picture(card: Card, voice: Voice) -> Card:
    return replace(card, footnote=f"{card.footnote} · {voice.text('no picture could be drawn just now')}")
