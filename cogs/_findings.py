"""What the commands about one finding do alike: ask, draw, show, explain, and answer in plain words.

A command adds its options, its topic and its card. What identifies a finding is `asked`: the market, as a
member wrote it, then whatever else its command takes, all of it text that fits into a button.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from discord import app_commands
from discord.ext import commands

from cogs._analysis import USUAL, drawn, fitting, timeframe_actions
from cogs._host import Asked, Host, Pressed, Sources
from cogs._markets import PATIENCE, SHARED_FOR, at_home, market_in, named_market, remember_market
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
from services.chat.intents import Topic, Understood
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

    `topic` is what of it can be asked in plain words, `what` names it in English. `actions` are the buttons
    that stand between *Refresh* and *Why?*; `wanted` is what a wish in plain words asks for.
    """

    cog: str
    what: str
    topic: Topic
    request: Callable[[Sequence[str]], Request[F]]
    chart: Callable[[Sequence[str]], DrawChart]
    card: ShowsCard[F]
    why: Callable[[F, Voice], Card]
    actions: Callable[[Sequence[str], Voice], list[Action]]
    wanted: Callable[[Understood], Sequence[str]]


def of_timeframe(
    cog: str,
    what: str,
    *,
    topic: Topic,
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
        topic=topic,
        request=lambda asked: request(*asked),
        chart=lambda asked: chart(*asked),
        card=card,
        why=why,
        actions=actions,
        wanted=lambda asked: (named_market(asked), asked.timeframe or USUAL),
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
        host, kind, user = self._host, self._kind, str(interaction.user.id)
        finding: F = await _found(host, kind, asked)
        card = await _card(host, kind, finding, asked, voice, key=str(interaction.id), user=user)
        await self._host.answer(interaction, card)
        await remember_market(interaction, finding.scene.market)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Show what a button names as it is now, or why it is so."""
        *asked, persona = pressed.arguments
        if pressed.action != "why":
            await self.show_finding(interaction, asked, persona)
            return
        voice = await self._host.speaker(interaction, persona or None)
        finding: F = await _found(self._host, self._kind, asked)
        await self._host.aside(interaction, self._kind.why(finding, voice))


class FindingAnswers(Generic[F]):
    """Answers a wish in plain words for one kind of finding."""

    def __init__(self, sources: Sources, kind: Kind[F]) -> None:
        self._sources = sources
        self._kind: Kind[F] = kind

    @property
    def topics(self) -> Sequence[Topic]:
        """Return what can be asked: the one kind of finding."""
        return (self._kind.topic,)

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with the finding of the market that was named. Raises `UserMistake` where none was."""
        sources, kind = self._sources, self._kind
        await at_home(sources, asked, kind.what)
        wanted = kind.wanted(asked)
        finding: F = await _found(sources, kind, wanted)
        user = asked.caller.user_id
        return await _card(sources, kind, finding, wanted, voice, key=key, user=user)


async def _found(sources: Sources, kind: Kind[F], asked: Sequence[str]) -> F:
    request = kind.request((market_in(asked[0]), *asked[1:]))
    return await sources.ask(request, timeout=PATIENCE, remember=SHARED_FOR)


async def _card(
    sources: Sources, kind: Kind[F], finding: F, asked: Sequence[str], voice: Voice, *, key: str, user: str
) -> Card:
    exact = (finding.scene.market, *asked[1:])
    picture = await drawn(sources, voice, kind.chart(exact), user=user)
    now, actions = sources.clock.now(), _actions(kind, exact, voice)
    card = kind.card(finding, voice, now=now, key=key, actions=actions, picture=picture)
    return card if picture is not None else _without_picture(card, voice)


def _actions(kind: Kind[F], exact: Sequence[str], voice: Voice) -> list[Action]:
    again: tuple[str, ...] = (*exact, voice.card.name)
    refresh = fitting([(voice.text("Refresh"), "show", again)], kind.cog)
    why = fitting([(voice.text("Why?"), "why", again)], kind.cog)
    return refresh + why + kind.actions(exact, voice)


def _without_picture(card: Card, voice: Voice) -> Card:
    return replace(card, footnote=f"{card.footnote} · {voice.text('no picture could be drawn just now')}")
