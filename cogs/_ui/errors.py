"""An error as a card: what happened, why and what to do in the persona's voice, with code and reference."""

from __future__ import annotations

from cogs._ui.card import Action, Card, press_id
from services.errors import OmegaError, UnknownMarket
from services.personas.voice import Voice

_SUGGESTIONS = 3


def error_card(error: OmegaError, voice: Voice, *, key: str, can_show_markets: bool = False) -> Card:
    """Return the card of `error`; where the bot can show markets, the suggested ones become buttons."""
    suggested = error.facts.get("suggestions") if isinstance(error, UnknownMarket) else None
    markets = suggested if can_show_markets and isinstance(suggested, list) else []
    return Card(
        verdict=voice.say_error(error, key=key),
        actions=tuple(
            Action(market, press_id("price", "show", market, voice.card.name))
            for market in markets[:_SUGGESTIONS]
        ),
        footnote=f"{error.code} · {key}",
        tone="warn",
    )
