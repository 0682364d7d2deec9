"""Everything that is asked in plain words, before services that are real where that costs little.

The sky and the lessons are found by the services themselves, findings by the analyst's own functions on
made-up candles; figures of markets, accounts and alerts are laid down.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

from alert_voices import ABOVE, alert_view
from analyst_stage import sight
from desk_cogs_stage import PAPER, answer_as_desk
from education_stage import TeachingBus, education_store, teaching
from market_answers import NOW, book, comparison, conversion, interest, quote, rate
from persona_fakes import HandClock
from persona_stage import ROOT, roster_of, stranger
from sky_answers import AT, trial

from bots.chat_answers import BusSources, answering_of, cog_modules
from cogs._host import Answering, Sources
from cogs._ui.card import Card
from services.alerts.messages import AlertPage, AlertPreview, ListAlerts, PreviewAlert
from services.analyst.analysis import analyze
from services.analyst.fibs import find_fib
from services.analyst.levels import find_levels
from services.analyst.messages import (
    CHART,
    Analyze,
    ChartDrawn,
    DrawChart,
    FindFib,
    FindLevels,
    FindPatterns,
    FindPivots,
    Picture,
    PivotSet,
    PivotsFinding,
)
from services.analyst.patterns import find_patterns
from services.bus.messages import Message, Request
from services.chat.intents import Intent, Slot, Understood
from services.chat.messages import GetMemory, Memory, RememberedFact
from services.clock import Clock
from services.cosmic.findings import aspects_at, calendar_at, moon_at, retrogrades_at, sky_at
from services.cosmic.messages import (
    GetAspects,
    GetCalendar,
    GetMoon,
    GetRetrogrades,
    GetSky,
    ListFactors,
    TestFactor,
)
from services.cosmic.trials import known_factors
from services.locales import Locale
from services.market.messages import (
    Compare,
    Convert,
    FundingRates,
    GetBook,
    GetFunding,
    GetInterest,
    GetMovers,
    GetQuote,
    ListVenues,
    Movers,
    Timeframe,
    VenueQuote,
    Venues,
)
from services.members.messages import Caller, GetMember
from services.personas.routing import Question
from services.trading.accounts.messages import GetBalances
from services.trading.ledger.messages import Estimate, GetPnl, Performance, Pnl
from services.trading.messages import Balances
from services.trading.orders.messages import ListOrders, Orders

CALLER = Caller(user_id="7", guild_id="5")
_PIVOT = PivotSet(
    method="standard", pivot=Decimal("64210.5"), resistances=[Decimal(65_000)], supports=[Decimal(63_000)]
)
_SIGHT = sight("4h")
_PNG = b"\x89PNG"


def understood(
    intent: Intent,
    text: str = "",
    *,
    locale: Locale = "en",
    market: str | None = None,
    timeframe: Timeframe | None = None,
    venue: str = "",
    markets: tuple[str, ...] = (),
    caller: Caller = CALLER,
    **more: str,
) -> Understood:
    """Return a wish of the member 7 in the server 5."""
    slots: tuple[Slot, ...] = get_args(Slot)
    return Understood(
        intent=intent,
        question=Question.of(text),
        locale=locale,
        caller=caller,
        market=market,
        timeframe=timeframe,
        venue=venue,
        markets=markets,
        more={slot: more[slot] for slot in slots if slot in more},
    )


def laid_bus() -> TeachingBus:
    """Return a bus on which all is answered that is asked in plain words, but for lessons."""
    bus = TeachingBus(HandClock())
    answer_as_desk(bus)
    bus.answers[GetMember] = stranger
    for laid in (_MARKET, _SKY, _FINDINGS, _OWN):
        bus.answers |= laid
    bus.kept[f"{CHART.name}:drawn"] = Picture(png=_PNG)
    return bus


@asynccontextmanager
async def whole_bus(folder: Path) -> AsyncIterator[TeachingBus]:
    """Run the same with lessons, whose database is in `folder`."""
    bus = laid_bus()
    async with education_store(folder, bus.clock) as store, teaching(store, bus.clock) as service:
        bus.service = service
        yield bus


def sources_on(bus: Any, clock: Clock) -> Sources:
    """Return what answers stand on."""
    return BusSources(bus, roster=roster_of(ROOT / "personas"), clock=clock)


def answering_on(sources: Sources) -> list[Answering]:
    """Return all that answers of the farm's cogs."""
    return answering_of(cog_modules(sources.roster), sources)


async def answer_on(bus: Any, asked: Understood, *, persona: str = "xyko") -> Card:
    """Return the card that answers a wish."""
    sources = sources_on(bus, bus.clock)
    voice = sources.roster.voice(persona, asked.locale)
    for one in answering_on(sources):
        if asked.intent in [topic.intent for topic in one.topics]:
            card = await one.answer(asked, voice, key="1")
            assert card is not None
            return card
    raise AssertionError(f"nobody answers {asked.intent}")


def _quote(request: Request[Any]) -> Message:
    assert isinstance(request, GetQuote)
    name = request.market if "/" in request.market else f"{request.market.upper()}/USDT:USDT"
    return quote(name, open_24h=Decimal("63449.1"), high_24h=Decimal(65_000), low_24h=Decimal(63_000))


def _movers(request: Request[Any]) -> Message:
    assert isinstance(request, GetMovers)
    opened = Decimal(51_368) if request.direction == "up" else Decimal(70_000)
    return Movers(quotes=[quote(open_24h=opened)])


def _converted(request: Request[Any]) -> Message:
    assert isinstance(request, Convert)
    return conversion(str(request.amount))


def _drawn(request: Request[Any]) -> Message:
    assert isinstance(request, DrawChart)
    return ChartDrawn(
        scene=_SIGHT.scene,
        digest="drawn",
        alt="Falling",
        shown=160,
        first_open=Decimal(61_000),
        indicators=[],
    )


def _calendar(request: Request[Any]) -> Message:
    assert isinstance(request, GetCalendar)
    return calendar_at(AT, request.days)


def _tried(request: Request[Any]) -> Message:
    assert isinstance(request, TestFactor)
    return trial(request.factor)


_MARKET: dict[type[Request[Any]], Any] = {
    GetQuote: _quote,
    GetBook: book(),
    GetFunding: FundingRates(rates=[rate()]),
    GetInterest: interest(),
    GetMovers: _movers,
    Compare: comparison(VenueQuote(venue="binance", quote=quote()), VenueQuote(venue="bybit", quote=quote())),
    Convert: _converted,
    ListVenues: Venues(names=["binance", "bybit"]),
}
_SKY: dict[type[Request[Any]], Any] = {
    GetSky: sky_at(AT),
    GetMoon: moon_at(AT),
    GetRetrogrades: retrogrades_at(AT),
    GetAspects: aspects_at(AT),
    GetCalendar: _calendar,
    ListFactors: known_factors(),
    TestFactor: _tried,
}
_FINDINGS: dict[type[Request[Any]], Any] = {
    FindFib: find_fib(_SIGHT, {}, swing="auto", mode="retrace"),
    FindLevels: find_levels(_SIGHT),
    FindPatterns: find_patterns(_SIGHT),
    FindPivots: PivotsFinding(
        scene=_SIGHT.scene, period="1d", opened_at=_SIGHT.scene.closed_at, sets=[_PIVOT]
    ),
    Analyze: analyze(_SIGHT),
    DrawChart: _drawn,
}
_OWN: dict[type[Request[Any]], Any] = {
    GetMemory: Memory(is_on=True, facts=[RememberedFact(id="f1", text="I trade ETH", at=NOW)]),
    ListAlerts: AlertPage(alerts=[alert_view()], total=1),
    PreviewAlert: AlertPreview(condition=ABOVE, timeframe="1m", since=NOW, until=NOW, days=1, times=[]),
    GetBalances: Balances(account=PAPER, balances=[], equity=Decimal(10_000), as_of=NOW),
    ListOrders: Orders(account=PAPER, orders=[], as_of=NOW),
    GetPnl: Pnl(
        account=PAPER,
        window="month",
        method="fifo",
        realised=Decimal(100),
        fees=Decimal(4),
        funding=Decimal(-2),
        net=Decimal(94),
        unrealised=None,
        parts=[],
        performance=Performance(trades=5, sharpe=Estimate(value=None)),
        since=NOW,
    ),
}
