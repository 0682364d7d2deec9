"""The farm: composes the supervisor with its config, bus, sockets and files, and runs it to its end."""

from __future__ import annotations

import asyncio
import contextlib
import signal
from collections.abc import Callable, Coroutine, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, TextIO

import structlog
from pydantic import SecretStr

from bots.process import leaves
from bots.supervisor.blueprint import Architect, check_names, read
from bots.supervisor.bot import Bot
from bots.supervisor.bulletin import Bulletin, Screen
from bots.supervisor.duties import follow_config, keep_bus_server, keep_record
from bots.supervisor.fleet import Fleet
from bots.supervisor.ground import end_leftovers, prepare, sandbox_key, sole_farm, writing
from bots.supervisor.launch import launcher, module_of
from bots.supervisor.listener import Listener
from bots.supervisor.logfiles import echo, keep_small, open_log
from bots.supervisor.neighbours import Neighbours
from bots.supervisor.outbox import Outbox
from bots.supervisor.plan import Plan
from bots.supervisor.probes import Probes
from bots.supervisor.supervisor import Supervisor
from bots.supervisor.timing import Timing
from config.farm_file import Kind, Mode
from config.settings import Settings, read_settings, without_credentials
from sandbox.discord.tokens import mint_token
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.clock import Clock, SystemClock
from services.errors import Misconfigured
from services.farm.messages import FarmStatus
from services.farm.service import FarmService
from services.health import PrometheusMetrics
from services.logs import configure_logs
from services.members.messages import AUDIT, Caller, GetRight, Right
from services.omega import NoMetrics, ServiceConfig, serve
from services.personas.card import read_card

_BUS_GRACE = 3.0
EXIT_DONE = 0
EXIT_INTERRUPTED = 130
"""A second Ctrl-C: ended without order."""

log = structlog.get_logger(__name__)


class FarmScreen(Screen, Protocol):
    """What the person who started the farm sees of it."""

    def glance(self, status: FarmStatus) -> None:
        """Show what has lasted too long. Called every other second, or oftener."""
        ...

    def settled(self, status: FarmStatus) -> None:
        """Show that every bot that should run is ready, or left stopped. Called once."""
        ...

    def stopping(self) -> None:
        """Show that the farm goes down now, in order."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class FarmOptions:
    """How this farm is run."""

    mode: Mode = "full"
    only: frozenset[str] = frozenset()
    read_settings: Callable[[], Settings] = read_settings
    module_of: Callable[[Kind], str] = module_of
    echo: Callable[[str], None] | None = None
    """Gets every line of every log too, for places that collect standard output."""
    timing: Timing = field(default_factory=Timing)
    clock: Clock = field(default_factory=SystemClock)


def run_farm(options: FarmOptions, screen: FarmScreen) -> int:
    """Run a farm until it is told to stop, and return its exit code.

    Raises:
        UserMistake: `only` names a bot that there is not.
        Misconfigured: it cannot start, and an operator must act.
    """
    settings, loaded = read(options.read_settings)
    check_names(options.only, loaded.file)
    prepare(settings.var)
    with sole_farm(settings.var), _own_log(settings.var) as file:
        level, hide = loaded.file.observe.log_level, settings.secrets
        configure_logs(process="farm", level=level, hide=hide, stream=file, is_pretty=False)
        left = end_leftovers(settings.var)
        if left:
            log.warning("leftovers_ended", pids=left)
        try:
            return asyncio.run(_Farm(options, settings, screen).run())
        except BaseExceptionGroup as group:
            for error in leaves(group):
                if isinstance(error, Misconfigured):
                    raise error from group
            log.exception("farm_ended")
            raise


def _own_log(var: Path) -> TextIO:
    with writing(var):
        return open_log(var / "logs" / "farm.log")


class _Farm:
    """The parts of one run."""

    def __init__(self, options: FarmOptions, settings: Settings, screen: FarmScreen) -> None:
        self._options = options
        self._settings = settings
        self._screen = screen
        self._is_settled = self._is_stopping = False
        self._listeners: dict[Kind, Listener] = {
            "sandbox_discord": Listener("discord"),
            "sandbox_exchange": Listener("sandbox_exchange"),
            "sandbox_llm": Listener("sandbox_llm"),
        }
        self._probes: Probes | None = None
        self._metrics: PrometheusMetrics | None = None
        self._outbox = Outbox()
        self._bulletin = Bulletin(outbox=self._outbox, clock=options.clock, screen=screen)
        self._server = None if settings.bus_url else EmbeddedServer(settings.var / "bus")
        self._bus_url = settings.bus_url or (self._server.url if self._server else SecretStr(""))

    async def run(self) -> int:
        """Run until a signal says stop; raises `Misconfigured` before anything is started."""
        self._refuse_to_run_without_a_bus()
        architect = self._architect()
        blueprint = architect.draw()
        self._metrics = PrometheusMetrics() if blueprint.loaded.file.observe.metrics else None
        try:
            async with asyncio.TaskGroup() as group:
                fleet = Fleet(group, self._bot)
                supervisor = Supervisor(
                    architect=architect,
                    blueprint=blueprint,
                    fleet=fleet,
                    bulletin=self._bulletin,
                    started_at=self._options.clock.now(),
                    addresses=self._addresses,
                    config=self._settings.config,
                    logs=self._settings.var / "logs",
                )
                duties = [group.create_task(duty) for duty in self._duties(supervisor)]
                supervisor.start()
                code = await self._until_stopped(fleet)
                for duty in duties:
                    duty.cancel()
        finally:
            for listener in self._listeners.values():
                listener.release()
            if self._server:
                with contextlib.suppress(TimeoutError):  # then its tether ends it with this process
                    async with asyncio.timeout(_BUS_GRACE):
                        await self._server.stop()
            self._record.unlink(missing_ok=True)
        return code

    @property
    def _record(self) -> Path:
        return self._settings.var / "run" / "farm.json"

    def _refuse_to_run_without_a_bus(self) -> None:
        _, loaded = read(self._options.read_settings)
        if self._server and not loaded.file.bus.embedded:
            hint = "Set OMEGA_BUS_URL, or bus.embedded to true in farm.yaml."
            raise Misconfigured("There is no bus: OMEGA_BUS_URL is not set.", hint=hint)

    def _architect(self) -> Architect:
        return Architect(
            read_settings=self._options.read_settings,
            mode=self._options.mode,
            only=self._options.only,
            bus_url=self._bus_url,
            sandbox_key=sandbox_key(self._settings.var),
            listeners=self._listeners,
            mint=mint_token,
            display_name=lambda settings, persona: read_card(settings.personas / persona).display_name,
        )

    def _bot(self, plan: Plan) -> Bot:
        return Bot(
            plan,
            launch=launcher(self._options.module_of),
            timing=self._options.timing,
            clock=self._options.clock,
            journal=self._bulletin,
        )

    def _duties(self, supervisor: Supervisor) -> Iterator[Coroutine[None, None, None]]:
        if self._server:
            yield keep_bus_server(self._server, self._bulletin)
        config = self._settings.config
        yield self._link(supervisor)
        self._probes = Probes(supervisor, self._bulletin, metrics=self._metrics)
        yield self._probes.keep()
        yield keep_record(self._record, config, self._bulletin, supervisor, self._look)
        yield follow_config(config, supervisor, settle=self._options.timing.settle)
        yield keep_small(self._settings.var / "logs")
        if self._options.echo:
            yield echo(self._settings.var / "logs", self._options.echo)

    def _addresses(self) -> dict[str, str]:
        url, exchange_url, model_url = (listener.url for listener in self._listeners.values())
        discord = {"discord": url, "chat": f"{url}/?as=mia"} if url else {}
        exchange = {"exchange": exchange_url} if exchange_url else {}
        model = {"model": model_url} if model_url else {}
        health = {"health": self._probes.url} if self._probes and self._probes.url else {}
        return {**discord, **exchange, **model, **health, "bus": without_credentials(self._bus_url)}

    def _look(self, status: FarmStatus) -> None:
        self._screen.glance(status)
        is_up = not self._is_stopping and all(bot.state in _SETTLED for bot in status.bots)
        if is_up and not self._is_settled:
            self._is_settled = True
            self._screen.settled(status)

    async def _until_stopped(self, fleet: Fleet) -> int:
        """Wait for a signal and stop the fleet in order; a second signal ends it at once."""
        stop, at_once = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def heard() -> None:
            if stop.is_set():
                at_once.set()
                fleet.kill()
            stop.set()

        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, heard)
        await stop.wait()
        log.info("farm_stopping")
        self._is_stopping = True
        self._screen.stopping()
        await fleet.stop()
        return EXIT_INTERRUPTED if at_once.is_set() else EXIT_DONE

    async def _link(self, supervisor: Supervisor) -> None:
        """Answer on the bus, and say there what happens."""
        clock = self._options.clock
        name = "-".join(["farm", *sorted(self._options.only)])
        async with open_bus(self._bus_url, name=name, clock=clock) as bus, asyncio.TaskGroup() as group:
            neighbours = Neighbours(bus, supervisor, is_small=bool(self._options.only))

            async def right_of(caller: Caller) -> Right:
                return (await bus.ask(GetRight(caller=caller))).right

            service = FarmService(
                ServiceConfig(metrics=self._metrics or NoMetrics()),
                supervisor=supervisor,
                status=neighbours.status,
                right_of=right_of,
                audit=lambda entry: self._outbox.put(AUDIT, entry),
                clock=clock,
                is_guide=supervisor.is_guide,
            )
            group.create_task(serve(bus, [service], stopping=asyncio.Event(), clock=clock))
            group.create_task(self._outbox.run(bus))
            group.create_task(neighbours.keep())


_SETTLED = frozenset({"ready", "disabled", "broken"})
