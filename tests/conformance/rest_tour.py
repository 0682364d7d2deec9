"""One call of every REST route that a bot of ours does not use of itself, and the errors that they answer.

The answers are not looked at here: they are recorded, and judged with everything else.
"""

from __future__ import annotations

import asyncio
from typing import Any

import aiohttp
from sandbox_stage import Stage

from sandbox.discord.world.seed import GUILD_ID
from sandbox.discord.world.snowflake import stable_id

Json = dict[str, Any]
BOT = "Tourist"
HEART = "%E2%9D%A4"
NO_CONTENT, TOO_MANY = 204, 429


class Tour:
    """A bot without a gateway that calls the API."""

    def __init__(self, stage: Stage, http: aiohttp.ClientSession) -> None:
        self._http = http
        self._headers = {"Authorization": f"Bot {stage.token(BOT)}"}
        self.id = stable_id("application", BOT)

    async def call(self, method: str, path: str, body: object = None, *, expect: int = 200) -> Any:
        """Return what the API answers, whose status has to be `expect`; a limit is waited for."""
        status, told = await self._sent(method, path, body)
        while status == TOO_MANY:
            await asyncio.sleep(told["retry_after"])
            status, told = await self._sent(method, path, body)
        assert status == expect, f"{method} {path}: {status} {told}"
        return told

    async def _sent(self, method: str, path: str, body: object) -> tuple[int, Any]:
        url = f"/api/v10{path}"
        async with self._http.request(method, url, json=body, headers=self._headers) as response:
            return response.status, await response.json() if response.status != NO_CONTENT else None


async def take_tour(stage: Stage) -> None:
    """Call everything once."""
    async with aiohttp.ClientSession(stage.url) as http:
        tour = Tour(stage, http)
        await tour.call("GET", "/users/@me")
        members = stage.running.realm.world.guilds[GUILD_ID].members
        members[tour.id]["roles"] = [*members[tour.id]["roles"], stable_id("role", "Admin")]
        await _account(tour)
        await _commands(tour)
        await _guild(tour, stage)
        await _messages(tour)
        await _reactions(tour)
        await _threads(tour)
        await _errors(tour, http)


async def _account(tour: Tour) -> None:
    for path in ("/users/@me/guilds", f"/users/{tour.id}", "/applications/@me", "/gateway", "/gateway/bot"):
        await tour.call("GET", path)
    await tour.call("PATCH", "/users/@me", {"username": "Traveller"})
    await tour.call("PATCH", "/applications/@me", {"tags": ["travel"]})
    direct = await tour.call("POST", "/users/@me/channels", {"recipient_id": stable_id("user", "mia")})
    await tour.call("POST", f"/channels/{direct['id']}/messages", {"content": "hello there"})
    await tour.call("GET", f"/channels/{direct['id']}")


async def _commands(tour: Tour) -> None:
    option = {"type": 3, "name": "word", "description": "one", "choices": [{"name": "a", "value": "a"}]}
    body = {"name": "visit", "description": "go", "options": [option], "default_member_permissions": 8}
    for place in (f"/applications/{tour.id}/commands", f"/applications/{tour.id}/guilds/{GUILD_ID}/commands"):
        made = await tour.call("POST", place, body, expect=201)
        await tour.call("POST", place, {**body, "description": "go again"})
        await tour.call("GET", place)
        await tour.call("GET", f"{place}/{made['id']}")
        await tour.call("PATCH", f"{place}/{made['id']}", {"description": "come"})
        await tour.call("PUT", place, [body, {"type": 2, "name": "Who"}])
        (first, _) = await tour.call("GET", place)
        await tour.call("DELETE", f"{place}/{first['id']}", expect=204)
    in_guild = f"/applications/{tour.id}/guilds/{GUILD_ID}/commands"
    await tour.call("GET", f"{in_guild}/{first['id']}/permissions", expect=404)


async def _guild(tour: Tour, stage: Stage) -> None:
    guild, mia, role = f"/guilds/{GUILD_ID}", stable_id("user", "mia"), stable_id("role", "Trader")
    for path in (
        "",
        "?with_counts=true",
        "/channels",
        "/roles",
        f"/roles/{role}",
        f"/members/{mia}",
        "/threads/active",
    ):
        await tour.call("GET", guild + path)
    await tour.call("GET", f"{guild}/members/search?query=m&limit=5")
    await tour.call("GET", f"{guild}/members?limit=5", expect=403)
    await stage.client.faults(privileged_intents=["members"])
    await tour.call("GET", f"{guild}/members?limit=5")
    await stage.client.faults(privileged_intents=[])
    await tour.call("PUT", f"{guild}/members/{mia}/roles/{role}", expect=204)
    await tour.call("DELETE", f"{guild}/members/{mia}/roles/{role}", expect=204)
    made = await tour.call(
        "POST", f"{guild}/channels", {"name": "trips", "type": 0, "topic": "t"}, expect=201
    )
    await tour.call("PATCH", f"/channels/{made['id']}", {"topic": "u", "rate_limit_per_user": 5})
    await tour.call("DELETE", f"/channels/{made['id']}")


async def _messages(tour: Tour) -> None:
    place = f"/channels/{stable_id('channel', 'markets')}/messages"
    first = await tour.call("POST", place, {"content": "one", "nonce": "7", "enforce_nonce": True})
    again = await tour.call("POST", place, {"content": "one", "nonce": "7", "enforce_nonce": True})
    assert again["id"] == first["id"]
    reference = {"message_id": int(first["id"]), "fail_if_not_exists": True}
    second = await tour.call("POST", place, {"content": "two @everyone", "message_reference": reference})
    await tour.call("GET", f"{place}/{second['id']}")
    await tour.call("GET", f"{place}?limit=1&before={second['id']}")
    await tour.call("GET", f"{place}?around={first['id']}")
    await tour.call(
        "PATCH", f"{place}/{first['id']}", {"content": None, "embeds": [{"title": "t", "color": 1}]}
    )
    await tour.call("PATCH", f"{place}/{second['id']}", {"flags": 4})
    third = await tour.call("POST", place, {"content": "three"})
    both = {"messages": [second["id"], third["id"]]}
    await tour.call("POST", f"{place}/bulk-delete", both, expect=204)
    await tour.call("DELETE", f"{place}/{first['id']}", expect=204)


async def _reactions(tour: Tour) -> None:
    place = f"/channels/{stable_id('channel', 'alerts')}/messages"
    message = await tour.call("POST", place, {"content": "react to me"})
    reactions = f"{place}/{message['id']}/reactions"
    await tour.call("PUT", f"{reactions}/{HEART}/@me", expect=204)
    await tour.call("GET", f"{reactions}/{HEART}")
    await tour.call("GET", f"{place}/{message['id']}")
    await tour.call("DELETE", f"{reactions}/{HEART}/@me", expect=204)
    await tour.call("PUT", f"{reactions}/{HEART}/@me", expect=204)
    await tour.call("DELETE", f"{reactions}/{HEART}/{tour.id}", expect=204)
    await tour.call("DELETE", reactions, expect=204)


async def _threads(tour: Tour) -> None:
    channel = f"/channels/{stable_id('channel', 'alerts')}"
    thread = await tour.call("POST", f"{channel}/threads", {"name": "talk", "type": 11}, expect=201)
    await tour.call("PUT", f"/channels/{thread['id']}/thread-members/@me", expect=204)
    await tour.call("POST", f"/channels/{thread['id']}/messages", {"content": "in a thread"})
    await tour.call("GET", f"/guilds/{GUILD_ID}/threads/active")
    await tour.call("PATCH", f"/channels/{thread['id']}", {"archived": True, "name": "done"})
    await tour.call("DELETE", f"/channels/{thread['id']}/thread-members/@me", expect=204)
    await tour.call("DELETE", f"/channels/{thread['id']}")
    message = await tour.call("POST", f"{channel}/messages", {"content": "begin"})
    await tour.call("POST", f"{channel}/messages/{message['id']}/threads", {"name": "begun"}, expect=201)


async def _errors(tour: Tour, http: aiohttp.ClientSession) -> None:
    nobody, general = "1", stable_id("channel", "general")
    for path in (
        f"/channels/{nobody}",
        f"/users/{nobody}",
        f"/guilds/{nobody}",
        f"/channels/{general}/messages/1",
    ):
        await tour.call("GET", path, expect=404)
    messages = f"/channels/{general}/messages"
    refused = {"embeds": [{"title": "x" * 257}], "components": [{"type": 1, "components": []}]}
    await tour.call("POST", messages, refused, expect=400)
    await tour.call("POST", messages, {}, expect=400)
    late = f"/webhooks/{tour.id}/no-such-token"
    await tour.call("POST", late, {"content": "late"}, expect=404)
    async with http.get("/api/v10/users/@me", headers={"Authorization": "Bot nonsense"}) as response:
        assert response.status == 401
