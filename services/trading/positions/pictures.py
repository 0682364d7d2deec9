"""Pictures of accounts: what the venue says, with what the desk knows of each position beyond it.

Read from the venue at most as often as somebody asks for a newer one; those who ask at once share one. While
a stream tells of an account, what it tells is taken in, and only what that leaves open is read.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import msgspec
import structlog

from services.clock import Clock
from services.errors import OmegaError, UnknownMarket
from services.exchange.exchange import Market
from services.exchange.orders import STOPS, TRAILING, Change, Order, Position
from services.store.keeping import KeptRows
from services.store.store import Store
from services.store.trading_rows import FillRow, FundingRow, IntentRow, PlanRow
from services.trading.losses import BEFORE
from services.trading.ports import CURRENCY, Holding, Picture, Session, Sessions
from services.trading.positions import story
from services.trading.positions.followed import Followed
from services.trading.positions.story import Protection
from services.trading.wallets import margin_wallet

log = structlog.get_logger(__name__)

_HUNDRED = Decimal(100)
_MOST_FILLS = 500
_MOST_STOPS = 50
_MOST_KNOWN = 1_000
"""Accounts that nobody follows, and of which something is known."""


class _PlanBody(msgspec.Struct, frozen=True):
    """What a plan says of where its position is to end; the rest of it is the plan's own."""

    side: str = ""
    position_side: str | None = None
    is_reduce_only: bool = False
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    """Of a stop that the farm lets follow the price: percent."""
    best: Decimal | None = None
    """The best price since it follows."""

    def follows(self, position: Position) -> bool:
        """Tell whether a plan is a trailing stop of this position."""
        is_exit = self.side == position.closes
        is_its = self.position_side in {None, position.side}
        return self.trail is not None and self.is_reduce_only and is_exit and is_its

    def followed(self, found: Protection) -> Protection:
        """Return protection with this trailing stop in it: its best price less its distance, once known."""
        if found.is_trailing or self.trail is None:
            return found
        share = self.trail / _HUNDRED * (1 if self.side == "sell" else -1)
        price = None if self.best is None else self.best * (1 - share)
        stop = found.stop if found.stop is not None else price
        return replace(found, stop=stop, is_trailing=True, trail=self.trail)

    def is_of(self, position: Position) -> bool:
        """Tell whether a plan is to open, or has opened, this side of its market."""
        is_its = self.position_side in {None, position.side}
        return self.side == position.opens and is_its and not self.is_reduce_only


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """What is kept of one position."""

    made: Sequence[FillRow]
    """The fills that made it; none where they do not add up."""
    fundings: Sequence[FundingRow]
    intents: Sequence[IntentRow]
    plans: Sequence[PlanRow]


class AccountPictures:
    """The `Pictures` of all accounts."""

    def __init__(self, sessions: Sessions, store: Store, *, clock: Clock) -> None:
        self._sessions = sessions
        self._store = store
        self._clock = clock
        self._all: dict[str, Followed] = {}

    async def of(self, account_id: str, *, max_age: float = 0.0) -> Picture:
        """Return a picture that is at most `max_age` seconds old; see `Pictures.of`."""
        asked = self._clock.monotonic()
        known = self._known(account_id)
        async with known.turn:
            if known.failure is not None and known.failed_at > asked:
                raise known.failure
            is_held, is_listed = known.is_held_good(asked, max_age), known.is_listed_good(asked, max_age)
            if known.picture is not None and is_held and is_listed:
                return known.picture
            try:
                session = await self._sessions.of(account_id)
                await self._read(session, known, is_held=is_held, is_listed=is_listed)
            except OmegaError as error:
                known.fail(error, self._clock.monotonic())
                raise
            picture = await self._made(session, known)
            known.keep(picture)
            return picture

    def _known(self, account_id: str) -> Followed:
        """Return what is known of an account; of those that nobody follows the longest unasked is let go."""
        known = self._all.pop(account_id, None) or Followed()
        self._all[account_id] = known
        if len(self._all) > _MOST_KNOWN:
            idle = (name for name, one in self._all.items() if one.is_idle and name != account_id)
            self._all.pop(next(idle, ""), None)
        return known

    def forget(self, account_id: str) -> None:
        """Take the next picture anew: the account has changed."""
        self._known(account_id).drop(self._clock.monotonic())

    def begin(self, account_id: str) -> None:
        """Learn that from now on every change of an account is told to `hear`."""
        self._follow(account_id, is_followed=True)

    def hear(self, account_id: str, change: Change) -> None:
        """Take in what happened in an account."""
        self._known(account_id).hear(change, self._clock.monotonic())

    def end(self, account_id: str) -> None:
        """Learn that changes are not told any more."""
        self._follow(account_id, is_followed=False)

    def _follow(self, account_id: str, *, is_followed: bool) -> None:
        known = self._known(account_id)
        known.is_followed = is_followed
        known.drop(self._clock.monotonic())

    async def _read(self, session: Session, known: Followed, *, is_held: bool, is_listed: bool) -> None:
        """Read from the venue what is not good enough any more."""
        began, at, known.is_reading = self._clock.monotonic(), self._clock.now(), True
        held = () if is_held else (_read_held(session, known, began, at),)
        listed = () if is_listed else (_read_list(session, known, began),)
        try:
            ended = await asyncio.gather(*held, *listed, return_exceptions=True)
        finally:
            known.is_reading = False
        failed = [one for one in ended if one is not None]
        for one in failed[1:]:
            log.warning("picture_failed_too", account=session.row.id, error=str(one))
        if failed:  # none goes on by itself: what it read late would pass for new
            raise failed[0]

    async def _made(self, session: Session, known: Followed) -> Picture:
        """Put a picture together; where nothing is held, what is told of an account makes it one of now."""
        known.is_changed = False
        orders = tuple(known.orders.values())
        wallet = margin_wallet(tuple(known.balances.values()))
        is_of_now = known.is_followed and not known.positions
        at = self._clock.now() if is_of_now or known.read_at is None else known.read_at
        holdings = [await self._holding(session, one, orders) for one in known.positions]
        return Picture(
            row=session.row,
            equity=None if wallet is None else wallet.total,
            free=None if wallet is None else wallet.free,
            currency=CURRENCY,
            holdings=tuple(one for one in holdings if one is not None),
            orders=orders,
            at=at,
        )

    async def _holding(self, session: Session, position: Position, orders: Sequence[Order]) -> Holding | None:
        market: Market | None = None
        try:
            market = session.market(position.market)
        except UnknownMarket:  # delisted while it was held
            log.warning("held_market_not_listed", account=session.row.id, market=position.market)
        kept = await self._kept(session.row.id, position)
        made = kept.made
        opened_at = made[0].at if made else None
        protection = _protection(position, orders, kept)
        first = story.first_stop(position, made, kept.intents)
        standing = None if protection.is_trailing else protection.stop
        return Holding(
            position=position,
            market=market,
            opened_at=opened_at,
            first_risk=story.risk_of(position, first if first is not None else standing),
            stop=protection.stop,
            target=protection.target,
            is_protected_by_venue=protection.is_at_venue,
            is_trailing=protection.is_trailing,
            trail=protection.trail,
            is_stop_unknown=protection.is_unknown,
            funding=story.funding_of(kept.fundings, opened_at),
            fees=None if market is None else story.fees_of(made, market.settle),
            is_foreign=story.is_foreign(position, made),
        )

    async def _kept(self, account_id: str, position: Position) -> _Kept:
        market = position.market
        async with self._store.read() as rows:
            trading = rows.trading
            fills = await trading.fills.where(
                account_id=account_id, market=market, by="at", newest=True, limit=_MOST_FILLS
            )
            made = story.since_flat(position, fills[::-1])
            since = made[0].at if made else None
            return _Kept(
                made=made,
                fundings=await trading.fundings.where(
                    account_id=account_id, market=market, since=None if since is None else ("at", since)
                ),
                intents=await _intents_of(trading.intents, account_id, made),
                plans=await trading.plans.where(account_id=account_id, market=market, status="active"),
            )


async def _intents_of(
    intents: KeptRows[IntentRow], account_id: str, made: Sequence[FillRow]
) -> Sequence[IntentRow]:
    """Return the intents that opened a position, and the first stops that came after."""
    if not made:
        return ()
    market = made[0].market
    stops = await intents.where(
        account_id=account_id,
        market=market,
        is_reducing=True,
        kind=sorted(STOPS | {TRAILING}),
        since=("created_at", made[0].at - BEFORE),
        by="created_at",
        limit=_MOST_STOPS,
    )
    opener = await intents.where(account_id=account_id, market=market, client_id=made[0].client_id)
    return [*opener, *stops]


async def _read_held(session: Session, known: Followed, began: float, at: datetime) -> None:
    balances, positions = await asyncio.gather(session.account.balances(), session.account.positions())
    known.balances = {(one.wallet, one.currency): one for one in balances}
    known.positions, known.held_at, known.read_at = tuple(positions), began, at


async def _read_list(session: Session, known: Followed, began: float) -> None:
    orders = await session.orders.open_orders()
    known.orders, known.listed_at = {one.id: one for one in orders}, began


def _protection(position: Position, orders: Sequence[Order], kept: _Kept) -> Protection:
    """Return where a position is to end: by orders at the venue, else by a plan that the farm carries out."""
    found = story.protection_at_venue(position, orders, story.trails_in(kept.intents))
    for body in map(_read, kept.plans):
        if body is None:
            found = replace(found, is_unknown=True)
            continue
        if body.follows(position):
            found = body.followed(found)
        if not body.is_of(position):
            continue
        found = replace(
            found,
            stop=found.stop if found.stop is not None else body.stop,
            target=found.target if found.target is not None else body.target,
        )
    return found


def _read(plan: PlanRow) -> _PlanBody | None:
    """Return what a plan says of an end; None of one that cannot be read."""
    try:
        return msgspec.json.decode(plan.body, type=_PlanBody)
    except msgspec.MsgspecError as error:
        log.error("plan_unread", plan=plan.id, why=str(error))  # noqa: TRY400 - the row is at fault
        return None
