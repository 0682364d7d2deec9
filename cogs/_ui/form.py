"""A form: what a member is asked to write, as a modal of Discord, and what was written in one.

Like a button, a form carries in its custom id all that its cog must know, and so is taken after a restart.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import discord

from cogs._ui import limits
from services.locales.numbers import clip

_TITLE: Final = 45
_LABEL: Final = 45
_NAME: Final = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One text that a form asks for. `name` is the cog's, `label` is what is read above it."""

    name: str
    label: str
    value: str = ""
    """What stands in it already."""
    is_required: bool = False
    is_long: bool = False
    """Of several lines."""
    most: int = 200
    """Characters."""


@dataclass(frozen=True, slots=True)
class Form:
    """What a member is asked for at once: one to five fields. `press` is what `press_id` makes."""

    title: str
    press: str
    fields: tuple[Field, ...]


def to_modal(form: Form) -> discord.ui.Modal:
    """Render `form`.

    The modal is already stopped, so that discord.py keeps none for every form shown: what is written in it
    comes back by its custom id.

    Raises:
        ValueError: a name is longer than Discord takes, or there are more fields than it shows.
    """
    custom_id = limits.exactly(form.press, limits.CUSTOM_ID)
    modal = discord.ui.Modal(title=clip(form.title, _TITLE), custom_id=custom_id, timeout=None)
    for field in form.fields:
        modal.add_item(_labelled(field))
    modal.stop()
    return modal


def written_in(components: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    """Return what was written in each field of a modal, by name; what was left empty is an empty text."""
    return {control["custom_id"]: control.get("value") or "" for control in _controls(components)}


def _labelled(field: Field) -> discord.ui.Label[discord.ui.Modal]:
    style = discord.TextStyle.paragraph if field.is_long else discord.TextStyle.short
    control: discord.ui.TextInput[discord.ui.Modal] = discord.ui.TextInput(
        custom_id=limits.exactly(field.name, _NAME),
        style=style,
        default=clip(field.value, field.most) or None,
        required=field.is_required,
        max_length=field.most,
    )
    return discord.ui.Label(text=clip(field.label, _LABEL), component=control)


def _controls(components: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    """Yield the controls, each of which stands in a label or in a row."""
    for part in components:
        if "component" in part:
            yield part["component"]
        yield from part.get("components", ())
