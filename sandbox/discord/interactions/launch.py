"""Sending an interaction to the application it is for: its payload, complete as Discord's is."""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.discord.interactions.model import COMPONENT, MODAL_SUBMIT, Interaction
from sandbox.discord.interactions.register import OFFLINE
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json, encode
from sandbox.discord.world.lookup import rights
from sandbox.discord.world.model import Channel, Message, World
from sandbox.discord.world.shapes import channel_for

ATTACHMENT_SIZE_LIMIT = 10 * 2**20
_IN_GUILD, _WITH_BOT = 0, 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """What a member did."""

    application_id: str
    user_id: str
    channel: Channel
    type: int
    data: Json
    nonce: str | None = None
    locale: str = "en-US"
    source: Message | None = None
    opener: Interaction | None = None
    about: Json | None = None
    """More keys for ``interaction_metadata``: the target of a menu."""


def launch(realm: Realm, deed: Deed) -> Interaction:
    """Send an interaction; it has failed at once where the application has no session that could answer."""
    interaction_id = realm.new_id()
    interaction = Interaction(
        id=interaction_id,
        token=realm.new_token(),
        application_id=deed.application_id,
        type=deed.type,
        user_id=deed.user_id,
        channel=deed.channel,
        data=deed.data,
        created=realm.clock.monotonic(),
        metadata=_metadata(realm.world, interaction_id, deed),
        nonce=deed.nonce,
        locale=deed.locale,
        source=deed.source,
        opener=deed.opener,
    )
    sessions = [
        session
        for session in realm.hub.sessions_of(deed.application_id)
        if session.is_in_shard(deed.channel.guild_id)
    ]
    realm.register.add(interaction, is_connected=any(session.socket for session in sessions))
    realm.register.announce(interaction)
    if not sessions:
        realm.register.fail(interaction, OFFLINE)
        return interaction
    payload = encode(payload_of(realm.world, interaction))
    for session in sessions:
        realm.hub.send(session, "INTERACTION_CREATE", payload)
    return interaction


def payload_of(world: World, interaction: Interaction) -> Json:
    """Build the payload of INTERACTION_CREATE."""
    channel, user_id = interaction.channel, interaction.user_id
    permissions = str(rights(world, channel, user_id))
    built: Json = {
        "id": interaction.id,
        "application_id": interaction.application_id,
        "type": interaction.type,
        "data": interaction.data,
        "token": interaction.token,
        "version": 1,
        "app_permissions": str(rights(world, channel, interaction.application_id)),
        "locale": interaction.locale,
        "entitlements": [],
        "authorizing_integration_owners": owners(channel),
        "attachment_size_limit": ATTACHMENT_SIZE_LIMIT,
        "channel_id": channel.id,
        "channel": {**channel_for(world, channel, interaction.application_id), "permissions": permissions},
    }
    if channel.guild_id is None:
        built["channel"] = {**channel_for(world, channel, interaction.application_id)}
        built.update(context=_WITH_BOT, user=world.users[user_id])
    else:
        built.update(_guild_part(world, channel.guild_id, user_id, permissions))
    if interaction.source is not None and interaction.type in {COMPONENT, MODAL_SUBMIT}:
        built["message"] = interaction.source.data
    return built


def _guild_part(world: World, guild_id: str, user_id: str, permissions: str) -> Json:
    guild = world.guilds[guild_id]
    member = {**guild.members[user_id], "user": world.users[user_id], "permissions": permissions}
    return {
        "context": _IN_GUILD,
        "guild_id": guild_id,
        "guild": {"id": guild_id, "features": guild.data["features"], "locale": "en-US"},
        "guild_locale": "en-US",
        "member": member,
    }


def owners(channel: Channel) -> Json:
    """Return ``authorizing_integration_owners`` of a guild install."""
    return {"0": channel.guild_id or "0"}


def _metadata(world: World, interaction_id: str, deed: Deed) -> Json:
    made: Json = {
        "id": interaction_id,
        "type": deed.type,
        "user": world.users[deed.user_id],
        "authorizing_integration_owners": owners(deed.channel),
        **(deed.about or {}),
    }
    if deed.type == COMPONENT and deed.source is not None:
        made["interacted_message_id"] = deed.source.id
    if deed.opener is not None:
        made["triggering_interaction_metadata"] = deed.opener.metadata
    return made
