"""The commands of the farm as cards: an example of each, and those of one persona with what they do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Final

from cogs._host import Listed
from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.limits import FIELD_VALUE
from cogs._ui.pages import Page, page_of
from services.personas.card import PersonaCard
from services.personas.voice import Voice

_TITLE: Final = "Omega Bot Farm"
_EVERYBODY: Final = ""
"""Whose commands a button shows, where it is everybody's."""
_PARTS_A_PAGE: Final = 4
"""So many facts of the greatest length fit into one card."""


def overview_card(listed: Sequence[Listed], voice: Voice, *, key: str) -> Card:
    """Return the card of all commands by owner: an example of each."""
    facts = [
        Fact(owner.display_name, part, is_wide=True)
        for owner, own in _by_owner(listed)
        for part in _parts([_introduced(owner, voice), *(f"`{one.example}`" for one in own)])
    ]
    return _card(tuple(facts), listed, voice, key)


def owner_card(listed: Sequence[Listed], owner: str, voice: Voice, *, key: str, page: int = 1) -> Card:
    """Return the card of the commands of `owner`, with what each does; one who left has none.

    Whoever has more of them than one card holds shows them on several pages.
    """
    facts = [
        Fact(card.display_name, part, is_wide=True)
        for card, own in _by_owner(listed)
        if card.name == owner
        for part in _parts([_introduced(card, voice), *(_described(one, voice) for one in own)])
    ]
    shown = page_of(facts, page, size=_PARTS_A_PAGE)
    return _card(tuple(shown.rows), listed, voice, key, turns=_turns(shown, owner, voice))


def _turns(page: Page[Fact], owner: str, voice: Voice) -> tuple[Action, ...]:
    near = ((voice.text("Previous"), page.before), (voice.text("Next page"), page.behind))
    return tuple(
        Action(label, press_id("help", "show", owner, voice.card.name, str(number)), "primary")
        for label, number in near
        if number is not None
    )


def _card(
    facts: tuple[Fact, ...],
    listed: Sequence[Listed],
    voice: Voice,
    key: str,
    *,
    turns: tuple[Action, ...] = (),
) -> Card:
    owners = [(card.display_name, card.name) for card, _ in _by_owner(listed)]
    shown = [(voice.text("All"), _EVERYBODY), *owners]
    return Card(
        title=_TITLE,
        verdict=voice.render("help", key=key),
        facts=facts,
        actions=(
            *turns,
            *(Action(name, press_id("help", "show", who, voice.card.name)) for name, who in shown),
        ),
        footnote=voice.text("Mention any of us with a question, or write a direct message."),
        accent=voice.card.accent,
    )


def _by_owner(listed: Sequence[Listed]) -> list[tuple[PersonaCard, list[Listed]]]:
    """Return the commands of each owner, who come in the order of the catalogue."""
    names = groupby(listed, key=lambda one: one.owner.name)
    return [(own[0].owner, own) for own in (list(group) for _, group in names)]


def _introduced(card: PersonaCard, voice: Voice) -> str:
    return f"*{card.tagline[card.language(voice.locale)]}*"


def _described(one: Listed, voice: Voice) -> str:
    return f"`{one.example}` {voice.text(one.description)}"


def _parts(lines: Iterable[str]) -> Iterator[str]:
    """Yield the lines in as many values as Discord needs to show all of them."""
    part = ""
    for line in lines:
        longer = f"{part}\n{line}" if part else line
        if len(longer) > FIELD_VALUE:
            yield part
            longer = line
        part = longer
    yield part
