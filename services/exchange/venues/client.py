"""The owner of one instance of ccxt, which makes every call of it bounded, counted and translated.

Belongs here: what any call to a venue needs, public or private. What the answers mean to us stands in
`translate` and in the private half; ccxt's dictionaries go no further than there.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import localcontext
from typing import Any

import ccxt
import structlog

from services.clock import Clock
from services.errors import ExchangeBusy, ExchangeUnavailable, NotOffered, OmegaError
from services.exchange.venues.addresses import Connection, Json, point
from services.exchange.venues.errors import FAILURES, Doing, Trace, meaning_of, redact, translate
from services.exchange.venues.limits import RESOURCE, Allowance, BudgetOf, LocalBudget, ahead_of_reads
from services.exchange.venues.quirks import Quirks
from services.exchange.venues.strict import TRACE, Listener, strict_class
from services.loops import Loops

CALL_SECONDS = 15.0
"""For one call with all the requests it makes; ccxt gives each of those 10 s."""
REQUEST_MS = 10_000
PING_MS = 5_000
CLOCK_SECONDS = 600.0
_SLACK = 1.1
"""What is sent evenly may arrive bunched: the venue's window is taken to be longer by this."""

log = structlog.get_logger(__name__)


class VenueClient:
    """One instance of ccxt. Built by `open_client`."""

    def __init__(self, connection: Connection, exchange: Any, *, clock: Clock) -> None:
        self._connection = connection
        self._exchange = exchange
        self._clock = clock

    @property
    def venue(self) -> str:
        """Return the venue's name in the configuration."""
        return self._connection.venue

    @property
    def connection(self) -> Connection:
        """Return where the venue is asked, and as whom."""
        return self._connection

    @property
    def quirks(self) -> Quirks:
        """Return what is peculiar to the venue."""
        return self._connection.quirks

    @property
    def exchange(self) -> Any:
        """Return ccxt's instance, for its tables; calls go through `call`."""
        return self._exchange

    def has(self, feature: str) -> bool:
        """Return whether ccxt offers `feature`, such as ``fetchTickers``, for this venue."""
        return bool(self._exchange.has.get(feature))

    def hear(self, listener: Listener) -> None:
        """Let `listener` hear what the streams of this instance bring."""
        self._exchange.listener = listener

    async def call(
        self,
        name: str,
        *arguments: object,
        doing: Doing = "read",
        seconds: float | None = CALL_SECONDS,
        **keywords: object,
    ) -> Json:
        """Call ccxt's method `name` and return what it returns.

        Args:
            name: such as ``fetch_tickers``, or an implicit method.
            arguments: its arguments.
            doing: decides what a failure means; see `errors.Doing`.
            seconds: the time limit; None for a stream, which may be silent for as long as it likes.
            keywords: its keyword arguments.

        Raises:
            OmegaError: as `errors.translate` says. A read that the venue's clock refused is tried once more.
        """
        if doing in {"place", "change"}:
            with ahead_of_reads():
                return await self._call(name, arguments, keywords, doing, seconds)
        return await self._call(name, arguments, keywords, doing, seconds)

    async def _call(
        self,
        name: str,
        arguments: tuple[object, ...],
        keywords: dict[str, object],
        doing: Doing,
        seconds: float | None,
    ) -> Json:
        try:
            return await self._attempt(name, arguments, keywords, doing, seconds)
        except ExchangeUnavailable as error:
            is_for_the_clock = error.facts.get("kind") == "clock"
            if is_for_the_clock:
                await self.set_clock()
            if not is_for_the_clock or doing in {"place", "change"}:
                raise
        return await self._attempt(name, arguments, keywords, doing, seconds)

    async def _attempt(
        self,
        name: str,
        arguments: tuple[object, ...],
        keywords: dict[str, object],
        doing: Doing,
        seconds: float | None,
    ) -> Json:
        trace = Trace()
        token = TRACE.set(trace)
        try:
            # ccxt sets how its process rounds and lets it trap what underflows: that ends with the call
            with localcontext():
                async with asyncio.timeout(seconds):
                    return await getattr(self._exchange, name)(*arguments, **keywords)
        except FAILURES as error:
            raise await self._ours(error, doing, trace) from error
        except asyncio.CancelledError as error:
            if _is_cancelled():
                raise
            # ccxt cancels what waits on a connection that it closes itself
            gone = ccxt.NetworkError("its connection was closed")
            raise await self._ours(gone, doing, trace) from error
        finally:
            TRACE.reset(token)

    async def _ours(self, error: Exception, doing: Doing, trace: Trace) -> OmegaError:
        identity = self.quirks.exchange_id
        ours = translate(error, venue=self.venue, exchange_id=identity, doing=doing, trace=trace)
        if meaning_of(error, trace, identity).kind in {"refused", "our_mistake"} and doing == "read":
            log.warning("read_refused", venue=self.venue, code=trace.code, why=type(error).__name__)
        redact(error)
        if isinstance(ours, ExchangeBusy):
            token = RESOURCE.set(trace.resource)
            await self._exchange.budget.rest(float(str(ours.facts["retry_after"])))
            RESOURCE.reset(token)
        return ours

    async def set_clock(self) -> None:
        """Measure how far the venue's clock is from ours, which signatures then allow for.

        Raises:
            ExchangeUnavailable: the venue does not answer.
        """
        if not self.has("fetchTime"):
            return
        difference = await self._attempt("load_time_difference", (), {}, "read", CALL_SECONDS)
        log.info("clock_compared", venue=self.venue, ahead_ms=difference)

    async def keep_clock(self) -> None:
        """Measure it every ten minutes, until cancelled."""
        while True:
            await asyncio.sleep(CLOCK_SECONDS)
            try:
                await self.set_clock()
            except (ExchangeUnavailable, NotOffered) as error:
                log.warning("clock_not_compared", venue=self.venue, reason=error.message)

    def drop(self, url: str, why: str) -> None:
        """Close the connection to `url`; who reads from it is told, who watches next opens it anew."""
        client = self._exchange.clients.get(url)
        if client is not None:
            client.on_error(ccxt.NetworkError(why))

    def share_markets(self, other: VenueClient) -> None:
        """Use the markets that `other` has loaded, without a copy of them."""
        self._exchange.set_markets_from_exchange(other.exchange)


@asynccontextmanager
async def open_client(
    connection: Connection, *, clock: Clock, budget_of: BudgetOf | None = None
) -> AsyncIterator[VenueClient]:
    """Open an instance of ccxt for `connection`; its markets are not loaded yet.

    With credentials the venue's clock is compared at once, and every ten minutes from then on.

    Args:
        connection: the venue, its address, and the account if there is one.
        clock: for the budget.
        budget_of: gives the budget that all processes share; a budget of this process alone where left out.

    Raises:
        Misconfigured: no such venue, no address for the sandbox, or no whole test environment.
        ExchangeUnavailable: with credentials, where the venue does not answer.
    """
    exchange = strict_class(connection.quirks.exchange_id)(_options(connection))
    exchange.streaming = {**exchange.streaming, "keepAlive": PING_MS}
    exchange.quirks = connection.quirks
    if not connection.quirks.has_currencies:
        exchange.has["fetchCurrencies"] = False
    try:
        point(exchange, connection)
        exchange.budget = _budget(exchange, connection, clock, budget_of)
        client = VenueClient(connection, exchange, clock=clock)
        async with Loops() as crew:
            if connection.credentials is not None:
                await client.set_clock()
                crew.start(client.keep_clock())
            yield client
    finally:
        if connection.base_url is not None:
            exchange.timeout_on_exit = 0  # ccxt waits for TLS to say goodbye; there is none here
        await exchange.close()


def _budget(exchange: Any, connection: Connection, clock: Clock, budget_of: BudgetOf | None) -> Any:
    window = exchange.rollingWindowSize or 1_000.0
    allowance = Allowance(
        key=connection.place,
        venue=connection.venue,
        units=window / exchange.rateLimit,
        seconds=window / 1_000 * _SLACK,
    )
    return LocalBudget(allowance, clock=clock) if budget_of is None else budget_of(allowance)


def _options(connection: Connection) -> Json:
    quirks = connection.quirks
    options: dict[str, object] = dict(quirks.options)
    if quirks.default_type is not None:
        options["defaultType"] = quirks.default_type
    if quirks.has_unified_accounts:
        options["uta"] = connection.is_unified
    config: dict[str, object] = {
        "enableRateLimit": True,
        "rateLimiterAlgorithm": "rollingWindow",
        "timeout": REQUEST_MS,
        "options": options,
    }
    if connection.credentials is not None:
        config["apiKey"] = connection.credentials.key
        config["secret"] = connection.credentials.secret
        config["password"] = connection.credentials.passphrase
    return config


def _is_cancelled() -> bool:
    """Tell whether this task is cancelled, and not only what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
