"""Each rule: what it lets through at its limit, what it refuses beyond, and what it does not know.

An account of 1,000 holds nothing, BTC stands at 100, and every other rule is content.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from risk_cases import (
    BTC,
    ETH,
    FACTS,
    MARKET,
    NOON,
    ROW,
    STANDING,
    book,
    case,
    holding,
    intent,
    interest,
    order,
    picture,
    quote,
    request,
    series,
)

from config.farm_file import RiskSection
from services.store.trading_rows import BlackoutRow
from services.trading.messages import Verdict
from services.trading.risk.case import Case
from services.trading.risk.facts import candles_of
from services.trading.risk.messages import LIMITS
from services.trading.risk.reckoning import is_truly_reducing, takes
from services.trading.risk.rules.catalogue import judge
from services.trading.risk.rules.declare import declared

D = Decimal


def verdict(name: str, one: Case) -> Verdict:
    found = declared()[name].decide(one)
    assert found is not None, f"{name} says nothing"
    return found


def with_facts(**told: Any) -> Case:
    return case(facts=replace(FACTS, **told))


def stands(**told: Any) -> Case:
    return case(standing=replace(STANDING, **told))


AT_AND_BEYOND = {
    "risk_per_trade": (  # 2 % of 1,000 is 20; a stop 10 below loses 10 for each
        case(intent("2", stop_loss=D(90))),
        case(intent("2.001", stop_loss=D(90))),
        D("0.02001"),
    ),
    "position_share": (case(intent("30")), case(intent("30.001")), D("3.0001")),
    "market_share": (
        case(intent("25"), picture=picture(orders=[order(amount="15")])),
        case(intent("25.001"), picture=picture(orders=[order(amount="15")])),
        D("4.0001"),
    ),
    "exposure": (
        case(
            intent("30"),
            picture=picture(holding(market=ETH, amount="20"), orders=[order(market=ETH, amount="10")]),
        ),
        case(
            intent("30.001"),
            picture=picture(holding(market=ETH, amount="20"), orders=[order(market=ETH, amount="10")]),
        ),
        D("6.0001"),
    ),
    "correlated": (  # half of 40 equities of 100 moves with it
        case(intent("30"), picture=picture(holding(market=ETH, amount="40")), correlations={ETH: D("0.5")}),
        case(
            intent("30.001"), picture=picture(holding(market=ETH, amount="40")), correlations={ETH: D("0.5")}
        ),
        D("5.0001"),
    ),
    "leverage": (case(intent(leverage=D(10))), case(intent(leverage=D(11))), D(11)),
    "orders_per_minute": (case(recent=29), case(recent=30), D(31)),
    "spread": (
        with_facts(quote=quote(bid=D("99.75"), ask=D("100.25"))),
        with_facts(quote=quote(bid=D("99.7"), ask=D("100.3"))),
        D("0.006"),
    ),
    "depth_share": (
        case(intent("25"), facts=replace(FACTS, book=book("100"))),
        case(intent("25.001"), facts=replace(FACTS, book=book("100"))),
        D("0.25001"),
    ),
    "min_volume": (
        with_facts(quote=quote(volume_24h=D(1_000_000))),
        with_facts(quote=quote(volume_24h=D(999_999))),
        D(999_999),
    ),
    "price_band": (
        case(intent(kind="limit", price=D(105))),
        case(intent(kind="limit", price=D("105.1"))),
        D("0.051"),
    ),
    "wash_trade": (
        with_facts(quote=quote(volume_24h=D(20_000_000))),
        with_facts(quote=quote(volume_24h=D(20_000_001))),
        D("20.000001"),
    ),
}
HALTING = {  # what halts once it is reached: just before, reached, the value
    "daily_loss": (stands(equity=D("950.01")), stands(equity=D(950)), D("0.05")),
    "drawdown": (stands(equity=D("800.01")), stands(equity=D(800)), D("0.2")),
    "losing_streak": (
        stands(streak=4, last_loss_at=NOON),
        stands(streak=5, last_loss_at=NOON - timedelta(minutes=59)),
        D(5),
    ),
}


@pytest.mark.parametrize("name", AT_AND_BEYOND)
def test_a_rule_passes_at_its_limit_and_refuses_beyond_with_value_and_limit(name: str) -> None:
    at, beyond, value = AT_AND_BEYOND[name]
    assert verdict(name, at).is_passed
    refused = verdict(name, beyond)
    assert (refused.is_passed, refused.value) == (False, value)
    assert refused.limit is not None
    assert refused.words
    assert refused.hint


@pytest.mark.parametrize("name", HALTING)
def test_what_halts_refuses_once_its_limit_is_reached(name: str) -> None:
    before, reached, value = HALTING[name]
    assert verdict(name, before).is_passed
    refused = verdict(name, reached)
    assert (refused.is_passed, refused.value) == (False, value)


def test_volatility_is_the_range_of_an_hour_beside_the_price() -> None:
    """A candle of 11 round a price near 100: the share is about 0.11."""
    calm = with_facts(candles=candles_of(series(half_range=4.5)))
    wild = with_facts(candles=candles_of(series(half_range=5.5)))
    assert verdict("volatility", calm).is_passed
    refused = verdict("volatility", wild)
    assert not refused.is_passed
    assert refused.value is not None
    assert float(refused.value) == pytest.approx(0.11, rel=0.05)


def test_there_is_a_rule_for_each_limit() -> None:
    assert set(LIMITS) - set(declared()) == set()
    assert set(AT_AND_BEYOND) | set(HALTING) | {"volatility"} >= set(LIMITS)


def test_an_order_that_nothing_is_against_passes_every_rule() -> None:
    judged = judge(case())
    assert judged.is_passed
    assert judged.state == "ACTIVE"


UNKNOWN = {
    "position_share": case(picture=picture(equity=None)),
    "exposure": case(picture=picture(equity="0")),
    "correlated": case(picture=picture(equity="-5")),
    "leverage": case(picture=picture(equity=None)),
    "risk_per_trade": case(intent(stop_loss=D(90)), picture=picture(equity=None)),
    "market_share": with_facts(quote=None),
    "daily_loss": stands(day_start=None),
    "drawdown": stands(peak=None),
    "spread": with_facts(quote=quote(bid=None), book=None),
    "volatility": with_facts(candles=None),
    "depth_share": with_facts(book=None),
    "min_volume": with_facts(quote=quote(volume_24h=None)),
    "price_band": with_facts(quote=None),
    "wash_trade": with_facts(interest=interest(None)),
}


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_refuses_what_opens_and_is_never_a_number(name: str) -> None:
    refused = verdict(name, UNKNOWN[name])
    assert (refused.is_passed, refused.value) == (False, None)
    assert refused.hint


@pytest.mark.parametrize("name", UNKNOWN)
def test_what_is_not_known_lets_a_close_through(name: str) -> None:
    closing = replace(UNKNOWN[name], intent=intent(side="sell", is_reduce_only=True), is_reducing=True)
    assert judge(closing).is_passed


def test_of_an_unknown_correlation_the_worst_is_taken() -> None:
    held = picture(holding(market=ETH, amount="30"))
    assert verdict("correlated", case(picture=held)).value == D("3.1")
    assert verdict("correlated", case(picture=held, correlations={ETH: D(0)})).value == D("0.1")
    short = picture(holding("short", market=ETH, amount="30"))
    assert verdict("correlated", case(picture=short, correlations={ETH: D(1)})).value == D("0.1")
    assert verdict("correlated", case(picture=short, correlations={ETH: D(-1)})).value == D("3.1")


def test_an_order_without_a_stop_says_nothing_of_the_risk_at_it() -> None:
    assert declared()["risk_per_trade"].decide(case()) is None


def test_a_resting_order_takes_nothing_from_the_book() -> None:
    resting = case(intent("900", kind="limit", price=D(90)), facts=replace(FACTS, book=None))
    assert declared()["depth_share"].decide(resting) is None


def test_a_price_may_rest_far_away_but_not_where_only_a_slip_puts_it() -> None:
    assert verdict("price_band", case(intent(kind="limit", price=D(60)))).is_passed
    assert not verdict("price_band", case(intent(kind="limit", price=D(10)))).is_passed
    assert verdict("price_band", case(intent(kind="limit", side="sell", price=D(200)))).is_passed
    assert not verdict("price_band", case(intent(kind="limit", side="sell", price=D(94)))).is_passed
    assert not verdict("price_band", case(intent(reference=D(90)))).is_passed


@pytest.mark.parametrize(
    ("told", "named", "away", "most"),
    [
        ({"stop_loss": D(10)}, "stop", "0.9", "0.8"),
        ({"kind": "limit", "price": D(700)}, "limit", "6", "4"),
        ({"kind": "stop", "trigger_price": D(15)}, "trigger", "0.85", "0.8"),
    ],
)
def test_a_price_where_only_a_slip_puts_it_is_named_with_its_true_distance(
    told: dict[str, Any], named: str, away: str, most: str
) -> None:
    found = verdict("price_band", case(intent(**told)))
    assert (found.is_passed, found.value, found.limit) == (False, D(away), D(most))
    assert named in found.words


def test_the_fees_of_both_ways_are_at_risk_too() -> None:
    """Of 2 at 100 with a stop at 90, 20 are lost, and 0.1 % of 200 and of 180."""
    market = replace(MARKET, taker_fee=D("0.001"))
    found = verdict("risk_per_trade", case(intent("2", stop_loss=D(90)), market=market))
    assert (found.is_passed, found.value) == (False, D("0.02038"))


def test_the_losing_streak_s_pause_ends_after_an_hour() -> None:
    over = stands(streak=7, last_loss_at=NOON - timedelta(minutes=60))
    assert verdict("losing_streak", over).is_passed


def test_the_venue_s_terms_bind_every_order() -> None:
    for wrong in (intent("0.0005"), intent(kind="limit", price=D("100.05")), intent("0")):
        assert not verdict("venue_terms", case(wrong)).is_passed
    small = replace(MARKET, min_amount=D(2), min_cost=D(500))
    assert not verdict("venue_terms", case(market=small)).is_passed
    assert not verdict("venue_terms", case(intent("4"), market=small)).is_passed
    assert not verdict("market_closed", case(market=replace(MARKET, is_open=False))).is_passed
    assert not verdict(
        "leverage", case(intent(leverage=D(8)), market=replace(MARKET, max_leverage=D(5)))
    ).is_passed


def test_nothing_is_opened_in_a_blackout_of_the_guild_or_the_farm() -> None:
    def around(guild: str) -> Case:
        row = BlackoutRow(
            id="b",
            guild_id=guild,
            event="CPI",
            from_at=NOON,
            until_at=NOON + timedelta(minutes=1),
            set_by="1",
            created_at=NOON,
        )
        return case(blackouts=(row,))

    assert not verdict("blackout", around("1")).is_passed
    assert not verdict("blackout", around("")).is_passed
    assert declared()["blackout"].decide(around("2")) is None
    assert declared()["blackout"].decide(replace(around("1"), at=NOON + timedelta(minutes=1))) is None


def test_live_orders_need_a_listed_market_where_there_is_a_list() -> None:
    live = replace(ROW, mode="live")
    assert not verdict("allow_list", case(row=live, live_markets=(ETH,))).is_passed
    assert verdict("allow_list", case(row=live, live_markets=(BTC,))).is_passed
    assert verdict("allow_list", case(row=live)).is_passed


def test_an_account_that_may_not_send_sends_nothing_at_all() -> None:
    barred = case(intent(side="sell", is_reduce_only=True), is_reducing=True, may_not="No consent.")
    assert [one.rule for one in judge(barred).refusals] == ["account_may_send"]


@pytest.mark.parametrize(
    ("state", "is_reducing", "origin", "is_passed"),
    [
        ("REDUCING", True, "member", True),
        ("REDUCING", False, "member", False),
        ("HALTED", True, "member", False),
        ("HALTED", False, "member", False),
        ("HALTED", True, "killswitch", True),
        ("HALTED", False, "killswitch", False),
    ],
)
def test_a_state_lets_through_what_it_says(
    state: str,
    is_reducing: bool,  # noqa: FBT001 - a table
    origin: str,
    is_passed: bool,  # noqa: FBT001 - the same
) -> None:
    one = case(intent(origin=origin), state=state, why="Because.", is_reducing=is_reducing)
    assert verdict("state", one).is_passed is is_passed


def test_what_somebody_wrote_is_marked_as_a_quotation_and_the_house_s_own_hint_is_not() -> None:
    named, unnamed = (case(intent(), state="HALTED", why=why) for why in ("@everyone `x` **run**", ""))
    assert verdict("state", named).is_hint_quoted
    assert not verdict("state", unnamed).is_hint_quoted


@pytest.mark.parametrize(
    ("told", "holdings", "orders", "is_reducing"),
    [
        ({"side": "sell", "is_reduce_only": True}, [holding()], [], True),
        ({"side": "sell", "is_reduce_only": True}, [], [], False),
        ({"side": "buy", "is_reduce_only": True}, [holding()], [], False),
        ({"side": "sell"}, [holding()], [], True),
        ({"side": "sell", "amount": D("1.001")}, [holding()], [], False),
        ({"side": "sell"}, [holding()], [order("sell", "0.5")], False),
        ({"side": "sell"}, [holding()], [order("sell", "0.5", is_reduce_only=True)], True),
        ({"side": "sell"}, [holding(market=ETH)], [], False),
        ({"side": "sell", "position_side": "short"}, [holding()], [], False),
        ({"side": "sell", "position_side": "long"}, [holding()], [], True),
        ({"side": "buy", "position_side": "short"}, [holding("short")], [], True),
        ({"side": "sell", "stop_loss": D(110)}, [holding()], [], False),
    ],
)
def test_an_order_reduces_only_what_the_picture_shows(
    told: dict[str, Any],
    holdings: list[Any],
    orders: list[Any],
    is_reducing: bool,  # noqa: FBT001 - a table
) -> None:
    wanted = (
        intent(exempt=True, **told) if "amount" not in told else replace(intent(), request=request(**told))
    )
    assert is_truly_reducing(wanted, MARKET, picture(*holdings, orders=orders)) is is_reducing


def test_on_spot_a_sale_reduces_and_a_purchase_does_not() -> None:
    spot = replace(MARKET, name="BTC/USDT")
    assert is_truly_reducing(intent(side="sell", market=spot.name), spot, picture())
    assert not is_truly_reducing(intent(market=spot.name), spot, picture())
    assert declared()["wash_trade"].decide(case(intent(market=spot.name), market=spot)) is None


def test_an_order_that_only_claims_to_reduce_is_refused() -> None:
    claims = case(intent(side="sell", exempt=True))
    assert [one.rule for one in judge(claims).refusals] == ["exempt"]


def test_refusals_come_first() -> None:
    judged = judge(case(intent("31"), section=RiskSection()))
    assert [one.is_passed for one in judged.verdicts] == sorted(one.is_passed for one in judged.verdicts)
    assert {one.rule for one in judged.refusals} == {"position_share"}


@pytest.mark.parametrize(
    ("side", "price", "expected"), [("buy", 105, True), ("buy", 100, False), ("sell", 99, True)]
)
def test_a_stop_limit_takes_where_its_limit_is_beyond_its_trigger(
    side: str, price: int, *, expected: bool
) -> None:
    one = request("9", side=side, kind="stop_limit", trigger_price=D(101), price=D(price))
    assert takes(one, D(100)) is expected


def test_a_venue_that_tells_no_open_interest_is_not_checked_for_made_up_volume() -> None:
    told = verdict("wash_trade", with_facts(interest=None, not_offered=frozenset({"interest"})))
    assert told.is_passed
    assert "does not tell" in told.hint
