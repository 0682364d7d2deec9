from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from desk_orders_stage import ANN, BOB, BTC, SPOT, Stage, a_desk, holding, resting

from services.errors import NotOffered, UnknownMarket, UserMistake
from services.market.messages import GetBook
from services.trading.orders.messages import DraftClose, DraftProtection


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_desk(tmp_path) as opened:
        yield opened


async def test_a_market_order_is_previewed_at_the_price_of_the_book(stage: Stage) -> None:
    ticket = await stage.draft(size="2", leverage="10x")
    shown = ticket.preview
    assert (shown.amount, shown.price) == (Decimal(2), Decimal("60050.0"))  # 1 at 60,000 and 1 at 60,100
    assert shown.cost == Decimal(120_100)
    assert shown.fee == Decimal("72.06")
    assert shown.slippage is not None
    assert round(shown.slippage, 6) == Decimal("0.000833")
    assert ticket.judgement.is_passed
    assert ticket.needs == "press"
    assert len(ticket.id) <= 24


async def test_the_liquidation_of_a_swap_is_estimated_across_the_account_and_of_nothing_else(
    stage: Stage,
) -> None:
    # (q m - E) / (q (1 - r - f)), q = 1, m = 60,000, E = 10,000 less the fee 36, r = 0.5/125, f = 0.0006
    shown = (await stage.draft(size="1", leverage="10")).preview
    assert shown.liquidation == Decimal("50267.2")
    assert (await stage.draft(size="1")).preview.liquidation == shown.liquidation
    assert (await stage.draft(market=SPOT)).preview.liquidation is None


async def test_an_order_that_no_price_liquidates_is_said_to_be_so(stage: Stage) -> None:
    shown = (await stage.draft(size="0.01", leverage="10")).preview
    assert (shown.liquidation, shown.is_never_liquidated) == (None, True)


async def test_a_preview_has_the_liquidation_of_the_whole_position_that_there_is_then(stage: Stage) -> None:
    held = holding(amount="1", entry="60000", margin_mode="isolated", margin=Decimal(6_000))
    held = replace(held, position=replace(held.position, maintenance=Decimal(276)))
    stage.desk.holdings.append(held)
    # [margin - q e] / [q (r + f - 1)], q = 2, e = 60,000, margin = 12,000, r + f = 276 / 60,000
    assert (await stage.draft(size="1", leverage="10")).preview.liquidation == Decimal("54249.5")
    assert (await stage.draft(size="1", side="sell")).preview.liquidation is None


async def test_a_size_by_risk_loses_that_share_of_the_equity_at_the_stop(stage: Stage) -> None:
    shown = (await stage.draft(size="1%", size_by="risk", stop="59000", target="62000")).preview
    # 100 of 10,000; one unit loses 1,000 and 0.06 % of 60,000 and 59,000.
    assert shown.amount == Decimal("0.093")
    assert shown.risk == Decimal("0.093") * (1000 + Decimal("0.0006") * 119_000)
    assert shown.risk_share is not None
    assert shown.risk_share <= Decimal("0.01")
    assert shown.reward is not None
    assert round(shown.reward, 2) == Decimal("1.80")


async def test_a_size_in_quote_currency_is_rounded_down_to_the_step(stage: Stage) -> None:
    shown = (await stage.draft(size="1000", size_by="quote")).preview
    assert shown.amount == Decimal("0.016")
    assert shown.cost == Decimal(960)


@pytest.mark.parametrize(
    ("side", "price", "kept"), [("buy", "59999.97", "59999.9"), ("sell", "60000.01", "60000.1")]
)
async def test_a_limit_is_rounded_to_the_tick_in_its_owners_favour_and_says_so(
    stage: Stage, side: str, price: str, kept: str
) -> None:
    shown = (await stage.draft(side=side, type="limit", price=price)).preview
    assert shown.price == Decimal(kept)
    assert shown.rounded == ["price"]


async def test_a_number_in_the_writing_of_another_language_is_read(stage: Stage) -> None:
    ticket = await stage.draft(type="limit", price="59.000,5", locale="pt-BR")
    assert ticket.preview.price == Decimal("59000.5")


async def test_a_number_that_can_be_read_in_two_ways_is_refused_with_both(stage: Stage) -> None:
    with pytest.raises(UserMistake, match=r"59\.000 can mean 59 or 59000"):
        await stage.draft(type="limit", price="59.000")
    with pytest.raises(UserMistake, match=r"59\.000 can mean 59000 or 59"):
        await stage.draft(type="limit", price="59.000", locale="pt-BR")


@pytest.mark.parametrize(
    ("terms", "why"),
    [
        ({"size": "0.0009"}, "least amount of BTC/USDT:USDT is 0.001 BTC"),
        ({"size": "0.002", "type": "limit", "price": "2000"}, "least cost of BTC/USDT:USDT is 5 USDT"),
        ({"size": "0.005", "type": "twap", "slices": 10, "minutes": 5}, "least amount"),
        ({"size": "plenty"}, "plenty is no number for the size"),
        ({"size": ""}, "needs a size"),
        ({"size": "9" * 20}, "size is too large"),
        ({"size": "101%"}, "in percent is a risk"),
        ({"size": "-1"}, "must be above 0"),
        ({"size": "1", "size_by": "risk"}, "needs a stop"),
        ({"type": "limit"}, "A limit order needs a price"),
        ({"price": "59000"}, "A market order takes no price"),
        ({"stop": "61000"}, "stop is on the wrong side"),
        ({"target": "59000"}, "target is on the wrong side"),
        ({"type": "stop", "trigger": "59000"}, "already beyond the trigger"),
        ({"type": "take_profit", "trigger": "61000"}, "already beyond the trigger"),
        ({"type": "oco", "price": "61000", "trigger": "62000"}, "not better than the price"),
        ({"type": "trailing", "trail": "11"}, "trail is at most 10 %"),
        ({"type": "twap", "slices": 1, "minutes": 5}, "2 to 50 slices"),
        ({"type": "twap", "slices": 2}, "1 to 1440 minutes"),
        ({"type": "dca", "slices": 3, "price": "61000"}, "A ladder leads"),
        ({"leverage": "126"}, "leverage of up to 125"),
        ({"market": SPOT, "leverage": "2"}, "has no leverage"),
        ({"is_post_only": True}, "post-only"),
        ({"is_reduce_only": True, "stop": "59000"}, "no stop or target of their own"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_is_wrong(
    stage: Stage, terms: dict[str, Any], why: str
) -> None:
    with pytest.raises(UserMistake, match=why):
        await stage.draft(**terms)
    assert stage.venue.sent == []


async def test_a_refusal_of_the_gate_still_gives_a_ticket_whose_confirmation_is_refused(stage: Stage) -> None:
    stage.desk.refusal = "Daily loss"
    ticket = await stage.draft()
    assert [one.words for one in ticket.judgement.refusals] == ["Daily loss"]
    stage.desk.refusal = ""
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.reason) == ("refused", "Daily loss")
    assert stage.venue.sent == []


async def test_a_book_that_is_not_offered_leaves_the_slippage_unknown(stage: Stage) -> None:
    stage.bus.answers[GetBook] = NotOffered.by("sandbox", "order books")
    shown = (await stage.draft()).preview
    assert (shown.price, shown.slippage) == (Decimal(60_000), None)


async def test_a_real_order_that_adds_risk_is_typed_and_one_that_reduces_is_pressed(stage: Stage) -> None:
    assert (await stage.draft(account="live")).needs == "typed"
    assert (await stage.draft(account="live", side="sell", is_reduce_only=True)).needs == "press"


async def test_an_account_from_which_nothing_is_sent_gives_no_ticket(stage: Stage) -> None:
    stage.desk.why_not = "Its owner has not consented."
    with pytest.raises(UserMistake, match="not consented"):
        await stage.draft()


async def test_an_unknown_market_is_told_as_such(stage: Stage) -> None:
    with pytest.raises(UnknownMarket):
        await stage.draft(market="NOPE")


async def test_a_request_that_is_delivered_twice_makes_one_ticket(stage: Stage) -> None:
    stage.numbers = iter([7, 7])
    assert (await stage.draft()).id == (await stage.draft()).id


async def test_an_edited_ticket_takes_the_place_of_the_first(stage: Stage) -> None:
    first = await stage.draft()
    second = await stage.draft(size="0.02", replaces=first.id)
    with pytest.raises(UserMistake, match="dropped or replaced"):
        await stage.confirm(first)
    assert (await stage.confirm(second)).state == "done"


async def test_part_of_a_position_is_closed_at_the_market_and_only_reduces(stage: Stage) -> None:
    stage.desk.holdings = [holding()]
    ask = DraftClose(id="x", caller=ANN, market="BTC", percent="33")
    ticket = await stage.service.process(ask)
    assert (ticket.kind, ticket.preview.amount, ticket.preview.side) == ("reduce", Decimal("0.165"), "sell")
    assert ticket.preview.share == Decimal("0.33")
    assert (await stage.confirm(ticket)).state == "done"
    [intent] = stage.venue.sent
    assert intent.is_exempt
    assert intent.request.is_reduce_only
    assert intent.request.position_side is None


async def test_a_close_in_hedge_mode_names_the_position(stage: Stage) -> None:
    stage.desk.holdings, stage.desk.is_hedged = [holding("short")], True
    ticket = await stage.service.process(DraftClose(id="x", caller=ANN, market=BTC))
    assert ticket.kind == "close"
    await stage.confirm(ticket)
    request = stage.venue.sent[0].request
    assert (request.side, request.position_side) == ("buy", "short")


async def test_a_position_that_is_not_there_cannot_be_closed(stage: Stage) -> None:
    with pytest.raises(UserMistake, match="no open position"):
        await stage.service.process(DraftClose(id="x", caller=ANN, market="BTC"))
    with pytest.raises(UserMistake, match="no such account"):
        await stage.service.process(DraftClose(id="y", caller=BOB, market="BTC"))


async def test_a_new_stop_is_there_before_the_old_one_goes(stage: Stage) -> None:
    stage.desk.holdings = [holding()]
    old = await stage.draft(side="sell", type="stop", trigger="57000", size="0.5", is_reduce_only=True)
    await stage.confirm(old)
    stage.desk.orders = [resting(f"v-{old.id}-1", "stop"), resting("v-other", "take_profit")]
    ask = DraftProtection(id="x", caller=ANN, market="BTC", stop="59000.04")
    ticket = await stage.service.process(ask)
    assert (ticket.kind, ticket.preview.stop, ticket.preview.orders) == ("protect", Decimal("59000.1"), 1)
    outcome = await stage.confirm(ticket)
    assert outcome.state == "done"
    assert stage.sent()[-1] == ("sell", "stop", "0.5", "59000.1")
    assert stage.venue.canceled == [f"{old.id}-1"]


async def test_the_old_stop_stays_where_the_new_one_is_refused(stage: Stage) -> None:
    stage.desk.holdings, stage.desk.orders = [holding()], [resting("v-old", "stop")]
    ticket = await stage.service.process(DraftProtection(id="x", caller=ANN, market="BTC", stop="59000"))
    stage.venue.refuses = lambda _: "Too many orders."
    outcome = await stage.confirm(ticket)
    assert (outcome.state, outcome.reason) == ("refused", "Too many orders.")
    assert stage.venue.canceled == []


async def test_a_trail_is_kept_by_the_farm_where_the_venue_has_none(stage: Stage) -> None:
    stage.desk.holdings, stage.desk.is_unified = [holding()], True
    ticket = await stage.service.process(DraftProtection(id="x", caller=ANN, market="BTC", trail="2"))
    assert ticket.preview.is_kept_by_farm
    await stage.confirm(ticket)
    assert stage.venue.sent == []
    assert (await stage.plan(ticket.id)).kind == "trailing"
    off = await stage.service.process(DraftProtection(id="y", caller=ANN, market="BTC", trail="none"))
    await stage.confirm(off)
    assert (await stage.plan(ticket.id)).status == "canceled"


async def test_protection_on_the_wrong_side_is_refused(stage: Stage) -> None:
    stage.desk.holdings = [holding()]
    for wrong in ({"stop": "61000"}, {"target": "59000"}, {"stop": "none"}, {}):
        with pytest.raises(UserMistake):
            await stage.service.process(DraftProtection(id=str(wrong), caller=ANN, market="BTC", **wrong))


async def test_a_close_at_the_market_says_by_how_much_the_book_moves_it(stage: Stage) -> None:
    stage.desk.holdings.append(holding(amount="0.5"))
    ticket = await stage.service.process(DraftClose(id="c", caller=ANN, market=BTC))
    assert ticket.preview.slippage == 0
