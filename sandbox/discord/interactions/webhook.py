"""What an interaction's token may do after the callback: follow-ups, and changing its messages."""

from __future__ import annotations

from sandbox.discord.interactions.answers import REPLY, reference_to
from sandbox.discord.interactions.model import Interaction
from sandbox.discord.messages.files import Upload
from sandbox.discord.messages.posting import Draft
from sandbox.discord.realm import Realm
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.model import EPHEMERAL, LOADING, Message

ORIGINAL = "@original"


def message_of(realm: Realm, interaction: Interaction, name: str) -> Message:
    """Return the message that ``@original`` or an id stands for, or refuse with 10008."""
    if name == ORIGINAL:
        found = interaction.original
    else:
        own = [interaction.original, *interaction.followups]
        found = next((message for message in own if message is not None and message.id == name), None)
    if found is None or found.id not in realm.world.channels[found.channel_id].messages:
        raise Refused(404, 10008, "Unknown Message")
    return found


def follow_up(realm: Realm, interaction: Interaction, body: Json, uploads: tuple[Upload, ...]) -> Message:
    """Post a follow-up; straight after a deferral it fills the deferred message instead."""
    if interaction.is_deferred and interaction.original is not None:
        filled = {key: value for key, value in body.items() if key != "flags"}
        change(realm, interaction, interaction.original, filled, uploads)
        return interaction.original
    is_ephemeral = bool(int(body.get("flags") or 0) & EPHEMERAL)
    metadata = dict(interaction.metadata)
    if interaction.original is not None:
        metadata["original_response_message_id"] = interaction.original.id
    message = realm.posting.create(
        Draft(
            channel=interaction.channel,
            author=realm.world.users[interaction.application_id],
            body=body,
            uploads=uploads,
            type=REPLY if interaction.original else 0,
            only_for=interaction.user_id if is_ephemeral else None,
            extra={
                "application_id": interaction.application_id,
                "webhook_id": interaction.application_id,
                "interaction_metadata": metadata,
                **reference_to(interaction.original),
            },
        )
    )
    interaction.followups.append(message)
    interaction.edits += 1
    interaction.changed()
    return message


def change(
    realm: Realm, interaction: Interaction, message: Message, body: Json, uploads: tuple[Upload, ...]
) -> None:
    """Edit a message of the interaction; a deferred one is thereby answered."""
    is_first_answer = bool(message.data["flags"] & LOADING)
    if message is interaction.original:
        interaction.is_deferred = False
    realm.posting.edit(message, body, uploads, is_first_answer=is_first_answer)
    interaction.edits += 1
    interaction.changed()


def remove(realm: Realm, interaction: Interaction, message: Message) -> None:
    """Delete a message of the interaction."""
    if message is interaction.original:
        interaction.original, interaction.is_deferred = None, False
    realm.posting.delete(message)
    interaction.changed()
