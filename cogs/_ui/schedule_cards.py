"""Posts by the clock as cards and choices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final

from discord.app_commands import Choice

from cogs._ui.alert_words import place_words
from cogs._ui.card import Card, Fact
from cogs._ui.clock_times import clock_of
from cogs._ui.limits import CHOICE, CHOICES
from cogs._ui.origin import footnote
from cogs._ui.subscribing_cards import persona_words
from cogs._ui.times import full, relative
from services.alerts.feeds import Schedule
from services.locales.numbers import clip
from services.personas.roster import Roster
from services.personas.voice import Voice

DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_POSTS_A_FACT: Final = 3
_MARKETS: Final = 4
"""Markets of a post that are named."""


def schedules_card(schedules: Iterable[Schedule], roster: Roster, voice: Voice, *, verdict: str) -> Card:
    """Return the card of a server's posts by the clock; `verdict` is what is said of them."""
    text, posts = voice.text, [_line(one, roster, voice) for one in schedules]
    groups = [posts[first : first + _POSTS_A_FACT] for first in range(0, len(posts), _POSTS_A_FACT)]
    return Card(
        title=text("Posts by the clock"),
        verdict=verdict,
        facts=tuple(Fact(text("Comes"), "\n".join(group), is_wide=True) for group in groups),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def clock_words(one: Schedule) -> str | None:
    """Return the time of day of a post with its zone; sessions have none."""
    return None if one.kind == "session" else f"{clock_of(one.minute)} ({one.timezone})"


def schedule_choices(
    schedules: Iterable[Schedule], channels: Mapping[str, str], typed: str, voice: Voice
) -> list[Choice[str]]:
    """Return the posts whose words hold what was typed; `channels` are the names of channels by id."""
    wanted = typed.strip().casefold()
    named = ((f"{_when(one, voice)} · {_channel(one, channels)}{_markets(one)}", one.id) for one in schedules)
    hits = [(name, value) for name, value in named if wanted in name.casefold()]
    return [Choice(name=clip(name, CHOICE), value=value) for name, value in hits[:CHOICES]]


def _line(one: Schedule, roster: Roster, voice: Voice) -> str:
    by = voice.text("by {name}", name=persona_words(one.persona, roster, voice))
    said = f"**{_when(one, voice)}** · {place_words(one.place, voice)} · {by}{_markets(one)}"
    if one.next_at is None:
        return said
    following = voice.text("next {when}", when=f"{full(one.next_at)} ({relative(one.next_at)})")
    return f"{said}\n{following}"


def _when(one: Schedule, voice: Voice) -> str:
    text, at = voice.text, clock_words(one)
    if one.kind == "session":
        return text("when Tokyo, London or New York opens")
    if one.kind == "daily":
        return text("each day at {at}", at=at)
    return text("{day} at {at}", day=text(DAYS[one.weekday]), at=at)


def _markets(one: Schedule) -> str:
    shown = ", ".join(one.markets[:_MARKETS])
    return f" · {shown}{'…' if len(one.markets) > _MARKETS else ''}" if shown else ""


def _channel(one: Schedule, channels: Mapping[str, str]) -> str:
    _, _, channel = one.place.partition(":")
    return f"#{channels.get(channel, channel)}"
