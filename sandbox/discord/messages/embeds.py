"""Embeds and media as Discord gives them back: trimmed, typed, with the addresses of the files they show."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.discord.wire import Json

Attached = Callable[[str], Json | None]
"""Finds an attachment by file name; None when there is none of that name."""

ATTACHMENT = "attachment://"
_NOT_SENT_BACK = frozenset({"provider", "video"})
_OF_A_FILE = ("url", "proxy_url", "content_type", "description")
"""What a picture in an embed has of the file that it shows; the description is its alt text."""


def finish_embed(embed: Json, attached: Attached) -> Json:
    """Return an embed as a message carries it."""
    kept = {key: value for key, value in embed.items() if value is not None and key not in _NOT_SENT_BACK}
    kept["type"] = "rich"
    for key in ("title", "description"):
        if key in kept:
            kept[key] = kept[key].strip()
    for key in ("image", "thumbnail"):
        if key in kept:
            kept[key] = _picture(kept[key], attached)
    for key in ("author", "footer"):
        if key in kept:
            kept[key] = _with_icon(kept[key], attached)
    if "fields" in kept:
        kept["fields"] = [_field(field) for field in kept["fields"]]
    return kept


def _field(field: Json) -> Json:
    return {
        "name": field["name"].strip(),
        "value": field["value"].strip(),
        "inline": bool(field.get("inline")),
    }


def _picture(picture: Json, attached: Attached) -> Json:
    url = picture.get("url") or ""
    file = attached(url.removeprefix(ATTACHMENT)) if url.startswith(ATTACHMENT) else None
    if file is None:
        return {"url": url, "proxy_url": url, "width": 0, "height": 0}
    shown: Json = {key: file[key] for key in _OF_A_FILE if key in file}
    return {**shown, "width": file.get("width", 0), "height": file.get("height", 0)}


def _with_icon(part: Json, attached: Attached) -> Json:
    kept = {key: value for key, value in part.items() if value is not None}
    url = kept.get("icon_url")
    if url:
        file = attached(url.removeprefix(ATTACHMENT)) if url.startswith(ATTACHMENT) else None
        kept["icon_url"] = file["url"] if file else url
        kept["proxy_icon_url"] = kept["icon_url"]
    return kept
