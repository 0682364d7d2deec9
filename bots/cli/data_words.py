"""How `omega data` says what its commands have in common: numbers of things, and where candles come from."""

from __future__ import annotations

from collections.abc import Mapping

from services.exchange.exchange import Nature

ORIGINS: Mapping[Nature, str] = {"live": "live", "replay": "recorded", "simulated": "simulated"}
"""What people call a nature, the most real first."""


def counted(count: int, thing: str) -> str:
    """Return such as ``1 flaw`` or ``1,200 flaws``."""
    return f"{count:,} {thing}{'' if count == 1 else 's'}"


def origins(natures: Mapping[Nature, int]) -> str:
    """Return ``recorded`` where all candles are of one nature, else such as ``live 1,440, simulated 12``."""
    if len(natures) == 1:
        return ORIGINS[next(iter(natures))]
    return ", ".join(
        f"{origin} {natures[nature]:,}" for nature, origin in ORIGINS.items() if nature in natures
    )
