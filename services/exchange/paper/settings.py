"""How a paper exchange behaves where the market itself does not say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType

from services.exchange.paper.margin import Tier

USUAL_TIERS = (
    Tier(up_to=Decimal(150_000), rate=Decimal("0.004"), max_leverage=Decimal(125)),
    Tier(up_to=Decimal(900_000), rate=Decimal("0.005"), max_leverage=Decimal(100)),
    Tier(up_to=Decimal(3_000_000), rate=Decimal("0.01"), max_leverage=Decimal(50)),
    Tier(up_to=Decimal(12_000_000), rate=Decimal("0.025"), max_leverage=Decimal(20)),
    Tier(up_to=Decimal(50_000_000), rate=Decimal("0.05"), max_leverage=Decimal(10)),
)


def _of_usdt(amount: int) -> Mapping[str, Decimal]:
    return MappingProxyType({"USDT": Decimal(amount)})


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSettings:
    """Times are in seconds, fees a share of the cost, balances what an account begins with."""

    entry_latency: float = 0.05
    """From a request to the book."""
    response_latency: float = 0.05
    """From a match to whoever listens."""
    jitter: float = 0.0
    """Up to this share of the entry latency is added, by chance."""
    seed: int = 1
    """Of every chance there is: the same events give the same results."""
    spot_balances: Mapping[str, Decimal] = field(default_factory=lambda: _of_usdt(10_000))
    swap_balances: Mapping[str, Decimal] = field(default_factory=lambda: _of_usdt(10_000))
    unified_balances: Mapping[str, Decimal] = field(default_factory=lambda: _of_usdt(20_000))
    taker_fee: Decimal = Decimal("0.0006")
    maker_fee: Decimal = Decimal("0.0002")
    price_band: Decimal = Decimal("0.05")
    """How far from the last price an order may reach."""
    stale_after: float = 10.0
    """The age from which a price or a book is not matched against."""
    delisted_after: float = 600.0
    """How long a market is missing before its positions are settled, for a list may be cut short."""
    leverage: Decimal = Decimal(20)
    """Of a market whose leverage was never set."""
    max_leverage: Decimal = Decimal(125)
    tiers: tuple[Tier, ...] = USUAL_TIERS
    funding_hours: int = 8
    step: Decimal = Decimal("0.00000001")
    """Of the amounts of a market that names no step."""
