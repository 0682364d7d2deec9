"""What plain ccxt does to an account, and what this adapter does instead: one harm each."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path

import ccxt
import pytest
from account_rows import (
    ORDER_DETAIL,
    PLACED,
    a_request,
    bad,
    good,
    order_row,
    plan_row,
    position_row,
    unified_fill_row,
    wallet_row,
)
from account_stage import account_at, both, plain_ccxt, staged_account
from bitget_stage import contract

from services.errors import ExchangeUnavailable, OrderRejected, OrderUnknown
from services.exchange.venues.private_streams import Pace

SWAP = "BTC/USDT:USDT"
ID = str(PLACED["orderId"])
POSITIONS = "/api/v2/mix/position/all-position"
WALLET = "/api/v2/mix/account/accounts"
PLANS = "/api/v2/mix/order/orders-plan-pending"
CANCEL_PLAN = "/api/v2/mix/order/cancel-plan-order"
PLACE = "/api/v2/mix/order/place-order"
QUICK = Pace(reconcile=0.05, holdings=0.01, retry=0.02)


def half(reply: object) -> str:
    text = json.dumps(reply)
    return text[: len(text) // 2]


async def test_a_truncated_reply_is_an_error_and_not_an_account_without_positions(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        await exchange.load_markets()
        staged.answers[POSITIONS] = half(good([position_row()]))
        assert await exchange.fetch_positions(params={"productType": "USDT-FUTURES"}) == []
        with pytest.raises(ExchangeUnavailable):
            await account.positions()


async def test_a_truncated_reply_is_an_error_and_not_an_empty_wallet(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers[WALLET] = half(good([wallet_row()]))
        said = await exchange.fetch_balance({"type": "swap", "productType": "USDT-FUTURES"})
        assert said["total"] == {}
        with pytest.raises(ExchangeUnavailable):
            await account.balances()


async def test_a_truncated_reply_is_an_error_and_not_a_book_without_orders(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        pending = "/api/v2/mix/order/orders-pending"
        staged.answers[pending] = half(good({"entrustedList": [order_row()], "endId": None}))
        assert await exchange.fetch_open_orders(SWAP) == []
        with pytest.raises(ExchangeUnavailable):
            await account.orders.open_orders(SWAP)


async def test_an_order_whose_answer_was_cut_off_is_looked_for_and_not_lost(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers[PLACE] = half(good(PLACED))
        lost = await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000)
        assert lost["id"] is None
        order = await account.orders.place(a_request())
        assert (order.id, staged.of(ORDER_DETAIL)[-1].query["clientOid"]) == (ID, "mine-1")


async def test_an_order_that_cannot_be_found_after_a_lost_answer_is_unknown(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, _, account):
        staged.answers |= {PLACE: half(good(PLACED)), ORDER_DETAIL: bad("40109")}
        with pytest.raises(OrderUnknown) as unknown:
            await account.orders.place(a_request())
        assert unknown.value.facts["client_id"] == "mine-1"
        assert len(staged.of(PLACE)) == 1


async def test_an_empty_list_of_positions_is_doubted_while_the_wallet_has_margin_in_use(
    tmp_path: Path,
) -> None:
    async with both(tmp_path) as (staged, exchange, account):

        def answer(path: str) -> object:
            if path != POSITIONS:
                return staged.answers.get(path)
            return good([] if len(staged.of(POSITIONS)) == 1 else [position_row()])

        staged.answers[WALLET] = good([wallet_row(maxTransferOut="9975")])
        await exchange.load_markets()
        staged.sent.clear()
        staged.reply_to = answer  # type: ignore[method-assign]
        assert await exchange.fetch_positions(params={"productType": "USDT-FUTURES"}) == []
        staged.sent.clear()
        assert [one.amount for one in await account.positions()] == [Decimal("0.01")]


async def test_a_stop_of_a_unified_account_does_not_become_a_market_order(tmp_path: Path) -> None:
    async with both(tmp_path, is_unified=True) as (staged, exchange, account):
        await exchange.create_order(SWAP, "market", "buy", 0.01, None, {"triggerPrice": 52000})
        bitten = staged.posts[-1]
        assert (bitten.path, bitten.body["orderType"]) == ("/api/v3/trade/place-order", "market")
        staged.sent.clear()
        staged.answers["/api/v3/trade/order-info"] = bad("25204")
        await account.orders.place(a_request(kind="stop", price=None, trigger_price=Decimal(52000)))
        (sent,) = staged.posts
        assert (sent.path, sent.body["type"]) == ("/api/v3/trade/place-strategy-order", "trigger")


async def test_a_trailing_order_of_a_unified_account_does_not_become_a_market_order(tmp_path: Path) -> None:
    async with both(tmp_path, is_unified=True) as (staged, exchange, account):
        params = {"trailingPercent": "1", "trailingTriggerPrice": 51000}
        await exchange.create_order(SWAP, "market", "sell", 0.01, None, params)
        assert staged.posts[-1].path == "/api/v3/trade/place-order"
        staged.sent.clear()
        with pytest.raises(OrderRejected) as refusal:
            await account.orders.place(
                a_request(kind="trailing", price=None, trailing_percent=Decimal(1), side="sell")
            )
        assert (refusal.value.facts["reason"], staged.posts) == ("unsupported", [])


async def test_a_fee_that_was_paid_is_not_shown_as_income(tmp_path: Path) -> None:
    async with both(tmp_path, is_unified=True) as (staged, exchange, account):
        staged.answers["/api/v3/trade/fills"] = good({"list": [unified_fill_row()], "cursor": "1"})
        (bitten,) = await exchange.fetch_my_trades(SWAP)
        assert bitten["fee"]["cost"] < 0
        (fill,) = await account.fills(SWAP)
        assert fill.fee is not None
        assert fill.fee.amount == Decimal("0.300003")


async def test_a_trigger_off_the_price_step_is_refused_here_and_not_by_the_venue(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        await exchange.create_order(SWAP, "market", "sell", 0.01, None, {"triggerPrice": 45000.123456789})
        assert staged.posts[-1].body["triggerPrice"] == 45000.123456789
        staged.sent.clear()
        with pytest.raises(OrderRejected) as refusal:
            await account.orders.place(
                a_request(kind="stop", price=None, side="sell", trigger_price=Decimal("45000.123456789"))
            )
        assert (refusal.value.facts["reason"], staged.posts) == ("precision", [])


async def test_a_stop_that_could_not_be_canceled_is_not_called_canceled(tmp_path: Path) -> None:
    failed = {"orderId": ID, "clientOid": "", "errorMsg": "The order does not exist"}
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers[CANCEL_PLAN] = good({"successList": [], "failureList": [failed]})
        quiet = await exchange.cancel_order(ID, SWAP, {"trigger": True})
        assert quiet["id"] is None
        staged.answers |= {
            ORDER_DETAIL: bad("40109"),
            PLANS: good({"entrustedList": [plan_row()], "endId": ""}),
        }
        with pytest.raises(OrderUnknown):
            await account.orders.cancel(SWAP, ID)


async def test_canceling_what_is_already_filled_says_so(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        cancel = "/api/v2/mix/order/cancel-order"
        staged.answers |= {cancel: bad("22001"), ORDER_DETAIL: good(order_row())}
        with pytest.raises(ccxt.ExchangeError) as bare:
            await exchange.cancel_order(ID, SWAP)
        assert type(bare.value) is ccxt.ExchangeError
        await account.orders.find(SWAP, order_id=ID)
        staged.answers[ORDER_DETAIL] = good(order_row(state="filled", baseVolume="0.01", priceAvg="40000"))
        with pytest.raises(OrderRejected, match="already filled") as refusal:
            await account.orders.cancel(SWAP, ID)
        assert refusal.value.facts["reason"] == "already_done"


async def test_an_order_that_exists_already_is_found_and_not_called_a_failure(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers[PLACE] = bad("40786")
        with pytest.raises(ccxt.ExchangeError):
            await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000, {"clientOrderId": "mine-1"})
        assert (await account.orders.place(a_request())).id == ID


@pytest.mark.parametrize("code", ["40010", "40015"])
async def test_a_failure_inside_the_venue_is_neither_a_bad_key_nor_the_end_of_an_order(
    code: str, tmp_path: Path
) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers[PLACE] = bad(code)
        with pytest.raises(ccxt.ExchangeError) as bitten:
            await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000)
        assert isinstance(bitten.value, ccxt.AuthenticationError) is (code == "40010")
        assert not isinstance(bitten.value, ccxt.OperationFailed)
        assert (await account.orders.place(a_request())).id == ID


CODES = {
    "45117": "in_use",
    "40797": "leverage",
    "40762": "no_funds",
    "43012": "no_funds",
    "40774": "position_mode",
    "22002": "no_position",
    "40917": "already_triggered",
    "45110": "below_min_cost",
    "40808": "precision",
}


@pytest.mark.parametrize("code", CODES)
async def test_a_refusal_says_why(code: str, tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, _, account):
        staged.answers[PLACE] = bad(code)
        with pytest.raises(OrderRejected) as refusal:
            await account.orders.place(a_request())
        assert refusal.value.facts["reason"] == CODES[code]


async def test_a_position_settled_in_another_coin_is_not_overlooked(tmp_path: Path) -> None:
    async with staged_account() as staged, plain_ccxt(staged) as exchange:
        staged.contracts += [
            contract("BTCPERP", baseCoin="BTC", quoteCoin="USDC", supportMarginCoins=["USDC"])
        ]
        staged.by_product = {
            "USDC-FUTURES": [position_row(symbol="BTCPERP", marginCoin="USDC")],
            "USDT-FUTURES": [],
        }
        await exchange.load_markets()
        asked = await exchange.fetch_positions([SWAP, "BTC/USDC:USDC"])
        assert asked == []
        async with account_at(staged, tmp_path) as account:
            (held,) = await account.positions()
            coins = {one.query["productType"]: one.query["marginCoin"] for one in staged.of(POSITIONS)}
        assert (held.market, held.amount) == ("BTC/USDC:USDC", Decimal("0.01"))
        assert coins == {"USDT-FUTURES": "USDT", "USDC-FUTURES": "USDC"}


async def test_a_coin_margined_position_is_asked_for_with_its_own_coin(tmp_path: Path) -> None:
    async with staged_account() as staged, plain_ccxt(staged) as exchange:
        staged.contracts = [contract("BTCUSD", baseCoin="BTC", quoteCoin="USD", supportMarginCoins=["BTC"])]
        held = position_row(symbol="BTCUSD", marginCoin="BTC", total="0.5", openPriceAvg="50000")
        staged.by_product = {"COIN-FUTURES": [held]}
        staged.answers[WALLET] = good([wallet_row(marginCoin="BTC", accountEquity="1", maxTransferOut="1")])
        await exchange.load_markets()
        await exchange.fetch_positions(params={"productType": "COIN-FUTURES"})
        assert staged.of(POSITIONS)[-1].query["marginCoin"] == "USDT"
        async with account_at(staged, tmp_path) as account:
            (position,) = await account.positions()
        assert (position.market, position.amount) == ("BTC/USD:BTC", Decimal("0.5"))
        assert staged.of(POSITIONS)[-1].query["marginCoin"] == "BTC"


async def test_an_order_that_was_placed_comes_with_its_state(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        blank = await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000)
        assert (blank["status"], blank["filled"]) == (None, None)
        staged.answers[ORDER_DETAIL] = good(order_row())
        order = await account.orders.place(a_request())
        assert (order.status, order.filled) == ("open", Decimal(0))


async def test_an_isolated_market_is_not_traded_as_cross(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        modes = "/api/v2/mix/account/account"
        staged.answers[modes] = good({"posMode": "one_way_mode", "marginMode": "isolated"})
        await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000)
        assert staged.posts[-1].body["marginMode"] == "crossed"
        await account.orders.place(a_request())
        assert staged.posts[-1].body["marginMode"] == "isolated"


async def test_an_order_that_names_no_position_in_hedge_mode_is_refused_in_plain_words(
    tmp_path: Path,
) -> None:
    async with staged_account(is_hedged=True) as staged, plain_ccxt(staged) as exchange:
        await exchange.create_order(SWAP, "limit", "buy", 0.01, 40000)
        assert "tradeSide" not in staged.posts[-1].body
        async with account_at(staged, tmp_path) as account:
            with pytest.raises(OrderRejected, match="hedge mode") as refusal:
                await account.orders.place(a_request())
            assert (refusal.value.facts["reason"], staged.posts) == ("position_mode", [])


async def test_an_amended_order_does_not_lose_its_client_id(tmp_path: Path) -> None:
    async with both(tmp_path) as (staged, exchange, account):
        staged.answers["/api/v2/mix/order/modify-order"] = good(PLACED)
        staged.answers[ORDER_DETAIL] = good(order_row(price="41000"))
        await exchange.edit_order(ID, SWAP, "limit", "buy", 0.01, 41000)
        assert staged.posts[-1].body["newClientOid"] != "mine-1"
        order = await account.orders.amend(SWAP, ID, price=Decimal(41000))
        assert (staged.posts[-1].body["newClientOid"], order.client_id) == ("mine-1", "mine-1")


async def test_the_margin_mode_of_a_unified_account_is_not_set_where_it_cannot_be(tmp_path: Path) -> None:
    async with both(tmp_path, is_unified=True) as (staged, exchange, account):
        staged.answers["/api/v2/mix/account/set-margin-mode"] = bad("40085")
        with pytest.raises(ccxt.PermissionDenied):
            await exchange.set_margin_mode("isolated", SWAP)
        staged.sent.clear()
        with pytest.raises(OrderRejected) as refusal:
            await account.set_margin_mode(SWAP, "isolated")
        assert (refusal.value.facts["reason"], staged.posts) == ("unsupported", [])
