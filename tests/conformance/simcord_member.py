"""A simulator's actor as a `Member` of the conversation."""

from __future__ import annotations

from typing import Any

import simcord
from conversation import Heard


class SimcordMember:
    """Acts for one member of a simulated guild, towards one bot."""

    def __init__(self, env: Any, channel: Any, actor: Any, others: dict[str, Any]) -> None:
        self._env = env
        self._channel = channel
        self._actor = actor
        self._others = others

    async def slash(self, name: str, **options: str) -> Heard:
        said: dict[str, Any] = {key: self._others.get(value, value) for key, value in options.items()}
        said = {key: int(value) if key == "times" else value for key, value in said.items()}
        return self._heard(await self._actor.slash(self._channel, name, **said))

    async def complete(self, name: str, option: str, typed: str) -> list[str]:
        choices = await self._actor.autocomplete(self._channel, name, option, typed)
        return [choice["value"] for choice in choices]

    async def press(self, heard: Heard, custom_id: str) -> Heard:
        return self._heard(await self._actor.click(heard.source.response, custom_id=custom_id))

    async def choose(self, heard: Heard, custom_id: str, value: str) -> Heard:
        return self._heard(await self._actor.select(heard.source.response, [value], custom_id=custom_id))

    async def submit(self, heard: Heard, **values: str) -> Heard:
        said = {key: [value] if key == "side" else value for key, value in values.items()}
        return self._heard(await self._actor.submit_modal(heard.source, said))

    async def use_menu(self, name: str, heard: Heard) -> Heard:
        return self._heard(await self._actor.context_menu(self._channel, name, heard.source.response))

    async def use_menu_on(self, name: str, user: str) -> Heard:
        return self._heard(await self._actor.context_menu(self._channel, name, self._others[user]))

    async def mention(self, text: str) -> Heard:
        await self._actor.send(self._channel, f"<@{self._env.bot.user.id}> {text}")
        return Heard(message=_json(self._channel.last_message))

    async def sees(self, heard: Heard, text: str) -> dict[str, Any]:
        return next(_json(one.message) for one in heard.source.followups if one.content == text)

    async def download(self, address: str) -> bytes:
        return bytes(await self._env.bot.http.get_from_cdn(address))

    def _heard(self, result: simcord.InteractionResult) -> Heard:
        response = result.response
        return Heard(
            message={} if response is None else _json(response.message),
            modal=result.modal,
            source=result,
        )


def _json(message: Any) -> dict[str, Any]:
    reference = message.reference
    return {
        "id": str(message.id),
        "content": message.content,
        "flags": message.flags.value,
        "embeds": [embed.to_dict() for embed in message.embeds],
        "components": [part.to_dict() for part in message.components],
        "attachments": [file.to_dict() for file in message.attachments],
        "message_reference": None if reference is None else {"message_id": str(reference.message_id)},
    }
