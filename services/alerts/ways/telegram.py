"""Telegram: one message of a bot into one chat, as its Bot API takes it.

Source: https://core.telegram.org/bots/api#sendmessage and #making-requests
"""

from __future__ import annotations

import html
from http import HTTPStatus
from typing import Final

import msgspec
import structlog
from pydantic import SecretStr

from services.alerts.ways.outside import Outside, Reply
from services.alerts.ways.way import Letter, WayRefused, busy
from services.locales.numbers import clip

TELEGRAM: Final = "https://api.telegram.org"
_WHO: Final = "Telegram"
_MOST: Final = 4_096
"""Characters of a message, counted without its marks."""
_TITLE: Final = 200
_NO_TOKEN: Final = frozenset({HTTPStatus.UNAUTHORIZED, HTTPStatus.NOT_FOUND})

log = structlog.get_logger(__name__)


class _Preview(msgspec.Struct, frozen=True, kw_only=True):
    is_disabled: bool = True


class _SendMessage(msgspec.Struct, frozen=True, kw_only=True):
    chat_id: str
    text: str
    parse_mode: str = "HTML"
    disable_notification: bool = False
    link_preview_options: _Preview = _Preview()


class _Parameters(msgspec.Struct, frozen=True, kw_only=True):
    retry_after: float | None = None
    migrate_to_chat_id: int | None = None


class _Answer(msgspec.Struct, frozen=True, kw_only=True):
    ok: bool
    error_code: int = 0
    description: str = ""
    parameters: _Parameters = _Parameters()


class Telegram:
    """Sends to one chat. Telegram takes no id, so what it has and did not confirm comes twice."""

    def __init__(self, outside: Outside, *, chat: str, token: SecretStr, server: str = TELEGRAM) -> None:
        self._outside = outside
        self._chat = chat
        self._token = token
        self._server = server.rstrip("/")

    async def send(self, letter: Letter) -> None:
        """Send a letter; see `Way.send`."""
        message = _SendMessage(
            chat_id=self._chat, text=as_html(letter), disable_notification=letter.is_silent
        )
        reply = await self._outside.post(
            f"{self._server}/bot{self._token.get_secret_value()}/sendMessage",
            msgspec.json.encode(message),
            {"Content-Type": "application/json"},
            who=_WHO,
        )
        answer = _read(reply)
        if answer.ok:
            return
        if reply.is_later:
            wait = answer.parameters.retry_after
            raise busy("Telegram cannot take it now.", reply.retry_after if wait is None else wait)
        log.warning("telegram_refused", status=reply.status, description=answer.description)
        raise _refused(reply.status, answer)


def as_html(letter: Letter) -> str:
    """Return a letter with its title in bold, and nothing in it that Telegram would take for a mark."""
    title = clip(letter.title, _TITLE)
    text = clip(letter.text, _MOST - len(title) - 1)
    return f"<b>{html.escape(title, quote=False)}</b>\n{html.escape(text, quote=False)}"


def _read(reply: Reply) -> _Answer:
    """Return what Telegram says; what is none of its answers is one that a proxy gave."""
    try:
        return msgspec.json.decode(reply.body, type=_Answer)
    except msgspec.DecodeError:
        raise busy("Telegram does not answer.", reply.retry_after) from None


def _refused(status: int, answer: _Answer) -> WayRefused:
    if status in _NO_TOKEN:
        return WayRefused(
            "Telegram does not know the bot's token.",
            hint="Put the token that BotFather gave into the secret of that way.",
        )
    if status == HTTPStatus.FORBIDDEN:
        return WayRefused(
            "The bot may not write to that chat of Telegram.",
            hint="Write to the bot in Telegram, or unblock it there.",
        )
    if answer.parameters.migrate_to_chat_id is not None or "chat not found" in answer.description:
        return WayRefused(
            "Telegram knows no such chat.",
            hint="Write to the bot in Telegram once, and look at the chat's id in farm.yaml.",
        )
    return WayRefused("Telegram refuses the message.", hint="Why stands in the log of the alerts process.")
