"""From an HTTP request to its answer: faults, limits, the signature, the resource, the journal."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from urllib.parse import unquote

import structlog
from aiohttp import web

from sandbox.exchange.faults import HttpFault
from sandbox.exchange.journal import Entry
from sandbox.exchange.limits import Limiter
from sandbox.exchange.refusal import ABNORMAL, Refused
from sandbox.exchange.rest import (
    private_spot,
    private_v2_account,
    private_v2_orders,
    private_v3_account,
    private_v3_orders,
    public_v2,
    public_v3,
)
from sandbox.exchange.rest.answers import as_refused
from sandbox.exchange.rest.call import Call, Route
from sandbox.exchange.seats import Seat, Seats
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json, decode, encode
from services.errors import (
    ExchangeUnavailable,
    OrderNotFound,
    OrderRejected,
    UnknownMarket,
    UserMistake,
)

log = structlog.get_logger(__name__)

_EVERY = (
    *public_v2.ROUTES,
    *public_v3.ROUTES,
    *private_v2_account.ROUTES,
    *private_v2_orders.ROUTES,
    *private_spot.ROUTES,
    *private_v3_account.ROUTES,
    *private_v3_orders.ROUTES,
)
_ROUTES = {(route.method, route.path): route for route in _EVERY}
_PATHS = frozenset(f"/api/{route.path}" for route in _EVERY)
_HTML = (
    "<html><head><title>502 Bad Gateway</title></head><body><center>502 Bad Gateway</center></body></html>"
)
_GOOD = "00000"
_LONGEST_NOTED = 4_096
"""Characters of a path, a query or a body that the journal keeps."""


@dataclass(slots=True)
class _Exchange:
    """What is known of a request so far."""

    method: str
    path: str
    query: str
    body: str
    account: str | None = None
    status: int = 200
    code: str = _GOOD


class RestApi:
    """Answers everything under ``/api`` of one venue."""

    def __init__(self, venue: Venue, seats: Seats, limiter: Limiter | None) -> None:
        self._venue = venue
        self._seats = seats
        self._limiter = limiter

    async def respond(self, request: web.Request) -> web.StreamResponse:
        """Answer one request."""
        path = request.match_info["path"]
        body = (await request.read()).decode(errors="replace")
        exchange = _Exchange(request.method, f"/api/{path}", unquote(request.rel_url.raw_query_string), body)
        faults = self._venue.faults
        cut = faults.take_drop(exchange.path)
        if cut is not None and not cut.is_after:
            return self._unanswered(request, exchange)
        wrong = faults.take_http(exchange.path)
        if wrong is not None and wrong.kind != "truncated":
            return self._wrong(wrong, exchange)
        response = await self._answered(request, exchange)
        if cut is not None:
            return self._unanswered(request, exchange)
        hang = faults.take_hang(exchange.path) if exchange.code == _GOOD else None
        if hang is not None:
            self._note(exchange, status=0)
            await asyncio.sleep(hang.seconds)
            return _cut(request)
        self._note(exchange, status=exchange.status)
        return _truncated(response) if wrong is not None else response

    async def _answered(self, request: web.Request, exchange: _Exchange) -> web.Response:
        headers: dict[str, str] = {}
        try:
            found = await self._carried_out(request, exchange)
        except Refused as refused:
            exchange.status, exchange.code = refused.status, refused.code
            headers, said = refused.headers, self._envelope(refused.code, str(refused), None)
        else:
            said = self._envelope(_GOOD, "success", found)
        return web.Response(
            status=exchange.status, headers=headers, body=encode(said), content_type="application/json"
        )

    async def _carried_out(self, request: web.Request, exchange: _Exchange) -> object:
        route = _ROUTES.get((exchange.method, request.match_info["path"]))
        if route is None:
            raise Refused("40404")
        seat = await self._admit(request, exchange, route)
        body = _body(exchange.body)
        try:
            call = Call(
                venue=self._venue,
                catalogue=await self._venue.catalogue(),
                query=request.query,
                body=body,
                sitting=seat,
            )
            return await _answer(route, call)
        except UnknownMarket as error:
            raise Refused("40034", error.message) from error
        except UserMistake as error:
            raise Refused("40017", error.message) from error
        except ExchangeUnavailable as error:
            raise Refused(ABNORMAL, error.message) from error

    async def _admit(self, request: web.Request, exchange: _Exchange, route: Route) -> Seat | None:
        if not route.is_private:
            self._limit(request.remote or "", route)
            return None
        query = f"?{exchange.query}" if exchange.query else ""
        signed = f"{exchange.method}{exchange.path}{query}{exchange.body}"
        seat = await self._seats.admit(request.headers, signed, self._venue.now_ms())
        exchange.account = seat.name
        self._limit(seat.key.key, route)
        is_unified = route.path.startswith("v3/")
        if is_unified != seat.account.is_unified:
            raise Refused("40084" if is_unified else "40085")
        if route.needs_trading and not seat.can_trade:
            raise Refused("40014")
        return seat

    def _limit(self, subject: str, route: Route) -> None:
        if self._limiter is not None:
            self._limiter.check(subject, route.path, route.weight)

    def _envelope(self, code: str, words: str, data: object) -> Json:
        return {"code": code, "msg": words, "requestTime": self._venue.now_ms(), "data": data}

    def _wrong(self, fault: HttpFault, exchange: _Exchange) -> web.Response:
        if fault.kind == "502":
            self._note(exchange, status=502)
            return web.Response(status=502, text=_HTML, content_type="text/html")
        code, status = {"429": ("429", 429), "500": (ABNORMAL, 500), "maint": ("40200", 400)}[fault.kind]
        exchange.code = code
        self._note(exchange, status=status)
        headers = {} if fault.retry_after is None else {"Retry-After": f"{fault.retry_after:g}"}
        said = self._envelope(code, str(Refused(code)), None)
        return web.Response(
            status=status, headers=headers, body=encode(said), content_type="application/json"
        )

    def _unanswered(self, request: web.Request, exchange: _Exchange) -> web.Response:
        self._note(exchange, status=0)
        return _cut(request)

    def _note(self, exchange: _Exchange, *, status: int) -> None:
        self._venue.journal.note(
            Entry(
                at_ms=self._venue.now_ms(),
                method=exchange.method,
                path=exchange.path[:_LONGEST_NOTED],
                query=exchange.query[:_LONGEST_NOTED],
                body=exchange.body[:_LONGEST_NOTED],
                account=exchange.account,
                status=status,
                code=exchange.code,
            ),
            is_known=exchange.path in _PATHS,
        )


async def _answer(route: Route, call: Call) -> object:
    try:
        return await route.answer(call)
    except (OrderRejected, OrderNotFound) as error:
        raise as_refused(call, error) from error


def _body(raw: str) -> Json:
    if not raw:
        return {}
    try:
        said = decode(raw)
    except ValueError as error:
        raise Refused("40017", f"the body is not JSON: {error}") from error
    if isinstance(said, list):
        return {"": said}
    if not isinstance(said, dict):
        raise Refused("40017", "the body is no JSON object")
    return said


def _truncated(response: web.Response) -> web.Response:
    whole = response.body if isinstance(response.body, bytes) else b""
    return web.Response(status=200, body=whole[: len(whole) // 2], content_type="application/json")


def _cut(request: web.Request) -> web.Response:
    if request.transport is not None:
        request.transport.abort()
    return web.Response(status=500)
