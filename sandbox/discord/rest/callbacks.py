"""Interaction callbacks and the webhook of each interaction; the token in the path is the credential."""

from __future__ import annotations

from sandbox.discord.interactions import webhook
from sandbox.discord.interactions.answers import answer
from sandbox.discord.interactions.model import MESSAGE, UPDATE, Interaction
from sandbox.discord.messages.posting import shown_to
from sandbox.discord.realm import Realm
from sandbox.discord.rest.call import NO_CONTENT, Call, Reply, route
from sandbox.discord.rules.callbacks import check_callback
from sandbox.discord.rules.messages import check_message
from sandbox.discord.wire import Json
from sandbox.discord.world.model import COMPONENTS_V2, EPHEMERAL, LOADING, Message


def callback(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /interactions/{interaction}/{token}/callback``."""
    interaction = realm.register.unanswered(call.params["interaction"], call.params["token"])
    check_callback(
        interaction.type,
        call.fields(),
        file_count=len(call.uploads),
        is_from_component=interaction.source is not None,
        is_v2_kept=interaction.source is not None and _is_v2(interaction.source),
    )
    answer(realm, interaction, call.fields(), call.uploads)
    return Reply(200, _callback_body(interaction)) if call.says("with_response") else NO_CONTENT


def _callback_body(interaction: Interaction) -> Json:
    message = interaction.original
    about: Json = {"id": interaction.id, "type": interaction.type, "channel_id": interaction.channel.id}
    if interaction.channel.guild_id is not None:
        about["guild_id"] = interaction.channel.guild_id
    if message is not None:
        about.update(
            response_message_id=message.id,
            response_message_loading=bool(message.data["flags"] & LOADING),
            response_message_ephemeral=bool(message.data["flags"] & EPHEMERAL),
        )
    body: Json = {"interaction": about}
    if interaction.callback_type in {MESSAGE, UPDATE} and message is not None:
        body["resource"] = {"type": interaction.callback_type, "message": message.data}
    return body


def follow_up(realm: Realm, call: Call) -> Reply:
    """Answer ``POST /webhooks/{application}/{token}``."""
    interaction = _interaction(realm, call)
    check_message(call.fields(), file_count=len(call.uploads))
    message = webhook.follow_up(realm, interaction, call.fields(), call.uploads)
    return Reply(200, message.data)


def read(realm: Realm, call: Call) -> Reply:
    """Answer ``GET /webhooks/{application}/{token}/messages/{message}``."""
    message = webhook.message_of(realm, _interaction(realm, call), call.params["message"])
    return Reply(200, shown_to(message, call.params["application"]))


def change(realm: Realm, call: Call) -> Reply:
    """Answer ``PATCH /webhooks/{application}/{token}/messages/{message}``."""
    interaction = _interaction(realm, call)
    message = webhook.message_of(realm, interaction, call.params["message"])
    check_message(call.fields(), file_count=len(call.uploads), is_v2_kept=_is_v2(message), is_edit=True)
    webhook.change(realm, interaction, message, call.fields(), call.uploads)
    return Reply(200, shown_to(message, call.params["application"]))


def remove(realm: Realm, call: Call) -> Reply:
    """Answer ``DELETE /webhooks/{application}/{token}/messages/{message}``."""
    interaction = _interaction(realm, call)
    webhook.remove(realm, interaction, webhook.message_of(realm, interaction, call.params["message"]))
    return NO_CONTENT


def _interaction(realm: Realm, call: Call) -> Interaction:
    return realm.register.answered(call.params["application"], call.params["token"])


def _is_v2(message: Message) -> bool:
    return bool(message.data["flags"] & COMPONENTS_V2)


ROUTES = (
    route("POST", "/interactions/{interaction}/{token}/callback", callback, is_open=True),
    route("POST", "/webhooks/{application}/{token}", follow_up, is_open=True),
    route("GET", "/webhooks/{application}/{token}/messages/{message}", read, is_open=True),
    route("PATCH", "/webhooks/{application}/{token}/messages/{message}", change, is_open=True),
    route("DELETE", "/webhooks/{application}/{token}/messages/{message}", remove, is_open=True),
)
