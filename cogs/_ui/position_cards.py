"""Positions and news of the desk as cards: their line, facts, buttons and colour.

How their figures read stands in `services.alerts.wording`, for these cards and for what leaves Discord alike.
What the buttons do belongs to the cog ``desk_card``.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Tone, press_id
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import full, relative
from services.alerts.trading_posts import DeskTold, PositionTold
from services.alerts.wording.desk_words import desk_pairs, desk_title, order_words
from services.alerts.wording.position_words import (
    position_pairs,
    position_title,
    share_of,
    share_words,
)
from services.locales.texts import Texts
from services.personas.voice import Voice
from services.trading.positions.messages import LevelsMuted

_COG: Final = "desk_card"
_SHORT: Final = 8
_OVER: Final = frozenset({"closed", "liquidated", "unknown"})
_WORRIES: Final = frozenset(
    {"rejected", "unknown", "halted", "reducing", "warning", "foreign_order", "difference", "unprotected"}
)
_WIDE: Final = 24
"""Characters from which on a value takes a line of its own."""

Trading = PositionTold | DeskTold


def trading_line(body: Trading, voice: Voice) -> tuple[str, dict[str, object]]:
    """Return the line that news of trading are told with, and the facts of that line."""
    if isinstance(body, DeskTold):
        return "desk_told", {"news": body.news, "market": body.market, "what": order_words(body, voice)}
    share = share_of(body)
    return "position_told", {
        "news": body.news,
        "market": body.market,
        "is_long": body.side == "long",
        "share": voice.text("not known") if share is None else share_words(share, voice),
        "is_up": None if share is None else share >= 0,
    }


def trading_title(body: Trading, voice: Voice) -> str:
    """Return the title: real money or not, and what it is about."""
    return desk_title(body, voice) if isinstance(body, DeskTold) else position_title(body, voice)


def trading_facts(body: Trading, voice: Voice, now: datetime) -> tuple[Fact, ...]:
    """Return what is known, with when that was so, and where the prices are from."""
    text = voice.text
    pairs = desk_pairs(body, voice) if isinstance(body, DeskTold) else position_pairs(body, voice)
    facts = [Fact(label, value, is_wide=len(value) > _WIDE or "\n" in value) for label, value in pairs]
    facts.append(Fact(text("When"), f"{full(body.at)} ({relative(body.at)})"))
    if isinstance(body, DeskTold):
        if body.expires_at is not None:
            facts.append(Fact(text("Open until"), f"{full(body.expires_at)} ({relative(body.expires_at)})"))
        return tuple(facts)
    origins = [] if body.origin is None else [body.origin]
    return (*facts, *origin_facts(origins, voice, now=now, of="Price"))


def trading_tone(body: Trading) -> Tone:
    """Return the colour: red for what is lost or soon will be."""
    if isinstance(body, DeskTold):
        return "warn" if body.news in _WORRIES else "neutral"
    if body.news in {"near_liquidation", "liquidated"}:
        return "down"
    if body.news in {"near_stop", "unknown"}:
        return "warn"
    share = share_of(body)
    if not share:
        return "neutral"
    return "up" if share > 0 else "down"


def trading_marks(body: Trading, text: Texts) -> list[str]:
    """Return what stands in the footer by which its owner names it elsewhere."""
    if isinstance(body, PositionTold):
        return [text("position {id}", id=body.card[:_SHORT])]
    is_id = body.about.isalnum()
    return [text("id {id}", id=body.about[:_SHORT])] if is_id else []


def trading_actions(body: Trading, text: Texts) -> tuple[Action, ...]:
    """Return what its owner can do about it, the most pressing first; on a shared card nothing."""
    if isinstance(body, DeskTold):
        return _answers(body, text) if body.news == "proposal" else ()
    account = body.account[:_SHORT] or body.account_name
    if body.is_shared or body.news in _OVER or not account:
        return ()
    try:
        presses = [press_id(_COG, deed, body.market, account) for deed in ("close", "half", "stop")]
    except ValueError:  # the name of the account does not fit into a button
        return ()
    close, half, stop = presses
    turn, label = ("unmute", "Tell levels again") if body.is_muted else ("mute", "Mute levels")
    urgent = body.news == "near_liquidation"
    return (
        Action(text("Close"), close, style="danger"),
        Action(text("Reduce 50 %"), half, style="danger" if urgent else "secondary"),
        Action(text("Move the stop"), stop),
        Action(text(label), press_id(_COG, turn, body.card)),
    )


def muted_card(answer: LevelsMuted, voice: Voice) -> Card:
    """Return the card that says whether levels of a position are told from now on."""
    said = (
        "Levels of {market} are not told any more; stop and liquidation are."
        if answer.is_muted
        else "Levels of {market} are told again."
    )
    return Card(
        verdict=voice.text(said, market=answer.market),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _answers(told: DeskTold, text: Texts) -> tuple[Action, ...]:
    return (
        Action(text("Approve"), press_id(_COG, "yes", told.about), style="primary"),
        Action(text("Reject"), press_id(_COG, "no", told.about), style="danger"),
    )
