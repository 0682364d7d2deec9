"""The process of the local Discord: the server of `sandbox.discord`, on the socket that the farm holds."""

from __future__ import annotations

from urllib.parse import urlsplit

from bots.inherited import inherited
from bots.process import Process
from config.farm_file import DiscordSection
from sandbox.discord.app import Options, serve
from sandbox.discord.realm import Addresses
from services.errors import Misconfigured


async def run(process: Process) -> None:
    """Serve until the process is asked to stop."""
    process.report("discord", is_ready=False, reason="opening")
    async with serve(_options(process)) as running:
        process.announce("discord", running.url)
        process.report("discord", is_ready=True)
        await process.stopping.wait()


def _options(process: Process) -> Options:
    key = process.secrets.sandbox_key
    if key is None:
        raise Misconfigured(
            "The sandbox has no key to verify tokens with.", hint="Start it through the farm."
        )
    spec = process.spec
    address = urlsplit(spec.discord_url or "http://127.0.0.1:0")
    url = spec.discord_url
    return Options(
        key=key,
        clock=process.clock,
        var=spec.var,
        static=spec.root / "dashboard" / "static",
        host=address.hostname or "127.0.0.1",
        port=address.port or 0,
        addresses=Addresses(cdn=f"{url}/cdn") if url and address.port else None,
        listening=None if spec.listen_fd is None else inherited(spec.listen_fd),
        hosts=_names(spec.discord),
    )


def _names(discord: DiscordSection | None) -> frozenset[str]:
    """Return what the farm file calls the sandbox: another machine's browser says that, not the address."""
    if discord is None:
        return frozenset()
    url = urlsplit(discord.url or "").hostname
    return frozenset(name.lower() for name in (discord.host, url) if name)
