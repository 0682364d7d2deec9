"""What a paper exchange asks of whoever trades a market: steps, fees, leverage and margin tiers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from services.exchange.exchange import Market
from services.exchange.paper.margin import Tier
from services.exchange.paper.settings import PaperSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The terms of one market; leverage, tiers and funding are of contracts only."""

    market: Market
    tick: Decimal
    step: Decimal
    min_amount: Decimal
    """In base currency, at least one step."""
    min_cost: Decimal
    """In quote currency; 0 where the market asks for none. Orders that only reduce are exempt."""
    maker_fee: Decimal
    taker_fee: Decimal
    price_band: Decimal
    max_leverage: Decimal | None
    tiers: tuple[Tier, ...]
    """Lowest first; a position beyond the last is not opened."""
    funding_hours: int | None


def terms_of(market: Market, settings: PaperSettings) -> Terms:
    """Return what `market` says of itself, and for the rest what `settings` say."""
    step = settings.step if market.step is None else market.step
    most = settings.max_leverage if market.max_leverage is None else market.max_leverage
    return Terms(
        market=market,
        tick=market.tick,
        step=step,
        min_amount=max(step, market.min_amount or step),
        min_cost=market.min_cost or Decimal(0),
        maker_fee=settings.maker_fee if market.maker_fee is None else market.maker_fee,
        taker_fee=settings.taker_fee if market.taker_fee is None else market.taker_fee,
        price_band=settings.price_band,
        max_leverage=most if market.is_swap else None,
        tiers=_tiers(settings.tiers, most) if market.is_swap else (),
        funding_hours=(market.funding_hours or settings.funding_hours) if market.is_swap else None,
    )


def _tiers(tiers: tuple[Tier, ...], most: Decimal) -> tuple[Tier, ...]:
    return tuple(replace(tier, max_leverage=min(tier.max_leverage, most)) for tier in tiers)
