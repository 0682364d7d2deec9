"""Whose account a request is about: the keys there are, what each may do, and how a request proves one."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
from collections.abc import Callable, Iterable, Mapping
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


def _no_other(_: str) -> Key | None:
    return None


def _unheard(_: Seat) -> None:
    """Stand in until somebody wants to know who comes."""


class Seats:
    """Every key of one venue: those it is given, and those that come later and prove themselves."""

    def __init__(
        self,
        keys: Iterable[Key] = (),
        notes: Path | None = None,
        *,
        on_demand: Callable[[str], Key | None] = _no_other,
    ) -> None:
        """`on_demand` makes a key of what a client sent as one, and opens its account; None for a false one.

        `notes` is the folder where what clients say of their orders is kept; see `Notes`.
        """
        self._folder = notes
        self._on_demand = on_demand
        self._accounts: dict[str, Seat] = {}
        self._seats: dict[str, Seat] = {}
        self._taking = asyncio.Lock()
        self.on_new_account: Callable[[Seat], None] = _unheard
        """Hears of an account that was opened on demand, before it is used."""
        for key in keys:
            first = self._accounts.setdefault(key.account.name, self._first_seat(key))
            self._seats[key.key] = replace(first, key=key)

    @property
    def accounts(self) -> Mapping[str, Seat]:
        """Return one seat of each account, by the account's name."""
        return self._accounts

    async def admit(self, headers: Mapping[str, str], signed: str, now_ms: int) -> Seat:
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
        return await self._proven(key, passphrase, sign, time + signed)

    async def log_in(self, said: Mapping[str, str], now_ms: int) -> Seat:
        """Return the seat that a WebSocket login proves; its time is in seconds. Raises `Refused`."""
        key, time = str(said.get("apiKey", "")), str(said.get("timestamp", ""))
        if not _is_moment(time):
            raise Refused("40005")
        if abs(now_ms - int(time) * 1000) > WINDOW_MS:
            raise Refused("40008")
        return await self._proven(
            key, str(said.get("passphrase", "")), str(said.get("sign", "")), time + _LOGIN
        )

    async def _proven(self, key: str, passphrase: str, sign: str, signed: str) -> Seat:
        seat = self._seats.get(key) or await self._taken(key)
        if seat is None:
            raise Refused("40037")
        if not _same(passphrase, seat.key.passphrase.get_secret_value()):
            raise Refused("40012")
        if not _same(sign, signature(seat.key.secret, signed)):
            raise Refused("40009")
        return seat

    async def _taken(self, said: str) -> Seat | None:
        """Give a key that came for the first time its seat; None if it is false."""
        async with self._taking:
            if said in self._seats:
                return self._seats[said]
            key = self._on_demand(said)
            if key is None:
                return None
            first = self._accounts.get(key.account.name)
            if first is None:
                first = self._first_seat(key)
                await first.notes.open()
                self._accounts[first.name] = first
                self.on_new_account(first)
            seat = self._seats[said] = replace(first, key=key)
            return seat

    def _first_seat(self, key: Key) -> Seat:
        return Seat(key=key, notes=Notes(key.account, self._folder))


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
