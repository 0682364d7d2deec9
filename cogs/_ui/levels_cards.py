"""Support and resistance as a card: the nearest zones on both sides, how strong and how old they are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture
from cogs._ui.origin import footnote
from cogs._ui.scenes import away, price_of, scene_facts, title_of, zone_of
from cogs._ui.times import full
from services.analyst.messages import LevelsFinding, PriceZone
from services.personas.voice import Voice

_EACH_SIDE: Final = 4


def levels_card(
    finding: LevelsFinding,
    voice: Voice,
    *,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
    picture: Picture | None = None,
) -> Card:
    """Return the card of support and resistance."""
    scene, text = finding.scene, voice.text
    return Card(
        title=f"{title_of(scene)} · {text('Support and resistance')}",
        verdict=voice.render("levels", key=key, **levels_words(finding, voice)),
        facts=(
            _side(text("Resistance above"), finding.resistances, finding, voice),
            Fact(text("Last close"), price_of(scene, scene.price, voice)),
            _side(text("Support below"), finding.supports, finding, voice),
            *scene_facts(scene, voice, now=now),
        ),
        picture=picture,
        actions=tuple(actions),
        footnote=footnote(voice, text("where price turned, not where it will")),
        accent=voice.card.accent,
    )


def levels_words(finding: LevelsFinding, voice: Voice) -> dict[str, object]:
    """Return the facts of the line ``levels``."""
    scene = finding.scene
    words: dict[str, object] = {
        "market": scene.market,
        "timeframe": scene.timeframe,
        "price": price_of(scene, scene.price, voice),
    }
    for name, zones in (("support", finding.supports), ("resistance", finding.resistances)):
        nearest = next(iter(zones), None)
        words[name] = None if nearest is None else zone_of(scene, nearest, voice)
        words[f"{name}_touches"] = None if nearest is None else nearest.touches
    return words


def levels_why(finding: LevelsFinding, voice: Voice) -> Card:
    """Return the card that says how the zones came about."""
    text = voice.text
    return Card(
        title=f"{title_of(finding.scene)} · {text('Why these zones')}",
        verdict=text("A zone is a narrow band in which price turned at least twice."),
        facts=(
            Fact(
                text("Turns"),
                text("Swing highs and lows, each known only once it was confirmed."),
                is_wide=True,
            ),
            Fact(
                text("Width"),
                text("At most one average true range, so that quiet markets get narrow zones."),
                is_wide=True,
            ),
            Fact(
                text("Strength"),
                text("0 to 100: how often it was touched, how lately, and the volume traded there."),
                is_wide=True,
            ),
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _side(name: str, zones: Sequence[PriceZone], finding: LevelsFinding, voice: Voice) -> Fact:
    lines = [_line(zone, finding, voice) for zone in zones[:_EACH_SIDE]]
    return Fact(name, "\n".join(lines) or voice.text("none in these candles"), is_wide=True)


def _line(zone: PriceZone, finding: LevelsFinding, voice: Voice) -> str:
    scene, text = finding.scene, voice.text
    touches = text("{count} touches, the last {when}", count=zone.touches, when=full(zone.touched_at))
    strength = text("strength {score}", score=zone.strength)
    return f"**{zone_of(scene, zone, voice)}** ({away(scene, zone.price, voice)}) · {strength}\n{touches}"
