"""Recorded frames of real venues, played into the strict class as if their sockets brought them."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from aiohttp import WSMessage, WSMsgType
from recorded_replies import answering

from services.clock import SystemClock
from services.exchange.venues.addresses import Connection, Credentials
from services.exchange.venues.client import VenueClient, open_client

_CREDENTIALS = Credentials(key="key", secret="secret", passphrase="passphrase")


def frames_in(file: Path) -> Iterator[tuple[float, str]]:
    """Yield when each frame came, in seconds since 1970, and its text; what the recorder sent is left out."""
    for line in file.read_text().splitlines():
        moment, _, text = line.partition(": ")
        if text and "<-" not in moment:
            yield float(moment), text


def replies_in(file: Path) -> dict[str, tuple[float, Any]]:
    """Return the recorded snapshots of books by the venue's name of the market, and when each came."""
    found = {}
    for line in file.read_text().splitlines():
        question, _, rest = line.partition(" -> ")
        moment, _, text = rest.partition(": ")
        if "symbol=" in question:
            market = question.partition("symbol=")[2].partition("&")[0]
            found[market] = (float(moment), json.loads(text))
    return found


def zipped_frames_in(file: Path) -> Iterator[tuple[float, str]]:
    """Yield the same of a file whose lines begin with nanoseconds."""
    with gzip.open(file, "rt") as lines:
        for line in lines:
            moment, _, text = line.partition(" ")
            yield int(moment) / 1e9, text.strip()


def a_market(
    identity: str, base: str, quote: str, *, is_swap: bool = False, **changes: Any
) -> dict[str, Any]:
    """A market in ccxt's form."""
    return {
        "id": identity, "symbol": f"{base}/{quote}:{quote}" if is_swap else f"{base}/{quote}", "base": base,
        "quote": quote, "settle": quote if is_swap else None, "type": "swap" if is_swap else "spot",
        "spot": not is_swap, "swap": is_swap, "future": False, "option": False, "contract": is_swap,
        "linear": True if is_swap else None, "inverse": False if is_swap else None,
        "contractSize": 1.0 if is_swap else None, "active": True,
        "precision": {"price": 1e-10, "amount": 1e-8}, **changes,
    }  # fmt: skip


class Ear:
    """Keeps what the streams brought."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.garbled_frames: list[str] = []
        self.lost_urls: list[str] = []
        self.books: list[Any] = []

    def heard(self, _url: str, result: Any) -> None:
        self.kinds[type(result).__name__] += 1
        if "bids" in result and "nonce" in result:
            self.books.append(result)

    def lost(self, url: str) -> None:
        self.lost_urls.append(url)

    def garbled(self, _url: str, text: str) -> None:
        self.garbled_frames.append(text)


class Player:
    """Plays frames into one connection of one client."""

    def __init__(self, client: VenueClient, url: str) -> None:
        self.client = client
        self.ear = Ear()
        client.hear(self.ear)
        client.exchange.open()
        self.connection = client.exchange.client(url)

    def play(self, text: str) -> None:
        self.connection.handle_message(WSMessage(WSMsgType.TEXT, text, None))

    def play_all(self, frames: Iterable[tuple[float, str]]) -> None:
        for _, text in frames:
            self.play(text)


@asynccontextmanager
async def player_of(
    exchange_id: str,
    markets: list[dict[str, Any]],
    *,
    url: str = "wss://recorded",
    reply: Any = None,
    options: Mapping[str, Any] | None = None,
) -> AsyncIterator[Player]:
    """Open a client that knows `markets`, answers every question with `reply`, and is fed frames by hand."""
    async with answering(reply) as address:
        connection = Connection(venue=exchange_id, base_url=address, credentials=None)
        async with open_client(connection, clock=SystemClock()) as client:
            client.exchange.apiKey, client.exchange.secret = _CREDENTIALS.key, _CREDENTIALS.secret
            client.exchange.password = _CREDENTIALS.passphrase
            client.exchange.options.update(options or {})
            client.exchange.set_markets(markets)
            yield Player(client, url)
