"""The control plane under ``/sim``: which script plays, and which may be chosen."""

from __future__ import annotations

from typing import Protocol

from aiohttp import web

from sandbox.llm.playing import answer
from sandbox.llm.script import NAMES, named
from sandbox.llm.steps import Script
from sandbox.llm.wire import Json, decode


class Stage(Protocol):
    """What has a script that can be changed."""

    script: Script


class Control:
    """Answers everything under ``/sim``."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    def mount(self, app: web.Application) -> None:
        """Answer there."""
        app.router.add_get("/sim/script", self._script)
        app.router.add_post("/sim/script", self._set_script)

    async def _script(self, _request: web.Request) -> web.Response:
        return self._told()

    async def _set_script(self, request: web.Request) -> web.Response:
        try:
            said = decode(await request.read(), dict)
            self._stage.script = named(str(said.pop("name", "")), said)
        except ValueError as error:
            return answer({"error": str(error)}, 400)
        return self._told()

    def _told(self) -> web.Response:
        body: Json = {"script": repr(self._stage.script), "names": [*NAMES]}
        return answer(body)
