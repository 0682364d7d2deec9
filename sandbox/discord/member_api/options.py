"""The options of a command as a member gives them: matched with the command, converted, checked, resolved.

Discord's own client does this before it sends anything, so a value that does not fit is the member's mistake.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.member_api.resolved import Resolved
from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel
from sandbox.discord.world.seed import GUILD_ID

SUB_COMMAND, SUB_COMMAND_GROUP = 1, 2
STRING, INTEGER, BOOLEAN, USER, CHANNEL, ROLE, MENTIONABLE, NUMBER, ATTACHMENT = range(3, 12)

_MENTION = re.compile(r"<(?:@!?|@&|#)(\d+)>")
_TRUTH = {"true": True, "false": False, "yes": True, "no": False}


def nested(path: list[str], options: list[Json]) -> list[Json]:
    """Wrap options in the subcommands that a name such as ``farm status`` goes through."""
    for depth, name in enumerate(reversed(path)):
        options = [{"name": name, "type": SUB_COMMAND_GROUP if depth else SUB_COMMAND, "options": options}]
    return options


class OptionReader:
    """Reads the options of one command for one user."""

    def __init__(
        self, realm: Realm, channel: Channel, user_id: str, resolved: Resolved, uploads: tuple[Upload, ...]
    ) -> None:
        self._realm = realm
        self._channel = channel
        self._user_id = user_id
        self._resolved = resolved
        self._uploads = uploads
        self._kinds: dict[int, Callable[[Json, Any], Any]] = {
            STRING: self._text,
            INTEGER: self._integer,
            BOOLEAN: self._boolean,
            USER: self._user,
            CHANNEL: self._in_channel,
            ROLE: self._role,
            MENTIONABLE: self._mentionable,
            NUMBER: self._number,
            ATTACHMENT: self._attachment,
        }

    def read(self, defined: list[Json], said: list[Json], *, is_partial: bool) -> list[Json]:
        """Return the options as Discord sends them; a partial command is one that is still being typed."""
        known = {option["name"]: option for option in defined}
        for option in said:
            if option.get("name") not in known:
                names = ", ".join(known) or "none"
                message = f"The command has no option {option.get('name')!r}."
                raise Mistake(400, "unknown_option", message, f"It has: {names}.")
        given = {option["name"] for option in said}
        for option in defined:
            if not is_partial and option.get("required") and option["name"] not in given:
                message = f"The option {option['name']} is required."
                raise Mistake(400, "option_required", message, f"Give {option['name']}.")
        self._require_subcommand(defined, said)
        return [self._one(known[option["name"]], option, is_partial=is_partial) for option in said]

    def _require_subcommand(self, defined: list[Json], said: list[Json]) -> None:
        subcommands = [one["name"] for one in defined if one["type"] in {SUB_COMMAND, SUB_COMMAND_GROUP}]
        if subcommands and not said:
            fix = f"Name one of: {', '.join(subcommands)}."
            raise Mistake(400, "subcommand_required", "The command needs a subcommand.", fix)

    def _one(self, definition: Json, said: Json, *, is_partial: bool) -> Json:
        kind: int = definition["type"]
        if kind in {SUB_COMMAND, SUB_COMMAND_GROUP}:
            inner = self.read(
                definition.get("options") or [], said.get("options") or [], is_partial=is_partial
            )
            return {"name": definition["name"], "type": kind, "options": inner}
        if said.get("focused"):
            return {
                "name": definition["name"],
                "type": kind,
                "value": str(said.get("value", "")),
                "focused": True,
            }
        value = said.get("value") if is_partial else self._kinds[kind](definition, said.get("value"))
        return {"name": definition["name"], "type": kind, "value": value}

    def _text(self, definition: Json, value: Any) -> str:
        text = str(_chosen(definition, value))
        low, high = definition.get("min_length", 0), definition.get("max_length", 6000)
        if not low <= len(text) <= high:
            raise _unfit(definition, f"between {low} and {high} characters")
        return text

    def _integer(self, definition: Json, value: Any) -> int:
        try:
            number = int(str(_chosen(definition, value)))
        except ValueError:
            raise _unfit(definition, "a whole number") from None
        _check_bounds(definition, number)
        return number

    def _number(self, definition: Json, value: Any) -> float:
        try:
            number = float(str(_chosen(definition, value)))
        except ValueError:
            raise _unfit(definition, "a number") from None
        _check_bounds(definition, number)
        return number

    def _boolean(self, definition: Json, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        truth = _TRUTH.get(str(value).lower())
        if truth is None:
            raise _unfit(definition, "true or false")
        return truth

    def _user(self, definition: Json, value: Any) -> str:
        user_id = _id_in(value)
        if user_id not in self._realm.world.users:
            name = str(value).lstrip("@").casefold()
            named = (u["id"] for u in self._realm.world.users.values() if u["username"].casefold() == name)
            user_id = next(named, "")
        if not user_id:
            raise _unfit(definition, "a user")
        self._resolved.user(user_id)
        return user_id

    def _in_channel(self, definition: Json, value: Any) -> str:
        channel_id = _id_in(value)
        if channel_id not in self._realm.world.channels:
            name = str(value).lstrip("#")
            named = (c.id for c in self._realm.world.channels.values() if c.data.get("name") == name)
            channel_id = next(named, "")
        if not channel_id:
            raise _unfit(definition, "a channel")
        self._resolved.channel(channel_id, self._user_id)
        return channel_id

    def _role(self, definition: Json, value: Any) -> str:
        roles = self._realm.world.guilds[self._channel.guild_id or GUILD_ID].roles
        role_id = _id_in(value)
        if role_id not in roles:
            role_id = next((one for one, role in roles.items() if role["name"] == str(value)), "")
        if not role_id:
            raise _unfit(definition, "a role")
        self._resolved.role(roles[role_id])
        return role_id

    def _mentionable(self, definition: Json, value: Any) -> str:
        roles = self._realm.world.guilds[self._channel.guild_id or GUILD_ID].roles
        return self._role(definition, value) if _id_in(value) in roles else self._user(definition, value)

    def _attachment(self, definition: Json, value: Any) -> str:
        upload = next((one for one in self._uploads if str(one.number) == str(value)), None)
        if upload is None:
            raise _unfit(definition, "the number of an uploaded file")
        attachment = self._realm.cdn.keep(self._channel.id, upload, {})
        self._resolved.attachment(attachment)
        return str(attachment["id"])


def _id_in(value: Any) -> str:
    mention = _MENTION.fullmatch(str(value))
    return mention.group(1) if mention else str(value)


def _check_bounds(definition: Json, number: float) -> None:
    low, high = definition.get("min_value"), definition.get("max_value")
    if (low is not None and number < low) or (high is not None and number > high):
        raise _unfit(definition, f"between {low} and {high}")


def _chosen(definition: Json, value: Any) -> Any:
    """Return the value of a choice, which may be given by its name too."""
    choices = definition.get("choices")
    if not choices:
        return value
    for choice in choices:
        if str(value) in {str(choice["value"]), choice["name"]}:
            return choice["value"]
    raise _unfit(definition, f"one of: {', '.join(str(choice['name']) for choice in choices)}")


def _unfit(definition: Json, wanted: str) -> Mistake:
    message = f"The option {definition['name']} has to be {wanted}."
    return Mistake(400, "bad_option", message, f"Give {wanted}.")
