"""The member API over HTTP: one function a path. What is done stands in `acts`, `talk` and `view`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import msgspec
from aiohttp import web

from sandbox.discord.applications import announce_member
from sandbox.discord.assembly import FAULTS
from sandbox.discord.events import Event
from sandbox.discord.faults import ACTIONS, Commotion
from sandbox.discord.gateway.commotion import stir
from sandbox.discord.interactions.model import AUTOCOMPLETE
from sandbox.discord.member_api import talk, view
from sandbox.discord.member_api.acts import interact
from sandbox.discord.member_api.mistakes import Mistake, mistaken
from sandbox.discord.member_api.outcome import outcome
from sandbox.discord.member_api.said import person_in
from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.rest.body import read_body
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json, encode
from sandbox.discord.world.lookup import visible_channel
from sandbox.discord.world.seed import GUILD_ID, add_person
from sandbox.discord.world.snowflake import stable_id

PREFIX = "/sandbox/api"

Act = Callable[[web.Request], Awaitable[object]]


class MemberHttp:
    """Answers the member API."""

    def __init__(self, realm: Realm) -> None:
        self._realm = realm

    def add_to(self, app: web.Application) -> None:
        """Add the paths."""
        message = "/channels/{channel}/messages/{message}"
        paths: list[tuple[str, str, Act]] = [
            ("GET", "/users", self._users),
            ("POST", "/users", self._add_user),
            ("GET", "/ready", self._ready),
            ("GET", "/channels/{channel}/messages", self._read),
            ("POST", "/channels/{channel}/messages", self._write),
            ("PATCH", message, self._change),
            ("DELETE", message, self._remove),
            ("PUT", message + "/reactions/{emoji}", self._react),
            ("DELETE", message + "/reactions/{emoji}", self._react),
            ("POST", "/channels/{channel}/typing", self._type),
            ("GET", "/channels/{channel}/commands", self._commands),
            ("POST", "/dms", self._open_conversation),
            ("POST", "/interactions", self._interact),
            ("GET", "/faults", self._faults),
            ("PUT", "/faults", self._set_faults),
        ]
        for method, path, act in paths:
            app.router.add_route(method, PREFIX + path, _answering(act))

    async def _users(self, _request: web.Request) -> Json:
        return {"users": view.people(self._realm.world)}

    async def _add_user(self, request: web.Request) -> Json:
        body, _ = await _object(request)
        world = self._realm.world
        username, roles = person_in(body, (role["name"] for role in world.guilds[GUILD_ID].roles.values()))
        is_new = stable_id("user", username) not in world.users
        user = add_person(world, username, roles, self._realm.clock.now())
        announce_member(world, self._realm.events, user["id"], is_new=is_new)
        return view.person(world, user)

    async def _ready(self, request: web.Request) -> Json:
        return view.ready(self._realm, self._actor(request))

    async def _read(self, request: web.Request) -> list[Json]:
        return talk.read(self._realm, self._actor(request), request.match_info["channel"], request.query)

    async def _write(self, request: web.Request) -> Json:
        body, uploads = await _object(request)
        return talk.write(self._realm, self._actor(request), request.match_info["channel"], body, uploads)

    async def _change(self, request: web.Request) -> Json:
        body, _ = await _object(request)
        return talk.change(self._realm, self._actor(request), _place(request), body)

    async def _remove(self, request: web.Request) -> None:
        talk.remove(self._realm, self._actor(request), _place(request))

    async def _react(self, request: web.Request) -> None:
        emoji, is_added = request.match_info["emoji"], request.method == "PUT"
        talk.react(self._realm, self._actor(request), _place(request), emoji, is_added=is_added)

    async def _type(self, request: web.Request) -> None:
        talk.type_in(self._realm, self._actor(request), request.match_info["channel"])

    async def _commands(self, request: web.Request) -> list[Json]:
        actor = self._actor(request)
        channel = visible_channel(self._realm.world, request.match_info["channel"], actor)
        return [
            {"application": {"id": application.id, "name": application.name}, "command": command}
            for application, command in view.commands(self._realm, channel, actor)
        ]

    async def _open_conversation(self, request: web.Request) -> Json:
        body, _ = await _object(request)
        return talk.open_conversation(self._realm, self._actor(request), str(body.get("recipient_id")))

    async def _interact(self, request: web.Request) -> Json:
        body, uploads = await _object(request)
        actor = self._actor(request)
        if request.query.get("wait") in {"1", "true"}:
            body = {**body, "wait": True}
        return await do_interaction(self._realm, actor, body, uploads)

    async def _faults(self, _request: web.Request) -> Json:
        return self._realm.switch.to_json()

    async def _set_faults(self, request: web.Request) -> Json:
        body, _ = await _object(request)
        try:
            set_faults(self._realm, body)
        except msgspec.ValidationError as error:
            fix = "GET /sandbox/api/faults shows every fault and its value."
            raise Mistake(400, "bad_fault", str(error), fix) from None
        return self._realm.switch.to_json()

    def _actor(self, request: web.Request) -> str:
        return view.find_actor(self._realm.world, request.query.get("as"))


async def do_interaction(realm: Realm, user_id: str, body: Json, uploads: tuple[Upload, ...] = ()) -> Json:
    """Start an interaction; with ``wait``, and always for autocomplete, wait for what becomes of it."""
    interaction = interact(realm, user_id, body, uploads)
    if interaction.type == AUTOCOMPLETE:
        await outcome(realm, interaction)
        return {"choices": interaction.choices, "state": interaction.state}
    if body.get("wait"):
        return await outcome(realm, interaction)
    told = {"interaction_id": interaction.id, "state": interaction.state}
    return {**told, "reason": interaction.reason} if interaction.reason else told


def set_faults(realm: Realm, wanted: Json) -> None:
    """Switch faults on and off, and do those that happen at once.

    Raises:
        msgspec.ValidationError: a fault is unknown or its value is not allowed.
        Mistake: there is no such application.
    """
    at_once = {key: wanted[key] for key in (*ACTIONS, "application") if key in wanted}
    commotion = msgspec.convert(at_once, Commotion)
    application_id = _application_id(realm, commotion.application)
    if wanted.get("clear"):
        realm.switch.clear()
    realm.switch.set({key: value for key, value in wanted.items() if key not in {*at_once, "clear"}})
    if at_once:
        stir(realm.hub, commotion, application_id)
    realm.world.notes[FAULTS] = realm.switch.to_json()
    realm.world.touch("note", FAULTS)
    realm.events.emit(Event(type="FAULTS", payload=realm.switch.to_json()))


def _application_id(realm: Realm, named: str | None) -> str | None:
    """Return the id of the application of that name or id; None, which is all of them, for None."""
    known = realm.world.applications
    if named is None or named in known:
        return named
    for one in known.values():
        if one.name == named:
            return one.id
    names = ", ".join(sorted(one.name for one in known.values())) or "none yet"
    message = f"There is no application {named!r}."
    raise Mistake(400, "unknown_application", message, f"There are: {names}.")


async def _object(request: web.Request) -> tuple[Json, tuple[Upload, ...]]:
    body, uploads = await read_body(request)
    if not isinstance(body, dict):
        raise Mistake(400, "no_body", "The request needs a JSON object.", "Send application/json.")
    return body, uploads


def _place(request: web.Request) -> tuple[str, str]:
    return request.match_info["channel"], request.match_info["message"]


def _answering(act: Act) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            body: Any = await act(request)
        except Refused as refusal:
            return _failed(mistaken(refusal))
        except Mistake as mistake:
            return _failed(mistake)
        if body is None:
            return web.Response(status=204)
        return web.Response(body=encode(body), content_type="application/json")

    return answer


def _failed(mistake: Mistake) -> web.Response:
    return web.Response(
        status=mistake.status, body=encode(mistake.to_body()), content_type="application/json"
    )
