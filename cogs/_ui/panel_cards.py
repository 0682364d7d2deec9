"""A panel as a card: who speaks and of what, and, where one bot speaks for all, what each of them says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from cogs._ui.analysis_cards import TRENDS, point_of, strongest
from cogs._ui.card import Action, Card, Fact
from cogs._ui.origin import footnote
from cogs._ui.scenes import level_of, price_of, scene_facts, title_of, zone_of
from services.analyst.messages import Analysis
from services.chat.messages import Argument, Debated, FactShown
from services.market.figures import currency_of
from services.personas.card import PersonaCard
from services.personas.messages import Speech
from services.personas.roster import Roster
from services.personas.voice import Voice

_BY_MODELS = "said by language models about one set of findings"
_SIDES: Mapping[str, str] = {
    "bull": "For the bulls",
    "bear": "For the bears",
    "cosmic": "From the sky",
    "risk": "On the risk",
    "synthesis": "In sum",
}


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
    is_debate: bool = False,
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
        footnote=footnote(voice, text(_BY_MODELS if is_debate else "one set of findings, several voices")),
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


def facts_of(analysis: Analysis, sky: str, voice: Voice) -> list[FactShown]:
    """Return what is known for a debate, as it is shown; what is not known is not among it."""
    seen, text = _seen(analysis, sky, voice), voice.text
    named = {
        text("Price"): f"{seen['price']} {seen['currency']}",
        text("Trend"): text(TRENDS[analysis.trend]),
        text("Weights"): text(
            "{bull} for the bulls, {bear} for the bears", bull=analysis.bull, bear=analysis.bear
        ),
        text("For the bulls"): seen["bull_point"],
        text("For the bears"): seen["bear_point"],
        text("Support"): seen["support"],
        text("Resistance"): seen["resistance"],
        text("Fibonacci"): seen["fib"],
        text("Moon"): seen["sky"],
    }
    return [FactShown(name=name, value=str(value)) for name, value in named.items() if value is not None]


def argued(debate: Debated, voice: Voice) -> list[Speech]:
    """Return what each side said, with the facts that it rests on, and where the sides disagree."""
    return [Speech(persona=one.persona, text=_argued(one, debate, voice)) for one in debate.arguments]


def _argued(argument: Argument, debate: Debated, voice: Voice) -> str:
    text = voice.text
    lines = [f"**{text(_SIDES[argument.side])}**", argument.text]
    if argument.side == "synthesis":
        lines += [text("They disagree: {about}", about=one) for one in debate.disagreements]
    if argument.rests_on:
        lines.append(text("Rests on: {facts}", facts=", ".join(argument.rests_on)))
    return "\n".join(lines)


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
