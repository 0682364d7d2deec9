"""The process of the local exchange: a played market, paper accounts on it, and the server in front of both.

Its two venues are the market itself, which has the accounts, and a twin a few hundredths of a percent off.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from pydantic import SecretStr

from bots.inherited import inherited
from bots.process import Process
from config.farm_file import SandboxExchangeSection
from sandbox.exchange.app import Options, serve
from sandbox.exchange.keys import CLASSIC, UNIFIED, key_to
from sandbox.exchange.venue import Label, Playing
from services.errors import Misconfigured
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.files import AccountFiles
from services.exchange.paper.settings import PaperSettings
from services.exchange.played.beginning import place_of, stay_alive
from services.exchange.played.playback import Playback
from services.exchange.played.twin import TwinExchange
from services.exchange.source import Ground, open_played


async def run(process: Process) -> None:
    """Serve until the process is asked to stop.

    Raises:
        Misconfigured: it was not started by the farm, or what it should play or keep cannot be read.
    """
    section, key = process.spec.sandbox_exchange, process.secrets.sandbox_key
    if section is None or key is None:
        raise Misconfigured(
            "The local exchange was not told what to play.", hint="Start it through the farm."
        )
    process.report("exchange", is_ready=False, reason="opening")
    spec = process.spec
    ground = Ground(root=spec.root, data=spec.data, var=spec.var, clock=process.clock)
    async with (
        open_played(section, ground) as market,
        _trading(market, section, process) as paper,
        serve(_options(market, paper, section, key, process)) as running,
        asyncio.TaskGroup() as loops,
    ):
        place = place_of(spec.var, market.venue, section.seed)
        alive = loops.create_task(stay_alive(place, clock=process.clock))
        process.announce("exchange", running.url)
        process.report("exchange", is_ready=True)
        await process.stopping.wait()
        alive.cancel()


@asynccontextmanager
async def _trading(
    market: Playback, section: SandboxExchangeSection, process: Process
) -> AsyncIterator[PaperExchange]:
    """Match orders on `market`, on accounts that are kept in ``var/paper``."""
    paper = PaperExchange(
        market,
        clock=process.clock,
        settings=_settings(section),
        accounts=AccountFiles(process.spec.var / "paper"),
    )
    async with asyncio.TaskGroup() as loops:
        matching = loops.create_task(paper.run())
        yield paper
        matching.cancel()


def _settings(section: SandboxExchangeSection) -> PaperSettings:
    latency = section.latency.total_seconds()
    return PaperSettings(entry_latency=latency, response_latency=latency, seed=section.seed)


def _options(
    market: Playback, paper: PaperExchange, section: SandboxExchangeSection, key: SecretStr, process: Process
) -> Options:
    address = urlsplit(f"http://{section.host}:{section.port}")
    accounts = {CLASSIC: paper.open(CLASSIC), UNIFIED: paper.open(UNIFIED, is_unified=True)}
    twin = TwinExchange(market, seed=section.seed)
    return Options(
        main=Playing(exchange=paper, paper=paper, label=_label(market)),
        twin=Playing(exchange=twin, label=_label(twin)),
        keys=[key_to(account, name, key) for name, account in accounts.items()],
        clock=process.clock,
        host=address.hostname or "127.0.0.1",
        port=section.port,
        listening=None if process.spec.listen_fd is None else inherited(process.spec.listen_fd),
        faults_allowed=section.faults,
    )


def _label(market: Playback) -> Label:
    return Label(venue=market.venue, simulated_from_ms=market.simulated_from_ms, is_depth_simulated=True)
