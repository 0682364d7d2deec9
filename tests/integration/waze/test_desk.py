"""Positions, tickets and keys through real discord.py and the local Discord; delivered cards of trading."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path

import msgspec
import pytest
from desk_cogs_stage import BTC, LIVE, PAPER, SHORT, answer_as_desk, position
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec, until

from bots.process import Process
from config.farm_file import BotEntry
from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from sandbox.discord.world.snowflake import stable_id
from services.alerts.feeds import TakenUp, TakeUp
from services.alerts.posts import Delivery, deliveries
from services.alerts.trading_posts import PositionTold
from services.bus.messages import Entry
from services.errors import UserMistake
from services.sealing import Unsealer
from services.trading.accounts.messages import (
    DESK_KEY,
    Accounts,
    DeskKey,
    LinkAccount,
    ListAccounts,
    VenueKey,
)
from services.trading.messages import OrderView
from services.trading.orders.messages import ConfirmTicket, DraftClose, Outcome

EPHEMERAL = 64
GENERAL = stable_id("channel", "general")


@pytest.fixture
async def waze(discord_server: Running, bus: FakeBus, tmp_path: Path) -> AsyncIterator[Process]:
    answer_as_desk(bus)
    bus.answers[TakeUp] = TakenUp(gone=[])
    told = spec("waze", discord_server.url, tmp_path, entry=BotEntry(cogs=("account", "positions")))
    async with persona(process_of(told), bus) as process:
        yield process


def closed(bus: FakeBus) -> Outcome:
    order = OrderView(
        id="0rder567",
        account=PAPER.id,
        market=BTC,
        side="sell",
        kind="market",
        state="filled",
        amount=Decimal("0.5"),
        created_at=bus.clock.now(),
    )
    return Outcome(state="done", orders=[order], account=PAPER)


@pytest.mark.usefixtures("waze")
async def test_a_position_is_closed_by_two_presses_and_its_ticket_then_has_no_buttons(
    client: SandboxClient, bus: FakeBus
) -> None:
    bus.answers[ConfirmTicket] = closed(bus)
    mia = await client.member("mia")
    (listed,) = (await mia.slash("positions")).messages
    assert listed["flags"] & EPHEMERAL
    (one,) = (await mia.press(listed, f"positions|one|{BTC}|{SHORT}|waze")).messages
    assert one["id"] == listed["id"]
    (ticket,) = (await mia.press(one, f"positions|close|{BTC}|{SHORT}|waze")).messages
    assert ticket["id"] != one["id"]
    assert ticket["flags"] & EPHEMERAL
    (done,) = (await mia.press(ticket, buttons(ticket)[0])).messages
    assert done["id"] == ticket["id"]
    assert done["components"] == []
    (asked,) = [asked for asked in bus.asked if isinstance(asked, ConfirmTicket)]
    assert (asked.ticket, asked.caller.user_id) == ("t1cket", mia.user["id"])


@pytest.mark.usefixtures("waze")
async def test_a_ticket_that_is_over_is_answered_aside_and_stays(client: SandboxClient, bus: FakeBus) -> None:
    bus.answers[ConfirmTicket] = UserMistake("This card was used already.", facts={"ticket": "used"})
    mia = await client.member("mia")
    (one,) = (await mia.slash("position", market="btc")).messages
    (ticket,) = (await mia.press(one, f"positions|half|{BTC}|{SHORT}|waze")).messages
    (aside,) = (await mia.press(ticket, buttons(ticket)[0])).messages
    assert aside["flags"] & EPHEMERAL
    assert aside["id"] != ticket["id"]


@pytest.mark.usefixtures("waze")
async def test_a_key_is_written_in_a_form_and_leaves_the_bot_sealed(
    client: SandboxClient, bus: FakeBus
) -> None:
    unsealer = Unsealer()
    bus.kept[f"{DESK_KEY.name}:"] = DeskKey(public=unsealer.public)
    bus.answers[LinkAccount] = Accounts(accounts=[PAPER, LIVE], is_live_allowed=True)
    mia = await client.member("mia")
    opened = await mia.slash("account link", venue="bitget")
    (card,) = (await mia.submit(opened, name="main", key="k3y", secret="s3cret")).messages
    assert card["flags"] & EPHEMERAL
    asked = next(asked for asked in bus.asked if isinstance(asked, LinkAccount))
    assert msgspec.json.decode(unsealer.open(asked.sealed), type=VenueKey).key == "k3y"
    assert "s3cret" not in str(card)


@pytest.mark.usefixtures("waze")
async def test_a_delivered_card_answers_its_owner_alone(client: SandboxClient, bus: FakeBus) -> None:
    mia, theo, now, held = (
        await client.member("mia"),
        await client.member("theo"),
        bus.clock.now(),
        position(),
    )
    told = PositionTold(
        card="cardcard1234",
        owner=mia.user["id"],
        news="near_stop",
        market=BTC,
        side="long",
        mode="paper",
        account_name="paper",
        account=PAPER.id,
        entry=held.entry,
        tick=held.tick,
        at=now,
        seen_at=now,
    )
    one = Delivery(id="1", persona="waze", locale="en", body=told, channel_id=GENERAL, created_at=now)
    name = deliveries("waze").name
    await until(lambda: name in bus.carriers)
    await bus.carriers[name](Entry(id="1-0", message=one, deliveries=1, appended_at=now))
    (card,) = await mia.messages()
    press = f"desk_card|close|{BTC}|{SHORT}"
    (ticket,) = (await mia.press(card, press)).messages
    assert ticket["flags"] & EPHEMERAL
    assert buttons(ticket)[0] == "desk_ticket|yes|t1cket"
    assert "Amount" in fields(ticket)
    bus.answers[ListAccounts] = Accounts(accounts=[LIVE])
    (refused,) = (await theo.press(card, press)).messages
    assert refused["flags"] & EPHEMERAL
    assert refused["components"] == []
    assert sum(isinstance(asked, DraftClose) for asked in bus.asked) == 1
    assert said((await theo.messages())[-1]) == said(card)
