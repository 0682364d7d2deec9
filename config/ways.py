"""What a way out of Discord must also fulfil beyond its schema: an address that its kind can use."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator
from typing import Final
from urllib.parse import SplitResult, urlsplit

from config.farm_file import WaySection

Lack = tuple[str, str]
"""A key, and what was expected there."""
_SNOWFLAKE: Final = re.compile(r"[0-9]{1,20}")
_CHAT: Final = re.compile(r"-?[0-9]{1,20}|@[A-Za-z0-9_]{4,32}")
_MAIL: Final = re.compile(r"[^\s@<>,;:\"]{1,64}@[^\s@<>,;:\"]{1,255}")
_SERVER: Final = re.compile(r"(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):(?P<port>[0-9]{1,5})")
_LAST_PORT: Final = 65_535
_LOCAL: Final = "localhost"
_PLACES: Final = frozenset({"dm", "here"})
"""What members write for places in Discord."""


def expected_of(name: str) -> str:
    """Return what was expected in place of the name of a way; nothing where it may be called so."""
    return "expected another name, dm and here are places in Discord" if name in _PLACES else ""


def lacks_of(way: WaySection) -> Iterator[Lack]:
    """Yield every key of a way that is wrong, with what was expected there."""
    yield from _LACKS[way.kind](way)
    if way.kind != "email" and "tls" in way.model_fields_set:
        yield "tls", "expected no tls here, only email has it"
    if not way.members:
        yield "members", "expected the ids of the members who may use it, at least one"
    elif any(not _SNOWFLAKE.fullmatch(member) for member in way.members):
        yield "members", "expected the ids of members, which are numbers"


def _telegram(way: WaySection) -> Iterator[Lack]:
    if not _CHAT.fullmatch(way.to):
        yield "to", 'expected the id of a chat, such as "123456789", or the @name of a channel'
    if way.server and _http(way.server) is None:
        yield "server", "expected an address such as http://127.0.0.1:8081, or nothing for Telegram's own"
    if way.sender:
        yield "sender", "expected no sender here, only email has one"


def _webhook(way: WaySection) -> Iterator[Lack]:
    address = _http(way.to)
    if address is None or not (address.scheme == "https" or _is_here(address.hostname or "")):
        yield "to", "expected an https:// address, or an http:// one of this machine"
    elif _is_private(address.hostname or ""):
        yield "to", "expected a public address, or one of this machine"
    for key, value in (("server", way.server), ("sender", way.sender)):
        if value:
            yield key, f"expected no {key} here, a webhook has none"


def _email(way: WaySection) -> Iterator[Lack]:
    for key, address in (("to", way.to), ("sender", way.sender)):
        if not _MAIL.fullmatch(address):
            yield key, "expected an e-mail address"
    server = _SERVER.fullmatch(way.server)
    if server is None or not 0 < int(server["port"]) <= _LAST_PORT:
        yield "server", "expected host:port of a server that takes mail, such as smtp.example.org:587"
    elif way.tls == "none" and not _is_here(server[1].strip("[]")):
        yield "tls", "expected starttls or tls, none is only for a server on this machine"


_LACKS: Final[dict[str, Callable[[WaySection], Iterator[Lack]]]] = {
    "telegram": _telegram,
    "webhook": _webhook,
    "email": _email,
}


def _http(url: str) -> SplitResult | None:
    """Return the parts of an address that can be asked; None for any other, and for one with a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    is_good = parts.scheme in {"http", "https"} and parts.hostname and port != 0 and "@" not in parts.netloc
    return parts if is_good and not re.search(r"\s", url) else None


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == _LOCAL


def _is_private(host: str) -> bool:
    """Return whether a literal address is neither public nor of this machine; a name is no such address."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_global or address.is_loopback)
