"""The chat page, its static files and the CDN: files with the headers that keep them harmless."""

from __future__ import annotations

import gzip
import hashlib
import struct
import zlib
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from sandbox.discord.messages.files import Cdn, content_type, inside

_TYPES = {
    ".js": "text/javascript",
    ".mjs": "text/javascript",
    ".css": "text/css",
    ".html": "text/html",
    ".json": "application/json",
    ".svg": "image/svg+xml",
    ".map": "application/json",
}
_WORTH_PACKING = 1024
_AVATAR_COLORS = (0x5865F2, 0x757E8A, 0x3BA55C, 0xFAA61A, 0xED4245, 0xEB459E)
_AVATAR_SIDE = 64
_NOT_THERE_YET = (
    b"<!doctype html><title>Sandbox</title><p>The chat page is not installed; the API is running."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    """A static file as it is sent, kept until it changes on disk."""

    changed_ns: int
    plain: bytes
    packed: bytes | None
    tag: str
    kind: str


class Pages:
    """Serves a folder of static files, the page among them."""

    def __init__(self, folder: Path, cdn: Cdn) -> None:
        self._folder = folder.resolve()
        self._cdn = cdn
        self._kept: dict[Path, _File] = {}

    def page(self, request: web.Request) -> web.StreamResponse:
        """Answer ``GET /``."""
        path = self._folder / "chat.html"
        if not path.is_file():
            return web.Response(body=_NOT_THERE_YET, content_type="text/html", charset="utf-8")
        return self._send(request, path)

    async def static(self, request: web.Request) -> web.StreamResponse:
        """Answer ``GET /static/{path}``."""
        path = inside(self._folder, request.match_info["path"])
        if path is None:
            raise web.HTTPNotFound
        return self._send(request, path)

    async def upload(self, request: web.Request) -> web.StreamResponse:
        """Answer ``GET /cdn/attachments/...``."""
        path = f"attachments/{request.match_info['path']}"
        found = self._cdn.find(path)
        if found is None:
            raise web.HTTPNotFound
        kind = content_type(path)
        shown = "inline" if kind.startswith(("image/", "video/", "audio/")) else "attachment"
        headers = {
            "Content-Type": kind,
            "Content-Disposition": shown,
            "Cache-Control": "public, max-age=86400",
        }
        return _kept(found, headers)

    async def avatar(self, request: web.Request) -> web.StreamResponse:
        """Answer ``GET /cdn/avatars/{user}/{hash}.png``; its name changes with its content."""
        found = self._cdn.find(f"avatars/{request.match_info['path']}")
        if found is None:
            raise web.HTTPNotFound
        headers = {"Content-Type": "image/png", "Cache-Control": "public, max-age=31536000, immutable"}
        return _kept(found, headers)

    async def default_avatar(self, request: web.Request) -> web.StreamResponse:
        """Answer ``GET /cdn/embed/avatars/{number}.png``."""
        number = request.match_info["number"]
        color = _AVATAR_COLORS[int(number) % len(_AVATAR_COLORS)] if number.isdigit() else 0
        return web.Response(body=plain_png(_AVATAR_SIDE, color), content_type="image/png")

    def _send(self, request: web.Request, path: Path) -> web.StreamResponse:
        file = self._read(path)
        headers = {"ETag": file.tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == file.tag:
            return web.Response(status=304, headers=headers)
        body = file.plain
        if file.packed is not None and "gzip" in request.headers.get("Accept-Encoding", ""):
            headers["Content-Encoding"] = "gzip"
            body = file.packed
        charset = "utf-8" if file.kind.startswith("text/") else None
        return web.Response(body=body, headers=headers, content_type=file.kind, charset=charset)

    def _read(self, path: Path) -> _File:
        changed_ns = path.stat().st_mtime_ns
        known = self._kept.get(path)
        if known is not None and known.changed_ns == changed_ns:
            return known
        plain = path.read_bytes()
        kind = _TYPES.get(path.suffix, content_type(path.name))
        is_text = path.suffix in _TYPES and len(plain) > _WORTH_PACKING
        made = self._kept[path] = _File(
            changed_ns=changed_ns,
            plain=plain,
            packed=gzip.compress(plain, 6) if is_text else None,
            tag=f'"{hashlib.sha256(plain).hexdigest()[:24]}"',
            kind=kind,
        )
        return made


def _kept(found: bytes | Path, headers: dict[str, str]) -> web.StreamResponse:
    if isinstance(found, Path):
        return web.FileResponse(found, headers=headers)
    return web.Response(body=found, headers=headers)


def plain_png(side: int, color: int) -> bytes:
    """Return a square PNG of one colour. Source: PNG specification, W3C, sections 5 and 11."""
    row = b"\0" + color.to_bytes(3, "big") * side
    header = struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)
    chunks = (b"IHDR", header), (b"IDAT", zlib.compress(row * side)), (b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in chunks)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
