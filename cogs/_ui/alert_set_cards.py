"""An alert that was set, what is asked before that, and how often one would have fired, as cards."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.alert_words import condition_words, confirming_words, place_words, price_words
from cogs._ui.card import Action, Card, Fact, Picture, Tone, press_id
from cogs._ui.origin import footnote, origin_facts
from cogs._ui.times import full, relative
from services.alerts.conditions import CandleClosed, Condition, PriceLevel, leaves, markets_of
from services.alerts.messages import NOISY_A_DAY, AlertPreview, AlertView, Asked, Choice, WouldFire
from services.personas.voice import Voice, quoted

SHORT_ID: Final = 8
"""Characters of an id that a member sees and may write."""
_PASSED: Final = {
    "above": "already above: it must first fall below the level, and rise above it again",
    "below": "already below: it must first rise above the level, and fall below it again",
}
_SHOWN: Final = 3
"""Moments at either end of a preview."""


def alert_title(condition: Condition, voice: Voice) -> str:
    """Return the title of a card about an alert: its market, where it has one."""
    return " · ".join([voice.text("Alert"), *markets_of(condition)[:1]])


def set_card(
    view: AlertView, voice: Voice, *, carrier: str, now: datetime, key: str, is_unchecked: bool = False
) -> Card:
    """Return the card of an alert that was saved.

    Args:
        view: the alert.
        voice: who says it.
        carrier: who brings it, as a member reads the name.
        now: the wall time, which ages are counted from.
        key: chooses the phrasing.
        is_unchecked: it was not looked at how often it would have fired.
    """
    what, options = condition_words(view.condition, voice, tick=view.tick), view.options
    return Card(
        title=alert_title(view.condition, voice),
        verdict=voice.render(
            "alert_set",
            key=key,
            what=what,
            is_here=options.place.startswith("channel:"),
            repeats=options.repeats,
            is_armed=view.is_armed,
        ),
        facts=(
            *set_facts(view, voice, carrier=carrier),
            *_not_looked_at(voice, is_so=is_unchecked),
            *origin_facts([] if view.origin is None else [view.origin], voice, now=now, of="Price"),
        ),
        actions=_set_actions(view, voice),
        footnote=footnote(voice, view.id[:SHORT_ID]),
        accent=voice.card.accent,
    )


def _not_looked_at(voice: Voice, *, is_so: bool) -> list[Fact]:
    told = voice.text("not looked at, /alert preview tells")
    return [Fact(voice.text("How often"), told, is_wide=True)] if is_so else []


def set_facts(view: AlertView, voice: Voice, *, carrier: str) -> list[Fact]:
    """Return how an alert stands and behaves, without where its price comes from."""
    text, options = voice.text, view.options
    armed = "armed" if view.is_armed else "it is so already: it must first cease to be so"
    facts = [
        Fact(text("Waits for"), condition_words(view.condition, voice, tick=view.tick), is_wide=True),
        *_price_now(view, voice),
        Fact(text("State"), text(armed)),
        Fact(text("Comes as"), place_words(options.place, voice)),
        Fact(text("Brought by"), carrier),
        Fact(text("Counts"), confirming_words(options, voice)),
        Fact(text("Repeats"), _repeats(view, voice)),
        Fact(text("Ends"), text("never") if options.expires_at is None else _ends(options.expires_at)),
    ]
    if options.is_urgent:
        facts.append(Fact(text("Urgent"), text("it rings in quiet hours, too")))
    if options.role:
        facts.append(Fact(text("Mentions"), f"<@&{options.role}>"))
    if options.note:
        facts.append(Fact(text("Note"), quoted(options.note), is_wide=True))
    return facts


def question_card(asked: Asked, voice: Voice, *, key: str, at: str = "alert") -> Card:
    """Return the card of what must be answered before an alert is saved; the cog `at` takes the answer."""
    condition = asked.condition
    what = None if condition is None else condition_words(condition, voice, tick=asked.tick)
    facts = [] if what is None else [Fact(voice.text("Waits for"), what, is_wide=True)]
    if asked.price is not None:
        facts.append(Fact(voice.text("Price now"), price_words(asked.price, voice, asked.tick)))
    if asked.why == "often":
        facts.append(Fact(voice.text("Would have fired"), _count(asked.times, asked.days, voice)))
    return Card(
        title=voice.text("One question first"),
        verdict=voice.render(
            "alert_question", key=key, why=asked.why, written=asked.written or None, what=what
        ),
        facts=tuple(facts),
        actions=(*(_choice(choice, asked, voice, at) for choice in asked.choices), _cancel(asked, voice, at)),
        footnote=footnote(voice, voice.text("the question is open for 15 minutes")),
        tone="warn",
    )


def command_card(command: str, voice: Voice, *, lacks: str = "") -> Card:
    """Return the card that says which command sets an alert that was asked for in plain words.

    `lacks` says in English what is to be added to it; empty where it is whole.
    """
    said = f"`{command}`\n{voice.text(lacks)}" if lacks else f"`{command}`"
    return Card(
        verdict=voice.text("An alert is set by its command, so that nothing of it is guessed."),
        facts=(Fact(voice.text("Type this"), said, is_wide=True),),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def offer_card(
    preview: AlertPreview, voice: Voice, *, now: datetime, key: str, picture: Picture | None, press: str
) -> Card:
    """Return the card of an alert that was asked for in plain words and is set by a press on `press`."""
    text, card = voice.text, preview_card(preview, voice, now=now, key=key, picture=picture)
    return replace(
        card,
        facts=(
            *card.facts[:1],
            *_price_now(preview, voice),
            *_before_it_is_set(preview, voice),
            *card.facts[1:],
            Fact(text("Comes as"), place_words("", voice)),
            Fact(text("Repeats"), text("once only")),
        ),
        actions=(Action(text("Set it"), press, "primary"),),
        footnote=footnote(voice, text("nothing is set until you press the button")),
    )


def others_card(owner: str, voice: Voice) -> Card:
    """Return the card for whoever presses a button that is for the member `owner` alone."""
    return Card(
        verdict=voice.text(
            "That alert is for {member} to set. Ask me for one of your own.", member=f"<@{owner}>"
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def cancelled_card(voice: Voice) -> Card:
    """Return the card that stands in place of a question that was not answered."""
    return Card(verdict=voice.text("Nothing was saved."), footnote=footnote(voice), accent=voice.card.accent)


def preview_card(
    preview: AlertPreview, voice: Voice, *, now: datetime, key: str, picture: Picture | None = None
) -> Card:
    """Return the card that says how often an alert would have fired."""
    text, tick = voice.text, preview.tick
    what = condition_words(preview.condition, voice, tick=tick)
    tone: Tone = "warn" if preview.is_noisy or preview.why_not else "neutral"
    return Card(
        title=f"{alert_title(preview.condition, voice)} · {text('Preview')}",
        verdict=_previewed(preview, what, voice, key),
        facts=(
            Fact(text("Waits for"), what, is_wide=True),
            *([] if preview.why_not else _past(preview, voice)),
            *origin_facts([] if preview.origin is None else [preview.origin], voice, now=now, of="Candles"),
        ),
        picture=picture,
        footnote=footnote(voice, text("the past promises nothing")),
        tone=tone,
        accent=voice.card.accent if tone == "neutral" else None,
    )


def _previewed(preview: AlertPreview, what: str, voice: Voice, key: str) -> str:
    if preview.why_not:
        return voice.text.sentence(preview.why_not)
    return voice.render(
        "alert_preview",
        key=key,
        what=what,
        times=len(preview.times),
        days=preview.days,
        is_noisy=preview.is_noisy,
    )


def _past(preview: AlertPreview, voice: Voice) -> list[Fact]:
    text, times = voice.text, preview.times
    looked = text(
        "{timeframe} candles from {since} to {until}",
        timeframe=preview.timeframe,
        since=full(preview.since),
        until=full(preview.until),
    )
    order = text(
        "On {timeframe} candles; what came first within one of them is not known.",
        timeframe=preview.timeframe,
    )
    first, last = times[:_SHOWN], times[max(_SHOWN, len(times) - _SHOWN) :]
    facts = [
        Fact(text("Would have fired"), _count(len(times), preview.days, voice)),
        Fact(text("Looked at"), looked, is_wide=True),
    ]
    for name, some in ((text("First times"), first), (text("Last times"), last)):
        if some:
            facts.append(Fact(name, _moments(some, voice, preview.tick)))
    if preview.is_noisy:
        quieter = text(
            "More than {count} a day. A longer pause, a close, or a level further away makes it quieter.",
            count=NOISY_A_DAY,
        )
        facts.append(Fact(text("Too often"), quieter, is_wide=True))
    return [*facts, Fact(text("How exact"), order, is_wide=True)]


def _moments(times: Sequence[WouldFire], voice: Voice, tick: Decimal | None) -> str:
    return "\n".join(f"{full(one.at)} · {price_words(one.price, voice, tick)}" for one in times)


def _count(times: int, days: int, voice: Voice) -> str:
    return voice.text("{times}\N{MULTIPLICATION SIGN} in {days} d", times=times, days=days)


def _before_it_is_set(preview: AlertPreview, voice: Voice) -> list[Fact]:
    """Say what a press on the button would meet: a level that is passed already, or one that is far."""
    said = []
    if (side := _passed(preview)) is not None:
        said.append(Fact(voice.text("State"), voice.text(_PASSED[side]), is_wide=True))
    if preview.is_far:
        told = voice.text("so far from the price that I ask once more before it is set")
        said.append(Fact(voice.text("The level"), told, is_wide=True))
    return said


def _passed(preview: AlertPreview) -> str | None:
    """Return the side on which the price is already that it shall reach; None where it is not."""
    condition, price = preview.condition, preview.price
    if price is None or not isinstance(condition, PriceLevel):
        return None
    is_there = {"above": price >= condition.level, "below": price <= condition.level}
    return condition.way if is_there.get(condition.way) else None


def _price_now(view: AlertView | AlertPreview, voice: Voice) -> list[Fact]:
    price = view.price
    if price is None:
        return []
    said, level = price_words(price, voice, view.tick), level_of(view.condition)
    if level is not None and price:
        away = voice.numbers.percent((level / price - 1) * 100)
        said = voice.text("{price} · to the level {away}", price=said, away=away)
    return [Fact(voice.text("Price now"), said)]


def level_of(condition: Condition) -> Decimal | None:
    """Return the one price that is waited for; None where there is not just one."""
    (first, *more) = leaves(condition)
    return first.level if not more and isinstance(first, PriceLevel | CandleClosed) else None


def _repeats(view: AlertView, voice: Voice) -> str:
    if not view.options.repeats:
        return voice.text("once only")
    pause = voice.numbers.age(view.options.cooldown)
    return voice.text("each time, with {pause} between", pause=pause)


def _ends(at: datetime) -> str:
    return f"{full(at)} ({relative(at)})"


def _set_actions(view: AlertView, voice: Voice) -> tuple[Action, ...]:
    text, alert = voice.text, view.id
    return (
        Action(text("Preview"), press_id("alerts", "preview", alert)),
        Action(text("Test"), press_id("alerts", "test", alert)),
        Action(text("Pause"), press_id("alerts", "pause", alert)),
        Action(text("Delete"), press_id("alerts", "delete", alert), "danger"),
    )


def _choice(choice: Choice, asked: Asked, voice: Voice, at: str) -> Action:
    press = press_id(at, "choose", asked.draft, choice.value)
    if choice.number is None:
        return Action(voice.text("Yes, save it"), press, "primary")
    return Action(price_words(choice.number, voice, asked.tick), press)


def _cancel(asked: Asked, voice: Voice, at: str) -> Action:
    return Action(voice.text("Cancel"), press_id(at, "cancel", asked.draft))
