"""The objects of the world and the `World` that holds them. Lookups that answer 404 stand in `lookup`."""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.discord.wire import Json

GUILD_TEXT = 0
DIRECT_MESSAGE = 1
PUBLIC_THREAD = 11
PRIVATE_THREAD = 12
THREADS = frozenset({10, PUBLIC_THREAD, PRIVATE_THREAD})

EPHEMERAL = 1 << 6
LOADING = 1 << 7
HAS_THREAD = 1 << 5
COMPONENTS_V2 = 1 << 15


@dataclass(slots=True, kw_only=True)
class Message:
    """A message: `data` is what REST answers, but for reactions, which depend on who reads."""

    data: Json
    only_for: str | None = None
    """The one user who sees it (ephemeral), or None for everyone in the channel."""
    files: list[Json] = field(default_factory=list)
    """Every attachment, also those that an embed or a component shows and `data` therefore does not list."""
    reactions: dict[str, list[str]] = field(default_factory=dict)
    """Emoji (``name`` or ``name:id``) to the ids of those who reacted, in order."""

    @property
    def id(self) -> str:
        """The message's id."""
        return str(self.data["id"])

    @property
    def channel_id(self) -> str:
        """The id of the channel it stands in."""
        return str(self.data["channel_id"])

    @property
    def author_id(self) -> str:
        """Who wrote it."""
        return str(self.data["author"]["id"])


@dataclass(slots=True, kw_only=True)
class Channel:
    """A channel, a thread or a direct conversation. Messages are held oldest first."""

    data: Json
    recipients: tuple[str, ...] = ()
    """Both sides of a direct conversation; empty in a guild."""
    messages: dict[str, Message] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The channel's id."""
        return str(self.data["id"])

    @property
    def guild_id(self) -> str | None:
        """The guild it belongs to; None for a direct conversation."""
        return self.data.get("guild_id")

    @property
    def is_thread(self) -> bool:
        """Whether it is a thread of another channel."""
        return self.data["type"] in THREADS


@dataclass(slots=True, kw_only=True)
class Guild:
    """A guild: `data` is what its events and REST have in common."""

    data: Json
    roles: dict[str, Json] = field(default_factory=dict)
    members: dict[str, Json] = field(default_factory=dict)
    """User id to the member, without its ``user``."""
    channel_ids: list[str] = field(default_factory=list)
    """Channels and threads, in the order in which they are shown."""

    @property
    def id(self) -> str:
        """The guild's id, which its @everyone role shares."""
        return str(self.data["id"])


@dataclass(slots=True, kw_only=True)
class Application:
    """A bot's application; its user has the same id."""

    id: str
    name: str
    description: str = ""
    global_commands: dict[str, Json] = field(default_factory=dict)
    guild_commands: dict[str, dict[str, Json]] = field(default_factory=dict)
    """Guild id to the commands that stand only there."""


@dataclass(slots=True)
class World:
    """Everything there is, in memory. Whoever changes an object calls `touch`, so that it is written."""

    users: dict[str, Json] = field(default_factory=dict)
    guilds: dict[str, Guild] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    notes: dict[str, Json] = field(default_factory=dict)
    """Small named facts that outlive a restart, such as the faults that are switched on."""
    touched: dict[tuple[str, str, str], None] = field(default_factory=dict)
    """What has changed since it was last written: kind, id, and for a message its channel."""
    sights: dict[tuple[str, str], int] = field(default_factory=dict)
    """Computed permissions by user and channel; forgotten whenever a guild or a channel changes."""

    def touch(self, kind: str, key: str, channel_id: str = "") -> None:
        """Say that a user, guild, channel, message, application or note was changed or removed."""
        self.touched[kind, key, channel_id] = None
        if kind in {"guild", "channel"}:
            self.sights.clear()
