"""Reading what came with a request: JSON, or JSON beside files; and the limits on its size."""

from __future__ import annotations

import re
from typing import Any

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from sandbox.discord.messages.files import Upload
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import decode

MOST_BYTES = 25 * 2**20
MOST_BYTES_A_FILE = 10 * 2**20

_FILE = re.compile(r"files?\[(\d+)\]|file(\d*)")
_CHUNK = 2**16
_NO_FORM = (ValueError, AssertionError, RuntimeError, HttpProcessingError)
"""What aiohttp raises where boundary, headers or encoding of a form are not what they should be."""


async def read_body(request: web.BaseRequest) -> tuple[Any, tuple[Upload, ...]]:
    """Return the JSON of a request, None where it has none, and its files.

    Raises:
        Refused: it is not JSON or not the form that it says it is, or too large.
    """
    kind = request.content_type
    if kind == "application/json":
        raw = await request.read()
        return (_json(raw) if raw else None), ()
    if kind == "multipart/form-data":
        return await _read_parts(request)
    return None, ()


async def _read_parts(request: web.BaseRequest) -> tuple[Any, tuple[Upload, ...]]:
    try:
        return await _parted(request)
    except _NO_FORM:
        raise Refused(400, 50109, "The request body contains an invalid multipart form.") from None


async def _parted(request: web.BaseRequest) -> tuple[Any, tuple[Upload, ...]]:
    said: Any = {}
    uploads: list[Upload] = []
    room = MOST_BYTES
    async for part in await request.multipart():
        if not isinstance(part, BodyPartReader):
            raise Refused(400, 50035, "Invalid Form Body")
        content = await _read_part(part, room)
        room -= len(content)
        name = part.name or ""
        numbered = _FILE.fullmatch(name)
        if name == "payload_json":
            said = _json(content)
        elif numbered is not None:
            number = int(numbered.group(1) or numbered.group(2) or 0)
            uploads.append(Upload(number=number, filename=part.filename or "file", content=content))
    return said, tuple(uploads)


async def _read_part(part: BodyPartReader, room: int) -> bytes:
    gathered = bytearray()
    while chunk := await part.read_chunk(_CHUNK):
        gathered += chunk
        if len(gathered) > min(room, MOST_BYTES_A_FILE):
            raise Refused(413, 40005, "Request entity too large")
    return bytes(gathered)


def _json(raw: bytes) -> Any:
    try:
        return decode(raw)
    except ValueError:
        raise Refused(400, 50109, "The request body contains invalid JSON.") from None
