"""An error as a card: what happened, why and what to do in the persona's voice, with code and reference."""

from __future__ import annotations

import contextlib

from cogs._ui.card import Action, Card, press_id, read_press
from services.errors import OmegaError, Unavailable, UnknownMarket
from services.personas.voice import Voice

_SUGGESTIONS = 3


def error_card(
    error: OmegaError, voice: Voice, *, key: str, can_show_markets: bool = False, retry: str | None = None
) -> Card:
    """Return the card of `error`.

    Args:
        error: what happened.
        voice: who says it.
        key: chooses the phrasing, and is the reference that operators look for.
        can_show_markets: the farm can show a market, so suggested ones become buttons.
        retry: the custom id that does the same again; a button where waiting may help.
    """
    actions = _suggested(error, voice, retry) if can_show_markets else []
    if retry is not None and isinstance(error, Unavailable):
        actions.append(Action(voice.text("Try again"), retry, "primary"))
    return Card(
        verdict=voice.say_error(error, key=key),
        actions=tuple(actions),
        footnote=f"{error.code} · {key}",
        tone="warn",
    )


def _suggested(error: OmegaError, voice: Voice, retry: str | None) -> list[Action]:
    markets = error.facts.get("suggestions") if isinstance(error, UnknownMarket) else None
    if not isinstance(markets, list):
        return []
    asked = str(error.facts.get("asked"))
    return [Action(market, _instead(asked, market, voice, retry)) for market in markets[:_SUGGESTIONS]]


def _instead(asked: str, market: str, voice: Voice, retry: str | None) -> str:
    """Return what asks the same of another market; without such a question it is for the price."""
    cog, action, arguments = read_press(retry or "")
    if asked in (argument.strip() for argument in arguments):
        same = (market if argument.strip() == asked else argument for argument in arguments)
        with contextlib.suppress(ValueError):  # with the longer name it does not fit into a button
            return press_id(cog, action, *same)
    return press_id("price", "show", market, voice.card.name)
