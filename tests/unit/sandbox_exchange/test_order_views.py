from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

from quiet_market import perpetual, spot

from sandbox.exchange.catalogue import Catalogue, Listing
from sandbox.exchange.rows import orders, spot_orders, unified_orders
from sandbox.exchange.views import OrderView
from services.exchange.exchange import Market
from services.exchange.orders import Fee, Fill, Order, OrderRequest
from services.exchange.paper.settings import PaperSettings
from services.exchange.paper.terms import terms_of

MOMENT = datetime(2025, 6, 24, tzinfo=UTC)
SWAP = perpetual("BTC/USDT:USDT")


def listing(market: Market) -> Listing:
    (one,) = Catalogue([terms_of(market, PaperSettings())]).listings
    return one


def a_fill(amount: str) -> Fill:
    return Fill(
        id="7",
        order_id="1",
        market=SWAP.name,
        side="buy",
        price=Decimal(100),
        amount=Decimal(amount),
        at=MOMENT,
        fee=Fee(amount=Decimal("0.1"), currency="USDT"),
        is_maker=False,
        realised=Decimal(3),
    )


def shown(filled: str, *fills: Fill, market: Market = SWAP) -> OrderView:
    """Return an order for 2 of which `filled` is filled, by `fills` as far as they are kept."""
    request = OrderRequest(market=market.name, side="buy", kind="market", amount=Decimal(2), client_id="mine")
    order = Order(
        id="1",
        client_id="mine",
        market=market.name,
        side="buy",
        kind="market",
        status="open",
        amount=Decimal(2),
        filled=Decimal(filled),
        remaining=2 - Decimal(filled),
        created_at=MOMENT,
        updated_at=MOMENT,
    )
    return OrderView(
        order=order,
        request=request,
        one=listing(market),
        fills=fills,
        is_hedged=False,
        leverage=Decimal(20),
        margin_mode="cross",
        client_id="mine",
        plan="",
        quote_size=None,
    )


def test_what_the_fills_of_an_order_came_to_is_not_known_where_they_are_not_kept() -> None:
    for one in (shown("2"), shown("2", a_fill("1"))):
        row = orders.order_row(one)
        assert (row["baseVolume"], row["quoteVolume"], row["fee"], row["totalProfits"]) == ("2", "", "", "")
        unified = unified_orders.order_row(one)
        assert (unified["cumExecQty"], unified["cumExecValue"], unified["totalProfit"]) == ("2", "", "")
        assert unified["feeDetail"] == []
        pushed = orders.pushed_order(one, None)
        assert pushed["feeDetail"] == []
    bought = spot_orders.order_row(shown("2", market=spot("BTC/USDT")))
    assert (bought["quoteVolume"], bought["feeDetail"]) == ("", "")


def test_what_the_fills_of_an_order_came_to_is_told_where_they_are_kept_and_0_before_the_first() -> None:
    row = orders.order_row(shown("2", a_fill("1"), a_fill("1")))
    assert (row["quoteVolume"], row["fee"], row["totalProfits"]) == ("200", "-0.2", "6")
    fresh = orders.order_row(shown("0"))
    assert (fresh["quoteVolume"], fresh["fee"], fresh["totalProfits"]) == ("0", "", "0")
