"""Who may speak to this server: the right Host, no foreign Origin; and the headers every answer carries.

The member API has no password. What protects it is that it listens on loopback, and that another site's page
can neither pose as this one (DNS rebinding shows in the Host) nor call it (a browser adds the Origin).
"""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

_POLICY = (
    "default-src 'self'; script-src 'self'; "
    "style-src 'self' 'sha256-3pRED1tOXas1FXFoPb9TGCjmYe9XQsmO9OV23khV2nY='; "
    "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_UPLOAD_POLICY = "default-src 'none'; sandbox"
CDN_NAMES = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_GATEWAYS = frozenset({"/", "/gateway", "/gateway/"})


class Guard:
    """Refuses requests that were meant for another host or come from another site's page."""

    def __init__(self, hosts: frozenset[str]) -> None:
        self._hosts = hosts | {"localhost"}

    def admits(self, request: web.Request) -> bool:
        """Return whether a request may be answered."""
        host = _name(f"//{request.host}")
        if host is None or not (self._is_ours(host) or _is_for_bots(request, host)):
            return False
        origin = request.headers.get("Origin")
        return origin is None or urlsplit(origin).netloc == request.host

    def _is_ours(self, host: str) -> bool:
        return host in self._hosts or _is_address(host)


def _is_for_bots(request: web.Request, host: str) -> bool:
    """Return whether a bot may call us by this name: where a token protects, any name will do."""
    is_gateway = request.path in _GATEWAYS and "Upgrade" in request.headers
    if is_gateway or request.path.startswith("/api/"):
        return "Origin" not in request.headers
    return host in CDN_NAMES and request.path.startswith("/attachments/")


def _is_address(host: str) -> bool:
    """A name can be pointed elsewhere after it was looked up; an address cannot."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def _name(url: str) -> str | None:
    try:
        return urlsplit(url).hostname
    except ValueError:
        return None


def middleware(guard: Guard) -> Middleware:
    """Return what stands before every handler."""

    @web.middleware
    async def watch(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not guard.admits(request):
            fix = "Open the page by the address that `omega status` prints.\n"
            return web.Response(status=403, text=f"Refused: Host or Origin is not this server's.\n{fix}")
        return await handler(request)

    return watch


async def add_headers(request: web.Request, response: web.StreamResponse) -> None:
    """Add the security headers; uploads may not run anything at all."""
    if request.path.startswith("/api/"):
        return
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.path.startswith(("/cdn/", "/attachments/")):
        response.headers["Content-Security-Policy"] = _UPLOAD_POLICY
