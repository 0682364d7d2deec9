"""The ledger of all accounts: brings fills, fundings and equity up to date, and answers from memory.

What an account's lots are follows from its kept fills. They are reckoned once and then moved on by each new
fill, since the risk gate asks before every order.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Awaitable, Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final

import structlog

from services.clock import Clock
from services.errors import OmegaError
from services.exchange.orders import STOPS, Fill
from services.store.store import Store
from services.store.trading_rows import AccountRow, FillRow, FundingRow
from services.trading.ledger.lots import AccountLots, Round, in_order
from services.trading.ledger.marks import EVERY, EquityMarks
from services.trading.ledger.messages import LotMethod
from services.trading.ledger.moving import older_than
from services.trading.ledger.recording import Recorder
from services.trading.ledger.trades import Fundings, trade_of
from services.trading.losses import BEFORE, Stops
from services.trading.ports import ClosedTrade, EquityPoint, Pictures, Sessions

_REMEMBERED: Final = 200_000
"""Fills whose lots stay in memory, of all accounts together."""
_A_TIME: Final = 5_000
"""Values in one question to the database, which takes no more than some ten thousand."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)
Sleep = Callable[[float], Awaitable[None]]


@dataclass(slots=True)
class Books:
    """What follows from the fills and fundings of one account."""

    lots: AccountLots
    fundings: list[FundingRow]
    unspent: Fundings
    """Those that no trade shows yet."""
    trades: list[ClosedTrade] = field(default_factory=list)
    """Of the first `seen` rounds."""
    seen: int = 0


class KeptLedger:
    """The `Ledger`, on the database. Profits of trades are those in `currency`."""

    def __init__(
        self,
        *,
        store: Store,
        sessions: Sessions,
        pictures: Pictures,
        clock: Clock,
        currency: str = "USDT",
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self.currency = currency
        self._store = store
        self._sessions = sessions
        self._clock = clock
        self._sleep = sleep
        self._recorder = Recorder(store, sessions=sessions, pictures=pictures, clock=clock)
        self._marks = EquityMarks(store, pictures=pictures, clock=clock)
        self._books: OrderedDict[str, Books] = OrderedDict()
        self._versions: defaultdict[str, int] = defaultdict(int)
        self._turns: defaultdict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    async def trades(self, account_id: str, *, since: datetime | None = None) -> Sequence[ClosedTrade]:
        """Return the trades that closed since then, in the order they closed."""
        books = await self.books(account_id)
        async with self._turns[account_id]:
            new = books.lots.rounds[books.seen :]
            stops = await self._stops_of(account_id, new) if new else None
            books.trades += [
                trade_of(one, books.unspent, stops) for one in new if one.currency == self.currency
            ]
            books.seen += len(new)
        return [one for one in books.trades if since is None or one.closed_at >= since]

    async def equity(self, account_id: str, *, since: datetime | None = None) -> Sequence[EquityPoint]:
        """Return the marks of equity since then, oldest first; of live accounts with what was moved."""
        if not await self._is_live(account_id):
            return await self._marks.since(account_id, since)
        books = await self._first_in_first_out(account_id)
        fills, fundings = tuple(books.lots.fills), tuple(books.fundings)
        return await self._marks.with_moves(account_id, since, fills, fundings)

    async def _is_live(self, account_id: str) -> bool:
        """Return whether something may be held or moved that the farm has not traded."""
        async with self._store.read() as rows:
            row = await rows.trading.accounts.get(account_id)
        return row is not None and row.mode == "live"

    async def record(self, account_id: str) -> int:
        """Read and keep what is new at the venue; see `Ledger.record`.

        Raises:
            ExchangeUnavailable: the venue does not answer.
            StoreUnavailable: nothing more was kept; the next reading finds it again.
        """
        fills, fundings = await self._recorder.read(account_id)
        self._take_in(account_id, fills, fundings)
        if await self._marks.begin(account_id) and await self._is_live(account_id):
            self._versions[account_id] += 1
            self._books.pop(account_id, None)
        return len(fills) + len(fundings)

    async def keep(self, row: AccountRow, fills: Sequence[Fill]) -> int:
        """Keep fills that the venue told by itself, also of markets nobody here knew; return the new ones."""
        new = await self._recorder.keep(row, fills)
        self._take_in(row.id, new, [])
        return len(new)

    async def books(self, account_id: str, method: LotMethod = "fifo") -> Books:
        """Return the lots and fundings of an account; only those of FIFO stay in memory."""
        first = await self._first_in_first_out(account_id)
        if method == "fifo":
            return first
        fills = tuple(first.lots.fills)
        lots = await asyncio.to_thread(AccountLots.of, fills, method, first.lots.older)
        return self._new(lots, first.fundings)

    async def run(self) -> None:
        """Record and mark every account that trades, every few minutes, and thin out old marks once a day."""
        pruned = None
        while True:
            await self._sleep(_until_next(self._clock.now()))
            for row in await self._accounts():
                await self._bring_up_to_date(row)
            today = self._clock.now().date()
            if pruned != today and await self._prune():
                pruned = today

    async def _first_in_first_out(self, account_id: str) -> Books:
        async with self._turns[account_id]:
            while account_id not in self._books:
                version = self._versions[account_id]
                found = await self._read_books(account_id)
                if version == self._versions[account_id]:
                    self._books[account_id] = found
            self._books.move_to_end(account_id)
            found = self._books[account_id]
        while len(self._books) > 1 and self._size() > _REMEMBERED:
            self._books.popitem(last=False)
        return found

    def _size(self) -> int:
        return sum(len(one.lots.fills) for one in self._books.values())

    async def _bring_up_to_date(self, row: AccountRow) -> None:
        """Record and mark one account; a failure of it is its own."""
        try:
            await self._marks.mark(row.id)
            await self.record(row.id)
        except OmegaError as error:
            log.warning("ledger_not_recorded", account=row.id, code=error.code, why=error.message)

    async def _accounts(self) -> list[AccountRow]:
        """Return the accounts to look after: paper ones that were never used have nothing to record."""
        try:
            found = await self._sessions.all_active()
            self._forget_but({one.id for one in found})
            async with self._store.read() as rows:
                return [
                    one
                    for one in found
                    if one.mode == "live" or await rows.trading.intents.count(account_id=one.id)
                ]
        except OmegaError as error:
            log.warning("ledger_accounts_not_read", code=error.code, why=error.message)
            return []

    def _forget_but(self, accounts: AbstractSet[str]) -> None:
        """Let go of what is remembered of accounts that are not active any more."""
        gone = [one for one, turn in self._turns.items() if one not in accounts and not turn.locked()]
        for one in gone:
            del self._turns[one]
            self._versions.pop(one, None)
            self._books.pop(one, None)
        self._marks.forget_but(accounts)
        self._recorder.forget_but(accounts)

    async def _prune(self) -> bool:
        try:
            gone = await self._marks.prune()
        except OmegaError as error:
            log.warning("marks_not_pruned", code=error.code, why=error.message)
            return False
        log.info("marks_pruned", gone=gone)
        return True

    def _take_in(self, account_id: str, fills: Sequence[FillRow], fundings: Sequence[FundingRow]) -> None:
        """Move what is in memory on, or forget it: whoever reads the database now may have missed this.

        A fill that does not follow came late, or was in the database before the lots were reckoned.
        """
        if not fills and not fundings:
            return
        self._versions[account_id] += 1
        books = self._books.get(account_id)
        if books is None:
            return
        if fundings or not all(books.lots.follows(one) for one in fills):
            del self._books[account_id]
            return
        for fill in in_order(fills):
            books.lots.take(fill)

    async def _read_books(self, account_id: str) -> Books:
        async with self._store.read() as rows:
            fills = await rows.trading.fills.where(account_id=account_id)
            fundings = await rows.trading.fundings.where(account_id=account_id, by="at")
        is_live = await self._is_live(account_id)
        older = older_than(in_order(fills), await self._marks.first(account_id)) if is_live else {}
        return self._new(await asyncio.to_thread(AccountLots.of, fills, "fifo", older), fundings)

    def _new(self, lots: AccountLots, fundings: list[FundingRow]) -> Books:
        return Books(lots, fundings, Fundings(fundings, self.currency))

    async def _stops_of(self, account_id: str, rounds: Sequence[Round]) -> Stops:
        """Return the stops that were sent with the first orders of positions, or while they were open."""
        firsts = sorted({one.first_client_id for one in rounds if one.first_client_id})
        earliest = min(one.opened_at for one in rounds) - BEFORE
        async with self._store.read() as rows:
            intents = await rows.trading.intents.where(
                account_id=account_id, kind=sorted(STOPS), since=("created_at", earliest)
            )
            for place in range(0, len(firsts), _A_TIME):
                intents += await rows.trading.intents.where(
                    account_id=account_id, client_id=firsts[place : place + _A_TIME]
                )
        return Stops({one.id: one for one in intents}.values())


def _until_next(now: datetime) -> float:
    """Return the seconds until the next moment at which equity is marked."""
    return (EVERY - (now - _EPOCH) % EVERY).total_seconds()
