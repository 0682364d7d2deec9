"""Components as Discord gives them back: numbered, defaults filled in, media with their addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

from sandbox.discord.messages.embeds import ATTACHMENT, Attached
from sandbox.discord.rules.components import FILE, SELECTS
from sandbox.discord.wire import Json

_CHILDREN = ("components", "component", "accessory")
_DEFAULTS: dict[int, Json] = {
    **{kind: {"min_values": 1, "max_values": 1} for kind in SELECTS},
    11: {"description": None, "spoiler": False},
    13: {"name": None, "size": None, "spoiler": False},
    14: {"spacing": 1, "divider": True},
    17: {"accent_color": None, "spoiler": False},
}
_NULL_MATTERS = frozenset({"description", "accent_color", "name", "size"})


class _Finisher:
    """Numbers the components of one message, and finds their media."""

    def __init__(self, taken: set[int], attached: Attached, new_id: Callable[[], str]) -> None:
        self._numbers = (number for number in count(1) if number not in taken)
        self._attached = attached
        self._new_id = new_id

    def finish(self, part: Json) -> Json:
        done = {key: value for key, value in part.items() if value is not None or key in _NULL_MATTERS}
        done["id"] = part.get("id") or next(self._numbers)
        for key, default in _DEFAULTS.get(part["type"], {}).items():
            done.setdefault(key, default)
        for key in _CHILDREN:
            if key in done:
                done[key] = self._child(done[key])
        if "options" in done:
            done["options"] = [_said(option) for option in done["options"]]
        self._finish_media(done)
        return done

    def _child(self, child: Any) -> Any:
        if isinstance(child, list):
            return [self.finish(one) for one in child]
        return self.finish(child)

    def _finish_media(self, done: Json) -> None:
        if "media" in done:
            done["media"] = self._media(done["media"])
        if "items" in done:
            done["items"] = [
                {"description": None, "spoiler": False, **item, "media": self._media(item["media"])}
                for item in done["items"]
            ]
        if done["type"] == FILE:
            file = self._attached(_name_in(done["file"]["url"]))
            done["file"] = self._media(done["file"])
            if file is not None:
                done.update(name=file["filename"], size=file["size"])

    def _media(self, media: Json) -> Json:
        url = media["url"]
        file = self._attached(_name_in(url)) if url.startswith(ATTACHMENT) else None
        if file is None:
            return {"id": self._new_id(), "url": url, "proxy_url": url, "width": None, "height": None}
        return {
            "id": self._new_id(),
            "url": file["url"],
            "proxy_url": file["proxy_url"],
            "width": file.get("width"),
            "height": file.get("height"),
            "content_type": file.get("content_type"),
            "attachment_id": file["id"],
        }


def _said(option: Json) -> Json:
    return {key: value for key, value in option.items() if value is not None}


def _name_in(url: str) -> str:
    return url.removeprefix(ATTACHMENT)


def finish_components(parts: list[Json], attached: Attached, new_id: Callable[[], str]) -> list[Json]:
    """Return components as a message or modal carries them; ids that lack are 1, 2, 3 … but those in use."""
    taken = {part["id"] for part in every_component(parts) if part.get("id")}
    finisher = _Finisher(taken, attached, new_id)
    return [finisher.finish(part) for part in parts]


def every_component(parts: list[Json]) -> Iterator[Json]:
    """Yield all components, outer before inner."""
    for part in parts:
        yield part
        for key in _CHILDREN:
            child = part.get(key)
            if child is not None:
                yield from every_component(child if isinstance(child, list) else [child])


def find_component(parts: list[Json], custom_id: str) -> Json | None:
    """Return the component with that custom id, or None."""
    return next((part for part in every_component(parts) if part.get("custom_id") == custom_id), None)
