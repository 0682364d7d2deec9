"""The checks of `omega doctor`, in the order in which an operator would put things right."""

from __future__ import annotations

import asyncio
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from pydantic import SecretStr

from bots.cli.desk_checks import desk_findings
from bots.cli.findings import Finding, fail, note, ok
from bots.cli.model_checks import model_findings
from bots.cli.port_checks import farm_finding, port_findings
from bots.cli.secret_checks import secrets_findings
from bots.cli.venue_checks import venue_findings
from bots.database import DATABASE_FILE
from bots.supervisor.blueprint import read
from bots.supervisor.ground import is_held, prepare
from bots.supervisor.plan import is_token_shaped
from bots.supervisor.record import read_record
from config.farm_file import FarmFile
from config.settings import Settings, read_settings, secrets_place, without_credentials
from services.bus.connect import open_bus
from services.bus.embedded import EmbeddedServer
from services.clock import SystemClock
from services.errors import Misconfigured, OmegaError
from services.farm.messages import FarmStatus
from services.store.store import open_store

_PYTHON = (3, 11)
_ROOM_MB = 200
_AMPLE_MB = 1000
_PATIENCE = 2.0


def all_checks() -> Iterator[Finding]:
    """Run every check that can be run; without a config there are fewer."""
    yield _python()
    try:
        settings, loaded = read(read_settings)
    except Misconfigured as error:
        yield fail("config", error.message, error.hint)
        return
    yield ok("config", f"{settings.config}, version {loaded.version}, {len(loaded.file.bots)} bots")
    is_running = is_held(settings.var)
    yield from _var(settings.var)
    yield _data(settings, loaded.file)
    status = _status(settings.var) if is_running else None
    yield from port_findings(loaded, status, is_running=is_running)
    yield from venue_findings(loaded.file)
    yield asyncio.run(_bus(settings))
    yield asyncio.run(_database(settings))
    yield from _tokens(settings, loaded.file)
    yield from desk_findings(loaded.file, settings)
    yield from model_findings(loaded.file, settings)
    yield from secrets_findings(loaded.file, secrets_place())
    yield from _tools()
    yield farm_finding(str(settings.var), status, is_running=is_running)


def _status(var: Path) -> FarmStatus | None:
    record = read_record(var / "run" / "farm.json")
    return record.status if record else None


def _python() -> Finding:
    found = platform.python_version()
    if sys.version_info[:2] != _PYTHON:
        return fail("python", f"{found} at {sys.executable}", "Install Python 3.11 and run `make run` again.")
    return ok("python", found)


def _var(var: Path) -> Iterator[Finding]:
    try:
        prepare(var)
        with tempfile.TemporaryFile(dir=var):
            yield ok("var", f"{var} can be written")
    except (Misconfigured, OSError) as error:
        yield fail("var", str(error), "Make the folder writable, or set OMEGA_VAR to one that is.")
        return
    free = shutil.disk_usage(var).free // 1_000_000
    if free < _ROOM_MB:
        yield fail("disk", f"{free} MB free", f"Make room: the farm needs at least {_ROOM_MB} MB.")
    elif free < _AMPLE_MB:
        yield note("disk", f"{free} MB free", f"Make room soon: under {_ROOM_MB} MB writes will fail.")
    else:
        yield ok("disk", f"{free} MB free")


def _data(settings: Settings, file: FarmFile) -> Finding:
    folder = settings.data / file.sandbox_exchange.recording
    if folder.exists():
        return ok("recording", str(folder))
    where, fix = f"{folder} is not there", "Set OMEGA_DATA to a folder with recordings"
    if settings.is_data_named and not settings.data.exists():
        where, fix = f"OMEGA_DATA is {settings.data}, and there is no such folder", "Put OMEGA_DATA right"
    if file.sandbox_exchange.source == "replay":
        return fail("recording", where, f"{fix}, or sandbox_exchange.source to auto.")
    return note("recording", f"{where}: the market is simulated", f"{fix}, to replay one.")


async def _bus(settings: Settings) -> Finding:
    if settings.bus_url:
        return await _reached(settings.bus_url)
    with tempfile.TemporaryDirectory(prefix="omega-doctor-") as folder:
        server = EmbeddedServer(Path(folder))
        try:
            await server.start()
        except (OmegaError, OSError) as error:
            return fail(
                "bus", f"the embedded server does not run: {error}", "Set OMEGA_BUS_URL to a Redis of yours."
            )
        finally:
            await server.stop()
    return ok("bus", "the embedded server runs")


async def _reached(url: SecretStr) -> Finding:
    connected = asyncio.Event()
    reasons: list[str] = ["no answer"]

    def on_health(is_well: bool, reason: str) -> None:  # noqa: FBT001 - the callback's shape is the bus's
        reasons.append(reason)
        if is_well:
            connected.set()

    shown = without_credentials(url)
    try:
        async with (
            open_bus(url, name="doctor", clock=SystemClock(), on_health=on_health),
            asyncio.timeout(_PATIENCE),
        ):
            await connected.wait()
    except TimeoutError:
        return fail("bus", f"{shown} is not reached: {reasons[-1]}", "Start it, or put OMEGA_BUS_URL right.")
    except OmegaError as error:
        return fail("bus", error.message, error.hint or "Put OMEGA_BUS_URL right.")
    return ok("bus", f"{shown} answers")


async def _database(settings: Settings) -> Finding:
    path = settings.var / DATABASE_FILE
    url = settings.database_url
    shown = without_credentials(url) if url else str(path)
    if url is None and not path.exists():
        return ok("database", f"{shown} is made at the first start")
    opening = open_store(url, path=path, busy_timeout=timedelta(seconds=_PATIENCE), clock=SystemClock())
    try:
        async with opening as store:
            await store.ping()
    except OmegaError as error:
        return fail("database", f"{shown}: {error.message}", error.hint or "Put OMEGA_DATABASE_URL right.")
    return ok("database", f"{shown} answers")


def _tokens(settings: Settings, file: FarmFile) -> Iterator[Finding]:
    if file.discord.mode == "sandbox":
        yield ok("tokens", "none needed, the farm has a Discord of its own")
        return
    for name, entry in file.bots.items():
        if entry.enabled and entry.persona_of(name) is not None:
            yield _token(f"OMEGA_TOKEN_{name.upper()}", settings.tokens.get(name))


def _token(variable: str, token: SecretStr | None) -> Finding:
    if token is None:
        return fail("tokens", f"{variable} is not set", "Set it, or put it into the file of OMEGA_SECRETS.")
    if not is_token_shaped(token):
        return fail(
            "tokens", f"{variable} is not shaped like a token", "Copy it again from Discord's portal."
        )
    return ok("tokens", f"{variable} has the right shape")


def _tools() -> Iterator[Finding]:
    for name, use in (("chromium", "browser tests"), ("node", "client tests")):
        found = shutil.which(name)
        yield ok(name, found) if found else note(name, f"not installed: {use} are skipped")
