from __future__ import annotations

import asyncio
import random
import string
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import pytest_asyncio
from desk_orders_stage import ANN, BOB, BTC, PAPER, SPOT, Stage, a_desk, on, resting

from services.errors import UserMistake
from services.members.messages import Caller
from services.trading.intents.intent import Intent
from services.trading.orders.messages import (
    DraftCancel,
    DropTicket,
    GetTicket,
    ListOrders,
    Ticket,
)

MADE = 1_000


@pytest_asyncio.fixture
async def stage(tmp_path: Path) -> AsyncIterator[Stage]:
    async with a_desk(tmp_path) as opened:
        yield opened


async def test_a_confirmed_order_is_sent_once_however_often_it_is_pressed(stage: Stage) -> None:
    ticket = await stage.draft(type="limit", price="59000")
    outcomes = await asyncio.gather(*(stage.confirm(ticket, "press") for _ in range(5)))
    assert [one.state for one in outcomes] == ["done"] * 5
    assert await stage.confirm(ticket, "press") == outcomes[0]
    with pytest.raises(UserMistake, match="used already"):
        await stage.confirm(ticket, "another press")
    [intent] = stage.venue.sent
    assert intent.request.price == outcomes[0].orders[0].price
    assert outcomes[0].orders[0].id == intent.id


async def test_presses_that_race_send_one_order(stage: Stage) -> None:
    ticket = await stage.draft()
    answers = await asyncio.gather(*(stage.confirm(ticket) for _ in range(8)), return_exceptions=True)
    assert sum(isinstance(one, UserMistake) for one in answers) == 7
    assert len(stage.venue.sent) == 1


async def test_after_thirty_seconds_a_press_gets_a_new_price_and_sends_nothing(stage: Stage) -> None:
    ticket = await stage.draft()
    stage.clock.seconds += 31
    stage.venue.price += 500
    outcome = await stage.confirm(ticket, "late")
    assert outcome.state == "requoted"
    assert outcome.ticket is not None
    assert outcome.ticket.preview.price == 60_500
    assert stage.venue.sent == []
    assert await stage.confirm(ticket, "late") == outcome
    with pytest.raises(UserMistake, match="dropped or replaced"):
        await stage.confirm(ticket)
    assert (await stage.confirm(outcome.ticket)).state == "done"


async def test_after_a_minute_a_card_does_nothing_and_says_so(stage: Stage) -> None:
    ticket = await stage.draft()
    stage.clock.seconds += 60
    for _ in range(2):
        with pytest.raises(UserMistake, match="older than 60 s"):
            await stage.confirm(ticket)
    with pytest.raises(UserMistake, match="older than 60 s"):
        await stage.service.process(GetTicket(caller=ANN, ticket=ticket.id))


async def test_a_dropped_card_does_nothing_and_says_so(stage: Stage) -> None:
    ticket = await stage.draft()
    drop = DropTicket(id="drop", caller=ANN, ticket=ticket.id)
    assert (await stage.service.process(drop)).state == "done"
    assert (await stage.service.process(drop)).state == "done"
    with pytest.raises(UserMistake, match="dropped or replaced"):
        await stage.confirm(ticket)


async def test_only_its_owner_reads_drops_or_confirms_a_card(stage: Stage) -> None:
    ticket = await stage.draft()
    assert await stage.service.process(GetTicket(caller=ANN, ticket=ticket.id)) == ticket
    with pytest.raises(UserMistake, match="somebody else's"):
        await stage.service.process(GetTicket(caller=BOB, ticket=ticket.id))
    with pytest.raises(UserMistake, match="somebody else's"):
        await stage.service.process(DropTicket(id="x", caller=BOB, ticket=ticket.id))
    with pytest.raises(UserMistake, match="somebody else's"):
        await stage.confirm(ticket, caller=BOB)


async def test_a_real_order_needs_its_market_typed_and_a_code(stage: Stage) -> None:
    ticket = await stage.draft(account="live")
    with pytest.raises(UserMistake, match="type its market"):
        await stage.confirm(ticket, typed="BTC", code="123456")
    with pytest.raises(UserMistake, match="another code"):
        await stage.confirm(ticket, typed=BTC, code="000000")
    assert stage.venue.sent == []
    assert (await stage.confirm(ticket, typed=BTC.lower(), code="123456")).state == "done"
    assert len(stage.venue.sent) == 1


async def test_none_of_a_thousand_tampered_stale_or_foreign_cards_acts(stage: Stage) -> None:
    chance = random.Random(7)  # noqa: S311 - no secret hangs on it
    over = [await stage.draft(), await stage.draft(), await stage.draft()]
    await stage.confirm(over[0])
    await stage.service.process(DropTicket(id="drop", caller=ANN, ticket=over[1].id))
    stage.clock.seconds += 61
    with pytest.raises(UserMistake):
        await stage.confirm(over[2])
    fresh = await stage.draft()
    sent = list(stage.venue.sent)
    for number in range(MADE):
        ticket_id, caller = _wrong(chance, fresh, over)
        with pytest.raises(UserMistake):
            await stage.confirm(ticket_id, f"wrong{number}", caller=caller)
    assert stage.venue.sent == sent
    assert (await stage.confirm(fresh)).state == "done"


def _wrong(chance: random.Random, fresh: Ticket, over: list[Ticket]) -> tuple[str, Caller]:
    """An id that must not act, with who presses it."""
    letters = string.ascii_letters + string.digits + "-_'; %"
    place = chance.randrange(len(fresh.id))
    other = chance.choice([letter for letter in letters if letter != fresh.id[place]])
    return chance.choice(
        [
            (fresh.id, BOB),
            (chance.choice(over).id, ANN),
            (fresh.id[:place] + other + fresh.id[place + 1 :], ANN),
            (fresh.id[:place], ANN),
            (fresh.id + other, ANN),
            ("".join(chance.choices(letters, k=chance.randrange(40))), ANN),
        ]
    )


async def test_what_the_venue_does_not_answer_is_unknown_and_never_refused(stage: Stage) -> None:
    stage.venue.loses = lambda _: True
    assert (await stage.confirm(await stage.draft())).state == "unknown"


async def test_the_words_of_the_venue_that_refuses_are_passed_on(stage: Stage) -> None:
    stage.venue.refuses = lambda _: "sandbox cannot take a market buy of an amount of base currency on spot."
    outcome = await stage.confirm(await stage.draft(market=SPOT))
    assert (outcome.state, outcome.judgement) == ("refused", None)
    assert "market buy of an amount" in outcome.reason


async def test_a_card_used_before_a_crash_without_an_intent_is_told_as_never_sent(stage: Stage) -> None:
    ticket = await stage.draft()
    stage.venue.crash_before = f"{ticket.id}-1"
    assert (await stage.confirm(ticket, "press")).state == "unknown"
    again = on(stage.store, stage.clock, stage.desk, stage.venue)
    await again.service.initialize()
    assert [news.news for news in stage.desk.news] == ["rejected"]
    outcome = await again.confirm(ticket, "press")
    assert outcome.state == "refused"
    assert "Nothing was sent" in outcome.reason
    assert stage.venue.sent == []


async def test_a_card_used_before_a_crash_with_an_intent_finds_its_order_again(stage: Stage) -> None:
    ticket = await stage.draft()
    outcome = await stage.confirm(ticket, "press")
    async with stage.store.write() as rows:  # as if the process had died before it kept the outcome
        await rows.trading.tickets.change(ticket.id, outcome='{"request":"press"}')
    again = on(stage.store, stage.clock, stage.desk, stage.venue)
    await again.service.initialize()
    assert await again.confirm(ticket, "press") == outcome
    assert len(stage.venue.sent) == 1


async def test_open_orders_are_listed_with_those_placed_elsewhere_and_the_plans(stage: Stage) -> None:
    await stage.confirm(await stage.draft(type="limit", price="59000"))
    plan = await stage.began(type="iceberg", price="58000", slices=4, size="0.04")
    [ours, slice_] = await stage.venue.open()
    stage.desk.orders = [
        replace(resting(ours.order_id, "limit"), client_id=ours.client_id),
        resting("foreign", "limit"),
    ]
    listed = await stage.service.process(ListOrders(caller=ANN))
    assert [(one.id, one.is_foreign, one.plan) for one in listed.orders] == [
        (ours.id, False, ""),
        (slice_.id, False, "iceberg"),
        ("foreign", True, ""),
    ]
    assert [(one.id, one.kind, one.of, one.done) for one in listed.plans] == [(plan, "iceberg", 4, 0)]
    assert (await stage.service.process(ListOrders(caller=ANN, market=SPOT))).orders == []


async def test_the_stop_that_an_entry_of_ours_brought_along_is_listed_as_ours(stage: Stage) -> None:
    await stage.began(stop="59000", target="62000")
    stage.desk.orders = [
        resting("v1", "stop", trigger_price=Decimal(59_000)),
        resting("v2", "take_profit", trigger_price=Decimal(62_000)),
        resting("v3", "stop", trigger_price=Decimal(58_000)),
        resting("v4", "stop", side="buy", trigger_price=Decimal(59_000)),
    ]
    listed = (await stage.service.process(ListOrders(caller=ANN))).orders
    assert {one.id: one.is_foreign for one in listed} == {"v1": False, "v2": False, "v3": True, "v4": True}


async def test_the_answer_to_a_press_waits_a_moment_for_the_fill_of_an_order_at_the_market(
    stage: Stage,
) -> None:
    waiting = on(stage.store, stage.clock, stage.desk, stage.venue, wait=5.0)
    stage.venue.fills_at_once = False
    ticket = await waiting.draft()
    async with asyncio.TaskGroup() as tasks:
        answer = tasks.create_task(waiting.confirm(ticket))
        await stage.venue.accepted.wait()
        await stage.venue.fill(f"{ticket.id}-1", price="60010")
        row = await stage.venue.row(f"{ticket.id}-1")
        assert row is not None
        await waiting.service.arrivals.changed(row, "open")
    [order] = answer.result().orders
    assert (order.state, order.average) == ("filled", Decimal(60_010))


async def test_an_order_at_the_market_that_does_not_fill_is_told_as_it_stands(stage: Stage) -> None:
    stage.venue.fills_at_once = False
    outcome = await stage.confirm(await stage.draft())
    assert [(outcome.state, one.state) for one in outcome.orders] == [("done", "open")]


async def test_one_order_all_of_a_market_or_all_are_canceled_with_their_plans(stage: Stage) -> None:
    first = await stage.draft(type="limit", price="59000")
    await stage.confirm(first)
    plan = await stage.began(type="iceberg", price="58000", slices=4, size="0.04")
    one = await stage.service.process(DraftCancel(id="a", caller=ANN, order=f"{first.id}-1"))
    assert one.preview.orders == 1
    assert (await stage.confirm(one)).state == "done"
    assert stage.venue.canceled == [f"{first.id}-1"]
    everything = await stage.service.process(DraftCancel(id="b", caller=ANN, market="BTC"))
    await stage.confirm(everything)
    assert await stage.venue.open() == []
    assert (await stage.plan(plan)).status == "canceled"
    with pytest.raises(UserMistake, match="nothing to cancel"):
        await stage.service.process(DraftCancel(id="c", caller=ANN))


async def test_a_cancel_that_the_venue_does_not_answer_is_unknown(stage: Stage) -> None:
    ticket = await stage.draft(type="limit", price="59000")
    await stage.confirm(ticket)
    asked = await stage.service.process(DraftCancel(id="a", caller=ANN))
    stage.venue.is_silent_about = lambda _: True
    assert (await stage.confirm(asked)).state == "unknown"


async def test_the_orders_of_a_card_carry_ids_that_follow_from_it(stage: Stage) -> None:
    ticket = await stage.draft()
    await stage.confirm(ticket)
    intent: Intent = stage.venue.sent[0]
    assert (intent.id, intent.account, intent.origin) == (f"{ticket.id}-1", PAPER.id, "member")
