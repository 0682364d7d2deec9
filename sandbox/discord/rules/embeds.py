"""What an embed may hold, and what all embeds of a message may hold together."""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.discord.rules.form import (
    Form,
    boolean,
    every,
    filled,
    integer,
    listing,
    matching,
    objects,
    record,
    text,
    url,
)
from sandbox.discord.wire import Json

TOTAL = 6000
"""Characters in the texts of all embeds of one message, each trimmed before it is counted."""

_VISIBLE = ("title", "description", "fields", "image", "thumbnail", "video", "author", "footer", "provider")
_TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)?"

_link = url("http", "https")
_media = url("http", "https", "attachment")
_picture = record(required={"url": _media})
_field = record(required={"name": filled(256), "value": filled(1024)}, optional={"inline": boolean})
_embed = record(
    optional={
        "title": text(0, 256, is_trimmed=True),
        "description": text(0, 4096, is_trimmed=True),
        "url": _link,
        "color": integer(0, 0xFFFFFF),
        "timestamp": matching(_TIME, "DATE_TIME_TYPE_PARSE", "Could not parse the value. Should be ISO8601."),
        "fields": listing(_field, 0, 25),
        "footer": record(required={"text": text(0, 2048, is_trimmed=True)}, optional={"icon_url": _media}),
        "author": record(required={"name": filled(256)}, optional={"url": _link, "icon_url": _media}),
        "image": _picture,
        "thumbnail": _picture,
    }
)


def _shows_something(value: object, form: Form) -> None:
    if isinstance(value, dict) and not any(value.get(key) for key in _VISIBLE):
        form.at("description").require()


def _texts(embed: Json) -> Iterator[object]:
    yield embed.get("title")
    yield embed.get("description")
    for part, key in (("footer", "text"), ("author", "name")):
        if isinstance(embed.get(part), dict):
            yield embed[part].get(key)
    for _, field in objects(embed, "fields"):
        yield field.get("name")
        yield field.get("value")


def _total(value: object, form: Form) -> None:
    shown = [text_ for _, embed in objects({"embeds": value}, "embeds") for text_ in _texts(embed)]
    if sum(len(one.strip()) for one in shown if isinstance(one, str)) > TOTAL:
        form.refuse("MAX_EMBED_SIZE_EXCEEDED", f"Embed size exceeds maximum size of {TOTAL}")


embeds = every(listing(every(_embed, _shows_something), 0, 10), _total)
