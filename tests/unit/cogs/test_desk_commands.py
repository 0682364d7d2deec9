"""Sizes, limits, blackouts, the kill switch, strategies, proposals and seasons: their cards and presses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from asked_cogs import asking, command_of, facts, guide, press, presses, run
from desk_said import (
    BTC,
    LIVE,
    PAPER,
    PROPOSAL,
    REFUSED,
    blackout,
    leaderboard,
    order,
    proposal,
    risk,
    sizing,
    strategy,
    strategy_run,
    switch,
)
from msgspec.structs import replace
from persona_fakes import FakeBus, HandClock
from persona_stage import stranger

from bots.waze.host import WazeHost
from cogs._desk_choices import blackout_choices, order_choices, run_choices, strategy_choices
from cogs._ui.card import Card
from cogs._ui.desk_paper import kept_card, leaderboard_card, question_card, reset_card
from cogs._ui.desk_proposals import decided_card, proposals_card
from cogs._ui.desk_risk import blackouts_card, limit_card, risk_card, size_card
from cogs._ui.desk_strategies import run_card, strategies_card, strategy_card
from cogs._ui.desk_switch import switch_card
from cogs._ui.embed import to_buttons, to_embed
from cogs.approve import Approve
from cogs.blackout import Blackout
from cogs.killswitch import KillSwitch
from cogs.paper import Paper
from cogs.risk import Risk
from cogs.size import Size
from cogs.strategy import Strategy
from services.errors import NoAnswer, UserMistake
from services.members.messages import Allowed, GetMember, GetRight
from services.personas.roster import read_roster
from services.personas.voice import Voice
from services.trading.killswitch.messages import Drill, Fire, GetSwitch, Resume
from services.trading.orders.messages import ListOrders
from services.trading.risk.messages import (
    AddBlackout,
    Blackouts,
    LimitView,
    ListBlackouts,
    RemoveBlackout,
    SetLimit,
    ShowRisk,
    SizePosition,
)
from services.trading.seasons.messages import GetLeaderboard, JoinSeason, PaperReset, ResetPaper, StartSeason
from services.trading.strategies.messages import (
    Decided,
    DecideProposal,
    ListProposals,
    ListStrategies,
    Proposals,
    StartStrategy,
    StopStrategy,
    Strategies,
)

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
ENGLISH = ROSTER.voice("waze", "en")
CATALOGUE = Strategies(strategies=[strategy()], runs=[strategy_run()], profiles=["strategist", "scalper"])
RESET = PaperReset(account=PAPER, equity=Decimal(10_000))
CARDS: tuple[Callable[[Voice], Card], ...] = (
    lambda voice: size_card(sizing(), voice, key="1"),
    lambda voice: risk_card(risk(), voice, key="1"),
    lambda voice: risk_card(risk(state="HALTED", why="Too much was lost."), voice, key="1"),
    lambda voice: limit_card(risk(), "leverage", voice, key="1"),
    lambda voice: blackouts_card(Blackouts(blackouts=[blackout()]), voice, verdict="v"),
    lambda voice: switch_card(switch(), voice, key="1", owner="7"),
    lambda voice: switch_card(switch(is_drill=True, is_flat=True), voice, key="1", owner="7"),
    lambda voice: switch_card(switch(state="ACTIVE", lines=[]), voice, key="1", owner="7"),
    lambda voice: strategies_card(CATALOGUE, voice, key="1", owner="7"),
    lambda voice: strategy_card(strategy(), voice, key="1"),
    lambda voice: strategy_card(strategy(results=[]), voice, key="1"),
    lambda voice: run_card(
        strategy_run(status="failed", reason="It broke."), "F", voice, verdict="v", owner="7"
    ),
    lambda voice: proposals_card(Proposals(proposals=[proposal(), proposal(account=LIVE)]), voice, key="1"),
    lambda voice: decided_card(
        Decided(proposal=proposal(status="approved"), orders=[order()]), voice, key="1"
    ),
    lambda voice: decided_card(Decided(proposal=proposal(judgement=REFUSED), reason="No."), voice, key="1"),
    lambda voice: question_card(voice, owner="7"),
    kept_card,
    lambda voice: reset_card(RESET, voice, key="1"),
    lambda voice: leaderboard_card(leaderboard(), voice, verdict="v"),
    lambda voice: leaderboard_card(leaderboard(places=[], is_over=True), voice, verdict="v"),
)


@pytest.fixture
def bus() -> FakeBus:
    bus = FakeBus(HandClock())
    bus.answers[GetMember] = stranger
    bus.answers[GetRight] = Allowed(right="member")
    return bus


@pytest.fixture
def host(bus: FakeBus) -> WazeHost:
    return guide(bus, ROSTER)


def only(bus: FakeBus, kind: type[Any]) -> Any:
    (asked,) = [one for one in bus.questions if isinstance(one, kind)]
    return asked


@pytest.mark.parametrize("card", CARDS)
@pytest.mark.parametrize("locale", ["en", "pt-BR"])
def test_every_card_fits_into_a_message_of_discord(card: Callable[[Voice], Card], locale: str) -> None:
    made = card(ROSTER.voice("waze", locale))
    to_embed(made)
    to_buttons(made)


def test_a_size_tells_what_is_lost_at_the_stop_and_that_kelly_needs_more_trades() -> None:
    told = facts(size_card(sizing(), ENGLISH, key="1"))
    assert (told["Amount"], told["Risk"]) == ("0.25 BTC", "100.00 USDT · 1.00% of equity")
    assert told["Kelly"] == "not told, too few closed trades: 3"
    assert told["Targets"].splitlines()[0] == "1 R · 64,400.0"


def test_a_limit_that_is_nearly_used_up_is_marked_and_an_unknown_one_says_so() -> None:
    told = facts(risk_card(risk(), ENGLISH, key="1"))
    assert told["Limits"].splitlines() == [
        "▲ Loss since midnight UTC: **4.50% of 5.00%** · of the farm",
        "Leverage: **unknown of 5\N{MULTIPLICATION SIGN}** · your own",
    ]
    assert (told["Below its peak"], told["Losses in a row"]) == ("unknown", "unknown")


def test_leverage_at_its_limit_is_as_it_was_set_and_over_it_is_said_so() -> None:
    def told(value: str) -> str:
        limit = LimitView(
            name="leverage", words="Leverage", limit=Decimal(5), unit="leverage", value=Decimal(value)
        )
        return facts(risk_card(risk(limits=[limit]), ENGLISH, key="1"))["Limits"]

    times = "\N{MULTIPLICATION SIGN}"
    assert told("5") == f"Leverage: **5{times} of 5{times}** · of the farm"
    assert told("8") == f"▲ Leverage: **8{times} of 5{times}, over the limit** · of the farm"
    assert told("0") == f"Leverage: **no position, the limit is 5{times}** · of the farm"


def test_a_size_that_a_limit_cuts_names_it() -> None:
    cut = sizing(risk_share=Decimal("0.003"), wanted_share=Decimal("0.02"), cut_by="position_share")
    told = facts(size_card(cut, ENGLISH, key="1"))
    assert told["Risk"] == "100.00 USDT · 0.30% of equity"
    assert told["Cut by the limit"] == "size of a position: a risk of 2.00% would go beyond it"


def test_a_looser_limit_is_said_to_wait() -> None:
    waits = LimitView(
        name="leverage",
        words="Leverage",
        limit=Decimal(5),
        unit="leverage",
        pending=Decimal(8),
        needs_approval=True,
    )
    card = limit_card(risk(limits=[waits]), "leverage", ENGLISH, key="1")
    assert "8\N{MULTIPLICATION SIGN}" in card.verdict
    assert "waits for another admin" in facts(card)["Limits"]


def test_a_switch_tells_state_scope_who_why_each_account_and_how_to_resume() -> None:
    told = facts(card := switch_card(switch(), ENGLISH, key="1", owner="7"))
    assert (told["Scope"], told["Who"], told["Why"]) == ("your accounts", "<@7>", "`I had enough`")
    first, second = told["Accounts"].splitlines()
    assert (
        first == "● **paper** PAPER · flat: no position, no order · orders canceled: 2 · positions closed: 1"
    )
    assert second.startswith(f"◐ **main** LIVE · {BTC} · closing positions")
    assert told["Halted after"] == "12 ms"
    assert "NOT FLAT" in told["How to resume"]
    assert presses(card) == ["killswitch|show|7|me", "killswitch|resume|7|me"]


def test_a_strategy_tells_its_loss_beside_buying_and_holding() -> None:
    told = facts(strategy_card(strategy(), ENGLISH, key="1"))
    result = told[f"{BTC} · 4h · SIMULATED"]
    assert (
        "net \N{MINUS SIGN}3.10% · deepest drawdown 12.4% · buying and holding +20.00% · trades 42" in result
    )


async def test_a_size_is_asked_as_it_was_written(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[SizePosition] = sizing()
    await run(Size(host), "size", asking(host, locale="pt-BR"), market="BTC", stop="63.600,5", risk="1%")
    asked = only(bus, SizePosition)
    assert (asked.stop, asked.risk, asked.locale) == ("63.600,5", "1%", "pt-BR")


async def test_a_member_sets_a_limit_at_once_and_an_admin_through_a_form(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[SetLimit] = bus.answers[ShowRisk] = risk()
    cog = Risk(host)
    assert (await run(cog, "risk show", asking(host))).cards
    (card,) = (await run(cog, "risk set", asking(host), limit="leverage", value="3")).cards
    assert "leverage" in card.verdict
    assert (only(bus, SetLimit).value, only(bus, SetLimit).code) == ("3", "")
    bus.asked.clear()
    bus.answers[GetRight] = Allowed(right="admin")
    who = asking(guide(bus, ROSTER))
    chosen = {"limit": "leverage", "value": "8", "scope": "guild"}
    (form,) = (await run(Risk(who.client.host), "risk set", who, **chosen)).forms
    await press(Risk(host), form.press, asking(host), value="8", code="123456")
    asked = only(bus, SetLimit)
    assert (asked.value, asked.scope, asked.code) == ("8", "guild", "123456")


async def test_a_blackout_is_added_around_a_moment_where_the_member_lives(
    host: WazeHost, bus: FakeBus
) -> None:
    both = Blackouts(blackouts=[blackout()])
    for kind in (AddBlackout, RemoveBlackout, ListBlackouts):
        bus.answers[kind] = both
    await run(Blackout(host), "blackout add", asking(host), event="FOMC", at="2h", before=15)
    asked = only(bus, AddBlackout)
    assert asked.at == bus.clock.now() + timedelta(hours=2)
    assert (asked.at.tzinfo, asked.minutes_before, asked.minutes_after) == (UTC, 15, 30)
    (card,) = (await run(Blackout(host), "blackout remove", asking(host), blackout="bo01")).cards
    assert "FOMC" in card.verdict
    (listed,) = (await run(Blackout(host), "blackout list", asking(host))).cards
    assert "of this server" in facts(listed)["FOMC"]


async def test_firing_asks_nothing_first_and_resuming_asks_for_a_code(host: WazeHost, bus: FakeBus) -> None:
    for kind in (Fire, Resume, GetSwitch, Drill):
        bus.answers[kind] = switch()
    cog = KillSwitch(host)
    (card,) = (await run(cog, "killswitch fire", asking(host), why="enough")).cards
    assert (only(bus, Fire).scope, only(bus, Fire).why) == ("me", "enough")
    assert (await press(cog, presses(card)[0], asking(host))).cards
    (form,) = (await press(cog, presses(card)[1], asking(host))).forms
    await press(cog, form.press, asking(host), code="RESUME")
    assert only(bus, Resume).code == "RESUME"
    (same,) = (await run(cog, "killswitch resume", asking(host))).forms
    assert same == form
    assert (await run(cog, "killswitch show", asking(host), scope="all")).cards
    assert (await run(cog, "killswitch drill", asking(host))).cards


async def test_a_strategy_is_listed_shown_started_and_stopped(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListStrategies] = CATALOGUE
    bus.answers[StartStrategy] = strategy_run(is_automatic=True)
    bus.answers[StopStrategy] = strategy_run(status="stopped")
    cog = Strategy(host)
    (listed,) = (await run(cog, "strategy list", asking(host))).cards
    (started,) = (
        await run(cog, "strategy start", asking(host), strategy="fibonacci", market=BTC, automatic=True)
    ).cards
    assert facts(started)["How"] == "orders by itself, on paper"
    assert only(bus, StartStrategy).is_automatic
    assert presses(listed) == presses(started)
    (stopped,) = (await press(cog, presses(started)[0], asking(host))).cards
    assert (facts(stopped)["State"], stopped.actions) == ("stopped", ())
    with pytest.raises(UserMistake, match="There is no strategy martingale"):
        await run(cog, "strategy show", asking(host), strategy="martingale")
    assert (await run(cog, "strategy show", asking(host), strategy="Fibonacci")).cards


async def test_a_proposal_is_approved_once_and_a_real_one_with_a_code(host: WazeHost, bus: FakeBus) -> None:
    waiting = Proposals(proposals=[proposal(), proposal(account=LIVE)])
    bus.answers[ListProposals] = waiting
    bus.answers[DecideProposal] = Decided(
        proposal=proposal(status="approved"), orders=[order(state="filled")]
    )
    cog = Approve(host)
    (card,) = (await run(cog, "approve", asking(host))).cards
    yes, no, real, _ = presses(card)
    assert (yes, no) == (f"approve|yes|{PROPOSAL}", f"approve|no|{PROPOSAL}")
    assert "• Price met 0.618" in facts(card)[f"1. Buy 0.01 {BTC}"]
    (decided,) = (await press(cog, yes, asking(host, id_=9))).cards
    assert (only(bus, DecideProposal).id, decided.actions) == ("9", ())
    bus.asked.clear()
    (form,) = (await press(cog, real, asking(host))).forms
    assert bus.questions == []
    await press(cog, form.press, asking(host), code="123456")
    assert (only(bus, DecideProposal).code, only(bus, DecideProposal).is_approved) == ("123456", True)


async def test_a_paper_account_starts_over_only_after_a_second_yes(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ResetPaper] = RESET
    (card,) = (await run(Paper(host), "paper reset", asking(host))).cards
    reset, keep = presses(card)
    await press(Paper(host), keep, asking(host))
    assert bus.questions == []
    (done,) = (await press(Paper(host), reset, asking(host))).cards
    assert "10,000.00 USDT" in done.verdict


async def test_a_season_is_joined_left_begun_and_looked_at(host: WazeHost, bus: FakeBus) -> None:
    for kind in (GetLeaderboard, JoinSeason, StartSeason):
        bus.answers[kind] = leaderboard()
    cog = Paper(host)
    (board,) = (await run(cog, "paper leaderboard", asking(host))).cards
    assert facts(board)["Places"].splitlines()[1].startswith("2. `mia` · score 2.50 · +5.00% · drawdown 2.0%")
    await command_of(Paper, "paper join").callback(cog, asking(host), name="mia")
    assert not only(bus, JoinSeason).is_leaving
    bus.asked.clear()
    await run(cog, "paper leave", asking(host))
    assert only(bus, JoinSeason).is_leaving
    bus.answers[JoinSeason] = leaderboard(account="season")
    joined = await run(cog, "paper join", asking(host))
    assert facts(joined.cards[0])["Account in use"].startswith("`season`, from now on.")
    await command_of(Paper, "paper season").callback(cog, asking(host), name="Autumn", days=30)
    assert only(bus, StartSeason).days == 30


async def test_who_takes_part_and_is_not_ranked_yet_is_told_so_and_why(host: WazeHost, bus: FakeBus) -> None:
    mine = replace(leaderboard().places[1], rank=None, score=None, reason="too few trades to tell")
    bus.answers[GetLeaderboard] = leaderboard(places=[mine])
    (card,) = (await run(Paper(host), "paper leaderboard", asking(host))).cards
    assert card.verdict == "You take part in `Autumn`, and are not ranked yet."
    assert facts(card)["You take part"] == "yes, not ranked yet · too few trades to tell"


@pytest.mark.parametrize(
    ("cog", "button"),
    [
        (KillSwitch, "killswitch|show|7|me"),
        (KillSwitch, "killswitch|resume|7|me"),
        (KillSwitch, "killswitch|code|7|all"),
        (Strategy, "strategy|stop|7|run01"),
        (Paper, "paper|reset|7"),
        (Paper, "paper|keep|7"),
    ],
)
async def test_another_members_button_does_nothing(
    host: WazeHost, bus: FakeBus, cog: type[Any], button: str
) -> None:
    with pytest.raises(UserMistake, match="somebody else"):
        await press(cog(host), button, asking(host, user=8))
    assert bus.questions == []


@pytest.mark.parametrize(
    ("cog", "button"),
    [
        (KillSwitch, "killswitch|fire|7|me"),
        (KillSwitch, "killswitch|code|7|me"),
        (KillSwitch, "killswitch|show|7|you"),
        (Strategy, "strategy|start|7|fibonacci"),
        (Paper, "paper|join|7"),
        (Approve, f"approve|sent|{PROPOSAL}"),
        (Approve, f"approve|yes|{PROPOSAL}|more"),
        (Risk, "risk|set|leverage|farm"),
    ],
)
async def test_a_button_that_was_tampered_with_asks_the_desk_nothing(
    host: WazeHost, bus: FakeBus, cog: type[Any], button: str
) -> None:
    answered = await press(cog(host), button, asking(host))
    assert (answered.cards, len(answered.asides), bus.questions) == ([], 1, [])


async def test_choices_come_from_the_desk_and_are_none_while_it_is_away(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListStrategies] = CATALOGUE
    bus.answers[ListBlackouts] = Blackouts(blackouts=[blackout(), blackout(is_farm_wide=True)])
    bus.answers[ListOrders] = NoAnswer("desk does not answer.")
    who = asking(host)
    who.namespace = SimpleNamespace()
    assert [one.value for one in await strategy_choices(who, "conf")] == ["fibonacci"]
    assert [one.name for one in await run_choices(who, "btc")] == [f"fibonacci · {BTC} · 4h"]
    assert [one.value for one in await blackout_choices(who, "")] == ["bo01"]
    assert await order_choices(who, "") == []


OF_ADMINS: list[tuple[type[Any], str]] = [(Blackout, "blackout add"), (Blackout, "blackout remove")]
OF_ADMINS += [(KillSwitch, "killswitch drill"), (Paper, "paper season")]


@pytest.mark.parametrize(("cog", "name"), OF_ADMINS)
def test_what_only_an_admin_may_do_is_checked_at_the_command(cog: type[Any], name: str) -> None:
    assert command_of(cog, name).checks
