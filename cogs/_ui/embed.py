"""Shows a card as an embed with buttons beneath it."""

from __future__ import annotations

import discord

from cogs._ui import limits
from cogs._ui.card import Action, Card, Fact
from services.personas.format import clip

_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}


def to_embed(card: Card) -> discord.Embed:
    """Render `card`, every text within its own limit and all of them within the limit of the whole."""
    facts = [_shortened(fact) for fact in (*card.facts, *_levels(card))]
    if len(facts) > limits.FIELDS:
        raise ValueError(f"a card holds at most {limits.FIELDS} facts, got {len(facts)}")
    title = clip(card.title, limits.TITLE)
    footnote = clip(card.footnote, limits.FOOTER)
    taken = len(title) + len(footnote) + sum(len(fact.name) + len(fact.value) for fact in facts)
    verdict = clip(card.verdict, min(limits.DESCRIPTION, limits.EMBED_TOTAL - taken))
    embed = discord.Embed(title=title or None, description=verdict, colour=card.colour)
    for fact in facts:
        embed.add_field(name=fact.name, value=fact.value, inline=not fact.is_wide)
    if footnote:
        embed.set_footer(text=footnote)
    if card.image is not None:
        embed.set_image(url=card.image)
    return embed


def to_buttons(card: Card) -> discord.ui.View | None:
    """Return the card's buttons.

    The view is already stopped, so that discord.py keeps no copy of it for every message sent: presses are
    routed by custom id, which also works after a restart.
    """
    if not card.actions:
        return None
    view = discord.ui.View(timeout=None)
    for action in card.actions:
        view.add_item(_button(action))
    view.stop()
    return view


def _button(action: Action) -> discord.ui.Button[discord.ui.View]:
    return discord.ui.Button(
        label=limits.exactly(action.label, limits.LABEL),
        custom_id=limits.exactly(action.press, limits.CUSTOM_ID),
        style=_STYLES[action.style],
    )


def _levels(card: Card) -> tuple[Fact, ...]:
    if not card.levels:
        return ()
    return (Fact("Levels", "\n".join(f"{level.name} {level.price}" for level in card.levels), is_wide=True),)


def _shortened(fact: Fact) -> Fact:
    name = clip(fact.name, limits.FIELD_NAME)
    return Fact(name, clip(fact.value, limits.FIELD_VALUE), fact.is_wide)
