from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from trading_news_stage import order, position

from services.alerts.conditions import CandleClosed, PriceLevel
from services.alerts.posts import Body, Brief, BriefMarket, Delivery, Digest, DigestLine, Notice, Told, Value
from services.alerts.ways.way import Letter
from services.alerts.ways.wording import letter_of
from services.locales.numbers import MINUS
from services.market.messages import Origin

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BTC, ETH = "BTC/USDT:USDT", "ETH/USDT:USDT"
ABOVE = PriceLevel(market=BTC, way="above", level=Decimal(70_000))
CLOSE = CandleClosed(market=ETH, timeframe="4h", closing="up")
TICK = Decimal("0.1")
ORIGIN = Origin(venue="sandbox", nature="simulated", as_of=NOON, received_at=NOON)


def letter(body: Body, locale: str = "en") -> Letter:
    return letter_of(Delivery(id="d1", persona="waze", locale=locale, body=body, created_at=NOON))


def told(**more: object) -> Told:
    given = {"alert": "a1b2c3d4e5", "rule": "r1", "condition": ABOVE, "state": "fired", "at": NOON}
    return Told(**{**given, "seen_at": NOON, "values": [], **more})  # type: ignore[arg-type]  # by their names


def test_an_alert_tells_what_was_seen_when_and_where() -> None:
    found = letter(
        told(
            price=Decimal("70010.5"),
            tick=TICK,
            values=[Value(label="Price", value=Decimal("70010.5"))],
            origin=ORIGIN,
            decided=Decimal("70100.5"),
            feed="levels",
            severity="high",
        )
    )
    assert found.title == f"{BTC} above 70,000.0"
    assert found.text.splitlines() == [
        "Price: 70,010.5",
        "Price: 70,010.5",
        "When: 2026-03-02 12:00 UTC",
        "Price when decided: 70,100.5",
        "Severity: of high severity",
        "Source: sandbox · SIMULATED",
        "alert a1b2c3d4",
        "not financial advice",
    ]


def test_an_alert_that_waits_says_for_what_and_a_test_says_that_it_is_one() -> None:
    waits = letter(told(state="pending", confirmed_by="the close of 4h"))
    assert waits.title == f"{BTC} above 70,000 (met, not confirmed yet)"
    assert "Waits for: the close of 4h" in waits.text
    assert letter(told(state="test"), "pt-BR").title == f"{BTC} acima de 70.000 (teste)"


def test_a_digest_is_a_line_an_alert() -> None:
    lines = [
        DigestLine(condition=ABOVE, at=NOON, price=Decimal("70010.5"), tick=TICK, count=2),
        DigestLine(condition=CLOSE, at=NOON + timedelta(hours=1), state="pending"),
    ]
    found = letter(Digest(why="quiet hours", since=NOON, until=NOON, lines=lines, more=4), "pt-BR")
    assert found.title == "Resumo"
    assert found.text.splitlines()[1:3] == [
        f"2026-03-02 12:00 UTC · {BTC} acima de 70.000,0 · 70.010,5 · 2x",
        f"2026-03-02 13:00 UTC · {ETH} fecha em alta em 4h · atingido, ainda não confirmado",
    ]


def test_a_brief_tells_its_markets_and_what_is_missing() -> None:
    market = BriefMarket(
        market=BTC,
        price=Decimal("70010.5"),
        tick=TICK,
        before=Decimal(68_000),
        support=Decimal(69_000),
        lean="bull",
        finding="EMA 20 is above EMA 50",
    )
    found = letter(
        Brief(
            kind="session",
            session="London",
            at=NOON,
            markets=[market],
            calendar=["Full Moon, expected on 2026-03-03"],
            sky="Full Moon",
            missing=[ETH],
        )
    )
    assert found.title == "London opens"
    assert found.text.splitlines() == [
        f"{BTC} 70,010.5 ▲ +2.96% up",
        "  support 69,000.0 · more points up than down · EMA 20 is above EMA 50",
        "Sky: Full Moon",
        "Next days: Full Moon, expected on 2026-03-03",
        f"No price to be had: {ETH}",
        "not financial advice",
    ]


def test_a_notice_says_what_and_why() -> None:
    notice = Notice(what="undelivered", condition=ABOVE, reason="Telegram knows no such chat.")
    found = letter(notice, "pt-BR")
    assert (found.title, found.text.splitlines()[:2]) == (
        "Não entregue",
        [f"{BTC} acima de 70.000", "Por quê: O Telegram não conhece esse chat."],
    )


def test_a_position_and_an_order_tell_what_their_cards_tell() -> None:
    found = letter(position(amount=None, near=[], golden_score=None))
    assert found.title == "PAPER · BTC/USDT:USDT · long"
    assert found.text.splitlines() == [
        "Entry: 60,000.0",
        "Mark price: 61,200.0",
        "Result so far: +300.25 USDT · +2.00% · +0.50 R",
        f"Funding so far: {MINUS}1.50 USDT",
        "Liquidation: 55,000.0 · 10.1% away",
        "Stop price: 58,000.0",
        "Target: 66,000.0",
        "Health: 64 of 100",
        "Account: savings",
        "Paper: Simulated: no real money.",
        "When: 2026-03-01 12:00 UTC",
        "Source: sandbox · SIMULATED",
        "position card1234",
        "not financial advice",
    ]
    told = letter(order(news="proposal", expires_at=NOON, assumption="", mode="live"), "pt-BR")
    assert told.title == "AO VIVO · BTC/USDT:USDT · Uma proposta"
    assert told.text.splitlines()[0] == "Ordem: Comprar 0,01 · ordem limitada"
    assert "Aberta até: 2026-03-02 12:00 UTC" in told.text
