"""Tools as a model is told of them, and what it calls, read and checked. Using one belongs to the pipeline.

A call has no authority: it names one of the topics that are tools, none of which changes or moves anything,
and none of which is private.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Final

from services.chat.guarding.incoming import cleaned
from services.chat.intents import Intent, Slot, Topic, Understood
from services.chat.ports import Call, ToolSpec
from services.locales import Locale
from services.market.messages import TIMEFRAMES, Timeframe
from services.members.messages import Caller
from services.personas.routing import Question

_MOST_ARGUMENTS: Final = 2_000
"""Characters of all arguments together, as they are written."""
_MOST_VALUE: Final = 80
_MOST_MARKETS: Final = 6
_TOLD: Final[Mapping[Slot, str]] = {
    "market": "A coin or market, such as BTC or BTC/USDT:USDT.",
    "markets": "Two to six coins or markets with commas between, such as BTC, ETH.",
    "timeframe": f"One of {', '.join(TIMEFRAMES)}.",
    "venue": "The exchange, such as binance; leave it out unless the member named one.",
    "term": "The word or subject, in a few words.",
    "amount": "How much is converted, as a number.",
    "currency": "What it is in, such as BTC or USD.",
    "into": "What it is wanted in, such as BRL.",
    "days": "Over how many days, as a whole number.",
    "factor": "A factor of the sky, such as the full moon or mercury retrograde.",
}
_SHAPES: Final[Mapping[Slot, re.Pattern[str]]] = {
    "market": re.compile(r"\$?\w[\w.:/ -]{0,39}"),
    "timeframe": re.compile("|".join(TIMEFRAMES)),
    "venue": re.compile(r"[a-z0-9][a-z0-9_ .-]{0,29}"),
    "amount": re.compile(r"[+]?[0-9][0-9.,' ]{0,29}\s?[A-Za-z]{0,8}"),
    "currency": re.compile(r"\$?\w{1,15}"),
    "into": re.compile(r"\$?\w{1,15}"),
    "days": re.compile(r"[0-9]{1,4}"),
}
_SMALL: Final = frozenset({"timeframe", "venue"})
"""Slots that are written in small letters."""


class _NotThat(ValueError):
    """What a model called cannot be used; says why, in words for the model."""


def tool_specs(topics: Mapping[Intent, Topic]) -> tuple[ToolSpec, ...]:
    """Return the topics that a model may look up, as it is told of them."""
    return tuple(
        ToolSpec(
            name=topic.intent,
            description=topic.description,
            slots={slot: _TOLD[slot] for slot in topic.slots},
            needs=topic.needs,
        )
        for topic in topics.values()
        if _is_tool(topic)
    )


def asked_of(
    call: Call, topics: Mapping[Intent, Topic], question: Question, locale: Locale, caller: Caller
) -> Understood | str:
    """Return the wish that a call stands for, or a sentence that tells the model what is wrong with it.

    Nothing that a model can write raises. Question, language and caller are the member's, never the call's.
    """
    try:
        topic = _topic(call.name, topics)
        slots = _slots(topic, _arguments(call.arguments))
    except _NotThat as error:
        return str(error)
    return _understood(topic, slots, question, locale, caller)


def _is_tool(topic: Topic) -> bool:
    return topic.is_tool and not topic.is_private


def _topic(name: str, topics: Mapping[Intent, Topic]) -> Topic:
    found = next((topic for topic in topics.values() if topic.intent == name and _is_tool(topic)), None)
    if found is None:
        there = ", ".join(topic.intent for topic in topics.values() if _is_tool(topic))
        raise _NotThat(f"There is no such tool. There are: {there or 'none'}.")
    return found


def _arguments(written: str) -> Mapping[str, object]:
    if len(written) > _MOST_ARGUMENTS:
        raise _NotThat("The arguments are too long.")
    try:
        read = json.loads(written.strip() or "{}")
    except (ValueError, RecursionError) as error:
        raise _NotThat("The arguments are not JSON.") from error
    if not isinstance(read, dict):
        raise _NotThat("The arguments must be a JSON object.")
    return read


def _slots(topic: Topic, arguments: Mapping[str, object]) -> dict[Slot, tuple[str, ...]]:
    """Return what was said, by slot; what is empty was not said."""
    if arguments.keys() - set(topic.slots):
        raise _NotThat(f"{topic.intent} takes {', '.join(topic.slots) or 'no arguments'}, and nothing else.")
    read = {slot: _values(slot, arguments.get(slot)) for slot in topic.slots}
    said = {slot: values for slot, values in read.items() if values}
    if missing := [slot for slot in topic.needs if slot not in said]:
        raise _NotThat(f"{topic.intent} needs {', '.join(missing)}.")
    return said


def _values(slot: Slot, value: object) -> tuple[str, ...]:
    if slot != "markets":
        text = _text(slot, value)
        return (_shaped(slot, text),) if text else ()
    parts = value if isinstance(value, list) else _text(slot, value).split(",")
    markets = [text for part in parts[: _MOST_MARKETS + 1] if (text := _text(slot, part))]
    if len(markets) > _MOST_MARKETS:
        raise _NotThat(f"markets takes at most {_MOST_MARKETS}.")
    return tuple(_shaped("market", market) for market in markets)


def _text(slot: Slot, value: object) -> str:
    """Return a value as one clean line; a number is taken as it is written."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _NotThat(f"{slot} must be a text.")
    written = value if isinstance(value, str) else _number(value)
    if len(written) > _MOST_VALUE:
        raise _NotThat(f"{slot} is too long.")
    return " ".join(cleaned(written, most=_MOST_VALUE).split())


def _number(value: float) -> str:
    """Return a number as text; one that is longer than any value may be is too long in any case."""
    if not isinstance(value, int):
        return f"{value:.12g}"
    return str(value) if abs(value) < 10**_MOST_VALUE else "9" * (_MOST_VALUE + 1)


def _shaped(slot: Slot, text: str) -> str:
    is_month = slot == "timeframe" and text.endswith("M")
    written = text.casefold() if slot in _SMALL and not is_month else text
    shape = _SHAPES.get(slot)
    if shape is not None and not shape.fullmatch(written):
        raise _NotThat(f"{slot} is not one. {_TOLD[slot]}")
    return written


def _understood(
    topic: Topic, slots: Mapping[Slot, tuple[str, ...]], question: Question, locale: Locale, caller: Caller
) -> Understood:
    def first(slot: Slot) -> str | None:
        return next(iter(slots.get(slot, ())), None)

    named = ("market", "markets", "timeframe", "venue")
    return Understood(
        intent=topic.intent,
        question=question,
        locale=locale,
        caller=caller,
        market=first("market"),
        markets=tuple(slots.get("markets", ())),
        timeframe=_timeframe(first("timeframe")),
        venue=first("venue") or "",
        more={slot: values[0] for slot, values in slots.items() if slot not in named},
    )


def _timeframe(written: str | None) -> Timeframe | None:
    return next((one for one in TIMEFRAMES if one == written), None)
