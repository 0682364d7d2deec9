"""How a client comes to believe that it talks to discord.com: a resolver and a certificate of the test's own.

No attribute of the library is touched. A resolver that refuses every other name is also a guard: such a
client cannot leave the machine.
"""

from __future__ import annotations

import socket
import ssl
from dataclasses import dataclass

import aiohttp
import trustme
from aiohttp.abc import AbstractResolver, ResolveResult

NAMES = ("discord.com", "gateway.discord.gg", "cdn.discordapp.com", "media.discordapp.net")
GATEWAY = "wss://gateway.discord.gg"
CDN = "https://cdn.discordapp.com"


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority that lives as long as the test."""

    server: ssl.SSLContext
    client: ssl.SSLContext


def issue() -> Authority:
    """Make an authority and a certificate for Discord's names and for loopback."""
    authority = trustme.CA()
    server = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*NAMES, "127.0.0.1").configure_cert(server)
    client = ssl.create_default_context()
    authority.configure_trust(client)
    return Authority(server, client)


class ToLoopback(AbstractResolver):
    """Answers Discord's names with one port of this machine, and refuses every other name."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.asked: set[str] = set()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return where `host` is; aiohttp connects to the port of the answer."""
        del port
        if host not in NAMES:
            raise OSError(f"outbound name refused: {host}")
        self.asked.add(host)
        answer: ResolveResult = {
            "hostname": host,
            "host": "127.0.0.1",
            "port": self._port,
            "family": family,
            "proto": 0,
            "flags": socket.AI_NUMERICHOST,
        }
        return [answer]

    async def close(self) -> None:
        """Hold nothing."""


def connector(resolver: ToLoopback, authority: Authority) -> aiohttp.TCPConnector:
    """Return what a client connects with; each client needs one of its own."""
    return aiohttp.TCPConnector(resolver=resolver, ssl=authority.client, limit=0)
