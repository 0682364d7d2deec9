"""How a plan becomes a started process."""

from __future__ import annotations

from collections.abc import Callable

from bots.supervisor.child import Launch
from bots.supervisor.plan import Plan
from config.farm_file import Kind
from config.settings import child_environment


def module_of(kind: Kind) -> str:
    """Return the module that runs a kind."""
    return f"bots.{kind}"


def launcher(module: Callable[[Kind], str]) -> Callable[[Plan], Launch]:
    """Return the function that says how to start a plan; `module` names the one that runs a kind."""
    environment = child_environment()

    def launch(plan: Plan) -> Launch:
        spec = plan.spec
        told = f"{spec.model_dump_json()}\n{plan.secrets.model_dump_json()}\n"
        return Launch(
            modules=tuple(module(kind) for kind in spec.entry.kinds_of(spec.name)),
            stdin=told.encode(),
            env=environment,
            cwd=spec.root,
            log=spec.var / "logs" / f"{spec.name}.log",
            fds=() if spec.listen_fd is None else (spec.listen_fd,),
        )

    return launch
