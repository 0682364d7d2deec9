"""All rules in one list, by the condition that each decides. A rule belongs to the module of its kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from services.alerts.rules import candles, fib, indicators, price, sky, venue, zones
from services.alerts.rules.declare import Rule, declared

MODULES: Final = (price, indicators, fib, zones, candles, venue, sky)
RULES: Final[Mapping[type[Any], Rule[Any]]] = MappingProxyType(declared())
"""Every kind of `conditions.Leaf` has exactly one."""
