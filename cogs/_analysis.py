"""What the commands about charts and findings share: timeframes, a member's looks, and the picture on a card.

Choosing a market belongs to `_markets`, how a finding looks to `_ui`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final, TypeVar

import structlog
from discord.app_commands import Choice
from msgspec.structs import replace

from cogs._host import Sources
from cogs._markets import PATIENCE
from cogs._ui.card import Action, Picture, press_id
from cogs._ui.choices import to_choices
from services.analyst.messages import CHART, ChartDrawn, DrawChart, ListIndicators
from services.chat.intents import Understood
from services.errors import Fault, Unavailable, UserMistake
from services.market.messages import TIMEFRAMES, Timeframe
from services.members.messages import GetMember, MemberSettings
from services.personas.voice import Voice

TIMEFRAME: Final = "How long one candle is"
USUAL: Final[Timeframe] = "4h"
DRAWN_WITHIN: Final = 6.0
"""Seconds for a chart; the card is deferred long before."""
_MEMBER_QUICK: Final = 0.5
_MEMBER_REMEMBERED: Final = 10.0
_NAMES_REMEMBERED: Final = 600.0
_LONGEST: Final = 4
"""Digits of a number of days; nothing is kept for longer."""
_BETWEEN: Final = re.compile(r"[;,]\s*(?=[^\d\s.]|$)")
"""Between two indicators; a comma before a number stands between the parameters of one."""

T = TypeVar("T")
log = structlog.get_logger(__name__)


async def chart_in_looks(
    sources: Sources, voice: Voice, wanted: DrawChart, *, user: str = ""
) -> tuple[ChartDrawn, Picture]:
    """Return a chart in the theme and palette of the member `user`, and in the language of `voice`.

    Raises:
        OmegaError: whatever `DrawChart` raises.
        Unavailable: it was drawn, and its picture is gone again.
    """
    looks = await looks_of(sources, user)
    theme, palette = looks.theme or wanted.theme, looks.palette or wanted.palette
    request = replace(wanted, theme=theme, palette=palette, locale=voice.locale)
    chart = await sources.ask(request, timeout=DRAWN_WITHIN)
    kept = await sources.latest(CHART, part=chart.digest)
    if kept is None:
        raise Unavailable("The picture is gone again.", hint="Ask once more, it is drawn anew.")
    return chart, _picture(chart, kept.value.png)


async def drawn(sources: Sources, voice: Voice, wanted: DrawChart, *, user: str = "") -> Picture | None:
    """Return the picture that goes with a finding; None, logged, where there is none to be had.

    A finding is told without its picture rather than not at all.
    """
    try:
        return (await chart_in_looks(sources, voice, wanted, user=user))[1]
    except (Unavailable, Fault) as error:
        log.warning("chart_missing", market=wanted.market, reason=error.message)
        return None


async def looks_of(sources: Sources, user: str) -> MemberSettings:
    """Return what the member `user` chose for charts; nothing chosen where that cannot be had."""
    if not user:
        return MemberSettings(user_id=user)
    try:
        return await sources.ask(GetMember(user_id=user), timeout=_MEMBER_QUICK, remember=_MEMBER_REMEMBERED)
    except Unavailable as error:  # a chart in the usual colours is better than none
        log.warning("looks_missed", reason=error.message)
        return MemberSettings(user_id=user)


def known(text: str, meanings: Mapping[str, T]) -> T:
    """Return what an argument of a button, or a choice that was typed, means.

    Raises:
        UserMistake: it means nothing here, as in a button of another version.
    """
    try:
        return meanings[text]
    except KeyError as error:
        raise UserMistake(
            f"{text} is none of the choices there.", hint="Pick one of the choices offered."
        ) from error


def days_in(asked: Understood) -> int | None:
    """Return how many days a wish in plain words is about; None where it says nothing of the kind."""
    said = asked.more.get("days", "").strip()
    return int(said) if said.isdecimal() and len(said) <= _LONGEST else None


async def indicator_choices(sources: Sources, typed: str) -> list[Choice[str]]:
    """Offer one more indicator for a list of them: ``ema:50, r`` becomes ``ema:50, rsi``."""
    *chosen, begun = (part.strip() for part in _BETWEEN.split(typed) or [""])
    found = await sources.ask(ListIndicators(), timeout=PATIENCE, remember=_NAMES_REMEMBERED)
    left = [name for name in found.names if name.startswith(begun.casefold()) and name not in chosen]
    return to_choices(", ".join([*chosen, name]) for name in left)


def indicators_in(text: str | None) -> list[str]:
    """Return the indicators of a list that a member wrote, in small letters, each once."""
    parts = _BETWEEN.split((text or "").casefold())
    return list(dict.fromkeys("".join(part.split()) for part in parts if part.strip()))


def timeframe_actions(
    cog: str, timeframe: str, *, before: tuple[str, ...], after: tuple[str, ...]
) -> list[Action]:
    """Return buttons that show the same one timeframe smaller and one larger, as far as there are such.

    Args:
        cog: who answers.
        timeframe: the one shown.
        before: what stands before the timeframe in the custom id of ``show``.
        after: what stands behind it.
    """
    pairs = [*pairwise(TIMEFRAMES)]
    near = [smaller for smaller, larger in pairs if larger == timeframe]
    near += [larger for smaller, larger in pairs if smaller == timeframe]
    return fitting([(other, "show", (*before, other, *after)) for other in near], cog)


def fitting(buttons: Sequence[tuple[str, str, tuple[str, ...]]], cog: str) -> list[Action]:
    """Return a button for each label, action and arguments whose custom id is short enough."""
    actions = []
    for label, action, arguments in buttons:
        try:
            actions.append(Action(label, press_id(cog, action, *arguments)))
        except ValueError:  # a member's own words may be longer than a button can carry
            continue
    return actions


def _picture(chart: ChartDrawn, png: bytes) -> Picture:
    base = "".join(letter for letter in chart.scene.market.partition(":")[0] if letter.isalnum())
    return Picture(png, f"{base.lower()}-{chart.scene.timeframe}.png", chart.alt)
