"""How an account trades: unified or classic, hedged or one-way, cross or isolated.

Read from the venue before an order names them, and never guessed: ccxt takes an account for classic, and
its margin for cross, whenever it could not find out. What an order needs of it is kept for half a minute, and
forgotten when the venue refuses an order for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from decimal import Decimal

from services.clock import Clock
from services.errors import ExchangeUnavailable, Misconfigured, OrderUnknown
from services.exchange.orders import AccountModes, MarginMode
from services.exchange.venues.addresses import Json
from services.exchange.venues.client import VenueClient
from services.exchange.venues.contracts import Contracts
from services.exchange.venues.placing import refused
from services.exchange.venues.private_quirks import PrivateQuirks
from services.exchange.venues.private_translate import unreadable

KEPT_SECONDS = 30.0
_CLASSIC = "40084"
_MARGINS: dict[str, MarginMode] = {"crossed": "cross", "cross": "cross", "isolated": "isolated"}
_HEDGED = {"hedge_mode": True, "one_way_mode": False}


@dataclass(frozen=True, slots=True, kw_only=True)
class MarketModes:
    """How the account trades one contract; a margin mode of None is the account's own, whatever it is."""

    is_hedged: bool
    margin_mode: MarginMode | None


async def is_unified(client: VenueClient) -> bool:
    """Ask whether the account is unified; a venue without both kinds has none.

    Raises:
        ExchangeUnavailable: the venue did not say. Ask again: nothing was concluded from it.
        Misconfigured: the venue does not accept the key.
    """
    if not client.quirks.has_unified_accounts:
        return False
    try:
        await client.call("privateUtaGetV3AccountSettings", doing="read_account")
    except Misconfigured as error:
        if error.facts.get("code") == _CLASSIC:
            return False
        raise
    return True


class Modes:
    """The modes of one account."""

    def __init__(
        self, client: VenueClient, quirks: PrivateQuirks, contracts: Contracts, *, clock: Clock
    ) -> None:
        self._client = client
        self._quirks = quirks
        self._contracts = contracts
        self._clock = clock
        self._kept: dict[str, tuple[float, MarketModes]] = {}

    async def of(self, market: str) -> MarketModes:
        """Return how `market` is traded, as the venue said within the last half minute."""
        known = self._kept.get(market)
        if known is not None and self._clock.monotonic() - known[0] < KEPT_SECONDS:
            return known[1]
        modes = await self.read(market)
        self._kept[market] = self._clock.monotonic(), modes
        return modes

    def forget(self) -> None:
        """Read everything anew next time."""
        self._kept.clear()

    async def read(self, market: str) -> MarketModes:
        """Return how `market` is traded, as the venue says now."""
        readers: dict[str, Callable[[str], Awaitable[MarketModes]]] = {
            "bitget_classic": self._read_classic,
            "bitget_unified": self._read_unified,
        }
        return await readers.get(self._quirks.protocol, self._read_generic)(market)

    async def account(self, is_unified: bool) -> AccountModes:  # noqa: FBT001 - it passes through
        """Return how the account trades contracts, as the venue said within the last half minute."""
        contracts = self._contracts.one_of_each()
        modes = await self.of(contracts[0][0]) if contracts else None
        return AccountModes(is_hedged=modes is not None and modes.is_hedged, is_unified=is_unified)

    async def set_hedged(self, *, is_hedged: bool) -> None:
        """Choose the position mode, for every kind of contract."""
        self.forget()
        is_whole = self._quirks.protocol != "bitget_classic"
        scopes = [{}] if is_whole else [dict(product.params) for product in self._contracts.products()]
        for params in scopes:
            await self._change("set_position_mode", is_hedged, None, params)

    async def set_leverage(self, market: str, leverage: Decimal) -> None:
        """Set the leverage of a contract."""
        is_whole = leverage == leverage.to_integral_value()
        await self._change("set_leverage", int(leverage) if is_whole else float(leverage), market)

    async def set_margin_mode(self, market: str, mode: MarginMode) -> None:
        """Set how a contract is margined; a unified account of Bitget's says it with each order instead."""
        self.forget()
        if self._quirks.protocol == "bitget_unified" or not self._client.has("setMarginMode"):
            raise refused(
                self._client.venue,
                "unsupported",
                f"{self._client.venue} cannot change the margin mode of {market} for this account.",
                hint="Name the margin mode in each order instead.",
            )
        await self._change("set_margin_mode", mode, market)

    async def _change(self, name: str, *arguments: object) -> None:
        try:
            await self._client.call(name, *arguments, doing="change")
        except OrderUnknown as error:
            raise ExchangeUnavailable(
                f"{self._client.venue} did not say whether the change was made.",
                hint="Read the modes, and ask for the change again if it was not made.",
                facts={"venue": self._client.venue},
            ) from error

    async def _read_classic(self, market: str) -> MarketModes:
        row = self._contracts.row(market)
        request = {
            "symbol": row["id"],
            "marginCoin": row["settleId"],
            **self._contracts.product_of(market).params,
        }
        reply = await self._client.call("privateMixGetV2MixAccountAccount", request, doing="read_account")
        found = reply.get("data") or {}
        return MarketModes(
            is_hedged=self._hedged(found.get("posMode")), margin_mode=self._margin(found.get("marginMode"))
        )

    async def _read_unified(self, market: str) -> MarketModes:
        reply = await self._client.call("privateUtaGetV3AccountSettings", doing="read_account")
        found = reply.get("data") or {}
        row = self._contracts.row(market)
        category = self._contracts.product_of(market).params["productType"]
        own = next(
            (
                one.get("marginMode")
                for one in found.get("symbolConfigList") or []
                if (one.get("symbol"), one.get("category")) == (row["id"], category)
            ),
            None,
        )
        return MarketModes(is_hedged=self._hedged(found.get("holdMode")), margin_mode=_MARGINS.get(str(own)))

    async def _read_generic(self, market: str) -> MarketModes:
        is_hedged = False
        if self._client.has("fetchPositionMode"):
            reply = await self._client.call("fetch_position_mode", market, doing="read_account")
            is_hedged = bool(reply["hedged"])
        own = None
        if self._quirks.has_margin_mode_per_order and self._client.has("fetchMarginMode"):
            reply = await self._client.call("fetch_margin_mode", market, doing="read_account")
            own = _MARGINS.get(str(reply.get("marginMode")))
        return MarketModes(is_hedged=is_hedged, margin_mode=own)

    def _hedged(self, told: Json) -> bool:
        if told not in _HEDGED:
            raise unreadable(self._client.venue, "the position mode")
        return _HEDGED[told]

    def _margin(self, told: Json) -> MarginMode:
        if told not in _MARGINS:
            raise unreadable(self._client.venue, "the margin mode")
        return _MARGINS[told]
