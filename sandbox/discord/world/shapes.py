"""Complete Discord objects from the few facts that vary, with every key that the official schema requires."""

from __future__ import annotations

from datetime import datetime

from sandbox.discord.wire import Json
from sandbox.discord.world.model import DIRECT_MESSAGE, GUILD_TEXT, Channel, Guild, World

VERIFY_KEY = "0" * 64
GUILD_MAX_MEMBERS = 500_000


def stamp(moment: datetime) -> str:
    """Return a time as Discord writes it: ISO 8601, microseconds, offset."""
    return moment.isoformat(timespec="microseconds")


def user(user_id: str, username: str, *, global_name: str | None = None, is_bot: bool = False) -> Json:
    """Build a user."""
    return {
        "id": user_id,
        "username": username,
        "discriminator": "0",
        "global_name": global_name,
        "avatar": None,
        "bot": is_bot,
        "system": False,
        "flags": 0,
        "public_flags": 0,
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
    }


def own_user(shown: Json) -> Json:
    """Add what a user sees of itself alone."""
    return {**shown, "mfa_enabled": False, "locale": "en-US", "verified": True, "email": None}


def role(role_id: str, name: str, *, position: int, permissions: int, color: int = 0) -> Json:
    """Build a role."""
    return {
        "id": role_id,
        "name": name,
        "description": None,
        "color": color,
        "colors": {"primary_color": color, "secondary_color": None, "tertiary_color": None},
        "hoist": bool(color),
        "icon": None,
        "unicode_emoji": None,
        "position": position,
        "permissions": str(permissions),
        "managed": False,
        "mentionable": True,
        "flags": 0,
    }


def member(roles: list[str], joined_at: str) -> Json:
    """Build a guild member without its user."""
    return {
        "nick": None,
        "avatar": None,
        "banner": None,
        "roles": roles,
        "joined_at": joined_at,
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }


def text_channel(
    channel_id: str, name: str, guild_id: str, *, position: int, topic: str | None, overwrites: list[Json]
) -> Json:
    """Build a text channel."""
    return {
        "id": channel_id,
        "type": GUILD_TEXT,
        "guild_id": guild_id,
        "name": name,
        "position": position,
        "permission_overwrites": overwrites,
        "topic": topic,
        "nsfw": False,
        "last_message_id": None,
        "rate_limit_per_user": 0,
        "parent_id": None,
        "flags": 0,
    }


def direct_channel(channel_id: str) -> Json:
    """Build a direct conversation; `channel_for` adds the other side."""
    return {"id": channel_id, "type": DIRECT_MESSAGE, "last_message_id": None, "flags": 0}


def channel_for(world: World, channel: Channel, viewer: str) -> Json:
    """Return a channel as `viewer` is shown it: a direct conversation lists the other side."""
    if channel.guild_id is not None:
        return channel.data
    others = [world.users[one] for one in channel.recipients if one != viewer]
    return {**channel.data, "recipients": others}


def guild_facts(guild_id: str, name: str, owner_id: str) -> Json:
    """Build what REST and the gateway both say of a guild."""
    unset = dict.fromkeys(
        (
            *("icon", "splash", "discovery_splash", "afk_channel_id", "application_id", "system_channel_id"),
            *("rules_channel_id", "vanity_url_code", "description", "banner", "public_updates_channel_id"),
            *("safety_alerts_channel_id", "hub_type", "incidents_data"),
        )
    )
    zero = dict.fromkeys(
        (
            *("verification_level", "default_message_notifications", "explicit_content_filter", "mfa_level"),
            *("system_channel_flags", "premium_tier", "nsfw_level"),
        ),
        0,
    )
    return {
        "id": guild_id,
        "name": name,
        "owner_id": owner_id,
        "afk_timeout": 300,
        "preferred_locale": "en-US",
        "premium_progress_bar_enabled": False,
        **unset,
        **zero,
        "features": [],
        "emojis": [],
        "stickers": [],
    }


def guild_over_rest(guild: Guild) -> Json:
    """Return a guild as ``GET /guilds/{g}`` answers it."""
    return {
        **guild.data,
        "roles": list(guild.roles.values()),
        "home_header": None,
        "region": "local",
        "widget_enabled": False,
        "widget_channel_id": None,
        "max_presences": None,
        "max_members": GUILD_MAX_MEMBERS,
        "max_stage_video_channel_users": 0,
        "max_video_channel_users": 0,
        "premium_subscription_count": 0,
        "nsfw": False,
    }


def application(app_user: Json, owner: Json, *, description: str, flags: int, guilds: int) -> Json:
    """Build an application as it sees itself."""
    return {
        "id": app_user["id"],
        "name": app_user["username"],
        "icon": None,
        "description": description,
        "type": None,
        "bot": app_user,
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": VERIFY_KEY,
        "flags": flags,
        "flags_new": str(flags),
        "owner": owner,
        "team": None,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "eligible_oauth2_scopes": [],
        "integration_types_config": {"0": {}, "1": {}},
    }
