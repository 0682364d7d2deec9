"""A REST request as the resources see it, their answers, and the routes that lead from one to the other."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sandbox.discord.messages.files import Upload
from sandbox.discord.realm import Realm
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import Json
from sandbox.discord.world.model import Application


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One request: who asks, what the path says, and what came with it."""

    application: Application | None
    params: Mapping[str, str]
    query: Mapping[str, str]
    origin: str = ""
    """``http://host:port`` as the client calls this server."""
    body: Any = None
    uploads: tuple[Upload, ...] = ()

    @property
    def user_id(self) -> str:
        """The id of the bot that asks; empty for a call that a token in the path vouches for."""
        return self.application.id if self.application else ""

    @property
    def caller(self) -> Application:
        """The application that asks."""
        if self.application is None:
            raise Refused(401, 0, "401: Unauthorized")
        return self.application

    def fields(self) -> Json:
        """Return the body, which has to be an object."""
        if not isinstance(self.body, dict):
            raise Refused(400, 50109, "The request body contains invalid JSON.")
        return self.body

    def says(self, name: str) -> bool:
        """Return whether a query parameter is true, as the different clients write it."""
        return self.query.get(name, "").lower() in {"1", "true"}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered; None sends no body."""

    status: int
    body: Json | list[Json] | None = None


NO_CONTENT = Reply(204)

Answer = Callable[[Realm, Call], Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """One endpoint."""

    method: str
    template: str
    """As in ``/channels/{channel}/messages``."""
    answer: Answer
    is_open: bool = False
    """No token in the header: a token in the path, or none is needed."""

    @property
    def key(self) -> str:
        """The name of its rate-limit bucket."""
        return f"{self.method} {self.template}"


def route(method: str, template: str, answer: Answer, *, is_open: bool = False) -> Route:
    """Build a route."""
    return Route(method=method, template=template, answer=answer, is_open=is_open)


class _Branch:
    """What may follow at one place of a path: fixed segments before the one that takes anything."""

    __slots__ = ("fixed", "named", "routes")

    def __init__(self) -> None:
        self.fixed: dict[str, _Branch] = {}
        self.named: _Branch | None = None
        self.routes: dict[str, tuple[Route, tuple[str, ...]]] = {}


class Routes:
    """Finds the route of a request."""

    def __init__(self, routes: tuple[Route, ...]) -> None:
        self._root = _Branch()
        for one in routes:
            self._add(one)

    def find(self, method: str, raw_path: str) -> tuple[Route, dict[str, str]]:
        """Return the route and the values in the path, or refuse with 404 or 405."""
        values: list[str] = []
        branch = self._walk(self._root, [unquote(part) for part in raw_path.strip("/").split("/")], values)
        if branch is None:
            raise Refused(404, 0, "404: Not Found")
        found = branch.routes.get(method)
        if found is None:
            raise Refused(405, 0, "405: Method Not Allowed")
        return found[0], dict(zip(found[1], values, strict=True))

    def _walk(self, branch: _Branch, parts: list[str], values: list[str]) -> _Branch | None:
        if not parts:
            return branch if branch.routes else None
        fixed = branch.fixed.get(parts[0])
        if fixed is not None:
            found = self._walk(fixed, parts[1:], values)
            if found is not None:
                return found
        if branch.named is None:
            return None
        values.append(parts[0])
        found = self._walk(branch.named, parts[1:], values)
        if found is None:
            values.pop()
        return found

    def _add(self, one: Route) -> None:
        branch = self._root
        names: list[str] = []
        for part in one.template.strip("/").split("/"):
            if part.startswith("{"):
                names.append(part.strip("{}"))
                branch.named = branch.named or _Branch()
                branch = branch.named
            else:
                branch = branch.fixed.setdefault(part, _Branch())
        branch.routes[one.method] = (one, tuple(names))
