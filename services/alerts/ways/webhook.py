"""A webhook: a signed POST of JSON. What a receiver has to do stands in docs/how-to/ways-out.md."""

from __future__ import annotations

import hashlib
import hmac
from typing import Final

import msgspec
from pydantic import SecretStr

from services.alerts.posts import Body
from services.alerts.ways.outside import Outside
from services.alerts.ways.way import Letter, WayRefused, busy
from services.clock import Clock

_WHO: Final = "The receiver"
_REDIRECTS: Final = range(300, 400)


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """The JSON that a receiver gets. Numbers are strings, so that no digit is lost; times are ISO 8601."""

    version: int = 1
    id: str
    title: str
    text: str
    locale: str
    post: Body
    """Its ``type`` is alert, digest, brief or notice."""


class Webhook:
    """Posts to one address, signed with one key."""

    def __init__(self, outside: Outside, *, url: str, key: SecretStr, clock: Clock) -> None:
        self._outside = outside
        self._url = url
        self._key = key
        self._clock = clock

    async def send(self, letter: Letter) -> None:
        """Post a letter; see `Way.send`."""
        body = msgspec.json.encode(
            Posted(id=letter.id, title=letter.title, text=letter.text, locale=letter.locale, post=letter.body)
        )
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "Content-Type": "application/json",
            "X-Omega-Id": letter.id,
            "X-Omega-Timestamp": timestamp,
            "X-Omega-Signature": signature(self._key, timestamp, body),
        }
        reply = await self._outside.post(self._url, body, headers, who=_WHO)
        if reply.is_taken:
            return
        if reply.is_later:
            raise busy("The receiver cannot take it now.", reply.retry_after)
        if reply.status in _REDIRECTS:
            raise WayRefused(
                "The receiver sends it elsewhere, which is not followed.",
                hint="Write the address it leads to into farm.yaml.",
            )
        raise WayRefused(
            f"The receiver refuses it with status {reply.status}.", hint="Look into the receiver's own log."
        )


def signature(key: SecretStr, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256 of ``<timestamp>.<body>``, in hex.

    Source: RFC 2104; the shape is that of many webhooks, so that receivers have code for it.
    """
    signed = timestamp.encode() + b"." + body
    return hmac.new(key.get_secret_value().encode(), signed, hashlib.sha256).hexdigest()
