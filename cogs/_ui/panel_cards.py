"""A panel as a card: who speaks and of what, and, where one bot speaks for all, what each of them says."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cogs._ui.analysis_cards import TRENDS, point_of, strongest
from cogs._ui.card import Action, Card, Fact
from cogs._ui.origin import footnote
from cogs._ui.scenes import level_of, price_of, scene_facts, title_of, zone_of
from services.analyst.messages import Analysis
from services.market.figures import currency_of
from services.personas.card import PersonaCard
from services.personas.messages import Speech
from services.personas.roster import Roster
from services.personas.voice import Voice


def panel_card(
    analysis: Analysis,
    voice: Voice,
    speakers: Sequence[PersonaCard],
    speeches: Sequence[Speech],
    roster: Roster,
    *,
    question: str | None,
    now: datetime,
    key: str,
    actions: Sequence[Action] = (),
) -> Card:
    """Return the card that opens a panel; `speeches` are those that stand on it and are not said apart."""
    scene, text = analysis.scene, voice.text
    balance = text("{bull} for the bulls, {bear} for the bears", bull=analysis.bull, bear=analysis.bear)
    return Card(
        title=f"{title_of(scene)} · {text('Panel')}",
        verdict=voice.render(
            "panel_open",
            key=key,
            market=scene.market,
            timeframe=scene.timeframe,
            speakers=", ".join(card.display_name for card in speakers),
            question=question,
        ),
        facts=(
            *(Fact(roster.cards[one.persona].display_name, one.text, is_wide=True) for one in speeches),
            Fact(text("Trend"), text(TRENDS[analysis.trend])),
            Fact(text("Weights"), balance),
            *scene_facts(scene, voice, now=now),
        ),
        actions=tuple(actions),
        footnote=footnote(voice, text("one set of findings, several voices")),
        accent=voice.card.accent,
    )


def speeches_of(
    analysis: Analysis, sky: str, speakers: Sequence[Voice], summing: Voice, *, key: str
) -> list[Speech]:
    """Return what each of `speakers` says of the same findings, and how `summing` sums them up."""
    turns = [
        Speech(persona=one.card.name, text=one.render("panel_turn", key=key, **_seen(analysis, sky, one)))
        for one in speakers
    ]
    balance = summing.render("panel_sum", key=key, **_seen(analysis, sky, summing))
    return [*turns, Speech(persona=summing.card.name, text=balance)]


def _seen(analysis: Analysis, sky: str, voice: Voice) -> dict[str, object]:
    scene = analysis.scene
    bull, bear = strongest("bull", analysis), strongest("bear", analysis)
    support, resistance = next(iter(analysis.supports), None), next(iter(analysis.resistances), None)
    fib = analysis.fib_below or analysis.fib_above
    return {
        "market": scene.market,
        "timeframe": scene.timeframe,
        "price": price_of(scene, scene.price, voice),
        "currency": currency_of(scene.market),
        "trend": analysis.trend,
        "bull": analysis.bull,
        "bear": analysis.bear,
        "lean": analysis.lean,
        "bull_point": None if bull is None else point_of(bull, analysis, voice),
        "bear_point": None if bear is None else point_of(bear, analysis, voice),
        "support": None if support is None else zone_of(scene, support, voice),
        "resistance": None if resistance is None else zone_of(scene, resistance, voice),
        "fib": None if fib is None else level_of(scene, fib, voice),
        "sky": voice.text(sky),
    }
