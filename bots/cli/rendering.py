"""A Discord message as lines of text: content, embeds, components and attachments."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from sandbox.discord.wire import Json

_EPHEMERAL = 64
_STAMP = re.compile(r"<t:(?P<seconds>-?\d{1,11})(?::[tTdDfFR])?>")
_BUTTON, _TEXT, _THUMBNAIL, _GALLERY, _FILE, _SEPARATOR = 2, 10, 11, 12, 13, 14
_SELECTS = frozenset({3, 5, 6, 7, 8})


def lines_of(message: Json) -> list[str]:
    """Return what a member would read, top to bottom; times are in UTC, the same in every language."""
    return [_STAMP.sub(_time, line) for line in _lines(message)]


def _time(stamp: re.Match[str]) -> str:
    at = datetime.fromtimestamp(int(stamp["seconds"]), UTC)
    return f"{at:%Y-%m-%d %H:%M:%S} UTC"


def _lines(message: Json) -> Iterator[str]:
    if message.get("flags", 0) & _EPHEMERAL:
        yield "(only you see this)"
    yield from message.get("content", "").splitlines()
    for embed in message.get("embeds", []):
        yield from _embed(embed)
    for component in message.get("components", []):
        yield from _component(component)


def _embed(embed: Json) -> Iterator[str]:
    author, footer = embed.get("author") or {}, embed.get("footer") or {}
    for text in (author.get("name"), embed.get("title"), embed.get("description")):
        yield from (text or "").splitlines()
    for field in embed.get("fields", []):
        yield f"{field['name']}: {field['value']}"
    for kind in ("image", "thumbnail"):
        if embed.get(kind):
            yield f"({kind}: {embed[kind]['url']})"
    yield from (footer.get("text") or "").splitlines()


def _component(component: Json) -> Iterator[str]:
    kind = component["type"]
    if kind == _BUTTON:
        yield f"[{component.get('label') or 'button'}] {component.get('custom_id') or component.get('url')}"
    elif kind in _SELECTS:
        yield f"[{component.get('placeholder') or 'select'}] {component['custom_id']}"
        for option in component.get("options", []):
            yield f"  - {option['label']} ({option['value']})"
    elif kind == _TEXT:
        yield from component["content"].splitlines()
    elif kind == _SEPARATOR:
        yield ""
    else:
        yield from _media(component)
    for inner in component.get("components", []):
        yield from _component(inner)
    if accessory := component.get("accessory"):
        yield from _component(accessory)


def _media(component: Json) -> Iterator[str]:
    kind = component["type"]
    items = component.get("items", []) if kind == _GALLERY else [component]
    for item in items:
        media = item.get("media") or item.get("file")
        if media and kind in {_GALLERY, _THUMBNAIL, _FILE}:
            yield f"({item.get('description') or 'media'}: {media['url']})"
