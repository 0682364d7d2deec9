"""The control plane under ``/sim``: what the market is, and where a test may, faults, journal and bursts."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec
from aiohttp import web

from sandbox.exchange.burst import Burst, Bursts
from sandbox.exchange.commotion import Stirrer
from sandbox.exchange.venue import Venue
from sandbox.exchange.wire import Json, decode, encode
from services.errors import OmegaError


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """Answers everything under ``/sim`` of one venue."""

    venue: Venue
    stirrer: Stirrer
    bursts: Bursts

    async def market(self, _request: web.Request) -> web.Response:
        """Tell what the prices are; see `sandbox.exchange.venue.Label`."""
        return _json(self.venue.label.to_json())

    async def faults(self, _request: web.Request) -> web.Response:
        """Tell which faults are on."""
        return _json(self.venue.faults.to_json())

    async def set_faults(self, request: web.Request) -> web.Response:
        """Switch faults on, and do at once what is to be done at once."""
        try:
            said = decode(await request.read())
            await self.stirrer.stir(said if isinstance(said, dict) else {"": said})
        except ValueError as error:  # which msgspec's errors are, too
            return _json({"error": str(error)}, status=400)
        except OmegaError as error:
            return _json({"error": str(error)}, status=409)
        return _json(self.venue.faults.to_json())

    async def clear_faults(self, _request: web.Request) -> web.Response:
        """Behave well again."""
        self.stirrer.calm()
        return _json(self.venue.faults.to_json())

    async def journal(self, _request: web.Request) -> web.Response:
        """Tell what was asked, oldest first."""
        return _json(self.venue.journal.to_json())

    async def clear_journal(self, _request: web.Request) -> web.Response:
        """Forget what was asked."""
        self.venue.journal.clear()
        return _json({})

    async def burst(self, request: web.Request) -> web.Response:
        """Push many made-up messages; answers when all are pushed."""
        try:
            wanted = msgspec.json.decode(await request.read(), type=Burst)
        except msgspec.DecodeError as error:
            return _json({"error": str(error)}, status=400)
        try:
            return _json({"pushed": await self.bursts.run(wanted)})
        except OmegaError as error:
            return _json({"error": str(error)}, status=409)


def _json(body: Json, *, status: int = 200) -> web.Response:
    return web.Response(status=status, body=encode(body), content_type="application/json")
