"""What can be subscribed to, as the two protocols name it and as it is kept here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, NamedTuple

from sandbox.exchange.refusal import Refused
from sandbox.exchange.rest.market import INTERVALS
from sandbox.exchange.wire import Json

Dialect = Literal["v2", "v3"]
DIALECTS: tuple[Dialect, ...] = ("v2", "v3")
PUBLIC_V2 = frozenset({"ticker", "trade", "books", "books1", "books5", "books15", "books50"})
PUBLIC_V3 = frozenset({"ticker", "publicTrade", "books", "books1", "books5", "books50", "kline"})
PRIVATE_V2 = frozenset({"orders", "orders-algo", "fill", "positions", "account"})
PRIVATE_V3 = frozenset({"order", "strategy-order", "fill", "position", "account"})
_SPOT_HAS = frozenset({"orders", "fill", "account"})


class Topic(NamedTuple):
    """One thing to listen to. `owner` is the account of a private one, else ""."""

    dialect: Dialect
    channel: str
    product: str
    """SPOT, USDT-FUTURES and so on; UTA for private topics of the unified protocol."""
    symbol: str = ""
    """The venue's name of a market; "default" for all of them."""
    interval: str = ""
    owner: str = ""

    @property
    def family(self) -> str:
        """Return the channel without its depth or interval: books, candle, ticker and so on."""
        if self.channel.startswith("books"):
            return "books"
        return "candle" if self.interval else self.channel

    @property
    def depth(self) -> int | None:
        """Return how many levels a channel of whole books has; None for one of changes."""
        levels = self.channel.removeprefix("books") if self.family == "books" else ""
        return int(levels) if levels else None

    def to_arg(self) -> Json:
        """Return it as the venue names it in what it sends."""
        if self.dialect == "v2":
            name = "coin" if self.channel == "account" else "instId"
            return {"instType": self.product, "channel": self.channel, name: self.symbol}
        if self.owner:
            return {"instType": self.product, "topic": self.channel}
        arg = {"instType": self.product.lower(), "topic": self.channel, "symbol": self.symbol}
        return arg | {"interval": self.interval} if self.interval else arg


def public(dialect: Dialect, arg: Mapping[str, object]) -> Topic:
    """Return the public topic that a client names. Raises `Refused` where there is none of that name."""
    channel = str(arg.get("channel" if dialect == "v2" else "topic", ""))
    symbol = str(arg.get("instId" if dialect == "v2" else "symbol", ""))
    product = str(arg.get("instType", "")).upper()
    if dialect == "v2" and channel.startswith("candle"):
        interval = channel.removeprefix("candle")
    else:
        interval = str(arg.get("interval", "")) if channel == "kline" else ""
    is_known = channel in (PUBLIC_V2 if dialect == "v2" else PUBLIC_V3) or interval in INTERVALS
    if not is_known or not symbol or (interval and interval not in INTERVALS):
        raise Refused("30001", named(arg))
    return Topic(dialect, channel, product, symbol, interval)


def private(dialect: Dialect, arg: Mapping[str, object], owner: str) -> Topic:
    """Return the private topic that a client names. Raises `Refused` where there is none of that name."""
    product = str(arg.get("instType", "")).upper()
    if dialect == "v3":
        channel = str(arg.get("topic", ""))
        if channel not in PRIVATE_V3 or product != "UTA":
            raise Refused("30001", named(arg))
        return Topic("v3", channel, product, "default", owner=owner)
    channel = str(arg.get("channel", ""))
    if channel not in (_SPOT_HAS if product == "SPOT" else PRIVATE_V2):
        raise Refused("30001", named(arg))
    symbol = str(arg.get("coin" if channel == "account" else "instId") or "default")
    return Topic("v2", channel, product, symbol, owner=owner)


def named(arg: Mapping[str, object]) -> str:
    """Return the words that say that there is nothing of that name to listen to."""
    names = ("instType", "channel", "topic", "instId", "symbol", "coin", "interval")
    return ",".join(f"{name}:{arg[name]}" for name in names if name in arg) + " doesn't exist"
