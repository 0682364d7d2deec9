"""What a key may do, as the venue itself says: the farm takes no key that can move money away.

One reader for each venue. A venue without a reader, an answer without the field, and a right that nobody here
knows are refused alike: a key whose rights cannot be read may have any.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from services.errors import Misconfigured
from services.exchange.venues.addresses import Json

_MOVING = ("withdraw", "transfer", "wallet")
"""Any right whose name has one of these moves money."""
_BITGET_RIGHTS = frozenset(
    {"readonly", "read", "trade", "trader", "coow", "cpow", "stow", "smow", "uta_mgt", "uta_trade"}
    | {"copy_futures_position", "copy_futures_order", "read-only", "read-and-write"}
)
"""The rights of Bitget's that read and trade; a name of four letters that ends in ``or`` only reads."""
_BITGET_READS = 4
_OTHER_RIGHTS = frozenset({"read_only", "trade", "general", "spot", "margin", "futures", "earn"})
_BINANCE_FLAGS = {
    "enableWithdrawals": "withdraw",
    "enableInternalTransfer": "transfer",
    "permitsUniversalTransfer": "transfer",
}


@dataclass(frozen=True, slots=True)
class RightsReader:
    """Where a venue says what a key may do. `read` returns the rights that it must not have."""

    method: str
    """The name of ccxt's implicit method."""
    read: Callable[[Json], Iterable[str]]
    """Raises `LookupError` or `TypeError` for an answer that does not say."""


def _is_harmless(right: str) -> bool:
    lowered = right.strip().lower()
    if any(word in lowered for word in _MOVING):
        return False
    if len(lowered) == _BITGET_READS and lowered.endswith("or"):
        return True
    return lowered in _BITGET_RIGHTS | _OTHER_RIGHTS


def _harmful(rights: Iterable[str]) -> list[str]:
    return [right for right in rights if not _is_harmless(right)]


def _listed(reply: Json, field: str) -> list[str]:
    rights = reply["data"][field]
    if not isinstance(rights, list) or not rights:
        raise LookupError(field)
    return _harmful(str(right) for right in rights)


def _bitget_classic(reply: Json) -> list[str]:
    return _listed(reply, "authorities")


def _bitget_unified(reply: Json) -> list[str]:
    return _listed(reply, "permissions")


def _binance(reply: Json) -> list[str]:
    return [name for flag, name in _BINANCE_FLAGS.items() if reply[flag] is not False]


def _bybit(reply: Json) -> list[str]:
    rights = reply["result"]["permissions"]
    return [f"Wallet: {right}" for right in rights["Wallet"]]


def _okx(reply: Json) -> list[str]:
    return _harmful(reply["data"][0]["perm"].split(","))


def _kucoin(reply: Json) -> list[str]:
    return _harmful(reply["data"]["permission"].split(","))


_READERS: Mapping[str, RightsReader] = {
    "bitget": RightsReader("privateSpotGetV2SpotAccountInfo", _bitget_classic),
    "bitget unified": RightsReader("privateUtaGetV3AccountInfo", _bitget_unified),
    "binance": RightsReader("sapiGetAccountApiRestrictions", _binance),
    "binanceusdm": RightsReader("sapiGetAccountApiRestrictions", _binance),
    "bybit": RightsReader("privateGetV5UserQueryApi", _bybit),
    "okx": RightsReader("privateGetAccountConfig", _okx),
    "kucoin": RightsReader("privateGetUserApiKey", _kucoin),
}


def reader_of(exchange_id: str, *, is_unified: bool, venue: str) -> RightsReader:
    """Return how to ask what a key of this venue may do.

    Raises:
        Misconfigured: the venue does not say it, or not in a way known here.
    """
    name = f"{exchange_id} unified" if is_unified and f"{exchange_id} unified" in _READERS else exchange_id
    reader = _READERS.get(name)
    if reader is None:
        raise _cannot_be_read(venue)
    return reader


def refuse_what_moves_money(reader: RightsReader, reply: Json, *, venue: str) -> None:
    """Let a key pass whose rights are all known and cannot move money.

    Raises:
        Misconfigured: it has another right, which facts name as ``permission``, or its rights cannot be read.
    """
    try:
        found = list(reader.read(reply))
    except (LookupError, TypeError, AttributeError) as error:
        raise _cannot_be_read(venue) from error
    if found:
        named = ", ".join(sorted(set(found)))
        raise Misconfigured(
            f"The key for {venue} has a right that a key of this farm must not have: {named}.",
            hint="Make a key at the venue that can read and trade, and neither withdraw nor transfer.",
            facts={"venue": venue, "permission": named},
        )


def _cannot_be_read(venue: str) -> Misconfigured:
    return Misconfigured(
        f"What the key for {venue} may do cannot be read, so it is not used.",
        hint="Use a venue whose keys tell their rights: bitget, binance, bybit, okx or kucoin.",
        facts={"venue": venue, "permission": "unknown"},
    )
