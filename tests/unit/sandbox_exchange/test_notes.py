from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from paper_stage import SWAP, HandClock, HandFedExchange, a_request
from pydantic import SecretStr

from sandbox.exchange.notes import Note, Notes, about_to_be
from sandbox.exchange.seats import Key, Seats
from services.errors import ExchangeUnavailable
from services.exchange.orders import Order
from services.exchange.paper.account import PaperAccount
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings


@pytest.fixture
def account() -> PaperAccount:
    clock = HandClock()
    settings = PaperSettings(entry_latency=0, response_latency=0)
    return PaperExchange(HandFedExchange(clock), clock=clock, settings=settings).open("me")


def an_order(order_id: str, client_id: str) -> Order:
    request = a_request("buy", "1", market=SWAP)
    moment = HandClock().now()
    return Order(
        id=order_id,
        client_id=client_id,
        market=request.market,
        side="buy",
        kind="market",
        status="open",
        amount=request.amount,
        filled=Decimal(0),
        remaining=request.amount,
        created_at=moment,
        updated_at=moment,
    )


async def test_what_is_said_before_an_order_is_placed_is_found_when_it_has_an_id(
    account: PaperAccount,
) -> None:
    notes = Notes(account)
    await notes.keep(about_to_be("ours"), Note(client_id="theirs"))
    order = an_order("7", "ours")
    assert notes.of(order).client_id == "theirs"
    assert notes.of(replace(order, client_id="7")) == Note()
    await notes.keep("7", Note(client_id="another"))
    assert notes.of(order).client_id == "another"


async def test_notes_of_orders_that_the_account_has_forgotten_are_dropped_in_time(
    account: PaperAccount, tmp_path: Path
) -> None:
    notes = Notes(account, tmp_path)
    await notes.open()
    for number in range(10_000):
        await notes.keep(str(number), Note(plan="normal_plan"))
    assert (tmp_path / "me.notes").read_bytes().count(b"\n") < 4_000
    assert notes.of(an_order("1", "")) == Note()
    assert notes.of(an_order("9999", "")) == Note(plan="normal_plan")


async def test_a_note_that_cannot_be_written_is_an_error_and_no_note(
    account: PaperAccount, tmp_path: Path
) -> None:
    notes = Notes(account, tmp_path / "there")
    await notes.open()
    (tmp_path / "there" / "me.notes").unlink()
    (tmp_path / "there").rmdir()
    with pytest.raises(ExchangeUnavailable, match=r"me\.notes"):
        await notes.keep("1", Note(plan="normal_plan"))
    assert notes.of(an_order("1", "")) == Note()


def test_a_key_shows_nothing_that_opens_the_account(account: PaperAccount) -> None:
    secret = SecretStr("hush")
    key = Key(key="the-key", secret=secret, passphrase=secret, account=account)
    (seat,) = Seats([key]).accounts.values()
    for shown in (repr(key), repr(seat)):
        assert "the-key" not in shown
        assert "hush" not in shown
