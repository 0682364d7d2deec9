"""Shows a card as an embed with buttons beneath it."""

from __future__ import annotations

import io

import discord

from cogs._ui import limits
from cogs._ui.card import Action, Card, Fact
from services.locales.numbers import clip

_FOOTNOTE = 256
_FOR_THE_VERDICT = 1_300
"""Characters that the facts leave to it."""
_STYLES = {
    "primary": discord.ButtonStyle.primary,
    "secondary": discord.ButtonStyle.secondary,
    "danger": discord.ButtonStyle.danger,
}


def to_embed(card: Card) -> discord.Embed:
    """Render `card`, every text within its own limit and all of them within the limit of the whole.

    Raises:
        ValueError: it has more facts than Discord shows.
    """
    if len(card.facts) > limits.FIELDS:
        raise ValueError(f"a card holds at most {limits.FIELDS} facts, got {len(card.facts)}")
    title, footnote = clip(card.title, limits.TITLE), clip(card.footnote, _FOOTNOTE)
    facts = _shortened(card.facts, limits.EMBED_TOTAL - len(title) - len(footnote) - _FOR_THE_VERDICT)
    taken = len(title) + len(footnote) + sum(len(fact.name) + len(fact.value) for fact in facts)
    verdict = clip(card.verdict, min(limits.DESCRIPTION, limits.EMBED_TOTAL - taken))
    embed = discord.Embed(title=title or None, description=verdict, colour=card.colour)
    for fact in facts:
        embed.add_field(name=fact.name, value=fact.value, inline=not fact.is_wide)
    if footnote:
        embed.set_footer(text=footnote)
    if card.picture is not None:
        embed.set_image(url=f"attachment://{card.picture.name}")
    return embed


def to_files(card: Card) -> list[discord.File]:
    """Return the card's picture and attachment as what is uploaded; each upload needs its own."""
    files: list[discord.File] = []
    if card.picture is not None:
        alt = clip(card.picture.alt, limits.ALT)
        files.append(discord.File(io.BytesIO(card.picture.png), card.picture.name, description=alt))
    if card.attachment is not None:
        files.append(discord.File(io.BytesIO(card.attachment.content), card.attachment.name))
    return files


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


def _shortened(facts: tuple[Fact, ...], room: int) -> tuple[Fact, ...]:
    """Shorten names and values to what Discord shows of one, and evenly where all together exceed `room`."""
    fitting = tuple(_within(fact, limits.FIELD_NAME, limits.FIELD_VALUE) for fact in facts)
    if sum(len(fact.name) + len(fact.value) for fact in fitting) <= room:
        return fitting
    share = room // len(facts)
    names = [clip(fact.name, share // 2) for fact in fitting]
    return tuple(
        Fact(name, clip(fact.value, share - len(name)), fact.is_wide)
        for fact, name in zip(fitting, names, strict=True)
    )


def _within(fact: Fact, name: int, value: int) -> Fact:
    return Fact(clip(fact.name, name), clip(fact.value, value), fact.is_wide)
