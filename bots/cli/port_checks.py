"""What `omega doctor` finds out about the ports of the local servers and the farm that may hold them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from bots.cli.findings import Finding, fail, note, ok
from bots.supervisor.blueprint import Place
from bots.supervisor.listener import Listener
from config.farm_file import Kind, SandboxLlmSection
from config.loader import Loaded
from services.errors import Misconfigured
from services.farm.messages import FarmStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class _Server:
    kind: Kind
    name: str
    section: str
    address: str
    """What the farm calls its address."""
    place: Place


def port_findings(loaded: Loaded, status: FarmStatus | None, *, is_running: bool) -> Iterator[Finding]:
    """Say of each local server whether the port that the file names can be had, or the farm has it.

    `status` is what the running farm says of itself; None while it says nothing.
    """
    file = loaded.file
    servers = (
        _Server(
            kind="sandbox_discord",
            name="local Discord",
            section="discord",
            address="discord",
            place=file.discord,
        ),
        _Server(
            kind="sandbox_exchange",
            name="local exchange",
            section="sandbox_exchange",
            address="exchange",
            place=file.sandbox_exchange,
        ),
        _Server(
            kind="sandbox_llm",
            name="local model",
            section="sandbox_llm",
            address="model",
            place=file.sandbox_llm,
        ),
    )
    for server in servers:
        if not _is_served(server, loaded):
            yield ok("port", f"no {server.name} is served")
        elif is_running and status is None:
            yield note(
                "port", f"the farm does not say yet where its {server.name} is", "Ask again in a moment."
            )
        else:
            yield _of(server, loaded, status)


def _is_served(server: _Server, loaded: Loaded) -> bool:
    file = loaded.file
    is_elsewhere = not isinstance(server.place, SandboxLlmSection) and server.place.url
    if is_elsewhere or (server.kind == "sandbox_discord" and file.discord.mode == "real"):
        return False
    return any(entry.enabled and entry.kind_of(name) == server.kind for name, entry in file.bots.items())


def _of(server: _Server, loaded: Loaded, status: FarmStatus | None) -> Finding:
    host, port = server.place.host, server.place.port
    held = status.addresses.get(server.address) if status else None
    if held and port in {0, urlsplit(held).port}:
        return ok("port", f"{held} belongs to the running farm ({server.section})")
    if status and not held and status.config_version == loaded.version:
        return ok("port", f"the running farm serves no {server.name}")
    listener = Listener(server.section)
    try:
        listener.hold(host, port)
    except Misconfigured as error:
        return fail("port", error.message + _meanwhile(server, held), error.hint)
    listener.release()
    return ok("port", f"{port} on {host} is free ({server.section})")


def _meanwhile(server: _Server, held: str | None) -> str:
    return f" The running farm's {server.name} is at {held}." if held else ""


def farm_finding(var: str, status: FarmStatus | None, *, is_running: bool) -> Finding:
    """Say whether a farm runs, and whether it runs what its file says."""
    if not is_running:
        return note("farm", "does not run", "omega run")
    if status and status.config_error:
        return fail(
            "farm",
            f"runs on {var} with version {status.config_version} of its file; it refused the newer one: "
            f"{status.config_error}",
            "Put it right and save the file again.",
        )
    return ok("farm", f"runs on {var}")
