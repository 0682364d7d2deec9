from __future__ import annotations

from pathlib import Path

from persona_fakes import FakeBus
from persona_stage import ROOT, persona, process_of, spec, until, user_id

from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient

PICTURE = (ROOT / "personas" / "xyko" / "avatar.png").read_bytes()


async def test_a_bot_shows_the_picture_of_its_persona_and_uploads_it_once(
    discord_server: Running, client: SandboxClient, bus: FakeBus, tmp_path: Path
) -> None:
    xyko = user_id("Xyko")
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus):
        await until(lambda: any((tmp_path / "run").glob("portrait-*.json")))
        ready = await client.http.call("GET", "/ready", {"as": "mia"})
        (shown,) = [
            one["user"]["avatar"] for one in ready["guilds"][0]["members"] if one["user"]["id"] == xyko
        ]
        assert await client.fetch(f"{discord_server.url}/cdn/avatars/{xyko}/{shown}.png") == PICTURE
    users = discord_server.realm.world.users
    users[xyko]["avatar"] = "set in the portal"
    async with persona(process_of(spec("xyko", discord_server.url, tmp_path)), bus):
        await client.http.call("GET", "/ready", {"as": "mia"})
    assert users[xyko]["avatar"] == "set in the portal"
