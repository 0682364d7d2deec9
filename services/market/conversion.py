"""Money of one currency in another: the way through markets, and the price of that way."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.market.messages import Conversion, Origin, Quote

MOST_MARKETS = 3


@dataclass(frozen=True, slots=True)
class Leg:
    """One market on the way; `is_sale` when what one has is its base currency."""

    quote: Quote
    target: str
    is_sale: bool

    @property
    def rate(self) -> Decimal:
        """Return what one unit gives."""
        return self.quote.price if self.is_sale else 1 / self.quote.price


def currency(written: str) -> str:
    """Return a currency as venues write it: ``$btc`` is ``BTC``."""
    return written.strip().removeprefix("$").upper()


def convert(amount: Decimal, source: str, target: str, *, ways: Mapping[str, Sequence[Leg]]) -> Conversion:
    """Return `amount` of `source` in `target` along the shortest way.

    Raises:
        UserMistake: a currency is not traded here, or no way of up to three markets leads to the other.
    """
    for asked in (source, target):
        if asked not in ways:
            raise UserMistake(
                f"There is no price of {asked} here.",
                hint="Name currencies that are traded here, such as BTC or USDT.",
                facts={"asked": asked},
            )
    legs = _shortest(source, target, ways)
    if legs is None:
        raise UserMistake(
            f"No {MOST_MARKETS} markets lead from {source} to {target}.",
            hint="Convert to a currency between them first, such as USDT.",
            facts={"source": source, "target": target},
        )
    rate = Decimal(1)
    for leg in legs:
        rate *= leg.rate
    return Conversion(
        amount=amount,
        source=source,
        target=target,
        result=amount * rate,
        rate=rate,
        path=[leg.quote.market for leg in legs],
        origin=_oldest(leg.quote.origin for leg in legs),
    )


def ways_through(markets: Iterable[tuple[Market, Quote]]) -> dict[str, list[Leg]]:
    """Return what each currency can be turned into. Of several markets of one pair the first stays.

    Spot comes before perpetuals; those of inverse contracts are left out, whose price is none of a purchase.
    """
    spot: list[tuple[Market, Quote]] = []
    swaps: list[tuple[Market, Quote]] = []
    for market, quote in markets:
        if market.settle is None:
            spot.append((market, quote))
        elif market.is_swap and market.settle == market.quote:
            swaps.append((market, quote))
    ways: defaultdict[str, dict[str, Leg]] = defaultdict(dict)
    for market, quote in (*spot, *swaps):
        ways[market.base].setdefault(market.quote, Leg(quote, market.quote, is_sale=True))
        ways[market.quote].setdefault(market.base, Leg(quote, market.base, is_sale=False))
    return {source: list(legs.values()) for source, legs in ways.items()}


def _shortest(source: str, target: str, ways: Mapping[str, Sequence[Leg]]) -> list[Leg] | None:
    """Return the way with the fewest markets; of equals the one through what is traded most."""
    came_by: dict[str, list[Leg]] = {source: []}
    waiting = deque([source])
    while waiting:
        here = waiting.popleft()
        if here == target:
            return came_by[here]
        if len(came_by[here]) == MOST_MARKETS:
            continue
        for leg in ways.get(here, ()):
            if leg.target not in came_by:
                came_by[leg.target] = [*came_by[here], leg]
                waiting.append(leg.target)
    return None


def _oldest(origins: Iterable[Origin]) -> Origin | None:
    return min(origins, key=lambda origin: origin.received_at, default=None)
