"""What an account is worth at the prices of the moment: equity, margin, and what is free to use."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.exchange.orders import Balance, Position, Wallet
from services.exchange.paper import margin
from services.exchange.paper.pit import Pit
from services.exchange.paper.reserves import NOTHING, paid_in, reserve
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.state import AccountState, OrderState, PositionState


@dataclass(frozen=True, slots=True, kw_only=True)
class Equity:
    """One currency of one wallet that contracts are settled in; every figure is in that currency.

    `equity` = `cash` + `unrealised`; `available` = `equity` - `used`, but never below 0. Of two opposite
    positions of one market only the larger counts for `maintenance`.
    """

    wallet: Wallet
    currency: str
    cash: Decimal
    unrealised: Decimal
    equity: Decimal
    used: Decimal
    """Initial margin of the positions, and what open orders reserve."""
    available: Decimal
    maintenance: Decimal
    """Of all positions."""
    isolated: Decimal
    """What is set aside for isolated positions; part of `cash` and of `used`."""
    isolated_unrealised: Decimal
    isolated_maintenance: Decimal

    @property
    def cross_equity(self) -> Decimal:
        """Return what stands behind the cross positions."""
        return self.equity - self.isolated - self.isolated_unrealised

    @property
    def cross_maintenance(self) -> Decimal:
        """Return the equity at which the cross positions are liquidated."""
        return self.maintenance - self.isolated_maintenance

    @property
    def risk_rate(self) -> Decimal | None:
        """Return maintenance margin over equity, of the cross positions: 1 is liquidation."""
        return self.cross_maintenance / self.cross_equity if self.cross_equity > 0 else None


class Worth:
    """The figures of one account. What rests on a price that is not known yet is None."""

    def __init__(self, account: AccountState, pits: Mapping[str, Pit], settings: PaperSettings) -> None:
        self._account = account
        self._pits = pits
        self._settings = settings

    def leverage(self, market: str) -> Decimal:
        """Return the leverage of `market`: what was set, or what is usual as far as the market allows it."""
        most = self._pits[market].terms.max_leverage
        usual = self._settings.leverage if most is None else min(self._settings.leverage, most)
        return self._account.leverage_of(market, usual)

    def equity(self, wallet: Wallet, currency: str, *, but: OrderState | None = None) -> Equity | None:
        """Return the figures of a margin wallet, as if the order `but` reserved nothing."""
        positions = self.positions_in(currency)
        if any(self._pits[one.market].mark is None for one in positions):
            return None
        isolated = [one for one in positions if one.margin_mode == "isolated"]
        cross = [one for one in positions if one.margin_mode == "cross"]
        cash = self._account.cash_of(wallet, currency)
        unrealised = sum((self._unrealised(one) for one in positions), NOTHING)
        isolated_unrealised = sum((self._unrealised(one) for one in isolated), NOTHING)
        set_aside = sum((one.margin for one in isolated), NOTHING)
        initial = sum((self._initial(one) for one in cross), NOTHING)
        reserved = self._reserved(wallet, currency, but=but)
        isolated_maintenance = self._maintenance_of(isolated)
        used = set_aside + isolated_unrealised + initial + reserved
        return Equity(
            wallet=wallet,
            currency=currency,
            cash=cash,
            unrealised=unrealised,
            equity=cash + unrealised,
            used=used,
            available=max(NOTHING, cash + unrealised - used),
            maintenance=isolated_maintenance + self._maintenance_of(cross),
            isolated=set_aside,
            isolated_unrealised=isolated_unrealised,
            isolated_maintenance=isolated_maintenance,
        )

    def available(self, order: OrderState) -> Decimal | None:
        """Return what can pay for an order, its own reserve included; None while it cannot be told."""
        market = order.request.market
        pit = self._pits[market]
        wallet, currency = self._account.wallet_of(market), paid_in(pit, order.request.side)
        cash = self._account.cash_of(wallet, currency) - self._reserved(wallet, currency, but=order)
        if wallet == "spot":
            return max(NOTHING, cash)
        equity = self.equity(wallet, currency, but=order)
        if equity is None:
            return None
        # Coins are bought with cash; what a position has not realised yet is none.
        return equity.available if pit.terms.market.is_swap else max(NOTHING, min(cash, equity.available))

    def balance(self, wallet: Wallet, currency: str) -> Balance | None:
        """Return one currency as the port shows it: of a margin wallet its equity."""
        if wallet == "spot":
            total = self._account.cash_of(wallet, currency)
            used = min(total, self._reserved(wallet, currency))
            return Balance(currency=currency, wallet=wallet, total=total, free=total - used, used=used)
        equity = self.equity(wallet, currency)
        if equity is None:
            return None
        return Balance(
            currency=currency,
            wallet=wallet,
            total=equity.equity,
            free=equity.available,
            used=equity.equity - equity.available,
        )

    def maintenance(self, position: PositionState, mark: Decimal) -> Decimal:
        """Return the maintenance margin of one position."""
        terms = self._pits[position.market].terms
        return margin.maintenance(terms.tiers, position.amount * mark, terms.taker_fee)

    def liquidation(self, position: PositionState) -> Decimal | None:
        """Return the price at which a position is liquidated, if everything else stands still.

        None where no price does it, and for a long and a short position held at once: how the venue counts
        those is not known.
        """
        pit = self._pits[position.market]
        if sum(one.market == position.market for one in self._account.positions) > 1:
            return None
        if position.margin_mode == "isolated":
            return margin.isolated_liquidation(
                pit.terms.tiers,
                direction=position.direction,
                amount=position.amount,
                entry=position.entry,
                margin=position.margin,
                taker_fee=pit.terms.taker_fee,
            )
        return self._cross_liquidation(position, pit)

    def public(self, position: PositionState) -> Position:
        """Return a position as the port shows it."""
        mark = self._pits[position.market].mark
        margin_now = position.margin if position.margin_mode == "isolated" else None
        return Position(
            market=position.market,
            side=position.side,
            amount=position.amount,
            entry=position.entry,
            as_of=position.updated_at,
            mark=mark,
            leverage=self.leverage(position.market),
            margin_mode=position.margin_mode,
            margin=self._initial(position) if margin_now is None and mark is not None else margin_now,
            maintenance=None if mark is None else self.maintenance(position, mark),
            liquidation=self.liquidation(position),
            unrealised=None if mark is None else position.unrealised(mark),
            realised=position.realised,
        )

    def positions_in(self, currency: str) -> list[PositionState]:
        """Return the positions that are settled in `currency`."""
        return [
            one for one in self._account.positions if self._pits[one.market].terms.market.settle == currency
        ]

    def _cross_liquidation(self, position: PositionState, pit: Pit) -> Decimal | None:
        currency = pit.terms.market.settle or ""
        equity = self.equity(self._account.wallet_of(position.market), currency)
        if equity is None or pit.mark is None:
            return None
        return margin.cross_liquidation(
            pit.terms.tiers,
            direction=position.direction,
            amount=position.amount,
            mark=pit.mark,
            equity=equity.cross_equity,
            others=equity.cross_maintenance - self.maintenance(position, pit.mark),
            taker_fee=pit.terms.taker_fee,
        )

    def _reserve(self, order: OrderState) -> Decimal:
        """Return what one order holds back, in the currency it is paid with."""
        pit = self._pits[order.request.market]
        return reserve(self._account, order, pit, self.leverage(pit.market))

    def _reserved(self, wallet: Wallet, currency: str, *, but: OrderState | None = None) -> Decimal:
        """Return what live orders hold back of `currency`, those `but` one."""
        return sum(
            (self._reserve(order) for order in self._paying(wallet, currency) if order is not but), NOTHING
        )

    def _paying(self, wallet: Wallet, currency: str) -> Iterator[OrderState]:
        for order in self._account.orders.values():
            market = order.request.market
            is_ours = self._account.wallet_of(market) == wallet
            if is_ours and paid_in(self._pits[market], order.request.side) == currency:
                yield order

    def _mark(self, market: str) -> Decimal:
        mark = self._pits[market].mark
        if mark is None:
            raise ValueError(f"{market} has no price yet")
        return mark

    def _unrealised(self, position: PositionState) -> Decimal:
        return position.unrealised(self._mark(position.market))

    def _initial(self, position: PositionState) -> Decimal:
        return margin.initial(position.amount, self._mark(position.market), self.leverage(position.market))

    def _maintenance_of(self, positions: list[PositionState]) -> Decimal:
        by_market: dict[str, Decimal] = {}
        for one in positions:
            needed = self.maintenance(one, self._mark(one.market))
            by_market[one.market] = max(needed, by_market.get(one.market, NOTHING))
        return sum(by_market.values(), NOTHING)
