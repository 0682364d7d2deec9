"""Pressing, choosing, submitting: the data of component and modal interactions, checked as a client does."""

from __future__ import annotations

from typing import Any

from sandbox.discord.interactions.model import Interaction
from sandbox.discord.member_api.mistakes import Mistake
from sandbox.discord.member_api.resolved import Resolved
from sandbox.discord.messages.components import every_component, find_component
from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.rules.components import (
    CHANNEL_SELECT,
    MENTIONABLE_SELECT,
    ROLE_SELECT,
    ROW,
    SELECTS,
    STRING_SELECT,
    TEXT,
    TEXT_INPUT,
)
from sandbox.discord.rules.modals import CHECKBOX_GROUP, FILE_UPLOAD, LABEL, RADIO_GROUP
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Channel, Message
from sandbox.discord.world.seed import GUILD_ID

_LISTS = SELECTS | {FILE_UPLOAD, CHECKBOX_GROUP}


class Values:
    """Reads the values of components for one user in one channel."""

    def __init__(
        self,
        realm: Realm,
        channel: Channel,
        user_id: str,
        resolved: Resolved,
        uploads: tuple[Upload, ...] = (),
    ) -> None:
        self._realm = realm
        self._channel = channel
        self._user_id = user_id
        self._resolved = resolved
        self._uploads = uploads

    def pressed(self, message: Message, custom_id: str, values: list[str] | None) -> Json:
        """Return the data of a component interaction."""
        part = find_component(message.data["components"], custom_id)
        if part is None:
            ids = [
                one["custom_id"] for one in every_component(message.data["components"]) if "custom_id" in one
            ]
            fix = f"The message has: {', '.join(ids) or 'no components'}."
            raise Mistake(404, "unknown_component", f"There is no component {custom_id!r}.", fix)
        if part.get("disabled"):
            raise Mistake(400, "disabled", f"The component {custom_id!r} is disabled.", "Use another one.")
        data: Json = {"custom_id": custom_id, "component_type": part["type"], "id": part["id"]}
        if part["type"] in SELECTS:
            data["values"] = self.chosen(part, [str(value) for value in values or []])
        return {**data, **self._resolved.to_json()}

    def submitted(self, opener: Interaction, said: list[Json]) -> Json:
        """Return the data of a modal's submission: what was said, laid out as the modal is."""
        modal = opener.modal
        if modal is None:
            raise Mistake(
                400, "no_modal", "That interaction opened no modal.", "Submit the one that is open."
            )
        given = {part["custom_id"]: part for part in every_component(said) if "custom_id" in part}
        laid_out = [self._laid_out(part, given) for part in modal["components"]]
        data = {"custom_id": modal["custom_id"], "components": laid_out}
        return {**data, **self._resolved.to_json()}

    def chosen(self, part: Json, values: list[str]) -> list[str]:
        """Check the values of a select and note what they stand for."""
        at_most = len(part["options"]) if part["type"] == CHECKBOX_GROUP else 1
        low, high = part.get("min_values", 1), part.get("max_values", at_most)
        if not low <= len(values) <= high:
            message = f"{part['custom_id']!r} takes {low} to {high} values, not {len(values)}."
            raise Mistake(400, "bad_values", message, "Choose that many.")
        return [self._value(part, value) for value in values]

    def _value(self, part: Json, value: str) -> str:
        kind: int = part["type"]
        if kind in {STRING_SELECT, CHECKBOX_GROUP, RADIO_GROUP}:
            return _option(part, value)
        roles = self._realm.world.guilds[self._channel.guild_id or GUILD_ID].roles
        if kind == ROLE_SELECT or (kind == MENTIONABLE_SELECT and value in roles):
            if value not in roles:
                raise Mistake(400, "bad_values", f"There is no role {value!r}.", "Choose a role's id.")
            self._resolved.role(roles[value])
        elif kind == CHANNEL_SELECT:
            self._resolved.channel(value, self._user_id)
        else:
            self._resolved.user(value)
        return value

    def _laid_out(self, part: Json, given: dict[str, Json]) -> Json:
        kind: int = part["type"]
        if kind == LABEL:
            inner = self._laid_out(part["component"], given)
            return {"type": LABEL, "id": part["id"], "component": inner}
        if kind == ROW:
            rows = [self._laid_out(one, given) for one in part["components"]]
            return {"type": ROW, "id": part["id"], "components": rows}
        if kind == TEXT:
            return {"type": TEXT, "id": part["id"]}
        said = given.get(part["custom_id"], {})
        filled = {"type": kind, "id": part["id"], "custom_id": part["custom_id"]}
        return {**filled, **self._filled(part, said)}

    def _filled(self, part: Json, said: Json) -> Json:
        kind: int = part["type"]
        if kind == TEXT_INPUT:
            return {"value": _text(part, str(said.get("value") or ""))}
        if kind == FILE_UPLOAD:
            return {"values": [self._uploaded(one) for one in said.get("values") or []]}
        if kind in _LISTS:
            return {"values": self._chosen_in_modal(part, [str(one) for one in said.get("values") or []])}
        if kind == RADIO_GROUP:
            value = said.get("value")
            _need(part, value)
            return {"value": None if value is None else _option(part, str(value))}
        return {"value": bool(said.get("value"))}

    def _chosen_in_modal(self, part: Json, values: list[str]) -> list[str]:
        if not values and part.get("required") is False:
            return []
        return self.chosen(part, values)

    def _uploaded(self, number: Any) -> str:
        upload = next((one for one in self._uploads if str(one.number) == str(number)), None)
        if upload is None:
            raise Mistake(400, "bad_values", f"There is no file {number!r}.", "Give the number of a file.")
        attachment = self._realm.cdn.keep(self._channel.id, upload, {})
        self._resolved.attachment(attachment)
        return str(attachment["id"])


def _option(part: Json, value: str) -> str:
    for option in part.get("options") or []:
        if value in {option["value"], option["label"]}:
            return str(option["value"])
    labels = ", ".join(str(option["value"]) for option in part.get("options") or [])
    raise Mistake(400, "bad_values", f"{part['custom_id']!r} has no option {value!r}.", f"It has: {labels}.")


def _text(part: Json, value: str) -> str:
    if not value and part.get("required") is False:
        return value
    low, high = part.get("min_length", 0), part.get("max_length", 4000)
    _need(part, value or None)
    if not low <= len(value) <= high:
        message = f"{part['custom_id']!r} takes {low} to {high} characters."
        raise Mistake(400, "bad_values", message, "Write that many.")
    return value


def _need(part: Json, value: object) -> None:
    if value is None and part.get("required", True):
        raise Mistake(400, "bad_values", f"{part['custom_id']!r} is required.", "Fill it in.")
