"""What could not be delivered, as a card for admins, with buttons that try it again."""

from __future__ import annotations

import re
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.times import full, relative
from services.alerts.feeds import Dead, DeadLetters
from services.alerts.wording.labels import reason_words
from services.locales.numbers import clip
from services.personas.voice import Voice

SHOWN: Final = 8
"""As many as fit into a card with what they are and why."""
_REASON: Final = 300
_WHAT: Final = 100
_ALL: Final = ""
_PLACE: Final = re.compile(r"(?P<kind>channel|user):(?P<id>[0-9]{1,20})")


def deadletters_card(found: DeadLetters, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card of what could not be delivered; its buttons answer to `owner` alone."""
    text, shown = voice.text, found.dead[:SHOWN]
    more = found.total - len(shown)
    return Card(
        title=text("Not delivered"),
        verdict=voice.render("deadletters", key=key, count=found.total),
        facts=(
            *(_fact(number, one, voice) for number, one in enumerate(shown, 1)),
            *([Fact(text("More"), text("{count} not shown", count=more))] if more > 0 else []),
        ),
        actions=_actions(found, voice, owner),
        tone="warn" if found.total else "up",
    )


def _fact(number: int, one: Dead, voice: Voice) -> Fact:
    text = voice.text
    what = _PLACE.sub(_mention, clip(text.sentence(one.what), _WHAT))
    lines = (
        what,
        clip(reason_words(one.reason, voice), _REASON),
        f"{full(one.at)} ({relative(one.at)}) · {text('tries {count}', count=one.tries)}",
    )
    return Fact(f"{number}", "\n".join(line for line in lines if line), is_wide=True)


def _mention(place: re.Match[str]) -> str:
    """Write a place as Discord shows it by its name."""
    return f"<#{place['id']}>" if place["kind"] == "channel" else f"<@{place['id']}>"


def _actions(found: DeadLetters, voice: Voice, owner: str) -> tuple[Action, ...]:
    text = voice.text
    if not found.dead:
        return ()
    single = [
        action
        for number, one in enumerate(found.dead[:SHOWN], 1)
        for action in _again(text("Try {number} again", number=number), owner, one.id)
    ]
    return (*single, *_again(text("Try all again"), owner, _ALL))


def _again(label: str, owner: str, dead: str) -> tuple[Action, ...]:
    """Return the button, or none where the id does not fit into one."""
    try:
        return (Action(label, press_id("farm", "replay", owner, dead)),)
    except ValueError:
        return ()
