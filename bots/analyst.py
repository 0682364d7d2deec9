"""The analyst process: finds what candles show, draws charts, and knows the sky."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path

from bots.process import Process
from bots.wiring import open_process_bus, service_config
from config.farm_file import ReadingsSection, SkySection
from services.analyst.service import AnalystService
from services.analyst.sight import Sights
from services.bus.bus import Bus
from services.charts.pool import open_charts
from services.cosmic.messages import DailyCloses
from services.cosmic.readings import CsvReadings
from services.cosmic.recorded import RecordedDays
from services.cosmic.service import CosmicService
from services.market.messages import GetCandles
from services.omega import serve

_DAYS = 1_000
_CANDLES_WITHIN = 4.0


async def run(process: Process) -> None:
    """Answer for findings, charts and the sky until the process is asked to stop."""
    config, clock = service_config(process), process.clock
    async with open_process_bus(process) as bus, open_charts() as charts:
        analyst = AnalystService(
            config, sights=Sights(bus.ask, clock=clock), charts=charts, outlet=bus, clock=clock
        )
        sky = process.spec.sky or SkySection()
        cosmic = CosmicService(
            config,
            returns=DailyHistory(bus, _recorded(sky, process)),
            clock=clock,
            schumann=_readings(sky.schumann, process.spec.data),
            sunspots=_readings(sky.sunspots, process.spec.data),
        )
        await serve(bus, [analyst, cosmic], stopping=process.stopping, clock=clock)


def _readings(section: ReadingsSection | None, data: Path) -> CsvReadings | None:
    if section is None:
        return None
    zone = UTC if section.is_utc else None
    return CsvReadings(path=data / section.file, column=section.column, source=section.source, zone=zone)


def _recorded(section: SkySection, process: Process) -> RecordedDays | None:
    if section.history is None:
        return None
    spec = process.spec
    return RecordedDays(
        folder=spec.data / section.history, copies=spec.var / "sky", root=spec.root, clock=process.clock
    )


class DailyHistory:
    """The daily closes of a market: the venue's, or recorded ones where those reach further."""

    def __init__(self, bus: Bus, recorded: RecordedDays | None) -> None:
        self._bus = bus
        self._recorded = recorded

    async def daily(self, market: str) -> DailyCloses:
        """Return the longer of the two."""
        told = await self._told(market)
        recorded = None if self._recorded is None else await self._recorded.daily(told.market)
        return told if recorded is None or len(recorded.time) <= len(told.time) else recorded

    async def _told(self, market: str) -> DailyCloses:
        series = await self._bus.ask(
            GetCandles(market=market, timeframe="1d", limit=_DAYS), timeout=_CANDLES_WITHIN
        )
        return DailyCloses(market=series.market, time=series.time, close=series.close, origin=series.origin)
