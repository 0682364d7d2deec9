"""Local servers that speak what ways out of Discord speak: Telegram's Bot API, a webhook's receiver, SMTP."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import ssl
from collections import deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Literal

import trustme
from aiohttp import web
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

Mishap = Literal["reset", "reset after", "garbage"] | tuple[int, dict[str, str], dict[str, Any]]
"""What a server does in place of its answer; ``reset after``: it keeps the message and then breaks off."""


class _Server:
    """A server of HTTP on loopback that can be told what goes wrong next."""

    def __init__(self) -> None:
        self.mishaps: deque[Mishap] = deque()
        self.url = ""
        self.asked = 0

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/{path:.*}", self._answer)
        runner = web.AppRunner(app, handle_signals=False, access_log=None)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        try:
            yield
        finally:
            await runner.cleanup()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        self.asked += 1
        mishap = self.mishaps.popleft() if self.mishaps else None
        if mishap is None:
            return await self.take(request)
        if isinstance(mishap, tuple):
            status, headers, body = mishap
            return web.json_response(body, status=status, headers=headers)
        if mishap == "garbage":
            return web.Response(text="<html>" + "x" * 200_000)
        if mishap == "reset after":
            await self.take(request)
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    async def take(self, request: web.Request) -> web.Response:
        raise NotImplementedError


class TelegramServer(_Server):
    """Telegram's Bot API, as far as one bot that writes to people needs it.

    Source: https://core.telegram.org/bots/api#making-requests, #sendmessage, #sendphoto
    """

    def __init__(self, *, token: str, chats: frozenset[str], blocked: frozenset[str] = frozenset()) -> None:
        super().__init__()
        self._token = token
        self._chats = chats
        self._blocked = blocked
        self.messages: list[dict[str, Any]] = []

    async def take(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if path not in {f"bot{self._token}/sendMessage", f"bot{self._token}/sendPhoto"}:
            return self._error(401 if path.startswith("bot") else 404, "Unauthorized")
        sent = dict(await request.post()) if path.endswith("Photo") else await request.json()
        chat = str(sent.get("chat_id", ""))
        if chat in self._blocked:
            return self._error(403, "Forbidden: bot was blocked by the user")
        if chat not in self._chats:
            return self._error(400, "Bad Request: chat not found")
        if path.endswith("Message") and not sent.get("text"):
            return self._error(400, "Bad Request: message text is empty")
        self.messages.append(sent)
        return web.json_response({"ok": True, "result": {"message_id": len(self.messages)}})

    def _error(self, code: int, description: str) -> web.Response:
        body = {"ok": False, "error_code": code, "description": description}
        return web.json_response(body, status=code)


class WebhookReceiver(_Server):
    """Takes what is signed with its key and not older than five minutes, and each id once."""

    def __init__(self, *, key: str, now: float) -> None:
        super().__init__()
        self._key = key
        self._now = now
        self.taken: dict[str, dict[str, Any]] = {}
        self.repeats = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        timestamp = request.headers["X-Omega-Timestamp"]
        signed = f"{timestamp}.{body.decode()}".encode()
        expected = hmac.digest(self._key.encode(), signed, hashlib.sha256).hex()
        if not hmac.compare_digest(expected, request.headers["X-Omega-Signature"]):
            return web.Response(status=401)
        if abs(self._now - int(timestamp)) > 300:
            return web.Response(status=400)
        id_ = request.headers["X-Omega-Id"]
        self.repeats += id_ in self.taken
        self.taken[id_] = json.loads(body)
        return web.Response(status=204)


@dataclass
class MailServer:
    """An SMTP server that keeps what it takes. `refusals` are its next answers to a recipient."""

    port: int = 0
    login: tuple[str, str] | None = None
    mails: list[EmailMessage] = field(default_factory=list)
    refusals: deque[str] = field(default_factory=deque)

    @property
    def address(self) -> str:
        """Return ``host:port``."""
        return f"localhost:{self.port}"

    @asynccontextmanager
    async def opened(
        self, authority: trustme.CA, *, tls: Literal["starttls", "tls", "none"]
    ) -> AsyncIterator[None]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("localhost").configure_cert(context)

        def protocol() -> SMTP:
            return SMTP(
                self,
                hostname="localhost",
                tls_context=context if tls == "starttls" else None,
                require_starttls=tls == "starttls",
                authenticator=self._authenticate,
                auth_require_tls=tls == "starttls",
            )

        loop = asyncio.get_running_loop()
        secure = context if tls == "tls" else None
        server = await loop.create_server(protocol, "127.0.0.1", 0, ssl=secure)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            server.close()
            await server.wait_closed()

    def _authenticate(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, given: object
    ) -> AuthResult:
        is_right = isinstance(given, LoginPassword) and self.login == (
            given.login.decode(),
            given.password.decode(),
        )
        return AuthResult(success=is_right, handled=False)

    async def handle_RCPT(  # noqa: N802 - the name and the shape are the library's
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.login is not None and not session.authenticated:
            return "530 5.7.0 who are you"
        if self.refusals:
            return self.refusals.popleft()
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        assert isinstance(envelope.content, bytes)
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(mail, EmailMessage)
        self.mails.append(mail)
        return "250 taken"
