"""Points discord.py at another server than Discord's: the one place that touches its class attributes.

The addresses are attributes of its classes, so the whole process is redirected: a bot of the sandbox and one
of the real Discord never share a process.
"""

from __future__ import annotations

import discord
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route


def expect_no_voice() -> None:
    """Keep discord.py from warning that it cannot speak in voice channels, which no bot of ours does."""
    discord.VoiceClient.warn_nacl = False
    discord.VoiceClient.warn_dave = False


def point_discord_at(base_url: str) -> None:
    """Send REST, gateway and pictures to ``http://HOST:PORT`` from now on."""
    base = base_url.rstrip("/")
    Route.BASE = f"{base}/api/v10"
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(base.replace("http", "ws", 1))
    discord.Asset.BASE = f"{base}/cdn"
