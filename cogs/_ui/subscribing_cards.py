"""Which feeds come where, and the quiet hours that hold them back, as cards."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cogs._ui.alert_words import place_words
from cogs._ui.card import Card, Fact
from cogs._ui.clock_times import clock_of
from cogs._ui.origin import footnote
from services.alerts.feeds import Digesting, Feed, QuietHours, Subscription, Subscriptions
from services.alerts.posts import Severity
from services.personas.roster import Roster
from services.personas.voice import Voice

FEEDS: Final[dict[Feed, str]] = {
    "patterns": "candlestick patterns",
    "levels": "levels that are met",
    "moves": "large moves",
    "funding": "unusual funding rates",
    "cosmic": "what the sky shows",
    "data": "prices that stop coming",
}
"""What each feed is called."""
SEVERITIES: Final[dict[Severity, str]] = {
    "low": "all of it",
    "normal": "from medium severity up",
    "high": "from high severity up",
    "urgent": "only what is urgent",
}
DIGESTS: Final[dict[Digesting, str]] = {
    "none": "each at once",
    "hourly": "together each hour",
    "daily": "together each morning",
}


def subscriptions_card(
    kept: Subscriptions, roster: Roster, voice: Voice, *, verdict: str, is_own: bool = True
) -> Card:
    """Return the card of what comes to a place; `verdict` is what is said of it.

    Args:
        kept: what comes there, with the quiet hours of who asks.
        roster: whose names are shown.
        voice: who says it.
        verdict: what is said of it.
        is_own: it is the place of the member alone, so that quiet hours count there.
    """
    text = voice.text
    lines = [_line(one, roster, voice) for one in kept.subscriptions]
    here = Fact(text("Comes here"), "\n".join(lines) or text("nothing yet"), is_wide=True)
    quiet = Fact(text("Quiet hours"), _quiet(kept.quiet, voice), is_wide=True)
    return Card(
        title=text("Your subscriptions") if is_own else text("Subscriptions of this channel"),
        verdict=verdict,
        facts=(here, *([quiet] if is_own else [])),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def quiet_card(quiet: QuietHours | None, voice: Voice, *, key: str) -> Card:
    """Return the card of quiet hours that were set or ended."""
    begins = None if quiet is None else clock_of(quiet.from_minute)
    ends = None if quiet is None else clock_of(quiet.until_minute)
    lets_through = quiet is not None and quiet.is_urgent_let_through
    said = voice.render("quiet_saved", key=key, begins=begins, ends=ends, is_urgent_let_through=lets_through)
    morning = voice.text("What is held back comes together when they end.")
    facts = [Fact(voice.text("Quiet hours"), _quiet(quiet, voice), is_wide=True)]
    return Card(
        title=voice.text("Quiet hours"),
        verdict=said,
        facts=(*facts, *([] if quiet is None else [Fact(voice.text("After that"), morning, is_wide=True)])),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def persona_words(persona: str, roster: Roster, voice: Voice) -> str:
    """Return the name of who brings something; an empty one is the guide."""
    card = roster.cards.get(persona)
    return voice.text("the guide") if card is None else card.display_name


def feed_words(feed: Feed, voice: Voice) -> str:
    """Return what a feed is called."""
    return voice.text(FEEDS[feed])


def _line(one: Subscription, roster: Roster, voice: Voice) -> str:
    text = voice.text
    kind, _, _ = one.place.partition(":")
    parts: Sequence[str] = (
        f"**{feed_words(one.feed, voice)}**",
        place_words(one.place, voice) if kind == "channel" else text("direct message"),
        text(SEVERITIES[one.min_severity]),
        text(DIGESTS[one.digest]),
        text("by {name}", name=persona_words(one.persona, roster, voice)),
    )
    return " · ".join(parts)


def _quiet(quiet: QuietHours | None, voice: Voice) -> str:
    text = voice.text
    if quiet is None:
        return text("none: `/quiet set` keeps some")
    hours = text(
        "{begins} to {ends}, {zone}",
        begins=clock_of(quiet.from_minute),
        ends=clock_of(quiet.until_minute),
        zone=quiet.timezone,
    )
    rings = text("what is urgent rings") if quiet.is_urgent_let_through else text("nothing rings")
    return f"{hours} · {rings}"
