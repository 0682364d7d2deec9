"""Shows a card as plain text, for channels where neither embeds nor components may be posted."""

from __future__ import annotations

from cogs._ui import limits
from cogs._ui.card import Card
from services.personas.format import clip


def to_text(card: Card) -> str:
    """Render `card` as Markdown; its buttons have no place here."""
    lines = [f"**{card.title}**" if card.title else "", card.verdict]
    lines += [f"{fact.name}: {fact.value}" for fact in card.facts]
    lines += [f"{level.name} {level.price}" for level in card.levels]
    lines += [card.image or "", f"-# {card.footnote}" if card.footnote else ""]
    return clip("\n".join(line for line in lines if line), limits.CONTENT)
