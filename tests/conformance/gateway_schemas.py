"""Schemas made from Discord's typings as a judge of gateway payloads. It knows nothing of the sandbox."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jsonschema import Draft7Validator
from jsonschema.exceptions import best_match
from openapi import Violation

DISPATCH, IDENTIFY = 0, 2
NO_BODY = {"RESUMED"}
"""Dispatches whose payload means nothing."""

_KINDS = {3: "COMPONENT", 4: "AUTOCOMPLETE", 5: "MODAL"}
_COMMANDS = {1: "SLASH", 2: "USER_MENU", 3: "MESSAGE_MENU"}


class GatewaySchemas:
    """One schema a payload; each check returns what it objects to."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._validator = cache(self._load)

    def violations(self, payloads: Iterable[Mapping[str, Any]]) -> Counter[Violation]:
        """Judge recorded payloads: every dispatch, and everything that a client sent."""
        found: list[Violation | None] = []
        for one in payloads:
            if one["direction"] == "in":
                found.append(self.check_sent({"op": one["op"], "d": one["d"]}))
            elif one["op"] == DISPATCH:
                found.append(self.check_dispatch(one["t"], one["d"]))
        return Counter(one for one in found if one is not None)

    def check_dispatch(self, name: str, payload: Mapping[str, Any]) -> Violation | None:
        """Judge the ``d`` of a dispatched event."""
        if name in NO_BODY:
            return None
        return self._check(schema_name(name, payload), payload)

    def check_sent(self, payload: Mapping[str, Any]) -> Violation | None:
        """Judge a whole payload from a client.

        The presence of an IDENTIFY is legacy and left out; a snowflake may be an integer, as clients send it.
        """
        said = payload["d"]
        if isinstance(said, dict):
            said = {key: str(value) if key.endswith("_id") else value for key, value in said.items()}
            if payload["op"] == IDENTIFY:
                said.pop("presence", None)
        return self._check("SENT_BY_CLIENT", {**payload, "d": said})

    def _check(self, name: str, payload: Mapping[str, Any]) -> Violation | None:
        if not (self._folder / f"{name}.json").exists():
            return Violation(name, "no schema of that name")
        fault = best_match(self._validator(name).iter_errors(payload))
        return None if fault is None else Violation(name, f"{fault.json_path}: {fault.message[:300]}")

    def _load(self, name: str) -> Draft7Validator:
        return Draft7Validator(json.loads((self._folder / f"{name}.json").read_text("utf-8")))


def schema_name(event: str, payload: Mapping[str, Any]) -> str:
    """Return the concrete schema of an event: the union of all interactions would let too much through."""
    if event != "INTERACTION_CREATE":
        return event
    kind = _KINDS.get(payload["type"]) or _COMMANDS[payload["data"]["type"]]
    return f"{kind}_{'GUILD' if 'guild_id' in payload else 'DM'}"
