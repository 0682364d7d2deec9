"""Reads what is new in an account from its venue, fills and payments of funding, and keeps each once.

An id that is known is not kept again, so that it does not matter how often, and from when on, is read. Orders
that were placed elsewhere are read like ours, in every market that the account is known to trade.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import timedelta
from decimal import Decimal
from typing import Final

import structlog

from services.clock import Clock
from services.errors import NotOffered, UnknownMarket
from services.exchange.orders import Fill, FundingPayment
from services.store.store import Rows, Store
from services.store.trading_rows import AccountRow, FillRow, FundingRow, JournalRow
from services.trading.intents.intent import LIVE
from services.trading.ledger.journal import line
from services.trading.ports import Pictures, Session, Sessions

_OVERLAP: Final = timedelta(minutes=10)
"""A venue may tell of a fill later than of one after it."""
_FUNDING_OVERLAP: Final = timedelta(days=1)
_A_READ: Final = 2_000
_SMALLEST_PAGE: Final = 50
"""Fills that every venue tells at once; where fewer are told there are no more."""
_MOMENT: Final = timedelta(milliseconds=1)
_QUIET_EVERY: Final = 300.0
"""Seconds between two readings of a market where nothing is open, and of payments of funding."""
_LIVELY: Final = timedelta(minutes=15)
_ALL: Final = "all"
_QUOTE: Final = "USDT"
_DELISTED: Final = "This market is not listed any more: its newest fills may be missing from every figure."
_NO_FUNDINGS: Final = "The venue does not tell payments of funding: they are in no figure."

log = structlog.get_logger(__name__)


class Recorder:
    """Brings the kept fills and fundings of accounts up to date."""

    def __init__(self, store: Store, *, sessions: Sessions, pictures: Pictures, clock: Clock) -> None:
        self._store = store
        self._sessions = sessions
        self._pictures = pictures
        self._clock = clock
        self._read_at: dict[tuple[str, str], float] = {}
        self._markets: dict[str, set[str]] = {}

    def forget_but(self, accounts: AbstractSet[str]) -> None:
        """Let go of what is remembered of other accounts."""
        self._read_at = {key: at for key, at in self._read_at.items() if key[0] in accounts}
        self._markets = {name: found for name, found in self._markets.items() if name in accounts}

    async def read(self, account_id: str) -> tuple[list[FillRow], list[FundingRow]]:
        """Read and keep what is new; return it.

        Raises:
            StoreUnavailable: what was read is not kept, and is read again next time.
            ExchangeUnavailable: the venue does not answer; markets that were read before are kept.
        """
        session = await self._sessions.of(account_id)
        fills: list[FillRow] = []
        fundings: list[FundingRow] = []
        is_whole = self._is_time(account_id, _ALL)
        markets = await self._lively(session)
        for market in sorted(markets | await self._quiet(session) if is_whole else markets):
            fills += await self.keep(session.row, await self._new_fills(session, market))
            if ":" in market and _is_listed(session, market) and self._is_time(account_id, market):
                fundings += await self._keep_fundings(session, market)
                self._read_at[account_id, market] = self._clock.monotonic()
        if is_whole:
            self._read_at[account_id, _ALL] = self._clock.monotonic()
        return fills, fundings

    async def keep(self, row: AccountRow, fills: Sequence[Fill]) -> list[FillRow]:
        """Keep fills, whoever told them, and return those that were new, with a line of the journal each."""
        if not fills:
            return []
        async with self._store.read() as rows:
            known = await rows.trading.fills.where(id=[fill_id(row.id, one) for one in fills])
            ids = {one.id for one in known}
            new = [one for one in fills if fill_id(row.id, one) not in ids]
            owners = await _client_ids(rows, row.id, new) if new else {}
        found = [_fill_row(row, one, owners.get(one.order_id, "")) for one in new]
        if found:
            self._markets.get(row.id, set()).update(one.market for one in found)
            async with self._store.write() as rows:
                await rows.trading.fills.add(*found)
                await rows.trading.journal.add(*(_told(row, one) for one in found))
        return found

    async def _new_fills(self, session: Session, market: str) -> list[Fill]:
        async with self._store.read() as rows:
            last = await rows.trading.fills.where(
                account_id=session.row.id, market=market, by="at", newest=True, limit=1
            )
        since = last[0].at - _OVERLAP if last else None
        if not _is_listed(session, market):
            await self._say_untold(session.row, market, _DELISTED)
            return []
        found: dict[str, Fill] = {}
        while True:
            read = await session.account.fills(market, since=since, limit=_A_READ)
            new = [one for one in read if one.id not in found]
            found |= {one.id: one for one in new}
            if not read or len(found) >= _A_READ or (not new and len(read) < _SMALLEST_PAGE):
                return list(found.values())
            # A venue may answer with the oldest since a moment and no more than a page of them, and all of a
            # page may be of one moment.
            newest = max(one.at for one in read)
            since = newest if since is None or newest > since else since + _MOMENT

    async def _keep_fundings(self, session: Session, market: str) -> list[FundingRow]:
        async with self._store.read() as rows:
            last = await rows.trading.fundings.where(
                account_id=session.row.id, market=market, by="at", newest=True, limit=1
            )
        since = last[0].at - _FUNDING_OVERLAP if last else None
        try:
            told = await session.account.fundings(market, since=since, limit=_A_READ)
        except NotOffered:
            await self._say_untold(session.row, market, _NO_FUNDINGS)
            return []
        found = [_funding_row(session.row, one) for one in told]
        async with self._store.read() as rows:
            known = {one.id for one in await rows.trading.fundings.where(id=[one.id for one in found])}
        new = [one for one in found if one.id not in known]
        if new:
            async with self._store.write() as rows:
                await rows.trading.fundings.add(*new)
                await rows.trading.journal.add(*(_paid(session.row, one) for one in new))
        return new

    async def _say_untold(self, row: AccountRow, market: str, words: str) -> None:
        """Write once into the journal what is missing from every figure of an account."""
        log.info("not_told", account=row.id, venue=row.venue, market=market, words=words)
        said = line(
            row, "state", words, facts={}, market=market, key=f"{words} {market}", at=self._clock.now()
        )
        async with self._store.write() as rows:
            await rows.trading.journal.add(said)

    async def _lively(self, session: Session) -> set[str]:
        """Return the markets where something is open, or was a short while ago."""
        account_id, now = session.row.id, self._clock.now()
        picture = await self._pictures.of(account_id, max_age=2.0)
        found = {one.position.market for one in picture.holdings} | {one.market for one in picture.orders}
        async with self._store.read() as rows:
            intents = await rows.trading.intents.where(account_id=account_id, status=LIVE)
            intents += await rows.trading.intents.where(
                account_id=account_id, since=("updated_at", now - _LIVELY)
            )
        return found | {one.market for one in intents}

    async def _quiet(self, session: Session) -> set[str]:
        """Return every market that the account ever traded, and the spot markets of the coins it has."""
        known = self._markets.get(session.row.id)
        if known is None:
            async with self._store.read() as rows:
                intents = await rows.trading.intents.where(account_id=session.row.id)
                fills = await rows.trading.fills.where(account_id=session.row.id)
            known = {one.market for one in intents} | {one.market for one in fills}
            self._markets[session.row.id] = known
        coins = {one.currency for one in await session.account.balances() if one.wallet != "swap"}
        known |= {name for coin in coins if _is_listed(session, name := f"{coin}/{_QUOTE}")}
        return set(known)

    def _is_time(self, account_id: str, what: str) -> bool:
        """Return whether it is long enough ago that something was read."""
        last = self._read_at.get((account_id, what))
        return last is None or self._clock.monotonic() - last >= _QUIET_EVERY


def fill_id(account_id: str, fill: Fill) -> str:
    """Return the id of a fill among all accounts; some venues count the fills of each market anew."""
    return f"{account_id}:{fill.market}:{fill.id}"


async def _client_ids(rows: Rows, account_id: str, fills: Iterable[Fill]) -> Mapping[str, str]:
    """Return our client ids by the venue's ids of orders, where fills do not carry them."""
    orders = sorted({one.order_id for one in fills})
    found = await rows.trading.intents.where(account_id=account_id, order_id=orders)
    return {one.order_id: one.client_id for one in found}


def _fill_row(row: AccountRow, fill: Fill, client_id: str) -> FillRow:
    return FillRow(
        id=fill_id(row.id, fill),
        account_id=row.id,
        user_id=row.user_id,
        market=fill.market,
        side=fill.side,
        price=fill.price,
        amount=fill.amount,
        at=fill.at,
        order_id=fill.order_id,
        client_id=fill.client_id or client_id,
        fee=None if fill.fee is None else fill.fee.amount,
        fee_currency="" if fill.fee is None else fill.fee.currency,
        is_maker=fill.is_maker,
        position_side=fill.position_side or "",
        realised=fill.realised,
        assumption=fill.assumption,
    )


def _funding_row(row: AccountRow, paid: FundingPayment) -> FundingRow:
    return FundingRow(
        id=f"{row.id}:{paid.market}:{paid.id}",
        account_id=row.id,
        user_id=row.user_id,
        market=paid.market,
        at=paid.at,
        amount=paid.amount,
        currency=paid.currency,
        rate=paid.rate,
    )


_WORDS: Final = {
    ("buy", True): "Bought {amount} {coin} at {price}, fee {fee}",
    ("sell", True): "Sold {amount} {coin} at {price}, fee {fee}",
    ("buy", False): "Bought {amount} {coin} at {price}",
    ("sell", False): "Sold {amount} {coin} at {price}",
}


def _told(row: AccountRow, fill: FillRow) -> JournalRow:
    facts = {
        "amount": plain(fill.amount),
        "coin": fill.market.partition("/")[0],
        "price": plain(fill.price),
        "order": fill.order_id,
    }
    if fill.fee is not None:
        facts["fee"] = f"{plain(fill.fee)} {fill.fee_currency}"
    words = _WORDS[fill.side, fill.fee is not None]
    return line(row, "fill", words, facts=facts, market=fill.market, key=f"fill {fill.id}", at=fill.at)


def _paid(row: AccountRow, paid: FundingRow) -> JournalRow:
    words = "Paid {money} of funding" if paid.amount < 0 else "Got {money} of funding"
    facts = {"money": f"{plain(abs(paid.amount))} {paid.currency}"}
    return line(row, "funding", words, facts=facts, market=paid.market, key=f"funding {paid.id}", at=paid.at)


def plain(value: Decimal) -> str:
    """Return a number without an exponent and without noughts at its end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _is_listed(session: Session, name: str) -> bool:
    try:
        session.market(name)
    except UnknownMarket:
        return False
    return True
