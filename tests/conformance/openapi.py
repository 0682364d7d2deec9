"""Discord's own OpenAPI document as a judge of requests and responses. It knows nothing of the sandbox.

Two places of the document are corrected: the inner ``code`` of an error is a string in practice, and an
integer in the document. Requests may write a snowflake as an integer, as clients do; responses may not.
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry
from referencing.jsonschema import DRAFT202012

Json: TypeAlias = Any

BAD_REQUEST, SERVER_ERROR = 400, 500

_ROOT = "urn:discord"
_PREFIX = re.compile(r"^/api(/v10)?")


@dataclass(frozen=True, slots=True)
class Violation:
    """A body that the document does not allow."""

    where: str
    what: str

    def __str__(self) -> str:
        return f"{self.where}: {self.what}"


@dataclass(frozen=True, slots=True)
class _Route:
    method: str
    template: str
    pattern: re.Pattern[str]
    operation: Json


class _Schemas:
    """Validators of fragments of one document, each made once."""

    def __init__(self, document: Json) -> None:
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(_ROOT, resource)
        self._made: dict[int, Draft202012Validator] = {}

    def first_fault(self, fragment: Json, body: Json) -> str | None:
        """Return the most telling fault of `body`, or None."""
        validator = self._made.get(id(fragment))
        if validator is None:
            validator = Draft202012Validator(_absolute(fragment), registry=self._registry)
            self._made[id(fragment)] = validator
        fault = best_match(validator.iter_errors(body))
        return None if fault is None else f"{fault.json_path}: {fault.message[:300]}"


class OpenApi:
    """The document, loaded once; each check returns what it objects to."""

    def __init__(self, path: Path) -> None:
        document = json.loads(path.read_text("utf-8"))
        document["components"]["schemas"]["InnerErrors"] = _string_codes()
        self._document = document
        lenient = copy.deepcopy(document)
        schemas = lenient["components"]["schemas"]
        schemas["SnowflakeType"] = {"anyOf": [schemas["SnowflakeType"], {"type": "integer"}]}
        self._requests, self._responses = _Schemas(lenient), _Schemas(document)
        self._routes = _routes(document)

    def violations(self, exchanges: Iterable[Mapping[str, Json]]) -> Counter[Violation]:
        """Judge recorded exchanges: what was sent and taken, and every answer that is not a proxy's error."""
        found: list[Violation | None] = []
        for one in exchanges:
            method, path, status = one["method"], one["path"], one["status"]
            if status != BAD_REQUEST:
                found.append(self.check_request(method, path, one["content_type"] or "", one["body"]))
            if status < SERVER_ERROR:
                found.append(self.check_response(method, path, status, one["response"]))
        return Counter(one for one in found if one is not None)

    def check_request(self, method: str, path: str, content_type: str, body: Json) -> Violation | None:
        """Judge the body of a request; of a multipart one, its ``payload_json``."""
        route = self._find(method, path)
        if route is None:
            return Violation(f"{method} {path}", "no such operation in the document")
        if body is None:
            return None
        contents = self._follow(route.operation.get("requestBody", {})).get("content", {})
        entry = contents.get(content_type) or contents.get("application/json")
        if entry is None:
            return Violation(f"{method} {route.template}", f"takes no body of type {content_type}")
        fault = self._requests.first_fault(entry["schema"], body)
        return None if fault is None else Violation(f"request {method} {route.template}", fault)

    def check_response(self, method: str, path: str, status: int, body: Json) -> Violation | None:
        """Judge a response: its status must be documented and its body must fit."""
        route = self._find(method, path)
        if route is None:
            return Violation(f"{method} {path}", "no such operation in the document")
        where = f"response {status} {method} {route.template}"
        responses = route.operation["responses"]
        found = responses.get(str(status)) or responses.get(f"{status // 100}XX")
        if found is None:
            return Violation(where, "status not in the document")
        contents = self._follow(found).get("content", {})
        if "application/json" not in contents:
            return None if body is None else Violation(where, "a body where the document has none")
        if status == 429 and isinstance(body, dict) and "code" not in body:
            return Violation(where, "a 429 without code")
        fault = self._responses.first_fault(contents["application/json"]["schema"], body)
        return None if fault is None else Violation(where, fault)

    def _find(self, method: str, path: str) -> _Route | None:
        bare = _PREFIX.sub("", path)
        return next(
            (one for one in self._routes if one.method == method and one.pattern.fullmatch(bare)), None
        )

    def _follow(self, node: Json) -> Json:
        while "$ref" in node:
            target = self._document
            for key in node["$ref"].removeprefix("#/").split("/"):
                target = target[key]
            node = target
        return node


def _routes(document: Json) -> list[_Route]:
    found = []
    for template, operations in document["paths"].items():
        pattern = re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)))
        for method, operation in operations.items():
            if method in {"get", "put", "post", "patch", "delete"}:
                found.append(_Route(method.upper(), template, pattern, operation))
    return sorted(found, key=lambda one: one.template.count("{"))


def _absolute(node: Json) -> Json:
    if isinstance(node, dict):
        return {
            key: _ROOT + value if key == "$ref" and str(value).startswith("#") else _absolute(value)
            for key, value in node.items()
        }
    return [_absolute(one) for one in node] if isinstance(node, list) else node


def _string_codes() -> Json:
    leaf = {
        "type": "object",
        "properties": {"code": {"type": "string"}, "message": {"type": "string"}},
        "required": ["code", "message"],
    }
    return {
        "type": "object",
        "properties": {"_errors": {"type": "array", "items": leaf}},
        "additionalProperties": False,
        "required": ["_errors"],
    }
