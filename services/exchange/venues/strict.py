"""ccxt's classes with the silences taken out: what they swallow is an error here, and what they hear is told.

Belongs here: the few methods of ccxt that are overridden, for every venue alike. ccxt returns None for a body
that is no JSON, which its callers then read as an empty account; it lets one unreadable frame end its receive
loop without a word; and it keeps what arrives between two calls of a watch method to itself.
"""

from __future__ import annotations

import json
from contextvars import ContextVar
from functools import cache
from typing import Any, Protocol

import ccxt
import structlog

from services.exchange.venues.addresses import Json, class_of
from services.exchange.venues.errors import UNREADABLE, Trace
from services.exchange.venues.limits import RESOURCE, Budget
from services.exchange.venues.quirks import Quirks

TRACE: ContextVar[Trace] = ContextVar("trace")
"""Of the call that this task is making."""
_UNREADABLE = (ccxt.BaseError, *UNREADABLE)
_NO_CONTENT = 204
_SUCCESS = range(200, 300)

log = structlog.get_logger(__name__)


class Listener(Protocol):
    """Whoever wants to hear what streams bring, at the moment they bring it."""

    def heard(self, url: str, result: object) -> None:
        """Take what ccxt made of one frame."""
        ...

    def lost(self, url: str) -> None:
        """Learn that a connection is gone, with all that was subscribed on it."""
        ...

    def garbled(self, url: str, text: str) -> None:
        """Learn that a frame could not be understood; what it said is not known."""
        ...


class Strict:
    """Stands before one of ccxt's classes; see `strict_class`."""

    quirks: Quirks
    budget: Budget
    listener: Listener | None = None

    async def fetch2(self, path: str, *arguments: object, **keywords: object) -> Json:
        """Note what is asked for, then ask."""
        TRACE.get(Trace()).resource = path
        token = RESOURCE.set(path)
        try:
            return await super().fetch2(path, *arguments, **keywords)  # type: ignore[misc]
        finally:
            RESOURCE.reset(token)

    async def throttle(self, cost: float | None = None) -> None:
        """Spend `cost` of the budget that all processes share, in place of ccxt's own limiter."""
        await self.budget.take(1.0 if cost is None else float(cost))

    async def fetch(self, url: str, method: str = "GET", headers: Json = None, body: Json = None) -> Json:
        """Note that something was sent, then send it."""
        TRACE.get(Trace()).has_sent = True
        return await super().fetch(url, method, headers, body)  # type: ignore[misc]

    def handle_errors(  # noqa: PLR0917 - as ccxt calls it
        self,
        code: int,
        reason: str,
        url: str,
        method: str,
        headers: Json,
        body: str,
        response: Json,
        request_headers: Json,
        request_body: Json,
    ) -> None:
        """Note what the venue said before ccxt judges it, and refuse what is no whole answer.

        Raises:
            BadResponse: a success whose body is cut short, is no JSON, or is not the venue's.
        """
        trace = TRACE.get(Trace())
        trace.status = code
        trace.retry_after = _seconds(headers)
        trace.code = _code_in(response)
        super().handle_errors(  # type: ignore[misc]
            code, reason, url, method, headers, body, response, request_headers, request_body
        )
        trace.code = None
        if code in _SUCCESS and code != _NO_CONTENT and not self._is_whole(response):
            raise ccxt.BadResponse(f"{self.quirks.exchange_id} sent no whole answer")

    def _is_whole(self, response: Json) -> bool:
        envelope = self.quirks.envelope
        if envelope is None:
            return response is not None
        return isinstance(response, dict) and envelope in response

    def parse_ticker(self, ticker: Json, market: Json = None) -> Json:
        """Let a row that ccxt fails on cost itself, and not every price of the venue."""
        try:
            return super().parse_ticker(ticker, market)  # type: ignore[misc]
        except _UNREADABLE as error:
            log.warning("ticker_skipped", venue=self.quirks.exchange_id, why=type(error).__name__)
            return {"symbol": None, "last": None, "info": ticker}

    def client(self, url: str) -> Any:
        """Return ccxt's connection to `url`, with its ears open."""
        client = super().client(url)  # type: ignore[misc]
        if not hasattr(client, "is_tapped"):
            self._tap(client)
        return client

    def _tap(self, client: Any) -> None:
        resolve, handle = client.resolve, client.handle_message

        def resolve_and_tell(result: object, message_hash: str) -> object:
            if self.listener is not None:
                self.listener.heard(client.url, result)
            return resolve(result, message_hash)

        def handle_or_close(message: Any) -> None:
            try:
                handle(message)
            except _UNREADABLE as error:
                log.warning("frame_unreadable", venue=self.quirks.exchange_id, why=type(error).__name__)
                client.on_error(ccxt.NetworkError("a frame was not readable"))

        client.is_tapped = True
        client.resolve = resolve_and_tell
        client.handle_message = handle_or_close

    def handle_bid_ask(self, client: Any, message: Json) -> None:
        """Do nothing: ccxt reads a ticker a second time for a stream of best prices, which nobody watches.

        That was 14 of the 45 microseconds that ccxt takes for a ticker of Bitget.
        """

    def handle_message(self, client: Any, message: Json) -> None:
        """Let ccxt read a decoded frame; one that it fails on costs the markets it names, not the stream."""
        try:
            super().handle_message(client, message)  # type: ignore[misc]
        except _UNREADABLE as error:
            log.warning("frame_not_understood", venue=self.quirks.exchange_id, why=type(error).__name__)
            if self.listener is not None:
                self.listener.garbled(client.url, json.dumps(message))

    def on_error(self, client: Any, error: Exception) -> None:
        """Tell that the connection failed."""
        super().on_error(client, error)  # type: ignore[misc]
        self._tell_lost(client)

    def on_close(self, client: Any, code: int) -> None:
        """Tell that the venue closed the connection."""
        super().on_close(client, code)  # type: ignore[misc]
        self._tell_lost(client)

    def _tell_lost(self, client: Any) -> None:
        if self.listener is not None:
            self.listener.lost(client.url)


@cache
def strict_class(exchange_id: str) -> type[Any]:
    """Return ccxt's class for `exchange_id`, strict.

    Raises:
        Misconfigured: ccxt has none.
    """
    found = class_of(exchange_id)
    return type(f"Strict{found.__name__.capitalize()}", (Strict, found), {})


def _code_in(response: Json) -> str | None:
    if not isinstance(response, dict):
        return None
    for field in ("code", "retCode", "ret_code", "err_code"):
        if response.get(field) is not None:
            return str(response[field])
    return None


def _seconds(headers: Json) -> float | None:
    for name, value in (headers or {}).items():
        if name.lower() == "retry-after":
            try:
                return max(0.0, float(value))
            except ValueError:
                return None
    return None
