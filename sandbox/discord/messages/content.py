"""The shown part of a message: text, mentions, files, embeds and components, from what a request says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from sandbox.discord.messages.components import finish_components
from sandbox.discord.messages.embeds import finish_embed
from sandbox.discord.messages.files import Cdn, Upload, safe_name
from sandbox.discord.messages.mentions import find_mentions
from sandbox.discord.wire import Json, encode
from sandbox.discord.world.model import COMPONENTS_V2, Message, World

SUPPRESS_EMBEDS = 1 << 2
SUPPRESS_NOTIFICATIONS = 1 << 12
SETTABLE_FLAGS = SUPPRESS_EMBEDS | SUPPRESS_NOTIFICATIONS | COMPONENTS_V2


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """What the text of a message is read with."""

    may_everyone: bool = False
    replied_to: str | None = None


UNREMARKABLE = Sender()


class Composer:
    """Turns a request's fields into those of a message."""

    def __init__(self, world: World, cdn: Cdn, new_id: Callable[[], str]) -> None:
        self._world = world
        self._cdn = cdn
        self._new_id = new_id

    def compose(
        self, channel_id: str, body: Json, uploads: tuple[Upload, ...], sender: Sender
    ) -> tuple[Json, list[Json]]:
        """Return the fields of a new message that `body` decides, and all its files."""
        files = self._keep(channel_id, body, uploads)
        content = (body.get("content") or "").strip()
        fields: Json = {
            "content": content,
            **self._mentions(content, body, sender),
            "embeds": self._embeds(body, files),
            "components": self._components(body, files),
        }
        fields["attachments"] = _listed(files, fields)
        return fields, files

    def recompose(
        self, message: Message, body: Json, uploads: tuple[Upload, ...], sender: Sender
    ) -> tuple[Json, list[Json]]:
        """Return the fields that an edit changes, and all files that the message has then."""
        files = [*_kept(message.files, body), *self._keep(message.channel_id, body, uploads)]
        fields: Json = {}
        if "content" in body:
            content = (body["content"] or "").strip()
            fields.update(content=content, **self._mentions(content, body, sender))
        if "embeds" in body:
            fields["embeds"] = self._embeds(body, files)
        if "components" in body:
            fields["components"] = self._components(body, files)
        if body.get("flags") is not None:
            kept = message.data["flags"] & ~(SUPPRESS_EMBEDS)
            fields["flags"] = kept | (int(body["flags"]) & (SUPPRESS_EMBEDS | COMPONENTS_V2))
        fields["attachments"] = _listed(files, {**message.data, **fields})
        return fields, files

    def _mentions(self, content: str, body: Json, sender: Sender) -> Json:
        return find_mentions(
            self._world,
            content,
            body.get("allowed_mentions"),
            may_everyone=sender.may_everyone,
            replied_to=sender.replied_to,
        ).to_json()

    def _keep(self, channel_id: str, body: Json, uploads: tuple[Upload, ...]) -> list[Json]:
        said = {str(entry.get("id")): entry for entry in body.get("attachments") or []}
        return [self._cdn.keep(channel_id, upload, said.get(str(upload.number), {})) for upload in uploads]

    def _embeds(self, body: Json, files: list[Json]) -> list[Json]:
        return [finish_embed(embed, _finder(files)) for embed in body.get("embeds") or []]

    def _components(self, body: Json, files: list[Json]) -> list[Json]:
        return finish_components(body.get("components") or [], _finder(files), self._new_id)


def _finder(files: list[Json]) -> Callable[[str], Json | None]:
    def find(name: str) -> Json | None:
        wanted = {name, safe_name(name)}
        return next((file for file in reversed(files) if file["filename"] in wanted), None)

    return find


def _kept(files: list[Json], body: Json) -> list[Json]:
    if body.get("attachments") is None:
        return files
    named = {str(entry.get("id")) for entry in body["attachments"]}
    return [file for file in files if file["id"] in named]


def _listed(files: list[Json], fields: Json) -> list[Json]:
    """Leave out the files that an embed or a component shows; with Components V2 only those are shown."""
    if not files:
        return []
    shown = encode([fields.get("embeds"), fields.get("components")])
    return [file for file in files if encode(file["url"])[1:-1] not in shown]
