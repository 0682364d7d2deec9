"""What a member does to bots: commands, components, modals, autocomplete, each made an interaction."""

from __future__ import annotations

from sandbox.discord.interactions import model
from sandbox.discord.interactions.launch import Deed, launch
from sandbox.discord.interactions.model import Interaction
from sandbox.discord.member_api import view
from sandbox.discord.member_api.asked import check_asked
from sandbox.discord.member_api.components import Values
from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.member_api.options import OptionReader, nested
from sandbox.discord.member_api.resolved import Resolved
from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_message, visible_channel
from sandbox.discord.world.model import Application, Channel, World

SLASH, USER_MENU, MESSAGE_MENU = 1, 2, 3
_ENGLISH = "en-US"


def interact(realm: Realm, user_id: str, body: Json, uploads: tuple[Upload, ...] = ()) -> Interaction:
    """Start the interaction that `body` describes."""
    check_asked(body)
    kind: int = body["type"]
    if kind == model.COMPONENT:
        return _press(realm, user_id, body)
    if kind == model.MODAL_SUBMIT:
        return _submit(realm, user_id, body, uploads)
    return _command(realm, user_id, body, uploads, is_partial=kind == model.AUTOCOMPLETE)


def _command(
    realm: Realm, user_id: str, body: Json, uploads: tuple[Upload, ...], *, is_partial: bool
) -> Interaction:
    channel = visible_channel(realm.world, str(body.get("channel_id")), user_id)
    application, command, path = _find_command(realm, channel, user_id, body)
    resolved = Resolved(realm, channel, application.id)
    about: Json = {}
    data: Json = {"id": command["id"], "name": command["name"], "type": command["type"]}
    if command["type"] == SLASH:
        reader = OptionReader(realm, channel, user_id, resolved, uploads)
        said = nested(path, body.get("options") or [])
        options = reader.read(command.get("options") or [], said, is_partial=is_partial)
        if options:
            data["options"] = options
    else:
        data["target_id"] = str(body.get("target_id"))
        about = _target(realm.world, resolved, user_id, data)
    if "guild_id" in command:
        data["guild_id"] = command["guild_id"]
    return launch(
        realm,
        Deed(
            application_id=application.id,
            user_id=user_id,
            channel=channel,
            type=model.AUTOCOMPLETE if is_partial else model.COMMAND,
            data={**data, **resolved.to_json()},
            nonce=body.get("nonce"),
            locale=body.get("locale") or _ENGLISH,
            about=about,
        ),
    )


def _target(world: World, resolved: Resolved, user_id: str, data: Json) -> Json:
    """Resolve the target of a context menu, and return what ``interaction_metadata`` says of it."""
    target_id = data["target_id"]
    if data["type"] == MESSAGE_MENU:
        resolved.message(target_id, user_id)
        return {"target_message_id": target_id}
    resolved.user(target_id)
    return {"target_user": world.users[target_id]}


def _find_command(
    realm: Realm, channel: Channel, user_id: str, body: Json
) -> tuple[Application, Json, list[str]]:
    offered = view.commands(realm, channel, user_id)
    wanted_app, wanted_id = body.get("application_id"), body.get("command_id")
    offered = [one for one in offered if wanted_app in {None, one[0].id}]
    name = str(body.get("name") or "").lstrip("/")
    for application, command in offered:
        if wanted_id is not None:
            if command["id"] == str(wanted_id):
                return application, command, name.split()[1:]
        elif command["name"] == name:
            return application, command, []
        elif command["type"] == SLASH and command["name"] == name.partition(" ")[0]:
            return application, command, name.split()[1:]
    names = ", ".join(sorted({f"/{command['name']}" for _, command in offered})) or "none"
    message = f"There is no command /{name} for this user in this channel."
    raise Mistake(404, "unknown_command", message, f"There are: {names}.")


def _press(realm: Realm, user_id: str, body: Json) -> Interaction:
    channel = visible_channel(realm.world, str(body.get("channel_id")), user_id)
    message = find_message(channel, str(body.get("message_id")), user_id)
    application_id = message.data.get("application_id") or message.author_id
    if application_id not in realm.world.applications:
        raise Mistake(400, "no_application", "No bot wrote that message.", "Use a message of a bot.")
    values = Values(realm, channel, user_id, Resolved(realm, channel, application_id))
    return launch(
        realm,
        Deed(
            application_id=application_id,
            user_id=user_id,
            channel=channel,
            type=model.COMPONENT,
            data=values.pressed(message, str(body.get("custom_id")), body.get("values")),
            nonce=body.get("nonce"),
            locale=body.get("locale") or _ENGLISH,
            source=message,
        ),
    )


def _submit(realm: Realm, user_id: str, body: Json, uploads: tuple[Upload, ...]) -> Interaction:
    opener = realm.register.opened(str(body.get("interaction_id")))
    if opener is None or opener.user_id != user_id:
        raise Mistake(404, "unknown_modal", "There is no such modal for this user.", "Open it again.")
    channel = opener.channel
    values = Values(realm, channel, user_id, Resolved(realm, channel, opener.application_id), uploads)
    return launch(
        realm,
        Deed(
            application_id=opener.application_id,
            user_id=user_id,
            channel=channel,
            type=model.MODAL_SUBMIT,
            data=values.submitted(opener, body.get("components") or []),
            nonce=body.get("nonce"),
            locale=body.get("locale") or _ENGLISH,
            source=opener.source,
            opener=opener,
        ),
    )
