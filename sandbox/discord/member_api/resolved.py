"""The ``resolved`` part of an interaction: the users, roles, channels, messages and files it names."""

from __future__ import annotations

from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.lookup import find_channel, find_message, find_user, rights
from sandbox.discord.world.model import Channel

_NOT_IN_PARTIAL = frozenset({"deaf", "mute"})


class Resolved:
    """Gathers what an interaction refers to."""

    def __init__(self, realm: Realm, channel: Channel, application_id: str) -> None:
        self._realm = realm
        self._channel = channel
        self._application_id = application_id
        self._found: dict[str, dict[str, Json]] = {}

    def user(self, user_id: str) -> None:
        """Add a user, and the member it is."""
        self._add("users", find_user(self._realm.world, user_id))
        guild = self._realm.world.guilds.get(self._channel.guild_id or "")
        if guild is not None and user_id in guild.members:
            partial = {k: v for k, v in guild.members[user_id].items() if k not in _NOT_IN_PARTIAL}
            partial["permissions"] = str(rights(self._realm.world, self._channel, user_id))
            self._found.setdefault("members", {})[user_id] = partial

    def role(self, role: Json) -> None:
        """Add a role."""
        self._add("roles", role)

    def channel(self, channel_id: str, user_id: str) -> None:
        """Add a channel with what the user and the application may do there."""
        channel = find_channel(self._realm.world, channel_id)
        may = str(rights(self._realm.world, channel, user_id))
        app_may = str(rights(self._realm.world, channel, self._application_id))
        self._add("channels", {**channel.data, "permissions": may, "app_permissions": app_may})

    def message(self, message_id: str, user_id: str) -> None:
        """Add a message of this channel."""
        self._add("messages", find_message(self._channel, message_id, user_id).data)

    def attachment(self, attachment: Json) -> None:
        """Add an uploaded file."""
        self._add("attachments", attachment)

    def to_json(self) -> Json:
        """Return ``{resolved: ...}``, or nothing when nothing was referred to."""
        return {"resolved": self._found} if self._found else {}

    def _add(self, kind: str, thing: Json) -> None:
        self._found.setdefault(kind, {})[thing["id"]] = thing
