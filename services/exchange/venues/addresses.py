"""Where a venue is and as whom it is asked: addresses, test environments, keys.

Belongs here: everything that decides which machine a request goes to. A test environment that does not
replace every address is refused, since an order meant as a test would be a real one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any
from urllib.parse import urlsplit

import ccxt.async_support
import ccxt.pro

from services.errors import Misconfigured
from services.exchange.venues.quirks import Quirks, quirks_of

Json = Any
"""What a vendor's JSON becomes; it never leaves the package."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credentials:
    """The keys of one account. Never shown."""

    key: str = field(repr=False)
    secret: str = field(repr=False)
    passphrase: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connection:
    """One way to ask one venue."""

    venue: str
    """``sandbox``, ``sandbox_twin`` or one of ccxt's ids."""
    base_url: str | None = None
    """Of a local server that stands in for the venue; needed for the sandbox."""
    is_testnet: bool = False
    is_unified: bool = False
    """Whether the account is unified; only read where the venue has both kinds."""
    credentials: Credentials | None = None

    @property
    def quirks(self) -> Quirks:
        """Return what is peculiar to the venue."""
        return quirks_of(self.venue)

    @property
    def place(self) -> str:
        """Return what tells the venue's address from others: the unit that its rate limit counts."""
        if self.base_url is not None:
            return f"{self.quirks.exchange_id}@{urlsplit(self.base_url).netloc}"
        is_elsewhere = self.is_testnet and not self.quirks.trades_test_by_header
        return f"{self.quirks.exchange_id}{'-test' if is_elsewhere else ''}"


def class_of(exchange_id: str) -> type[Any]:
    """Return ccxt's class for `exchange_id`, the one with streams where there is one.

    Raises:
        Misconfigured: ccxt has none of that name; the hint names the nearest.
    """
    for family in (ccxt.pro, ccxt.async_support):
        if exchange_id in family.exchanges:
            found: type[Any] = getattr(family, exchange_id)
            return found
    near = get_close_matches(exchange_id, ccxt.async_support.exchanges, n=3, cutoff=0.5)
    raise Misconfigured(
        f"There is no exchange called {exchange_id}.",
        hint=f"Did you mean {', '.join(near)}?" if near else "Use one of the ids that ccxt lists.",
        facts={"asked": exchange_id, "suggestions": list(near)},
    )


def point(exchange: Any, connection: Connection) -> None:
    """Send everything `exchange` asks to where `connection` says.

    Raises:
        Misconfigured: there is no address for the sandbox, or the venue has no whole test environment.
    """
    if connection.base_url is not None:
        _redirect(exchange, connection.base_url.rstrip("/") + connection.quirks.path, connection.quirks)
    elif connection.quirks.is_ours:
        raise Misconfigured(
            "The sandbox exchange has no address.", hint="Start it, or set its address in the configuration."
        )
    elif connection.is_testnet:
        _use_test_environment(exchange, connection)


def _redirect(exchange: Any, base: str, quirks: Quirks) -> None:
    if quirks.is_ours:
        exchange.urls["api"] = _onto_bitget_paths(exchange.urls["api"], base)
        return
    exchange.urls["api"] = _each(exchange.urls["api"], lambda url: _behind_prefix(url, base))


def _onto_bitget_paths(urls: Mapping[str, Json], base: str) -> Json:
    streams = base.replace("http", "ws", 1)
    paths = {
        "public": "/v2/ws/public",
        "private": "/v2/ws/private",
        "utaPublic": "/v3/ws/public",
        "utaPrivate": "/v3/ws/private",
    }
    sockets = {name: streams + path for name, path in paths.items()}
    plain = {name: base for name, url in urls.items() if isinstance(url, str)}
    return {**plain, "ws": sockets, "demo": dict(sockets)}


def _behind_prefix(url: str, base: str) -> str:
    """Return ``http://local/api.venue.com/path`` for ``https://api.venue.com:443/path``."""
    scheme, _, rest = url.partition("://")
    host, slash, path = rest.partition("/")
    local = base if scheme.startswith("http") else base.replace("http", "ws", 1)
    return f"{local}/{host.partition(':')[0]}{slash}{path}"


def _each(urls: Json, change: Callable[[str], str]) -> Json:
    if isinstance(urls, Mapping):
        return {name: _each(url, change) for name, url in urls.items()}
    if isinstance(urls, list):
        return [_each(url, change) for url in urls]
    return change(urls) if isinstance(urls, str) else urls


def _use_test_environment(exchange: Any, connection: Connection) -> None:
    live = _addresses(exchange.urls.get("api"))
    has_any = bool(exchange.urls.get("test")) or connection.quirks.trades_test_by_header
    if has_any:
        exchange.set_sandbox_mode(True)
    left = live & _addresses(exchange.urls.get("api"))
    if not has_any or (left and not connection.quirks.trades_test_by_header):
        raise Misconfigured(
            f"{connection.venue} has no test environment that is separate from the real one.",
            hint="Use the sandbox exchange instead, or turn testnet off to read the real venue.",
            facts={"venue": connection.venue},
        )


def _addresses(urls: Json) -> set[str]:
    if isinstance(urls, Mapping):
        urls = list(urls.values())
    if isinstance(urls, list):
        return {address for url in urls for address in _addresses(url)}
    return {urls} if isinstance(urls, str) else set()
