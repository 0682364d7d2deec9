"""What a callback does: a message, a deferral, an update, choices or a modal. Checks stand in `rules`."""

from __future__ import annotations

from collections.abc import Callable

from sandbox.discord.events import Event
from sandbox.discord.interactions import model
from sandbox.discord.interactions.model import Interaction
from sandbox.discord.messages.components import finish_components
from sandbox.discord.messages.files import Upload
from sandbox.discord.messages.posting import Draft
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.model import EPHEMERAL, LOADING, Message

REPLY, SLASH_RESPONSE, MENU_RESPONSE = 19, 20, 23
_SLASH = 1
_NESTED = frozenset({1, 2})
"""Option types of a subcommand and of a group of them."""

Act = Callable[[Realm, Interaction, Json, tuple[Upload, ...]], None]


def answer(realm: Realm, interaction: Interaction, body: Json, uploads: tuple[Upload, ...]) -> None:
    """Carry out a callback that has been found valid."""
    realm.register.acknowledge(interaction, body["type"])
    _ACTS[body["type"]](realm, interaction, body.get("data") or {}, uploads)


def respond(
    realm: Realm, interaction: Interaction, body: Json, uploads: tuple[Upload, ...], *, flags: int = 0
) -> Message:
    """Post the message that answers an interaction."""
    is_ephemeral = bool(int(body.get("flags") or 0) & EPHEMERAL)
    extra: Json = {
        "application_id": interaction.application_id,
        "webhook_id": interaction.application_id,
        "interaction_metadata": interaction.metadata,
        **_command_of(realm, interaction),
        **reference_to(interaction.source),
    }
    return realm.posting.create(
        Draft(
            channel=interaction.channel,
            author=realm.world.users[interaction.application_id],
            body=body,
            uploads=uploads,
            type=_message_type(interaction),
            flags=flags,
            only_for=interaction.user_id if is_ephemeral else None,
            extra=extra,
        )
    )


def _command_of(realm: Realm, interaction: Interaction) -> Json:
    """Return the older key that names the command which a message answers, as Discord still sends it."""
    if interaction.source is not None or interaction.opener is not None:
        return {}
    path, options = [interaction.data["name"]], interaction.data.get("options") or []
    while options and options[0]["type"] in _NESTED:
        path.append(options[0]["name"])
        options = options[0].get("options") or []
    user = realm.world.users[interaction.user_id]
    said = {"id": interaction.id, "type": interaction.type, "name": " ".join(path), "user": user}
    return {"interaction": said}


def reference_to(message: Message | None) -> Json:
    """Return the keys of a message that answers another one."""
    if message is None:
        return {}
    known = {key: value for key, value in message.data.items() if key != "referenced_message"}
    reference: Json = {"type": 0, "channel_id": message.channel_id, "message_id": message.id}
    return {"message_reference": reference, "referenced_message": known}


def _message_type(interaction: Interaction) -> int:
    if interaction.source is not None:
        return REPLY
    opener = interaction.opener or interaction
    return SLASH_RESPONSE if opener.data.get("type", _SLASH) == _SLASH else MENU_RESPONSE


def _message(realm: Realm, interaction: Interaction, data: Json, uploads: tuple[Upload, ...]) -> None:
    interaction.original = respond(realm, interaction, data, uploads)
    interaction.changed()


def _defer_message(realm: Realm, interaction: Interaction, data: Json, _uploads: tuple[Upload, ...]) -> None:
    interaction.original = respond(realm, interaction, {"flags": data.get("flags")}, (), flags=LOADING)
    interaction.is_deferred = True


def _defer_update(_realm: Realm, interaction: Interaction, _data: Json, _uploads: tuple[Upload, ...]) -> None:
    interaction.original = interaction.source


def _update(realm: Realm, interaction: Interaction, data: Json, uploads: tuple[Upload, ...]) -> None:
    interaction.original = interaction.source
    if interaction.source is not None:
        realm.posting.edit(interaction.source, data, uploads)
    interaction.changed()


def _choices(_realm: Realm, interaction: Interaction, data: Json, _uploads: tuple[Upload, ...]) -> None:
    interaction.choices = data.get("choices") or []
    interaction.changed()


def _modal(realm: Realm, interaction: Interaction, data: Json, _uploads: tuple[Upload, ...]) -> None:
    parts = finish_components(data["components"], lambda _name: None, realm.new_id)
    interaction.modal = {"custom_id": data["custom_id"], "title": data["title"], "components": parts}
    payload = {
        "interaction_id": interaction.id,
        "application_id": interaction.application_id,
        **interaction.modal,
    }
    realm.events.emit(Event(type="MODAL", payload=payload, only_for=interaction.user_id))
    interaction.changed()


_ACTS: dict[int, Act] = {
    model.MESSAGE: _message,
    model.DEFERRED_MESSAGE: _defer_message,
    model.DEFERRED_UPDATE: _defer_update,
    model.UPDATE: _update,
    model.CHOICES: _choices,
    model.MODAL: _modal,
}
