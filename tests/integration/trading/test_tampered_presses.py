"""A thousand presses with custom ids that are tampered with, over, or another's: none sends an order."""

from __future__ import annotations

import random
import string
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest_asyncio
from asked_cogs import asking, guide
from desk_intents_stage import BTC, account_row, open_house
from desk_trader_stage import Trader, trader_at
from market_answers import quote
from persona_fakes import FakeBus
from persona_stage import stranger
from sandbox_exchange_stage import Stage

from bots.waze.host import WazeHost
from cogs._host import Pressed
from cogs._ui.card import read_press
from cogs.approve import Approve
from cogs.desk_card import DeskCard
from cogs.desk_ticket import DeskTicket
from cogs.order import Ordering
from config.farm_file import DeskSection, RiskSection
from services.bus.messages import R, Request
from services.clock import SystemClock
from services.errors import OmegaError
from services.market.messages import GetQuote
from services.members.messages import Caller, GetMember
from services.omega import OmegaService, ServiceConfig
from services.personas.roster import read_roster
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.messages import Accounts, ListAccounts
from services.trading.orders.messages import DraftOrder, OrderTerms
from services.trading.strategies.messages import (
    ListProposals,
    Propose,
    StartStrategy,
    WantedOrder,
)
from services.trading.strategies.service import StrategiesService

PRESSES = 1_000
SEED = 20261128
OWNER, OTHER = 7, 8
ROWS = (account_row("ada", user_id="7", guild_id="5"), account_row("bob", user_id="8", guild_id="5"))
ADA = Caller(user_id="7", guild_id="5")
WRITTEN = {"typed": BTC, "code": "123456", "stop": "49000"}
"""In every form."""
ROSTER = read_roster(Path(__file__).parents[3] / "personas")


class Services(FakeBus):
    """Asks services, and what none of them answers as a test laid it down."""

    def __init__(self) -> None:
        super().__init__(SystemClock())
        self.services: list[OmegaService] = []

    async def ask(
        self,
        request: Request[R],
        *,
        timeout: float = 2.0,  # noqa: ASYNC109 - the bus's own
        on_part: Callable[[R], Awaitable[None]] | None = None,
    ) -> R:
        for service in self.services:
            if service.can_handle(request):
                return await service.process(request)
        return await super().ask(request, timeout=timeout, on_part=on_part)


@dataclass(frozen=True)
class Scene:
    """A member with tickets and proposals, the bot that takes presses, and the venue behind all."""

    house: Stage
    trader: Trader
    bus: Services
    host: WazeHost

    async def press(self, custom_id: str, user: int, number: int) -> None:
        """Press as discord.py would have it: whatever error of ours comes out is said to who pressed."""
        name, action, arguments = read_press(custom_id)
        for cog in (Ordering, DeskTicket, DeskCard, Approve):
            if cog.presses == name:
                who = asking(self.host, user=user, id_=number)
                written = (
                    {"typed": BTC, "code": "123456", "stop": "49000"} if action in {"sent", "coded"} else {}
                )
                try:
                    await cog(self.host).press(who, Pressed(action, arguments, written))
                except OmegaError:
                    return

    def sent(self) -> int:
        """Return how many orders and cancels reached the venue."""
        return sum(one.method == "POST" and "order" in one.path for one in self.house.journal.entries)

    async def intents(self) -> int:
        async with self.trader.desk.store.read() as rows:
            return await rows.trading.intents.count()

    async def ticket(self) -> str:
        draft = DraftOrder(
            id=f"d{random.random()}",  # noqa: S311 - nothing secret
            caller=ADA,
            terms=OrderTerms(market=BTC, side="buy", size="0.01"),
        )
        return (await self.trader.service.process(draft)).id

    async def expire(self, ticket: str) -> None:
        async with self.trader.desk.store.write() as rows:
            past = datetime.now(UTC) - timedelta(minutes=1)
            assert await rows.trading.tickets.change(ticket, expires_at=past)

    async def proposal(self, run: str, number: int) -> str:
        wanted = WantedOrder(market=BTC, side="buy", kind="enter", stop=Decimal(49_000))
        through = datetime.now(UTC) - timedelta(minutes=10 - number)
        taken = await self.bus.ask(Propose(run=run, through=through, state="", wanted=[wanted]))
        assert taken.state == "waiting", taken
        return taken.id

    async def run(self) -> str:
        request = StartStrategy(id="s", caller=ADA, strategy="breakout", market=BTC)
        return (await self.bus.ask(request)).id


@pytest_asyncio.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    async with open_house() as house, opened(house, tmp_path) as found:
        yield found


@asynccontextmanager
async def opened(house: Stage, folder: Path) -> AsyncIterator[Scene]:
    clock, bus = SystemClock(), Services()

    def book_of(store: Any) -> Any:
        return MemberAccounts(store=store, desk=DeskSection(), clock=clock)

    async with trader_at(house, folder, rows=ROWS, book_of=book_of) as trader:
        desk, book = trader.desk, book_of(trader.desk.store)
        strategies = StrategiesService(
            ServiceConfig(),
            store=desk.store,
            book=book,
            factor=desk.others,  # type: ignore[arg-type]  # nothing here is live
            gate=desk.others,
            intents=desk.works.desk,
            pictures=desk.pictures,
            sessions=desk.sessions,
            bus=bus,  # type: ignore[arg-type]  # of all verbs two are used
            teller=desk.others,
            clock=clock,
            limits=RiskSection(),
        )
        bus.services = [trader.service, strategies]
        bus.answers[GetMember] = stranger
        bus.answers[GetQuote] = quote(BTC, "50000")

        def listed(request: Any) -> Accounts:
            own = [row for row in ROWS if row.user_id == request.caller.user_id]
            return Accounts(
                accounts=[book.shown(row, is_used=True) for row in own],
                has_second_factor=False,
                is_live_allowed=False,
                operator="",
            )

        bus.answers[ListAccounts] = listed
        yield Scene(house, trader, bus, guide(bus, ROSTER))


@dataclass(frozen=True)
class Known:
    """Custom ids by what became of what they are about."""

    waiting: tuple[str, ...]
    over: tuple[str, ...]
    cards: tuple[str, ...]

    def forged(self, dice: random.Random) -> Iterator[tuple[str, int]]:
        """Yield custom ids and who presses them, without end."""
        every = (*self.waiting, *self.over, *self.cards)
        while True:
            match dice.randrange(4):
                case 0:
                    yield dice.choice((*self.waiting, *self.cards)), OTHER
                case 1:
                    yield dice.choice(self.over), dice.choice((OWNER, OTHER))
                case _:
                    forged = tampered(dice.choice(every), dice)
                    if forged not in every:
                        yield forged, dice.choice((OWNER, OTHER))


def tampered(custom_id: str, dice: random.Random) -> str:
    """Return a custom id with something about it that nobody of ours has written."""
    cog, action, *arguments = custom_id.split("|")
    place = dice.randrange(len(arguments))
    text = arguments[place]
    match dice.randrange(7):
        case 0:
            spot, bit = dice.randrange(len(text)), 1 << dice.randrange(7)
            flipped = chr(ord(text[spot]) ^ bit)
            text = (
                text[:spot]
                + (flipped if flipped.isprintable() and flipped != "|" else "~")
                + text[spot + 1 :]
            )
        case 1:
            text = text[: dice.randrange(len(text))]
        case 2:
            text += dice.choice(string.ascii_letters + string.digits + " %*'\u0131")
        case 3:
            text = "".join(dice.sample(text, len(text)))
        case 4:
            text = "".join(dice.choices(string.ascii_lowercase + string.digits, k=dice.randint(1, 24)))
        case 5:
            cog = dice.choice(("order", "desk_ticket", "desk_card", "approve", "orders"))
            action = dice.choice(("yes", "sent", "coded", "code", "close", "stop_at", "", "YES", "confirm"))
            text = "".join(reversed(text))
        case 6:
            return "|".join((cog, action, *arguments, dice.choice(arguments), ""))
    arguments[place] = text
    return "|".join((cog, action, *arguments))


async def known_in(scene: Scene) -> Known:
    """Let tickets and proposals wait, be used, dropped and expired."""
    waits, used, dropped, expired = [await scene.ticket() for _ in range(4)]
    run = await scene.run()
    wanted, approved, rejected = [await scene.proposal(run, number) for number in range(1, 4)]
    for number, custom_id in enumerate(
        (f"order|yes|{used}", f"order|no|{dropped}", f"approve|yes|{approved}", f"desk_card|no|{rejected}")
    ):
        await scene.press(custom_id, OWNER, number + 1)
    await scene.expire(expired)
    tickets = [f"{at}|{what}|" for at in ("order", "desk_ticket") for what in ("yes", "sent")]
    proposals = ["approve|yes|", "approve|sent|", "desk_card|yes|", "desk_card|coded|"]
    return Known(
        waiting=(*(one + waits for one in tickets), *(one + wanted for one in proposals)),
        over=(
            *(one + over for one in tickets for over in (used, dropped, expired)),
            *(one + over for one in proposals for over in (approved, rejected)),
        ),
        cards=tuple(f"desk_card|{deed}|{BTC}|{ROWS[0].id}" for deed in ("close", "half", "stop_at")),
    )


async def test_of_a_thousand_presses_that_are_forged_stale_or_anothers_none_acts(scene: Scene) -> None:
    known = await known_in(scene)
    sent, intents = scene.sent(), await scene.intents()
    assert (sent > 0, intents) == (True, 2)
    forged = known.forged(random.Random(SEED))  # noqa: S311 - nothing secret
    for number in range(PRESSES):
        custom_id, user = next(forged)
        await scene.press(custom_id, user, 1_000 + number)
        assert await scene.intents() == intents, custom_id
    assert scene.sent() == sent
    (waiting,) = (await scene.bus.ask(ListProposals(caller=ADA))).proposals
    for number, custom_id in enumerate((f"approve|yes|{waiting.id}", known.waiting[0])):
        await scene.press(custom_id, OWNER, 10_000 + number)
    assert await scene.intents() == intents + 2
