"""Whose account a request is about: the keys there are, what each may do, and how a request proves one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeGuard

from pydantic import SecretStr

from sandbox.exchange.countdown import Countdown
from sandbox.exchange.notes import Notes
from sandbox.exchange.refusal import Refused
from services.exchange.paper.account import PaperAccount

Right = Literal["read", "trade", "transfer", "withdraw"]
WINDOW_MS = 30_000
"""How far a request's time may be from the venue's."""
_DIGITS = 14
_LOGIN = "GET/user/verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key and the account it opens."""

    key: str = field(repr=False)
    secret: SecretStr
    passphrase: SecretStr
    account: PaperAccount
    rights: frozenset[Right] = frozenset(("read", "trade"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An account as one of its keys sees it."""

    key: Key
    notes: Notes
    countdown: Countdown = field(default_factory=Countdown)

    @property
    def account(self) -> PaperAccount:
        """Return the account."""
        return self.key.account

    @property
    def name(self) -> str:
        """Return the account's name."""
        return self.key.account.name

    @property
    def can_trade(self) -> bool:
        """Return whether this key may place orders."""
        return "trade" in self.key.rights


class Seats:
    """Every key of one venue."""

    def __init__(self, keys: Iterable[Key], notes: Path | None = None) -> None:
        """`notes` is the folder where what clients say of their orders is kept; see `Notes`."""
        first: dict[str, Seat] = {}
        self._seats: dict[str, Seat] = {}
        for key in keys:
            one = first.setdefault(key.account.name, Seat(key=key, notes=Notes(key.account, notes)))
            self._seats[key.key] = replace(one, key=key)

    @property
    def accounts(self) -> Mapping[str, Seat]:
        """Return one seat of each account, by the account's name."""
        return {seat.name: seat for seat in self._seats.values()}

    def admit(self, headers: Mapping[str, str], signed: str, now_ms: int) -> Seat:
        """Return the seat that a request's headers prove; `signed` is its method, path, query and body.

        Raises:
            Refused: a header is missing or wrong, or the request is too old or from the future.
        """
        key, sign = headers.get("ACCESS-KEY"), headers.get("ACCESS-SIGN")
        time, passphrase = headers.get("ACCESS-TIMESTAMP"), headers.get("ACCESS-PASSPHRASE")
        if not key:
            raise Refused("40001")
        if not sign:
            raise Refused("40002")
        if not _is_moment(time):
            raise Refused("40005")
        if not passphrase:
            raise Refused("40011")
        if abs(now_ms - int(time)) > WINDOW_MS:
            raise Refused("40008")
        return self._proven(key, passphrase, sign, time + signed)

    def log_in(self, said: Mapping[str, str], now_ms: int) -> Seat:
        """Return the seat that a WebSocket login proves; its time is in seconds. Raises `Refused`."""
        key, time = str(said.get("apiKey", "")), str(said.get("timestamp", ""))
        if not _is_moment(time):
            raise Refused("40005")
        if abs(now_ms - int(time) * 1000) > WINDOW_MS:
            raise Refused("40008")
        return self._proven(key, str(said.get("passphrase", "")), str(said.get("sign", "")), time + _LOGIN)

    def _proven(self, key: str, passphrase: str, sign: str, signed: str) -> Seat:
        seat = self._seats.get(key)
        if seat is None:
            raise Refused("40037")
        if not _same(passphrase, seat.key.passphrase.get_secret_value()):
            raise Refused("40012")
        if not _same(sign, signature(seat.key.secret, signed)):
            raise Refused("40009")
        return seat


def signature(secret: SecretStr, signed: str) -> str:
    """Return how the venue signs a text."""
    digest = hmac.new(
        secret.get_secret_value().encode(), signed.encode(errors="surrogateescape"), hashlib.sha256
    ).digest()
    return base64.b64encode(digest).decode()


def _is_moment(said: str | None) -> TypeGuard[str]:
    return said is not None and said.isascii() and said.isdecimal() and len(said) <= _DIGITS


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(errors="surrogateescape"), other.encode())
