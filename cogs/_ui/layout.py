"""Shows a card as Components V2: one container with the card's accent, its buttons inside.

The first text holds the verdict, because notifications and screen readers read that one.
"""

from __future__ import annotations

from typing import Any

import discord

from cogs._ui import limits
from cogs._ui.card import Card
from cogs._ui.embed import to_buttons
from services.personas.format import clip

Container = discord.ui.Container[discord.ui.LayoutView]


def to_layout(card: Card) -> discord.ui.LayoutView:
    """Render `card`; all its texts together stay within Discord's total."""
    facts = [f"**{fact.name}** {fact.value}" for fact in card.facts]
    facts += [f"{level.name} {level.price}" for level in card.levels]
    foot = clip(card.footnote, limits.FIELD_VALUE)
    body = clip("\n".join(facts), limits.LAYOUT_TEXT // 2)
    head = clip(_head(card), limits.LAYOUT_TEXT - len(body) - len(foot) - len("-# "))
    container: Container = discord.ui.Container(discord.ui.TextDisplay(head), accent_colour=card.colour)
    if body:
        container.add_item(discord.ui.TextDisplay(body))
    if card.image is not None:
        container.add_item(discord.ui.MediaGallery(discord.MediaGalleryItem(card.image)))
    _add_buttons(container, card)
    if foot:
        container.add_item(discord.ui.TextDisplay(f"-# {foot}"))
    view = discord.ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()
    return view


def _head(card: Card) -> str:
    return f"### {card.title}\n{card.verdict}" if card.title else card.verdict


def _add_buttons(container: Container, card: Card) -> None:
    buttons = to_buttons(card)
    items: list[discord.ui.Item[Any]] = [] if buttons is None else list(buttons.children)
    for start in range(0, len(items), limits.ROW):
        row: discord.ui.ActionRow[discord.ui.LayoutView] = discord.ui.ActionRow()
        for item in items[start : start + limits.ROW]:
            row.add_item(item)
        container.add_item(row)
