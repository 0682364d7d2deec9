"""All scripts in one place, by class and by name."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Final

import msgspec

from sandbox.llm.broken import BadToolCall, Empty, Huge, InvalidJson, Refusing, SafetyBlocked, Truncated
from sandbox.llm.helpful import Helpful
from sandbox.llm.inventor import Inventor
from sandbox.llm.obedient import Obedient
from sandbox.llm.plain import Dripping, Parrot, Scripted, Silent, Slow
from sandbox.llm.steps import Block, Call, Cut, End, Fail, Raw, Say, Script, Step, Wait

__all__ = [
    "NAMES",
    "BadToolCall",
    "Block",
    "Call",
    "Cut",
    "Dripping",
    "Empty",
    "End",
    "Fail",
    "Helpful",
    "Huge",
    "InvalidJson",
    "Inventor",
    "Obedient",
    "Parrot",
    "Raw",
    "Refusing",
    "SafetyBlocked",
    "Say",
    "Script",
    "Scripted",
    "Silent",
    "Slow",
    "Step",
    "Truncated",
    "Wait",
    "named",
]

NAMES: Final[Mapping[str, Callable[..., Script]]] = {
    "parrot": Parrot,
    "helpful": Helpful,
    "slow": Slow,
    "silent": Silent,
    "refusing": Refusing,
    "dripping": Dripping,
    "huge": Huge,
    "invalid_json": InvalidJson,
    "bad_tool_call": BadToolCall,
    "truncated": Truncated,
    "empty": Empty,
    "safety_blocked": SafetyBlocked,
    "inventor": Inventor,
    "obedient": Obedient,
}
"""What ``/sim/script`` may choose; a canned list is only for tests in the same process."""


def named(name: str, arguments: Mapping[str, object]) -> Script:
    """Return the script of a name, made with `arguments`.

    Raises:
        ValueError: there is none of that name, or it takes no such argument.
    """
    kind = NAMES.get(name)
    if kind is None:
        raise ValueError(f"name: expected one of {', '.join(NAMES)}")
    known = [one.name for one in dataclasses.fields(kind)]  # type: ignore[arg-type]  # all are dataclasses
    for argument in arguments:
        if argument not in known:
            raise ValueError(f"{argument}: expected one of {', '.join(known) or 'no argument'}")
    made: Script = msgspec.convert(dict(arguments), type=kind)
    return made
