"""The process of the local exchange: a market, paper accounts on it, and the server in front of both.

The market is played, with a twin a few hundredths of a percent off as a second venue; where the farm reads a
live venue it is a mirror of that one instead.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import structlog
from pydantic import SecretStr

from bots.inherited import inherited
from bots.process import Process
from bots.wiring import open_process_bus
from config.farm_file import ExchangeSection, SandboxExchangeSection
from sandbox.exchange.app import Options, serve
from sandbox.exchange.keys import is_unified, key_to, on_demand
from sandbox.exchange.venue import Label, Playing
from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.exchange import Exchange
from services.exchange.paper.account import PaperAccount
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.beginning import place_of, stay_alive
from services.exchange.played.mirror import MirrorExchange
from services.exchange.played.playback import Playback
from services.exchange.played.twin import TwinExchange
from services.exchange.source import Ground, open_played
from services.exchange.venues.quirks import quirks_of
from services.loops import Loops
from services.market.mirroring import Mirroring

_AGAIN_SECONDS = 1.0

log = structlog.get_logger(__name__)


async def run(process: Process) -> None:
    """Serve until the process is asked to stop.

    Raises:
        Misconfigured: it was not started by the farm, or what it should play or keep cannot be read.
    """
    section, key, venue = process.spec.sandbox_exchange, process.secrets.sandbox_key, process.spec.exchange
    if section is None or key is None or venue is None:
        raise Misconfigured(
            "The local exchange was not told what to play.", hint="Start it through the farm."
        )
    process.report("exchange", is_ready=False, reason="opening")
    source = _played(section, process) if quirks_of(venue.id).is_ours else _mirrored(venue, process)
    async with (
        source as venues,
        _trading(venues, section, process) as paper,
        serve(_options(venues, paper, section, key, process)) as running,
    ):
        process.announce("exchange", running.url)
        process.report("exchange", is_ready=True)
        await process.stopping.wait()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Venues:
    """The market that has the accounts, what it is called, and a second one where there is one."""

    main: Exchange
    label: Label
    twin: Playing | None = None
    stale_after: timedelta | None = None
    """The age from which its prices are not traded on; None leaves it to the paper exchange."""


@asynccontextmanager
async def _played(section: SandboxExchangeSection, process: Process) -> AsyncIterator[_Venues]:
    spec = process.spec
    ground = Ground(root=spec.root, data=spec.data, var=spec.var, clock=process.clock)
    async with open_played(section, ground) as market:
        place = place_of(spec.var, market.venue, section.seed)
        twin = TwinExchange(market, seed=section.seed)
        async with Loops(stay_alive(place, clock=process.clock)):
            yield _Venues(main=market, label=_label(market), twin=Playing(exchange=twin, label=_label(twin)))


@asynccontextmanager
async def _mirrored(venue: ExchangeSection, process: Process) -> AsyncIterator[_Venues]:
    """Show the live venue as the market process tells it; the venue itself is not asked."""
    mirror = MirrorExchange(venue=venue.id, clock=process.clock, stale_after=venue.stale_after)
    label = Label(venue=venue.id, simulated_from_ms=None, is_depth_simulated=False, nature_before="live")
    async with (
        open_process_bus(process) as bus,
        Loops(Mirroring(bus, mirror, clock=process.clock).run()),
    ):
        yield _Venues(main=mirror, label=label, stale_after=venue.stale_after)


@asynccontextmanager
async def _trading(
    venues: _Venues, section: SandboxExchangeSection, process: Process
) -> AsyncIterator[PaperExchange]:
    """Match orders on the main market, on accounts that are kept in ``var/paper``."""
    paper = PaperExchange(
        venues.main,
        clock=process.clock,
        settings=_settings(section, venues.stale_after),
        accounts=AccountFiles(_folder(process)),
    )
    async with Loops(_matching(paper)):
        yield paper


async def _matching(paper: PaperExchange) -> None:
    """Match until cancelled; a mirror has no markets before the market process tells them."""
    while True:
        try:
            await paper.run()
        except ExchangeUnavailable as error:
            log.info("matching_waits", reason=error.message)
            await asyncio.sleep(_AGAIN_SECONDS)


def _settings(section: SandboxExchangeSection, stale_after: timedelta | None) -> PaperSettings:
    latency = section.latency.total_seconds()
    usual = PaperSettings(entry_latency=latency, response_latency=latency, seed=section.seed)
    return usual if stale_after is None else replace(usual, stale_after=stale_after.total_seconds())


def _folder(process: Process) -> Path:
    """Return where the accounts are kept, and beside them what clients said of their orders."""
    return process.spec.var / "paper"


def _options(
    venues: _Venues, paper: PaperExchange, section: SandboxExchangeSection, key: SecretStr, process: Process
) -> Options:
    return Options(
        main=Playing(exchange=paper, paper=paper, label=venues.label),
        twin=venues.twin,
        keys=[key_to(account, key) for account in _kept(paper)],
        on_demand=on_demand(paper.open, key),
        notes=_folder(process),
        clock=process.clock,
        host=section.host,
        port=section.port,
        listening=None if process.spec.listen_fd is None else inherited(process.spec.listen_fd),
        faults_allowed=section.faults,
    )


def _kept(paper: PaperExchange) -> list[PaperAccount]:
    """Return the accounts that there are already: what is wrong with one shows at the start."""
    return [paper.open(name, is_unified=is_unified(name)) for name in paper.names()]


def _label(market: Playback) -> Label:
    return Label(
        venue=market.venue,
        simulated_from_ms=market.simulated_from_ms,
        is_depth_simulated=True,
        is_interest_simulated=True,
    )
