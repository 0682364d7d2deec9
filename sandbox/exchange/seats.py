"""Whose account a request is about: the keys there are, what each may do, and how a request proves one."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from pydantic import SecretStr

from sandbox.exchange.refusal import Refused
from services.exchange.paper.account import PaperAccount

Right = Literal["read", "trade", "transfer", "withdraw"]
WINDOW_MS = 30_000
"""How far a request's time may be from the venue's."""
_LOGIN = "GET/user/verify"


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """An API key and the account it opens."""

    key: str
    secret: SecretStr
    passphrase: SecretStr
    account: PaperAccount
    rights: frozenset[Right] = frozenset(("read", "trade"))


@dataclass(slots=True)
class Notes:
    """What clients said of their orders that the matching engine has no word for, by order id."""

    plans: dict[str, str] = field(default_factory=dict)
    """The plan type under which an order was placed."""
    renamed: dict[str, str] = field(default_factory=dict)
    """The client id that an amended order got."""
    quote_sizes: dict[str, Decimal] = field(default_factory=dict)
    """The size of a market order that was given in quote currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """An account as one of its keys sees it."""

    key: Key
    notes: Notes = field(default_factory=Notes)

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

    def __init__(self, keys: Iterable[Key]) -> None:
        notes: dict[str, Notes] = {}
        self._seats = {
            key.key: Seat(key=key, notes=notes.setdefault(key.account.name, Notes())) for key in keys
        }

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
        if not time or not time.isdecimal():
            raise Refused("40005")
        if not passphrase:
            raise Refused("40011")
        if abs(now_ms - int(time)) > WINDOW_MS:
            raise Refused("40008")
        return self._proven(key, passphrase, sign, time + signed)

    def log_in(self, said: Mapping[str, str], now_ms: int) -> Seat:
        """Return the seat that a WebSocket login proves; its time is in seconds. Raises `Refused`."""
        key, time = str(said.get("apiKey", "")), str(said.get("timestamp", ""))
        if not time.isdecimal():
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
    digest = hmac.new(secret.get_secret_value().encode(), signed.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
