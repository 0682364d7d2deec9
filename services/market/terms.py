"""The terms of a venue's markets as they go over the bus, and back again."""

from __future__ import annotations

from services.exchange.exchange import Market, Nature
from services.market.board import Board
from services.market.messages import MarketList, MarketTerms


def list_of(board: Board, nature: Nature) -> MarketList:
    """Return every market on `board` with its terms."""
    return MarketList(
        markets=[_terms(market) for market in board.markets.values()], venue=board.venue, nature=nature
    )


def market_of(terms: MarketTerms) -> Market:
    """Return the market that `terms` were told of."""
    return Market(
        name=terms.name,
        tick=terms.tick,
        step=terms.step,
        min_amount=terms.min_amount,
        min_cost=terms.min_cost,
        maker_fee=terms.maker_fee,
        taker_fee=terms.taker_fee,
        max_leverage=terms.max_leverage,
        funding_hours=terms.funding_hours,
        is_open=terms.is_open,
    )


def _terms(market: Market) -> MarketTerms:
    return MarketTerms(
        name=market.name,
        tick=market.tick,
        step=market.step,
        min_amount=market.min_amount,
        min_cost=market.min_cost,
        maker_fee=market.maker_fee,
        taker_fee=market.taker_fee,
        max_leverage=market.max_leverage,
        funding_hours=market.funding_hours,
        is_open=market.is_open,
    )
