"""What an answer in conversation rests on, as its owner sees it."""

from __future__ import annotations

from typing import Final

from cogs._ui import limits
from cogs._ui.card import Card, Fact
from cogs._ui.times import full
from services.chat.messages import Called, Why
from services.locales.numbers import clip
from services.personas.voice import Voice, quoted

_TOPICS: Final = {
    "price": "Price",
    "chart": "Chart",
    "fib": "Fibonacci",
    "levels": "Levels",
    "pivots": "Pivots",
    "patterns": "Patterns",
    "analyze": "Analysis",
    "depth": "Order book",
    "funding": "Funding rates",
    "oi": "Open interest",
    "movers": "Movers",
    "compare": "Comparison",
    "convert": "Conversion",
    "sky": "Sky",
    "moon": "Moon",
    "retrograde": "Retrogrades",
    "aspects": "Aspects",
    "calendar": "Calendar",
    "cosmic_test": "Test of the sky",
    "lesson": "Lesson",
    "definition": "Glossary",
    "panel": "Panel",
    "alerts": "Alerts",
    "help": "Commands",
}
"""What was looked up, in words; anything else is named as it is."""
_MOST: Final = 12
"""Look-ups that are told one by one."""


def why_card(why: Why, voice: Voice, *, key: str) -> Card:
    """Return the card of what an answer rests on: each look-up with its arguments, values, source and age."""
    text = voice.text
    called = why.called[:_MOST]
    rest = len(why.called) - len(called)
    more = [Fact(text("More look-ups"), str(rest))] if rest else []
    return Card(
        title=text("What this answer rests on"),
        verdict=voice.render("chat_why", key=key, count=len(why.called), is_model=why.source == "model"),
        facts=(
            Fact(text("You asked"), quoted(why.question), is_wide=True),
            *(_looked_up(one, voice) for one in called),
            *more,
            *_words(why, voice),
            Fact(text("Answered"), full(why.at)),
        ),
        footnote=why.id,
        accent=voice.card.accent,
    )


def _looked_up(called: Called, voice: Voice) -> Fact:
    topic = _TOPICS.get(called.topic)
    name = called.topic if topic is None else voice.text(_TOPICS[called.topic])
    lines = [f"{fact.name}: {fact.value}" for fact in called.facts]
    told = "\n".join([*lines, called.footnote] if called.footnote else lines)
    return Fact(
        " · ".join([name, *called.arguments.values()]),
        clip(told, limits.FIELD_VALUE) or voice.text("nothing was found"),
        is_wide=True,
    )


def _words(why: Why, voice: Voice) -> list[Fact]:
    """Tell who found the words; of a model also how many sentences were taken out."""
    text = voice.text
    if why.source != "model":
        return [Fact(text("Words by"), text("the persona's own templates"))]
    return [Fact(text("Words by"), why.model), Fact(text("Sentences taken out"), str(why.removed))]
