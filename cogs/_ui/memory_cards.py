"""What a persona remembers of a member as a card, and the questions before it is forgotten."""

from __future__ import annotations

from typing import Final, Literal

from discord.app_commands import Choice

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.limits import CHOICE, CHOICES
from cogs._ui.pages import Page, first_of, page_of
from cogs._ui.times import full
from services.chat.messages import Memory, RememberedFact
from services.locales.numbers import clip
from services.personas.voice import Voice

EVERYTHING: Final = "all"
"""Chosen in place of one thing."""
PAGE: Final = 10
"""Things on a card; of the longest that are kept, so many fit into one."""
_COG: Final = "memory"
Wish = Literal["off", "clear"]
Done = Literal["on", "off", "remembered", "edited", "forgotten", "cleared", "kept"]
_TITLE: Final = "What I remember of you"
_NOTE: Final = "Each persona remembers by itself, and nothing goes from one server to another."


def fact_choices(memory: Memory, typed: str, *, everything: str = "") -> list[Choice[str]]:
    """Return what is remembered and holds what was typed, as choices, after one for `everything`."""
    wanted = typed.strip().casefold()
    hits = [fact for fact in memory.facts if wanted in fact.text.casefold()]
    first = [Choice(name=everything, value=EVERYTHING)] if everything else []
    return [*first, *(Choice(name=clip(fact.text, CHOICE), value=fact.id) for fact in hits)][:CHOICES]


def memory_card(memory: Memory, voice: Voice, *, key: str, owner: str = "", page: str = "") -> Card:
    """Return the card of what is remembered.

    Args:
        memory: all of it.
        voice: who remembers.
        key: what chooses the phrasing.
        owner: whom the buttons answer to; without one there are none.
        page: the number of the page, the first where it is none.
    """
    verdict = voice.render("memory", key=key, is_on=memory.is_on, count=len(memory.facts))
    return _card(memory, voice, verdict, owner=owner, wanted=int(page) if page.isdecimal() else 1)


def changed_card(memory: Memory, voice: Voice, done: Done, *, key: str, owner: str) -> Card:
    """Return the card of what is remembered after a change; what is new stands at the end."""
    verdict = voice.render("memory_changed", key=key, done=done)
    is_at_the_end = done in {"remembered", "edited"}
    return _card(memory, voice, verdict, owner=owner, wanted=len(memory.facts) if is_at_the_end else 1)


def question_card(memory: Memory, voice: Voice, wish: Wish, *, key: str, owner: str) -> Card:
    """Return the card that asks whether to forget; its buttons answer to `owner` alone.

    Where there is nothing that could be forgotten it says so, and asks nothing.
    """
    text, name = voice.text, voice.card.name
    if not memory.is_on or (wish == "clear" and not memory.facts):
        return memory_card(memory, voice, key=key, owner=owner)
    labels = {"off": "Switch off and forget", "clear": "Forget everything"}
    return Card(
        title=text("Forget what is remembered of you here?"),
        verdict=voice.render("memory_asked", key=key, wish=wish, count=len(memory.facts)),
        actions=(
            Action(text(labels[wish]), press_id(_COG, wish, owner, name), "danger"),
            Action(text("Keep it"), press_id(_COG, "keep", owner, name)),
        ),
        footnote=text("It cannot be undone."),
        tone="warn",
    )


def _card(memory: Memory, voice: Voice, verdict: str, *, owner: str, wanted: int) -> Card:
    text, page = voice.text, page_of(memory.facts, wanted, size=PAGE)
    before = first_of(page.number, size=PAGE)
    state = Fact(text("Memory"), text("on here") if memory.is_on else text("off here"))
    pages = [text("page {number} of {count}", number=page.number, count=page.count)] if page.count > 1 else []
    return Card(
        title=text(_TITLE),
        verdict=verdict,
        facts=(state, *(_fact(number, fact) for number, fact in enumerate(page.rows, before + 1))),
        actions=_actions(memory, voice, owner, page) if owner else (),
        footnote=" · ".join([*pages, text(_NOTE)]),
        accent=voice.card.accent,
    )


def _fact(number: int, fact: RememberedFact) -> Fact:
    inside = fact.text.replace("`", "'")
    return Fact(f"{number} · {full(fact.at)}", f"`{inside}`", is_wide=True)


def _actions(memory: Memory, voice: Voice, owner: str, page: Page[RememberedFact]) -> tuple[Action, ...]:
    text, name = voice.text, voice.card.name
    turns = [(text("Previous"), page.before), (text("Next page"), page.behind)]
    turning = [
        Action(label, press_id(_COG, "show", owner, name, str(number)))
        for label, number in turns
        if number is not None
    ]
    if not memory.is_on:
        return (Action(text("Switch memory on"), press_id(_COG, "on", owner, name), "primary"),)
    forget = (
        [Action(text("Forget everything"), press_id(_COG, "ask_clear", owner, name))] if memory.facts else []
    )
    return (*turning, *forget, Action(text("Switch memory off"), press_id(_COG, "ask_off", owner, name)))
