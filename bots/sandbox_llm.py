"""The process of the local model: the server of `sandbox.llm`, on the socket that the farm holds."""

from __future__ import annotations

from bots.inherited import inherited
from bots.process import Process
from sandbox.llm.app import running
from sandbox.llm.script import Helpful
from services.errors import Misconfigured


async def run(process: Process) -> None:
    """Serve until the process is asked to stop.

    Raises:
        Misconfigured: it was not started by the farm.
    """
    section, fd = process.spec.sandbox_llm, process.spec.listen_fd
    if section is None:
        raise Misconfigured(
            "The local model was not told where to listen.", hint="Start it through the farm."
        )
    process.report("model", is_ready=False, reason="opening")
    serving = running(
        Helpful(),
        host=section.host,
        port=section.port,
        listening=None if fd is None else inherited(fd),
        scripts_allowed=section.faults,
        clock=process.clock,
    )
    async with serving as served:
        process.announce("model", served.url)
        process.report("model", is_ready=True)
        await process.stopping.wait()
