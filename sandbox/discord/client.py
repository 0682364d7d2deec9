"""Acting as a member of a running local Discord from Python: `omega say`, tests and benches use it.

Everything goes over the member API; nothing of the server is imported but how JSON is written. The stream of
what a member sees, and the one socket that acts for many, stand in `client_stream`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

import aiohttp

from sandbox.discord.wire import Json, decode, encode
from services.errors import NoAnswer, UserMistake

Filled = str | bool | list[str]
OptionValue = str | int | float | bool
_API = "/sandbox/api"
_REFUSED_FROM = 400
_TIMEOUT = aiohttp.ClientTimeout(total=30.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What became of an interaction."""

    interaction_id: str
    state: str
    """``acknowledged`` or ``failed``."""
    elapsed_ms: float
    """From the member's action to the last message of the answer."""
    reason: str = ""
    callback_type: int | None = None
    message: Json | None = None
    """The first message, or the one that was updated."""
    modal: Json | None = None
    messages: list[Json] = field(default_factory=list)
    """The first message and the follow-ups, as they finally are."""

    @property
    def content(self) -> str:
        """The text of every message, one after the other."""
        return "\n".join(message["content"] for message in self.messages if message["content"])


class Http:
    """The member API's calls, with its errors raised as ours."""

    def __init__(self, base_url: str, session: aiohttp.ClientSession) -> None:
        self.base_url = base_url.rstrip("/")
        self.session = session

    async def call(self, method: str, path: str, query: dict[str, str], body: object = None) -> Any:
        """Return what a path answers.

        Raises:
            UserMistake: the request was refused; the hint says what to do.
            NoAnswer: nothing answers at that address.
        """
        url = f"{self.base_url}{_API}{path}"
        data = None if body is None else encode(body)
        headers = {"Content-Type": "application/json"} if data is not None else {}
        try:
            async with self.session.request(
                method, url, params=query, data=data, headers=headers
            ) as response:
                return _read(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(self.base_url) from error

    async def upload(self, path: str, query: dict[str, str], body: Json, files: dict[str, bytes]) -> Any:
        """Return what a path answers to a body with files."""
        form = aiohttp.FormData(quote_fields=False)
        form.add_field("payload_json", encode(body).decode())
        for number, (name, content) in enumerate(files.items()):
            form.add_field(f"files[{number}]", io.BytesIO(content), filename=name)
        try:
            async with self.session.post(f"{self.base_url}{_API}{path}", params=query, data=form) as response:
                return _read(response.status, await response.read())
        except (aiohttp.ClientError, TimeoutError) as error:
            raise unreachable(self.base_url) from error


def _read(status: int, raw: bytes) -> Any:
    body = decode(raw) if raw.startswith((b"{", b"[")) else None
    if status >= _REFUSED_FROM:
        said = body.get("error", {}) if isinstance(body, dict) else {}
        message = said.get("message") or f"The local Discord answered {status}."
        raise UserMistake(
            message, hint=said.get("fix", ""), facts={"code": said.get("code"), "status": status}
        )
    return body


def unreachable(base_url: str) -> NoAnswer:
    """Build the error for a server that is not there."""
    return NoAnswer(f"No local Discord answers at {base_url}.", hint="Start the farm: `omega run`.")


class SandboxClient:
    """A connection to a running local Discord; an async context manager."""

    def __init__(self, base_url: str) -> None:
        self._base_url = base_url
        self._http: Http | None = None

    async def __aenter__(self) -> Self:
        session = aiohttp.ClientSession(timeout=_TIMEOUT, connector=aiohttp.TCPConnector(limit=0))
        self._http = Http(self._base_url, session)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.http.session.close()

    @property
    def http(self) -> Http:
        """The calls themselves.

        Raises:
            RuntimeError: the client was not entered.
        """
        if self._http is None:
            raise RuntimeError("use `async with SandboxClient(...)`")
        return self._http

    async def member(self, name: str) -> Member:
        """Return the user of that name or id, with the channels it sees."""
        ready = await self.http.call("GET", "/ready", {"as": name})
        channels = {one["name"]: one["id"] for guild in ready["guilds"] for one in guild["channels"]}
        return Member(self.http, ready["user"], channels)

    async def add_user(self, name: str, *roles: str) -> Json:
        """Make a user, or give the roles to the one there is."""
        return dict(await self.http.call("POST", "/users", {}, {"username": name, "roles": list(roles)}))

    async def faults(self, **wanted: Any) -> Json:
        """Switch faults on and off, and return all of them; ``clear=True`` first switches off what is on."""
        return dict(await self.http.call("PUT", "/faults", {}, wanted))

    async def fetch(self, url: str) -> bytes:
        """Return the bytes of an attachment."""
        async with self.http.session.get(url) as response:
            response.raise_for_status()
            return await response.read()


class Writer:
    """One user, writing and reading. A channel is a name, with or without ``#``, or an id."""

    def __init__(self, http: Http, user: Json, channels: dict[str, str]) -> None:
        self._http = http
        self.user = user
        self.channels = channels
        """Name to id of the channels that the user saw when it was looked up."""
        self.locale: str | None = None
        """The language of the user's Discord, such as ``pt-BR``; None is English."""

    async def send(
        self,
        text: str,
        channel: str = "general",
        *,
        reply_to: str | None = None,
        files: dict[str, bytes] | None = None,
    ) -> Json:
        """Write a message and return it."""
        body = {"content": text, "reply_to": reply_to}
        path = f"/channels/{self.channel_id(channel)}/messages"
        if files:
            return dict(await self._http.upload(path, self._as(), body, files))
        return dict(await self._http.call("POST", path, self._as(), body))

    async def messages(
        self, channel: str = "general", *, limit: int = 50, before: str | None = None
    ) -> list[Json]:
        """Return up to 100 messages of a channel, newest first, with the user's own ephemeral ones."""
        older = {} if before is None else {"before": before}
        query = {**self._as(), "limit": str(limit), **older}
        return list(await self._http.call("GET", f"/channels/{self.channel_id(channel)}/messages", query))

    async def talk_to(self, user_id: str) -> str:
        """Return the channel id of the direct conversation with a user."""
        channel = await self._http.call("POST", "/dms", self._as(), {"recipient_id": user_id})
        return str(channel["id"])

    def channel_id(self, channel: str) -> str:
        """Return the id of a channel that is given by name or by id.

        Raises:
            UserMistake: the user sees no channel of that name.
        """
        name = channel.lstrip("#")
        if name in self.channels:
            return self.channels[name]
        if name.isdigit():
            return name
        seen = ", ".join(f"#{one}" for one in self.channels)
        who = self.user["username"]
        raise UserMistake(f"{who} sees no channel #{name}.", hint=f"{who} sees: {seen}.")

    def _as(self) -> dict[str, str]:
        return {"as": self.user["id"]}


class Member(Writer):
    """One user, acting towards bots too."""

    async def slash(
        self,
        name: str,
        /,
        channel: str = "general",
        *,
        application: str | None = None,
        **options: OptionValue,
    ) -> Answer:
        """Use a slash command such as ``price`` or ``farm status`` and wait for its answer."""
        body = {**self._command(name, channel, application), "options": _options(options)}
        return await self._interact({"type": 2, **body})

    async def menu(self, name: str, target_id: str, channel: str = "general") -> Answer:
        """Use a context menu on a message or a user and wait for its answer."""
        return await self._interact({"type": 2, **self._command(name, channel, None), "target_id": target_id})

    async def autocomplete(
        self, name: str, /, option: str, typed: str, channel: str = "general", **options: OptionValue
    ) -> list[Json]:
        """Return the choices offered while `typed` stands in an option."""
        focused = {"name": option, "value": typed, "focused": True}
        body = {"type": 4, **self._command(name, channel, None), "options": [*_options(options), focused]}
        answered = await self._http.call("POST", "/interactions", self._as(), self._spoken(body))
        return list(answered["choices"])

    async def press(self, message: Json, custom_id: str) -> Answer:
        """Press a button and wait for what it does."""
        return await self._use(message, custom_id, {"component_type": 2})

    async def select(self, message: Json, custom_id: str, *values: str) -> Answer:
        """Choose in a select and wait for what it does."""
        return await self._use(message, custom_id, {"values": list(values)})

    async def submit(self, answer: Answer, /, **values: Filled) -> Answer:
        """Fill in the modal that `answer` opened, by custom id, and wait for its answer."""
        components = [_submitted(custom_id, value) for custom_id, value in values.items()]
        return await self._interact(
            {"type": 5, "interaction_id": answer.interaction_id, "components": components}
        )

    def _spoken(self, body: Json) -> Json:
        return body if self.locale is None else {**body, "locale": self.locale}

    def _command(self, name: str, channel: str, application: str | None) -> Json:
        named = {"name": name, "channel_id": self.channel_id(channel)}
        return {**named, "application_id": application} if application else named

    async def _use(self, message: Json, custom_id: str, more: Json) -> Answer:
        place = {"channel_id": message["channel_id"], "message_id": message["id"], "custom_id": custom_id}
        return await self._interact({"type": 3, **place, **more})

    async def _interact(self, body: Json) -> Answer:
        said = await self._http.call("POST", "/interactions", {**self._as(), "wait": "1"}, self._spoken(body))
        return Answer(**said)


def _options(options: dict[str, OptionValue]) -> list[Json]:
    return [{"name": name, "value": value} for name, value in options.items()]


def _submitted(custom_id: str, value: Filled) -> Json:
    key = "values" if isinstance(value, list) else "value"
    return {"custom_id": custom_id, key: value}
