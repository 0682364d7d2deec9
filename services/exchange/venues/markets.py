"""The markets of a venue, kept on disk so that a restart need not ask for them.

They are asked for again in the background when they are an hour old. A market that is gone then is an event
and no error: whoever watches it is told.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import ccxt
import msgspec
import structlog

from services.clock import Clock
from services.errors import OmegaError
from services.exchange.exchange import Market
from services.exchange.replacing import replacing
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.translate import Translator

LIFETIME = timedelta(hours=1)
"""After which they are asked for again, and until then what is on disk is used."""
USABLE = timedelta(days=1)
"""How old what is on disk may be to begin with."""
LIFETIME_IN_DOUBT = timedelta(minutes=1)
"""The same once a market that is listed was said to be unknown."""
LOAD_SECONDS = 60.0
RETRY_SECONDS = 60.0

_WRITING = threading.Lock()
"""One file at a time: until it is whole it is named after the process, which may have several clients."""

log = structlog.get_logger(__name__)


class _Kept(msgspec.Struct, frozen=True):
    at: datetime
    markets: list[Json]


@dataclass(frozen=True, slots=True)
class _Table:
    at: datetime
    client: VenueClient
    markets: Mapping[str, Market]


class SharedTables:
    """What clients of this process have loaded: those at the same place take it without a copy."""

    def __init__(self) -> None:
        self.newest: dict[str, _Table] = {}
        self._turns: dict[str, asyncio.Lock] = {}

    def turn(self, name: str) -> asyncio.Lock:
        """Return the lock that lets one client load while the others wait for what it loads."""
        return self._turns.setdefault(name, asyncio.Lock())


class MarketCache:
    """The markets of one client, in ccxt's form inside it and in ours for everybody else."""

    def __init__(
        self,
        client: VenueClient,
        translator: Translator,
        *,
        folder: Path,
        clock: Clock,
        shared: SharedTables | None = None,
    ) -> None:
        """`folder` is made where it is missing; `shared` is what other clients load as well."""
        self._client = client
        self._translator = translator
        self._name = _name(client)
        self._file = folder / f"{self._name}.json"
        self._clock = clock
        self._at: datetime | None = None
        self._markets: Mapping[str, Market] = {}
        self._shared = shared or SharedTables()
        self._turn = self._shared.turn(self._name)
        self._doubted = asyncio.Event()
        self.on_gone: Callable[[frozenset[str]], None] | None = None

    @property
    def all(self) -> Mapping[str, Market]:
        """Return every market by name."""
        return self._markets

    async def load(self) -> None:
        """Take the markets that another client has, or from disk, or from the venue.

        Raises:
            ExchangeUnavailable: the venue does not answer.
        """
        async with self._turn:
            if self._take_shared():
                return
            kept = await asyncio.to_thread(self._read)
            if kept is None:
                await self.refresh()
                return
            self._client.exchange.set_markets(kept.markets)
            self._translate(kept.at)

    def doubt(self) -> None:
        """Learn that a market may be gone that is still listed: they are asked for again, once a minute."""
        self._doubted.set()

    async def current(self) -> Sequence[Market]:
        """Return every market; they are asked for again first where there is doubt. Raises as `load`."""
        if self._doubted.is_set():
            await self._refresh_if_due()
        return list(self._markets.values())

    async def _refresh_if_due(self) -> None:
        async with self._turn:
            if self._seconds_left() <= 0 and not self._take_shared():
                await self.refresh()

    async def refresh(self) -> None:
        """Ask the venue for its markets. Raises as `load`."""
        before = frozenset(self._markets)
        await self._client.call("load_markets", True, seconds=LOAD_SECONDS)
        self._translate(self._clock.now())
        await asyncio.to_thread(self._write)
        self._say_gone(before)

    def _take_shared(self) -> bool:
        """Take what another client loaded since; False where that is nothing."""
        table, before = self._shared.newest.get(self._name), frozenset(self._markets)
        if table is None or table.client is self._client:
            return False
        if self._at is not None and table.at <= self._at:
            return False
        self._client.share_markets(table.client)
        self._translator.precision_mode = self._client.exchange.precisionMode
        self._at, self._markets = table.at, table.markets
        self._doubted.clear()
        self._say_gone(before)
        return True

    def _say_gone(self, before: frozenset[str]) -> None:
        gone = before - frozenset(self._markets)
        if gone:
            log.warning("markets_gone", venue=self._client.venue, markets=sorted(gone))
        if gone and self.on_gone is not None:
            self.on_gone(gone)

    async def keep(self) -> None:
        """Refresh whenever they are too old, until cancelled; a venue that is away is asked again later."""
        while True:
            await self._until_due()
            try:
                await self._refresh_if_due()
            except OmegaError as error:
                log.warning("markets_not_refreshed", venue=self._client.venue, reason=error.message)
                await asyncio.sleep(RETRY_SECONDS)

    def _seconds_left(self) -> float:
        lifetime = LIFETIME_IN_DOUBT if self._doubted.is_set() else LIFETIME
        age = lifetime if self._at is None else self._clock.now() - self._at
        return max(0.0, (lifetime - age).total_seconds())

    async def _until_due(self) -> None:
        while (left := self._seconds_left()) > 0:
            if self._doubted.is_set():
                await asyncio.sleep(left)
                continue
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(left):
                    await self._doubted.wait()

    def _translate(self, at: datetime) -> None:
        rows: Sequence[Json] = list(self._client.exchange.markets.values())
        self._translator.precision_mode = self._client.exchange.precisionMode
        markets = self._translator.each(rows, self._translator.market, "market")
        self._markets = {market.name: market for market in markets}
        self._at = at
        self._doubted.clear()
        self._shared.newest[self._name] = _Table(at, self._client, self._markets)

    def _read(self) -> _Kept | None:
        try:
            kept = msgspec.json.decode(self._file.read_bytes(), type=_Kept)
        except FileNotFoundError:
            return None
        except (OSError, msgspec.MsgspecError) as error:
            log.warning("kept_markets_unusable", file=str(self._file), why=type(error).__name__)
            return None
        age = self._clock.now() - kept.at
        return kept if kept.markets and timedelta(0) <= age < USABLE else None

    def _write(self) -> None:
        """Keep them for the next start; where that fails, it has to ask."""
        kept = _Kept(at=self._clock.now(), markets=list(self._client.exchange.markets.values()))
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            with _WRITING, replacing(self._file) as draft:
                draft.write_bytes(msgspec.json.encode(kept))
        except OSError as error:
            log.warning("markets_not_kept", file=str(self._file), why=type(error).__name__)


def _name(client: VenueClient) -> str:
    connection = client.connection
    parts = (
        connection.quirks.exchange_id,
        connection.quirks.path,
        ccxt.__version__,
        str(connection.is_unified),
        str(connection.is_testnet),
        connection.base_url or "",
    )
    return f"{connection.venue}-{sha256(' '.join(parts).encode()).hexdigest()[:12]}"
