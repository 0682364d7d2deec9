"""What the components of one message or modal may be together: how many, how much text, ids used once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sandbox.discord.rules.components import TEXT, layout_part, legacy_part
from sandbox.discord.rules.form import Form, every, listing, objects
from sandbox.discord.wire import Json

ROWS = 5
LAYOUT_COMPONENTS = 40
LAYOUT_TEXT = 4000

_ATTACHMENT = "attachment://"


def walk(value: object, form: Form) -> Iterator[tuple[Json, Form]]:
    """Yield every component in the array `value` and below, in order, each with its place."""
    for index, component in objects({"components": value}, "components"):
        yield from _within(component, form.at(index))


def _within(component: Json, form: Form) -> Iterator[tuple[Json, Form]]:
    yield component, form
    yield from walk(component.get("components"), form.at("components"))
    for key in ("accessory", "component"):
        if isinstance(component.get(key), dict):
            yield from _within(component[key], form.at(key))


def ids_differ(value: object, form: Form) -> None:
    """Refuse a ``custom_id`` or an explicit ``id`` that an earlier component has."""
    seen: Counter[tuple[str, object]] = Counter()
    for component, place in walk(value, form):
        for key, code, message in (
            ("custom_id", "COMPONENT_CUSTOM_ID_DUPLICATED", "Component custom id cannot be duplicated"),
            ("id", "COMPONENT_ID_DUPLICATED", "Component id cannot be duplicated"),
        ):
            named = component.get(key)
            if not named or not isinstance(named, str | int):
                continue
            seen[key, named] += 1
            if seen[key, named] > 1:
                place.at(key).refuse(code, message)


def _size(value: object, form: Form) -> None:
    parts = [component for component, _ in walk(value, form)]
    if len(parts) > LAYOUT_COMPONENTS:
        message = f"The maximum number of components, nested ones counted, is {LAYOUT_COMPONENTS}"
        form.refuse("COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED", message)
    shown = sum(len(str(part.get("content") or "")) for part in parts if part.get("type") == TEXT)
    if shown > LAYOUT_TEXT:
        message = f"Components displayable text size exceeds maximum size of {LAYOUT_TEXT}"
        form.refuse("COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED", message)


def _media(component: Json) -> Iterator[tuple[tuple[str | int, ...], Json]]:
    for key in ("media", "file"):
        if isinstance(component.get(key), dict):
            yield (key,), component[key]
    for index, item in objects(component, "items"):
        if isinstance(item.get("media"), dict):
            yield ("items", index, "media"), item["media"]


def uploads_needed(value: object, form: Form) -> None:
    """Refuse every reference to an upload; the rule for a body that brings no file."""
    for component, place in walk(value, form):
        for keys, media in _media(component):
            if str(media.get("url", "")).startswith(_ATTACHMENT):
                code = "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"
                place.at(*keys).refuse(code, "The referenced attachment was not found.")


legacy_components = every(listing(legacy_part, 0, ROWS), ids_differ)
layout_components = every(listing(layout_part, 0, LAYOUT_COMPONENTS), _size, ids_differ)
