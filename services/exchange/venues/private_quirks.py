"""What differs between venues in accounts and orders, as data: which calls tell all of it, in which words.

What differs in public data stands in `quirks`. A venue without an entry is taken as ccxt describes it, and
orders with a trigger are refused there: nobody here knows what would trigger them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Literal

from services.exchange.orders import Trigger, Wallet
from services.exchange.venues import bitget_rows
from services.exchange.venues.addresses import Json
from services.exchange.venues.private_translate import (
    FeeSign,
    FillReader,
    OrderReader,
    nothing_more,
    nothing_more_of_a_fill,
)

Params = Mapping[str, Any]
Where = Literal["spot", "swap", "any"]
"""Of what a call tells: spot markets, contracts, or whatever the account has."""
Protocol = Literal["ccxt", "bitget_classic", "bitget_unified"]
"""How orders are written: in ccxt's own words, or with what Bitget needs beside them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """Contracts that the venue keeps apart: one call tells of one of them."""

    params: Params
    settles: frozenset[str] | None = None
    """What they are settled in; None for whatever no other product has."""
    coin_param: str | None = None
    """The parameter for the margin coin, one call each, where the venue wants it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WalletCall:
    """One call that tells a wallet."""

    wallet: Wallet
    params: Params
    is_per_product: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderCall:
    """One call that lists orders."""

    where: Where
    params: Params
    has_triggers: bool = False
    """Whether it lists orders that wait for a trigger, and only those."""


def no_rows(_reply: Json) -> Mapping[str, Json]:
    """Know of no rows: ccxt's numbers are all there is."""
    return {}


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateQuirks:
    """The facts of one kind of account at one venue."""

    protocol: Protocol = "ccxt"
    read_order: OrderReader = nothing_more
    read_fill: FillReader = nothing_more_of_a_fill
    fee_sign: FeeSign = "as_told"
    balance_rows: Callable[[Json], Mapping[str, Json]] = no_rows
    """The venue's own rows of a balance by currency."""
    wallets: tuple[WalletCall, ...] = (WalletCall(wallet="swap", params={}),)
    products: tuple[Product, ...] = (Product(params={}),)
    order_calls: tuple[OrderCall, ...] = (OrderCall(where="any", params={}),)
    is_funding_told_as_fee: bool = False
    """Whether a payment of funding is positive where it was paid, as a fee is; elsewhere where it was got."""
    longest_list: int | None = None
    """How many orders one answer holds at most."""
    older_than_param: str | None = None
    """The parameter that asks for orders before one id."""
    finds_by_client_id: bool = False
    has_margin_mode_per_order: bool = False
    margin_words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """How the venue spells cross and isolated, where ccxt does not translate them."""
    trigger_words: Mapping[Trigger, Params] = field(default_factory=lambda: MappingProxyType({}))
    """The parameters that say what triggers; one that is missing cannot be chosen."""
    has_entry_triggers: bool = False
    """Whether a stop or take-profit may open a position."""
    has_trailing: bool = False
    has_attached_stops: bool = False
    spot_buys_count_quote: bool = False
    """Whether a market buy on spot is sent as a sum of quote currency."""
    inverse_counts_base: bool = False
    """Whether amounts of inverse contracts are in base currency; elsewhere they are in quote."""
    login_window_s: float | None = None
    """How far this machine's clock may differ for the private stream to let it in."""


def _bitget_rows(reply: Json) -> Mapping[str, Json]:
    info = reply.get("info")
    rows = info if isinstance(info, list) else ((info or {}).get("data") or {}).get("assets") or []
    return {str(row.get("marginCoin") or row.get("coin")): row for row in rows if isinstance(row, Mapping)}


_BITGET_PRODUCTS = (
    Product(params={"productType": "USDT-FUTURES"}, settles=frozenset({"USDT"}), coin_param="marginCoin"),
    Product(params={"productType": "USDC-FUTURES"}, settles=frozenset({"USDC"}), coin_param="marginCoin"),
    Product(params={"productType": "COIN-FUTURES"}, coin_param="marginCoin"),
)
_SPOT = {"type": "spot", "productType": "SPOT"}
_SWAP = {"type": "swap"}
_BITGET: dict[str, Any] = {
    "read_order": bitget_rows.read_order,
    "read_fill": bitget_rows.read_fill,
    "fee_sign": "paid",
    "balance_rows": _bitget_rows,
    "longest_list": 100,
    "finds_by_client_id": True,
    "has_margin_mode_per_order": True,
    "has_entry_triggers": True,
    "has_attached_stops": True,
    "spot_buys_count_quote": True,
    "inverse_counts_base": True,
    "login_window_s": 30.0,
}
_BITGET_CLASSIC = PrivateQuirks(
    protocol="bitget_classic",
    products=_BITGET_PRODUCTS,
    wallets=(
        WalletCall(wallet="swap", params=_SWAP, is_per_product=True),
        WalletCall(wallet="spot", params={"type": "spot"}),
    ),
    order_calls=(
        OrderCall(where="swap", params=_SWAP),
        OrderCall(
            where="swap", params={**_SWAP, "trigger": True, "planType": "normal_plan"}, has_triggers=True
        ),
        OrderCall(
            where="swap", params={**_SWAP, "trigger": True, "planType": "profit_loss"}, has_triggers=True
        ),
        OrderCall(where="swap", params={**_SWAP, "trailing": True}, has_triggers=True),
        OrderCall(where="spot", params=_SPOT),
        OrderCall(where="spot", params={**_SPOT, "trigger": True}, has_triggers=True),
    ),
    older_than_param="idLessThan",
    has_trailing=True,
    trigger_words={"mark": {"triggerType": "mark_price"}, "last": {"triggerType": "fill_price"}},
    **_BITGET,
)
_BITGET_UNIFIED = PrivateQuirks(
    protocol="bitget_unified",
    products=tuple(Product(params=product.params, settles=product.settles) for product in _BITGET_PRODUCTS),
    wallets=(WalletCall(wallet="unified", params={}),),
    order_calls=(
        OrderCall(where="swap", params=_SWAP),
        OrderCall(where="swap", params={**_SWAP, "trigger": True}, has_triggers=True),
        OrderCall(where="spot", params=_SPOT),
    ),
    older_than_param="cursor",
    margin_words={"cross": "crossed", "isolated": "isolated"},
    trigger_words={"mark": {"triggerBy": "mark"}, "last": {"triggerBy": "market"}},
    **_BITGET,
)
_LINEAR = {"type": "swap", "subType": "linear"}
_INVERSE = {"type": "swap", "subType": "inverse"}
_KNOWN: Mapping[str, PrivateQuirks] = {
    "bitget": _BITGET_CLASSIC,
    "bitget unified": _BITGET_UNIFIED,
    "binance": PrivateQuirks(
        wallets=(
            WalletCall(wallet="swap", params=_LINEAR),
            WalletCall(wallet="swap", params=_INVERSE),
            WalletCall(wallet="spot", params={"type": "spot"}),
        ),
        products=(Product(params={"subType": "linear"}), Product(params={"subType": "inverse"})),
        order_calls=(
            OrderCall(where="swap", params=_LINEAR),
            OrderCall(where="swap", params={**_LINEAR, "trigger": True}, has_triggers=True),
            OrderCall(where="spot", params={"type": "spot"}),
        ),
        finds_by_client_id=True,
        has_entry_triggers=True,
        trigger_words={"mark": {"workingType": "MARK_PRICE"}, "last": {"workingType": "CONTRACT_PRICE"}},
        has_trailing=True,
        login_window_s=5.0,
    ),
    "bybit": PrivateQuirks(
        wallets=(WalletCall(wallet="unified", params={"type": "unified"}),),
        products=(
            Product(params={"subType": "linear", "settleCoin": "USDT"}),
            Product(params={"subType": "linear", "settleCoin": "USDC"}),
            Product(params={"subType": "inverse"}),
        ),
        trigger_words={
            "mark": {"triggerBy": "MarkPrice"},
            "last": {"triggerBy": "LastPrice"},
            "index": {"triggerBy": "IndexPrice"},
        },
        has_attached_stops=True,
        is_funding_told_as_fee=True,
        login_window_s=5.0,
    ),
    "okx": PrivateQuirks(
        wallets=(WalletCall(wallet="unified", params={}),),
        order_calls=(
            OrderCall(where="any", params={}),
            OrderCall(where="any", params={"trigger": True}, has_triggers=True),
            OrderCall(where="any", params={"trailing": True}, has_triggers=True),
        ),
        finds_by_client_id=True,
        has_margin_mode_per_order=True,
        login_window_s=30.0,
    ),
}


def private_quirks_of(exchange_id: str, *, is_unified: bool) -> PrivateQuirks:
    """Return the facts of accounts at the venue that ccxt calls `exchange_id`."""
    if is_unified and f"{exchange_id} unified" in _KNOWN:
        return _KNOWN[f"{exchange_id} unified"]
    return _KNOWN.get(exchange_id, PrivateQuirks())
