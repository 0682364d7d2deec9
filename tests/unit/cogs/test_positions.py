"""`/positions`, `/position` and buttons of delivered cards: seen by their owner, and drafted, never done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from asked_cogs import asking, facts, guide, press, presses, run
from desk_cogs_stage import BTC, LIVE, NOW, PAPER, ROSTER, SHORT, analyses, desk_bus, position, positions
from persona_fakes import FakeBus

from bots.waze.host import WazeHost
from cogs._desk import account_choices, held_choices
from cogs._ui.card import read_press
from cogs._ui.desk_position_cards import Held, position_card
from cogs.desk_card import DeskCard
from cogs.desk_ticket import DeskTicket
from cogs.positions import Positions
from services.analyst.messages import CHART, Picture
from services.errors import ExchangeUnavailable, NoAnswer, UserMistake
from services.locales import LOCALES
from services.locales.numbers import MINUS
from services.trading.accounts.messages import Accounts, ListAccounts
from services.trading.messages import Judgement
from services.trading.orders.messages import ConfirmTicket, DraftClose, DraftProtection
from services.trading.positions.messages import (
    AnalysePositions,
    LevelsMuted,
    ListPositions,
    MuteLevels,
    SharePosition,
)
from services.trading.strategies.messages import (
    Decided,
    DecideProposal,
    ListProposals,
    Proposals,
    ProposalView,
    WantedOrder,
)

DRAFTS = (DraftClose, DraftProtection, ConfirmTicket, SharePosition)


@pytest.fixture
def bus() -> FakeBus:
    return desk_bus()


@pytest.fixture
def host(bus: FakeBus) -> WazeHost:
    return guide(bus, ROSTER)


def drafted(bus: FakeBus) -> list[Any]:
    return [one for one in bus.questions if isinstance(one, DRAFTS)]


def proposal(account: Any = PAPER) -> ProposalView:
    return ProposalView(
        id="pr0posal",
        run="r1",
        strategy="fibonacci",
        account=account,
        wanted=WantedOrder(market=BTC, side="buy", kind="enter"),
        amount=Decimal("0.01"),
        tick=Decimal("0.1"),
        judgement=Judgement(is_passed=True, state="ACTIVE"),
        created_at=NOW,
        expires_at=NOW,
    )


async def test_a_list_tells_profit_liquidation_funding_and_levels_of_each(host: WazeHost) -> None:
    (card,) = (await run(Positions(host), "positions", asking(host))).cards
    assert "+1,500.00 USDT" in card.verdict
    assert card.title == "Positions · paper · PAPER"
    assert card.tone == "up"
    told = facts(card)[f"{BTC} · ▲ long"]
    for words in (
        "+1,500.00 USDT · +5.00% · +1.50 R",
        "50,400.0 · 20.0% away",
        f"58,000.0 ({MINUS}7.94%) · kept by the farm, while it runs",
        f"Funding to date: {MINUS}3.20 USDT",
        "entry 60,000.0: 61.8% at 59,900.0, 0.3 ATR away",
        "64 of 100",
    ):
        assert words in told
    assert presses(card) == [f"positions|one|{BTC}|{SHORT}|waze", f"positions|show|{SHORT}|waze"]


async def test_an_analyzer_that_is_away_leaves_the_positions_and_says_so(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[AnalysePositions] = NoAnswer("analyzer did not answer within 4 s.")
    for name, chosen in (("positions", {}), ("position", {"market": "btc"})):
        (card,) = (await run(Positions(host), name, asking(host), **chosen)).cards
        assert "does not answer" in facts(card)["Not to be had now"]
        assert "+1,500.00 USDT" in card.verdict


async def test_what_the_venue_does_not_tell_is_never_shown_as_flat(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListPositions] = ExchangeUnavailable("bitget does not answer.")
    with pytest.raises(ExchangeUnavailable):
        await run(Positions(host), "positions", asking(host))


async def test_a_profit_that_is_not_known_makes_the_sum_unknown(host: WazeHost, bus: FakeBus) -> None:
    unknown = position(market="ETH/USDT:USDT", unrealised=None, r=None, liquidation=None)
    bus.answers[ListPositions] = positions(position(), unknown)
    (card,) = (await run(Positions(host), "positions", asking(host))).cards
    assert "USDT" not in card.verdict.replace(BTC, "")
    told = facts(card)["ETH/USDT:USDT · ▲ long"]
    assert "unknown · +5.00% · R unknown: no stop" in told
    assert "Liquidation: unknown" in told


async def test_a_trailing_stop_and_a_position_that_no_price_liquidates_are_told_as_such(
    host: WazeHost, bus: FakeBus
) -> None:
    trails = {"stop": None, "is_trailing": True, "trail": Decimal(3)}
    bus.answers[ListPositions] = positions(position(**trails, liquidation=None, is_never_liquidated=True))
    (card,) = (await run(Positions(host), "positions", asking(host))).cards
    told = facts(card)[f"{BTC} · ▲ long"]
    assert "Liquidation: none: no price takes it" in told
    assert "Stop: trailing, 3% behind the best price" in told


async def test_one_position_has_its_chart_golden_score_and_all_that_can_be_done(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[AnalysePositions] = analyses(position(), digest="d1gest", alt="BTC with levels")
    bus.kept[f"{CHART.name}:d1gest"] = Picture(png=b"\x89PNG")
    (card,) = (await run(Positions(host), "position", asking(host), market="btc")).cards
    assert card.picture is not None
    assert (card.picture.name, card.picture.alt) == ("positions.png", "BTC with levels")
    told = facts(card)
    assert told["Golden score"] == "71 of 100 · some of its prices stand near levels"
    assert told["Furthest so far"] == f"in favour +6.00% · against {MINUS}1.00%"
    assert told["Fees"] == "unknown"
    assert [read_press(one)[1] for one in presses(card)] == [
        *("close", "half", "even", "stop", "share", "one", "show"),
    ]


async def test_without_a_position_there_is_a_card_that_says_so(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListPositions] = positions()
    (card,) = (await run(Positions(host), "position", asking(host), market="btc")).cards
    assert facts(card)["Not held"] == "No position in btc."
    assert not [one for one in bus.questions if isinstance(one, AnalysePositions)]


@pytest.mark.parametrize(("deed", "percent"), [("close", "100"), ("half", "50")])
async def test_a_button_drafts_a_ticket_beside_the_card(
    host: WazeHost, bus: FakeBus, deed: str, percent: str
) -> None:
    for cog, custom_id in (
        (Positions(host), f"positions|{deed}|{BTC}|{SHORT}|waze"),
        (DeskCard(host), f"desk_card|{deed}|{BTC}|{SHORT}"),
    ):
        answered = await press(cog, custom_id, asking(host))
        assert answered.cards == []
        (card,) = answered.asides
        assert {read_press(one)[0] for one in presses(card)} == {"desk_ticket"}
        asked = drafted(bus)[-1]
        assert (asked.market, asked.percent, asked.account) == (BTC, percent, SHORT)


@pytest.mark.parametrize(
    ("entry", "said"), [("60000", "60000"), ("2.34", "2.34"), ("1.125", "1.1250"), ("0.0000123", "0.0000123")]
)
async def test_a_stop_goes_to_the_entry_in_a_way_that_is_read_in_one_way(
    host: WazeHost, bus: FakeBus, entry: str, said: str
) -> None:
    bus.answers[ListPositions] = positions(position(entry=Decimal(entry)))
    await press(Positions(host), f"positions|even|{BTC}|{SHORT}|waze", asking(host))
    assert drafted(bus)[-1].stop == said


async def test_a_stop_is_asked_for_in_a_form_and_read_in_the_members_language(
    host: WazeHost, bus: FakeBus
) -> None:
    who = asking(host, locale="pt-BR")
    (form,) = (await press(DeskCard(host), f"desk_card|stop|{BTC}|{SHORT}", who)).forms
    await press(DeskCard(host), form.press, asking(host, locale="pt-BR"), stop="61000")
    asked = drafted(bus)[-1]
    assert (asked.stop, asked.locale, asked.account) == ("61000", "pt-BR", SHORT)


@pytest.mark.parametrize("deed", ["close", "half", "stop", "stop_at"])
async def test_somebody_elses_press_on_a_delivered_card_does_nothing(
    host: WazeHost, bus: FakeBus, deed: str
) -> None:
    bus.answers[ListAccounts] = Accounts(accounts=[LIVE])
    answered = await press(DeskCard(host), f"desk_card|{deed}|{BTC}|{SHORT}", asking(host, user=8))
    assert (answered.cards, answered.forms, drafted(bus)) == ([], [], [])
    voice = ROSTER.voice("waze")
    assert answered.asides[0].verdict in voice.variants("ticket_gone", {"why": "other"})


@pytest.mark.parametrize(("turn", "said"), [("mute", "not told any more"), ("unmute", "told again")])
async def test_levels_of_a_position_are_muted_from_its_delivered_card(
    host: WazeHost, bus: FakeBus, turn: str, said: str
) -> None:
    bus.answers[MuteLevels] = LevelsMuted(market=BTC, is_muted=turn == "mute")
    (card,) = (await press(DeskCard(host), f"desk_card|{turn}|card1234567", asking(host))).asides
    asked = bus.questions[-1]
    assert isinstance(asked, MuteLevels)
    assert (asked.card, asked.is_muted) == ("card1234567", turn == "mute")
    assert said in card.verdict


@pytest.mark.parametrize("answer", ["yes", "no"])
async def test_a_proposal_is_decided_from_its_delivered_card(
    host: WazeHost, bus: FakeBus, answer: str
) -> None:
    bus.answers[ListProposals] = Proposals(proposals=[proposal()])
    bus.answers[DecideProposal] = Decided(proposal=proposal())
    answered = await press(DeskCard(host), f"desk_card|{answer}|pr0posal", asking(host))
    asked = bus.questions[-1]
    assert isinstance(asked, DecideProposal)
    assert asked.is_approved == (answer == "yes")
    assert len(answered.asides) == 1


async def test_a_real_order_is_approved_with_a_code(host: WazeHost, bus: FakeBus) -> None:
    bus.answers[ListProposals] = Proposals(proposals=[proposal(LIVE)])
    bus.answers[DecideProposal] = Decided(proposal=proposal(LIVE))
    (form,) = (await press(DeskCard(host), "desk_card|yes|pr0posal", asking(host))).forms
    assert not [one for one in bus.questions if isinstance(one, DecideProposal)]
    await press(DeskCard(host), form.press, asking(host), code="123456")
    asked = bus.questions[-1]
    assert isinstance(asked, DecideProposal)
    assert (asked.code, asked.is_approved) == ("123456", True)


async def test_a_proposal_that_does_not_wait_any_more_is_said_to_be_over(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[ListProposals] = Proposals(proposals=[])
    (card,) = (await press(DeskCard(host), "desk_card|yes|pr0posal", asking(host))).asides
    assert card.verdict in ROSTER.voice("waze").variants("ticket_gone", {"why": "expired"})


async def test_a_position_is_shared_where_it_is_asked_for_and_nowhere_else(
    host: WazeHost, bus: FakeBus
) -> None:
    bus.answers[SharePosition] = analyses(position())
    custom_id = f"positions|share|{BTC}|{SHORT}|waze"
    (card,) = (await press(Positions(host), custom_id, asking(host))).asides
    assert drafted(bus)[-1].channel_id == "42"
    assert "no sums" in facts(card)["What is shared"]
    with pytest.raises(UserMistake, match="nobody here"):
        await press(Positions(host), custom_id, asking(host, guild=None))
    await press(Positions(host), custom_id.replace("share", "unshare"), asking(host))
    assert drafted(bus)[-1].channel_id == ""


@pytest.mark.parametrize(
    ("cog", "custom_id"),
    [
        (Positions, "positions|explode|a|b|waze"),
        (Positions, "positions|close|a"),
        (DeskCard, "desk_card|close"),
        (DeskCard, "desk_card|yes|a|b"),
        (DeskTicket, "desk_ticket|yes"),
    ],
)
async def test_a_button_that_nobody_knows_asks_the_desk_nothing(
    host: WazeHost, bus: FakeBus, cog: Any, custom_id: str
) -> None:
    await press(cog(host), custom_id, asking(host))
    assert bus.questions == []


async def test_accounts_and_held_markets_are_offered_while_a_member_types(
    host: WazeHost, bus: FakeBus
) -> None:
    offered = await account_choices(asking(host), "bit")
    assert [(one.name, one.value) for one in offered] == [("main · bitget · LIVE", LIVE.id)]
    assert [one.value for one in await held_choices(asking(host), "usdt")] == [BTC]
    bus.answers[ListAccounts] = bus.answers[ListPositions] = NoAnswer("desk does not answer.")
    other = guide(bus, ROSTER)
    assert await account_choices(asking(other), "") == []
    assert await held_choices(asking(other), "") == []


@pytest.mark.parametrize("locale", LOCALES)
def test_the_longest_name_of_a_market_fits_into_every_button(locale: Any) -> None:
    one = position(market="1000000MOG/USDT:USDT-260925-120000-C")
    read = {(one.market, one.side): analyses(one).analyses[0]}
    card = position_card(
        Held(positions=positions(one), read=read), one, ROSTER.voice("waze", locale), now=NOW, key="1"
    )
    assert all(len(press_) <= 100 for press_ in presses(card))
