"""`/account` and `/balance`: keys travel sealed, secrets are shown once, real orders say what they are."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import msgspec
import pytest
from asked_cogs import asking, facts, guide, press, presses, run
from desk_cogs_stage import LIVE, PAPER, ROSTER, desk_bus
from persona_fakes import FakeBus

from bots.waze.host import WazeHost
from cogs.account import Account
from cogs.balance import Balance
from services.errors import NotAllowed, Unavailable
from services.members.messages import Allowed, GetRight
from services.sealing import Unsealer
from services.trading.accounts.messages import (
    CONSENT,
    DESK_KEY,
    Accounts,
    BeginEnrolment,
    DeskKey,
    Enrolment,
    FinishEnrolment,
    GetBalances,
    GoLive,
    LinkAccount,
    ListAccounts,
    RecoveryCodes,
    UnlinkAccount,
    UseAccount,
    VenueKey,
)
from services.trading.messages import Balances, BalanceView

SECRET = "s3cr3t-of-the-venue"


@pytest.fixture
def bus() -> FakeBus:
    return desk_bus()


@pytest.fixture
def host(bus: FakeBus) -> WazeHost:
    return guide(bus, ROSTER)


async def test_a_key_is_asked_for_in_a_form_and_reaches_the_desk_sealed(host: WazeHost, bus: FakeBus) -> None:
    unsealer = Unsealer()
    bus.kept[f"{DESK_KEY.name}:"] = DeskKey(public=unsealer.public)
    bus.answers[LinkAccount] = Accounts(accounts=[PAPER, LIVE], is_live_allowed=True)
    (form,) = (await run(Account(host), "account link", asking(host), venue="bitget")).forms
    written = {"name": "main", "key": "k", "secret": SECRET, "passphrase": ""}
    (card,) = (await press(Account(host), form.press, asking(host, id_=2), **written)).cards
    asked = bus.questions[-1]
    assert isinstance(asked, LinkAccount)
    assert SECRET.encode() not in msgspec.msgpack.encode(asked)
    assert msgspec.json.decode(unsealer.open(asked.sealed), type=VenueKey).secret == SECRET
    assert (asked.venue, asked.name, asked.id) == ("bitget", "main", "2")
    assert "main" in card.verdict
    assert card.tone == "warn"
    assert "not confirmed yet" in facts(card)["main · LIVE"]
    assert SECRET not in str(card)


async def test_without_the_desk_no_key_leaves_the_bot(host: WazeHost, bus: FakeBus) -> None:
    form = "account|link|bitget|waze"
    written = {"name": "main", "key": "k", "secret": SECRET, "passphrase": ""}
    with pytest.raises(Unavailable, match="not there yet"):
        await press(Account(host), form, asking(host), **written)
    assert not [one for one in bus.questions if isinstance(one, LinkAccount)]


@pytest.mark.parametrize("form", ["account|link|bitget|waze", "account|live|liveacct2345abcd|waze"])
async def test_a_form_of_traders_is_refused_to_others_although_its_id_is_known(
    host: WazeHost, bus: FakeBus, form: str
) -> None:
    bus.answers[GetRight] = Allowed(right="member")
    with pytest.raises(NotAllowed):
        await press(Account(host), form, asking(host), typed=CONSENT, code="1", name="a", key="b", secret="c")
    assert not [one for one in bus.questions if isinstance(one, LinkAccount | GoLive)]


async def test_the_list_says_which_account_is_in_use_and_offers_the_others(host: WazeHost) -> None:
    (card,) = (await run(Account(host), "account list", asking(host))).cards
    told = facts(card)
    assert "sandbox" in told["paper · PAPER"]
    assert "places no orders" in told["main · LIVE"]
    assert told["Real orders"] == "allowed by Ana & Co."
    assert presses(card) == [f"account|use|{LIVE.id}|waze"]


async def test_an_account_is_used_from_its_button(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[UseAccount] = Accounts(accounts=[LIVE, PAPER])
    (card,) = (await press(Account(host), f"account|use|{LIVE.id}|waze", asking(host))).cards
    asked = bus.questions[-1]
    assert isinstance(asked, UseAccount)
    assert asked.account == LIVE.id
    assert "main" in card.verdict


async def test_unlinking_is_asked_about_and_keeping_changes_nothing(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[UnlinkAccount] = Accounts(accounts=[PAPER])
    (card,) = (await run(Account(host), "account unlink", asking(host), account="main")).cards
    yes, no = presses(card)
    await press(Account(host), no, asking(host))
    assert not [one for one in bus.questions if isinstance(one, UnlinkAccount)]
    (gone,) = (await press(Account(host), yes, asking(host))).cards
    assert "main" in gone.verdict
    assert [one.account for one in bus.questions if isinstance(one, UnlinkAccount)] == [LIVE.id]


async def test_a_second_factor_is_shown_as_a_picture_and_done_with_its_first_code(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[BeginEnrolment] = Enrolment(secret="ABCD2345", qr_png=b"\x89PNG")
    bus.answers[FinishEnrolment] = RecoveryCodes(codes=["aaaa-bbbb", "cccc-dddd"])
    (card,) = (await run(Account(host), "account secure", asking(host))).cards
    assert card.picture is not None
    assert "ABCD2345" in facts(card)["Or type this into it"]
    (form,) = (await press(Account(host), presses(card)[0], asking(host))).forms
    (done,) = (await press(Account(host), form.press, asking(host), code="123456")).cards
    asked = bus.questions[-1]
    assert isinstance(asked, FinishEnrolment)
    assert asked.code == "123456"
    assert "cccc-dddd" in facts(done)["Recovery codes"]
    assert done.picture is None


async def test_with_a_second_factor_in_force_its_code_is_asked_for_first(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[ListAccounts] = Accounts(accounts=[PAPER], has_second_factor=True)
    bus.answers[BeginEnrolment] = Enrolment(secret="ABCD2345", qr_png=b"\x89PNG")
    (form,) = (await run(Account(host), "account secure", asking(host))).forms
    await press(Account(host), form.press, asking(host), code="654321")
    asked = bus.questions[-1]
    assert isinstance(asked, BeginEnrolment)
    assert asked.code == "654321"


async def test_before_real_orders_it_is_said_who_runs_the_farm_and_what_is_lacking(host: WazeHost) -> None:
    (card,) = (await run(Account(host), "account live", asking(host), account="main")).cards
    told = facts(card)
    assert told["Who runs this farm"] == "Ana & Co."
    assert "/account secure" in told["What is lacking"]
    assert presses(card) == []


async def test_real_orders_need_the_sentence_and_a_code(host: WazeHost, bus: FakeBus) -> None:
    ready = Accounts(accounts=[LIVE], is_live_allowed=True, operator="Ana & Co.", has_second_factor=True)
    bus.answers[ListAccounts] = bus.answers[GoLive] = ready
    (card,) = (await run(Account(host), "account live", asking(host), account="main")).cards
    (form,) = (await press(Account(host), presses(card)[0], asking(host))).forms
    assert CONSENT in form.fields[0].label
    await press(Account(host), form.press, asking(host), typed="yes", code="123456")
    asked = bus.questions[-1]
    assert isinstance(asked, GoLive)
    assert (asked.typed, asked.code, asked.account) == ("yes", "123456", LIVE.id)


@pytest.mark.parametrize(
    "custom_id", ["account", "account|use", "account|explode|a|waze", "account|live|waze"]
)
async def test_a_button_that_nobody_knows_asks_the_desk_nothing(
    host: WazeHost, bus: FakeBus, custom_id: str
) -> None:
    await press(Account(host), custom_id, asking(host))
    assert bus.questions == []


@pytest.mark.parametrize(("equity", "told"), [(Decimal(10000), "10,000.00 USDT"), (None, "unknown")])
async def test_a_balance_says_its_age_and_what_is_not_known(
    host: WazeHost, bus: FakeBus, equity: Decimal | None, told: str
) -> None:
    held = [
        BalanceView(currency="USDT", wallet="swap", total=Decimal(9_900), free=Decimal(9_000)),
        BalanceView(currency="USDT", wallet="spot", total=Decimal(10_000)),
    ]
    at = bus.clock.now() - timedelta(seconds=3)
    bus.answers[GetBalances] = Balances(account=PAPER, balances=held, equity=equity, as_of=at)
    (card,) = (await run(Balance(host), "balance", asking(host))).cards
    said = facts(card)
    assert card.title == "Balance · paper · PAPER"
    assert said["Equity"] == told
    assert said["USDT · contracts"] == "9,900\nfree 9,000"
    assert said["Spot wallet"].startswith("10,000.00 USDT, apart from the equity")
    assert said["As of"].endswith("· 3 s")
    assert "play money" in said["SIMULATED"]
    (again,) = (await press(Balance(host), presses(card)[0], asking(host))).cards
    assert facts(again) == said
