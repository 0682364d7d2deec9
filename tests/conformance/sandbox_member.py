"""A member of the sandbox as a `Member` of the conversation."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

from conversation import Heard

from sandbox.discord import client
from sandbox.discord.client import Answer, SandboxClient
from sandbox.discord.world.snowflake import stable_id

Json = dict[str, Any]
LOOKS = 500
LISTED = ("side",)
"""Controls of the conversation's modal that take a list."""


class SandboxMember:
    """Acts as one user in one channel, towards one bot."""

    def __init__(self, http: SandboxClient, user: client.Member, bot: str, channel: str = "general") -> None:
        self._client = http
        self._user = user
        self._channel = channel
        self.bot_id = stable_id("application", bot)

    async def slash(self, name: str, **options: str) -> Heard:
        return _heard(await self._user.slash(name, self._channel, application=self.bot_id, **options))

    async def complete(self, name: str, option: str, typed: str) -> list[str]:
        choices = await self._user.autocomplete(name, option, typed, self._channel)
        return [choice["value"] for choice in choices]

    async def press(self, heard: Heard, custom_id: str) -> Heard:
        return _heard(await self._user.press(dict(heard.message), custom_id))

    async def choose(self, heard: Heard, custom_id: str, value: str) -> Heard:
        return _heard(await self._user.select(dict(heard.message), custom_id, value))

    async def submit(self, heard: Heard, **values: str) -> Heard:
        said = {key: [value] if key in LISTED else value for key, value in values.items()}
        return _heard(await self._user.submit(heard.source, **said))

    async def use_menu(self, name: str, heard: Heard) -> Heard:
        return _heard(await self._user.menu(name, heard.message["id"], self._channel))

    async def use_menu_on(self, name: str, user: str) -> Heard:
        return _heard(await self._user.menu(name, stable_id("user", user), self._channel))

    async def mention(self, text: str) -> Heard:
        return await self.reply_to(await self.send(f"<@{self.bot_id}> {text}"))

    async def sees(self, _heard: Heard, text: str) -> Json:
        return await self._find(lambda message: message["content"] == text)

    async def download(self, address: str) -> bytes:
        return await self._client.fetch(address)

    async def send(self, text: str) -> Json:
        """Write into the channel and return the message."""
        return await self._user.send(text, self._channel)

    async def reply_to(self, sent: Json) -> Heard:
        """Wait for the message that answers `sent`."""
        return Heard(message=await self._find(lambda message: _answers(message, sent["id"])))

    async def commands(self) -> list[str]:
        """Return the names of the bot's commands that are offered here."""
        path = f"/channels/{self._user.channel_id(self._channel)}/commands"
        offered = await self._client.http.call("GET", path, {"as": self._user.user["id"]})
        return [one["command"]["name"] for one in offered if one["application"]["id"] == self.bot_id]

    async def _find(self, is_wanted: Callable[[Json], bool]) -> Json:
        for _ in range(LOOKS):
            for message in await self._user.messages(self._channel):
                if is_wanted(message):
                    return message
            await asyncio.sleep(0.02)
        raise AssertionError("the message did not come")


def _heard(answer: Answer) -> Heard:
    assert answer.state == "acknowledged", answer
    return Heard(message=answer.message or {}, modal=answer.modal, source=answer)


def _answers(message: Json, message_id: str) -> bool:
    return (message.get("message_reference") or {}).get("message_id") == message_id
