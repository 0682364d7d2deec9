"""Cards of tickets and of what came of them, and every way in which a ticket's buttons are pressed."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from asked_cogs import asking, facts, guide, press, presses, run
from desk_said import BTC, LIVE, NOW, PAPER, REFUSED, TICKET, order, orders, ticket
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs._ui.card import Card
from cogs._ui.desk_tickets import outcome_card, ticket_card, what_words
from cogs._ui.desk_words import order_words
from cogs._ui.embed import to_buttons, to_embed
from cogs.order import Ordering
from services.errors import BusUnavailable, NoAnswer, StoreUnavailable, UserMistake
from services.members.messages import GetMember
from services.personas.roster import read_roster
from services.trading.messages import Judgement, Verdict
from services.trading.orders.messages import (
    ConfirmTicket,
    DraftCancel,
    DraftClose,
    DraftOrder,
    DraftProtection,
    DropTicket,
    GetTicket,
    ListOrders,
    Outcome,
)

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
ENGLISH = ROSTER.voice("waze", "en")
PORTUGUESE = ROSTER.voice("waze", "pt-BR")


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    return bus


@pytest.fixture
def host(bus: FakeBus) -> WazeHost:
    return guide(bus, ROSTER)


def shown(card: Card) -> dict[str, str]:
    to_embed(card)
    to_buttons(card)
    return facts(card)


def outcome(**told: Any) -> Card:
    return outcome_card(Outcome(**{"account": PAPER, **told}), ENGLISH, now=NOW, key="1")


def test_a_ticket_tells_cost_risk_reward_liquidation_and_how_old_its_price_is() -> None:
    told = shown(card := ticket_card(ticket(), ENGLISH, now=NOW, key="1"))
    assert told["Amount"] == "0.01 BTC"
    assert told["Price"] == "about 64,210.5"
    assert told["Cost"] == "642.10 USDT"
    assert told["Slippage"] == "0.50 bps"
    assert told["Risk"] == "42.87 USDT · 0.43% of equity"
    assert told["Reward"] == "1.35 R"
    assert told["Liquidation"].startswith("43,100.1, estimated · \N{MINUS SIGN}32.88%")
    assert told["Account"] == "paper · PAPER · fills are simulated"
    assert told["Price age"].startswith("2 s")
    resting = ticket(preview={"is_post_only": True})
    assert shown(ticket_card(resting, ENGLISH, now=NOW, key="1"))["Side"].endswith("post-only")
    assert card.title == f"Order · {BTC} · PAPER"
    assert presses(card) == [f"order|{what}|{TICKET}" for what in ("yes", "edit", "no")]


def test_a_ticket_speaks_portuguese() -> None:
    told = shown(card := ticket_card(ticket(judgement=REFUSED), PORTUGUESE, now=NOW, key="1"))
    assert told["Risco"] == "42,87 USDT · 0,43% do patrimônio"
    assert "Escolha uma alavancagem menor." in told["O que a impede"]
    assert "Comprar 0,01 BTC/USDT:USDT" in card.verdict


def test_what_is_not_known_is_said_to_be_unknown_and_never_nothing() -> None:
    unknown = {"fee": None, "slippage": None, "risk": None, "risk_share": None, "reward": None}
    told = shown(ticket_card(ticket(preview=unknown), ENGLISH, now=NOW, key="1"))
    assert (told["Fee"], told["Slippage"]) == ("unknown", "unknown")
    assert told["Risk"] == "without a stop it is not bounded"
    assert "Reward" not in told


def test_a_refused_ticket_names_rule_value_and_limit_and_cannot_be_confirmed() -> None:
    told = shown(card := ticket_card(ticket(judgement=REFUSED), ENGLISH, now=NOW, key="1"))
    assert told["What refuses it"] == (
        "✖ **Leverage**: 12\N{MULTIPLICATION SIGN}, the limit is 5\N{MULTIPLICATION SIGN}\n"
        "Choose a lower leverage."
    )
    assert presses(card) == [f"order|{what}|{TICKET}" for what in ("edit", "no")]


def test_what_somebody_wrote_when_they_halted_is_quoted_and_cut() -> None:
    wrote = Verdict(
        rule="state",
        words="Trading is halted",
        is_passed=False,
        hint=f"@everyone `x`\n**run** {'on ' * 300}",
        is_hint_quoted=True,
    )
    refused = Judgement(is_passed=False, state="HALTED", verdicts=[wrote])
    told = shown(ticket_card(ticket(judgement=refused), ENGLISH, now=NOW, key="1"))["What refuses it"]
    assert told.startswith("✖ **Trading is halted**\n`@everyone 'x' **run** on on")
    assert told.endswith("`")
    assert len(told) < 500


def test_a_stop_of_ours_is_told_as_the_stop_of_the_position_and_one_placed_elsewhere_as_such() -> None:
    ours = order(kind="stop", is_reducing=True, trigger=Decimal(59_000))
    assert "stop of the position" in order_words(ours, ENGLISH)
    assert "placed elsewhere" in order_words(msgspec.structs.replace(ours, is_foreign=True), ENGLISH)


def test_a_real_order_says_so_and_is_confirmed_with_a_form() -> None:
    card = ticket_card(ticket(account=LIVE, needs="typed"), ENGLISH, now=NOW, key="1")
    assert shown(card)["Account"] == "main · LIVE · bitget"
    assert card.title.endswith("LIVE")
    assert presses(card)[0] == f"order|typed|{TICKET}"


@pytest.mark.parametrize(
    ("kind", "preview", "said"),
    [
        ("close", {"share": Decimal("0.5")}, f"Close 50.0% of {BTC}"),
        ("cancel", {"orders": 3}, "Cancel 3 orders"),
        ("cancel", {"orders": 1}, "Cancel one order"),
        ("protect", {"target": None}, "Stop at 60,000.0"),
        ("protect", {"stop": None}, "Target at 70,000.0"),
        ("protect", {"stop": None, "target": None}, f"Take away what protects {BTC}"),
        ("protect", {"trail": Decimal("1.5")}, "Trailing stop at 1.5%"),
        ("order", {}, f"Buy 0.01 {BTC}"),
    ],
)
def test_what_a_ticket_does_is_said_in_a_few_words(kind: str, preview: dict[str, Any], said: str) -> None:
    one = ticket(kind=kind, preview=preview)
    assert what_words(one, ENGLISH) == said
    shown(ticket_card(one, ENGLISH, now=NOW, key="1"))
    shown(ticket_card(one, PORTUGUESE, now=NOW, key="1"))


def test_an_unknown_outcome_has_no_button_and_says_who_is_asked() -> None:
    card = outcome(state="unknown", orders=[order(state="unknown")], reason="No answer.")
    assert "The venue is being asked." in shown(card)["What happens now"]
    assert card.actions == ()


def test_a_rejected_order_says_why_and_what_to_do() -> None:
    card = outcome(
        state="refused", orders=[order(state="rejected")], reason="Too small.", hint="Make it larger."
    )
    assert shown(card)["Why"] == "Too small."
    assert shown(card)["What to do"] == "Make it larger."
    assert card.actions == ()


def test_a_filled_order_tells_at_which_price() -> None:
    filled = order(
        state="filled", filled=Decimal("0.01"), average=Decimal("64000.05"), kind="market", price=None
    )
    assert shown(outcome(state="done", orders=[filled]))["Orders"] == (
        f"**Buy 0.01 BTC** {BTC} · at the market · filled · 0.01 at 64,000.0"
    )


async def test_a_command_drafts_an_order_as_it_was_written(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[DraftOrder] = ticket()
    chosen = {
        "market": "BTC",
        "size": "1%",
        "size_by": "risk",
        "stop": "60.000",
        "leverage": None,
        "tif": "ioc",
    }
    (card,) = (await run(Ordering(host), "order sell", asking(host), **chosen)).cards
    (asked,) = [one for one in bus.questions if isinstance(one, DraftOrder)]
    terms = asked.terms
    assert (terms.side, terms.size, terms.size_by, terms.stop) == ("sell", "1%", "risk", "60.000")
    assert (terms.leverage, terms.time_in_force, terms.type) == ("", "ioc", "market")
    assert (asked.id, asked.caller.user_id) == ("1", "7")
    assert card.actions


async def test_a_confirmation_is_asked_once_with_the_presss_own_id(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ConfirmTicket] = Outcome(state="done", orders=[order(state="filled")], account=PAPER)
    answered = await press(Ordering(host), f"order|yes|{TICKET}", asking(host, id_=99))
    assert [(one.id, one.ticket) for one in bus.questions if isinstance(one, ConfirmTicket)] == [
        ("99", TICKET)
    ]
    (card,) = answered.cards
    assert card.actions == ()


async def test_an_old_price_becomes_a_new_card(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ConfirmTicket] = Outcome(state="requoted", ticket=ticket(id="tk_new"))
    (card,) = (await press(Ordering(host), f"order|yes|{TICKET}", asking(host))).cards
    assert presses(card)[0] == "order|yes|tk_new"


@pytest.mark.parametrize("why", ["used", "expired", "dropped", "other"])
@pytest.mark.parametrize("button", ["yes", "typed", "edit", "no"])
async def test_a_press_on_a_ticket_that_is_over_is_answered_aside(
    host: WazeHost, bus: FakeBus, button: str, why: str
) -> None:
    gone = UserMistake("Over.", facts={"ticket": why})
    bus.answers[ConfirmTicket] = bus.answers[GetTicket] = bus.answers[DropTicket] = gone
    answered = await press(Ordering(host), f"order|{button}|{TICKET}", asking(host, user=8))
    assert (answered.cards, answered.forms, len(answered.asides)) == ([], [], 1)
    assert answered.asides[0].actions == ()


@pytest.mark.parametrize("error", [NoAnswer("desk does not answer."), BusUnavailable("Redis is away.")])
async def test_no_answer_to_a_confirmation_is_unknown_and_offers_nothing_again(
    host: WazeHost, bus: FakeBus, error: NoAnswer | BusUnavailable
) -> None:
    bus.answers[ConfirmTicket] = error
    (card,) = (await press(Ordering(host), f"order|yes|{TICKET}", asking(host))).cards
    assert card.actions == ()
    assert "being asked" in facts(card)["What happens now"]


async def test_what_the_desk_says_it_could_not_do_is_said_as_it_is(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ConfirmTicket] = StoreUnavailable("The database is full.")
    with pytest.raises(StoreUnavailable):
        await press(Ordering(host), f"order|yes|{TICKET}", asking(host))


async def test_a_real_order_is_typed_and_coded_before_it_is_confirmed(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[GetTicket] = ticket(account=LIVE, needs="typed")
    bus.answers[ConfirmTicket] = Outcome(state="done", account=LIVE)
    (form,) = (await press(Ordering(host), f"order|typed|{TICKET}", asking(host))).forms
    assert [field.name for field in form.fields] == ["typed", "code"]
    await press(Ordering(host), form.press, asking(host), typed=BTC, code="123456")
    (asked,) = [one for one in bus.questions if isinstance(one, ConfirmTicket)]
    assert (asked.typed, asked.code) == (BTC, "123456")


async def test_an_edited_order_takes_the_place_of_the_one_before(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[GetTicket], bus.answers[DraftOrder] = ticket(), ticket(id="tk_new")
    (form,) = (await press(Ordering(host), f"order|edit|{TICKET}", asking(host))).forms
    assert {field.name: field.value for field in form.fields} == {
        "size": "0.01",
        "price": "",
        "stop": "60000",
        "target": "70000",
        "leverage": "",
    }
    written = {"size": "0.02", "price": "", "stop": "61000", "target": "", "leverage": "2"}
    (card,) = (await press(Ordering(host), form.press, asking(host), **written)).cards
    (asked,) = [one for one in bus.questions if isinstance(one, DraftOrder)]
    assert (asked.replaces, asked.account) == (TICKET, PAPER.id)
    assert (asked.terms.size, asked.terms.stop, asked.terms.target) == ("0.02", "61000", "")
    assert presses(card)[0] == "order|yes|tk_new"


async def test_a_ticket_is_let_go_of(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[DropTicket] = Outcome(state="done", account=PAPER)
    (card,) = (await press(Ordering(host), f"order|no|{TICKET}", asking(host))).cards
    assert (card.verdict, card.actions) == ("Nothing was sent.", ())


async def test_closes_stops_targets_and_cancels_are_drafted(host: WazeHost, bus: FakeBus) -> None:
    for kind in (DraftClose, DraftProtection, DraftCancel):
        bus.answers[kind] = ticket(kind="close")
    cog = Ordering(host)
    await run(cog, "close", asking(host), market=BTC, percent="50")
    await run(cog, "sl", asking(host), market=BTC, trail="2")
    await run(cog, "tp", asking(host), market=BTC, price="none")
    await run(cog, "cancel", asking(host), market=BTC)
    close, stop, target, cancel = bus.questions
    assert isinstance(close, DraftClose)
    assert close.percent == "50"
    assert isinstance(stop, DraftProtection)
    assert (stop.stop, stop.trail, stop.target) == ("", "2", "")
    assert isinstance(target, DraftProtection)
    assert (target.stop, target.target) == ("", "none")
    assert isinstance(cancel, DraftCancel)
    assert (cancel.order, cancel.market) == ("", BTC)


async def test_open_orders_come_in_pages_each_with_a_button_for_their_owner(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[ListOrders], bus.answers[DraftCancel] = orders(8, plans=1), ticket(kind="cancel")
    (card,) = (await run(Ordering(host), "orders", asking(host))).cards
    assert facts(card)["8."].startswith(f"**Buy 0.01 BTC** {BTC} · limit · 63,000.0 · open")
    behind = f"order|list|7|{PAPER.id}|2|"
    assert behind in presses(card)
    (second,) = (await press(Ordering(host), behind, asking(host))).cards
    assert "step 2 of 10" in facts(second)["1."]
    await press(Ordering(host), presses(second)[0], asking(host))
    asked = bus.questions[-1]
    assert isinstance(asked, DraftCancel)
    assert (asked.order, asked.account) == ("pl0123456789abcdef012345", PAPER.id)
    with pytest.raises(UserMistake, match="somebody else"):
        await press(Ordering(host), presses(second)[0], asking(host, user=8))


@pytest.mark.parametrize(
    "tampered", ["order|yes", f"order|yes|{TICKET}|more", "order|fly|x", "order|list|7|a|x|"]
)
async def test_a_button_that_was_tampered_with_asks_the_desk_nothing(
    host: WazeHost, bus: FakeBus, tampered: str
) -> None:
    answered = await press(Ordering(host), tampered, asking(host))
    assert (answered.cards, len(answered.asides), bus.questions) == ([], 1, [])


def test_a_ticket_says_that_no_price_liquidates_what_there_is_then() -> None:
    never = {"liquidation": None, "is_never_liquidated": True}
    told = shown(ticket_card(ticket(preview=never), ENGLISH, now=NOW, key="1"))
    assert told["Liquidation"] == "none: no price takes it"
