"""Watches accounts that hold something, and halts, reduces, warns and lets go by what their limits say.

Belongs here: what follows from an account's standing without an order. Does not belong here: what people have
halted, which only people let go again, and the gate, which holds each order to the same limits by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Final

import structlog

from analytics.risk import STREAK_PAUSE
from config.farm_file import DeskSection
from services.alerts.trading_posts import DeskNews, DeskTold
from services.bus.guard import Done, attempt, trace_of, within
from services.clock import Clock
from services.store.store import Store
from services.store.trading_rows import AccountRow, TradingStateRow
from services.trading.messages import STATES, TradingState
from services.trading.ports import Latch, Ledger, Picture, Pictures, Sessions, Teller
from services.trading.risk.gate import what_failed
from services.trading.risk.limits import Limits
from services.trading.risk.rulebook import OURS, Papers, read_papers, signed, watched_scope
from services.trading.risk.standing import Standing, Standings
from services.trading.telling import event_of, mode_of

EVERY: Final = 10.0
_ALL_EVERY: Final = 6
"""Accounts that held nothing when they were last seen are looked at in every so manieth round."""
_AT_ONCE: Final = 8
_ACCOUNT_SECONDS: Final = 8.0
WARNINGS: Final = (Decimal("0.8"), Decimal("0.6"))
"""Of the daily loss, the worst first."""

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an account should be in, why, and who says so. `facts` fill the places of `words`."""

    state: TradingState
    by: str
    words: str
    facts: dict[str, str]

    @property
    def why(self) -> str:
        """Return the reason in English."""
        return self.words.format(**self.facts)


class Halts:
    """Halts accounts. `run` looks every ten seconds; `look` once."""

    def __init__(
        self,
        *,
        store: Store,
        sessions: Sessions,
        latch: Latch,
        pictures: Pictures,
        ledger: Ledger,
        teller: Teller,
        section: DeskSection,
        clock: Clock,
    ) -> None:
        self._store = store
        self._sessions = sessions
        self._latch = latch
        self._pictures = pictures
        self._teller = teller
        self._section = section
        self._clock = clock
        self._standings = Standings(ledger, clock=clock)
        self._busy: set[str] = set()
        self._told: set[str] = set()
        self._round = 0

    async def run(self) -> None:
        """Look every ten seconds, until cancelled."""
        while True:
            outcome = await attempt(self.look())
            if not isinstance(outcome, Done):
                log.error("halts_not_looked", reason=what_failed(outcome.error), exc_info=outcome.error)
            await asyncio.sleep(EVERY)

    async def look(self) -> None:
        """Look once at every account that holds something, or that was halted here."""
        is_all = self._round % _ALL_EVERY == 0
        self._round += 1
        noticed = await self._noticed()
        rows = [
            row
            for row in await self._sessions.all_active()
            if is_all or row.id in self._busy or row.id in noticed
        ]
        for start in range(0, len(rows), _AT_ONCE):
            some = rows[start : start + _AT_ONCE]
            await asyncio.gather(*(self._attempt(row) for row in some))

    async def _noticed(self) -> set[str]:
        """Return the accounts that are halted here, and those that may have begun to hold something."""
        since = self._clock.now() - _ALL_EVERY * timedelta(seconds=EVERY)
        async with self._store.read() as rows:
            kept = await rows.trading.states.where(state=["HALTED", "REDUCING"])
            lately = await rows.trading.intents.where(since=("created_at", since))
        halted = {one.scope.removeprefix(watched_scope("")) for one in kept if one.by.startswith(OURS)}
        return halted | {one.account_id for one in lately}

    async def _attempt(self, row: AccountRow) -> None:
        """Look at one account; one that cannot be seen stays as it is, and the gate lets nothing through."""
        outcome = await attempt(within(_ACCOUNT_SECONDS, self._look_at(row)))
        if not isinstance(outcome, Done):
            error = outcome.error
            log.warning(
                "account_not_watched", account=row.id, reason=what_failed(error), exc_info=trace_of(error)
            )

    async def _look_at(self, row: AccountRow) -> None:
        picture = await self._pictures.of(row.id, max_age=EVERY)
        self._note_busy(row, picture)
        async with self._store.read() as rows:
            papers = await read_papers(rows, row, self._section.risk, self._clock.now())
        standing = await self._standings.of(row, picture, resumed_at=papers.resumed_at)
        now = self._clock.now()
        wishes = wishes_of(standing, papers.limits, now)
        await self._settle(row, papers, [*wishes, *_sticking(papers.watched, now)])
        if not any(one.by == DAY for one in wishes):
            await self._warn(row, standing, papers.limits)

    def _note_busy(self, row: AccountRow, picture: Picture) -> None:
        if picture.holdings or picture.orders:
            self._busy.add(row.id)
        else:
            self._busy.discard(row.id)

    async def _settle(self, row: AccountRow, papers: Papers, wishes: Sequence[Wish]) -> None:
        """Put the account into the strictest state that is wished.

        It stands in a scope of its own, so that what people set there is neither loosened nor kept by it.
        """
        kept = papers.watched
        wish = max(wishes, key=lambda one: STATES.index(one.state), default=None)
        state: TradingState = wish.state if wish is not None else "ACTIVE"
        if _is_so(kept, wish, state) or not await self._is_still(kept, row):
            return
        scope = watched_scope(row.id)
        if wish is None:
            await self._latch.set(scope, "ACTIVE", why="", by=signed(RELEASED, papers.resumed_at))
            await self._tell(row, "resumed", "Trading goes on.", {}, key=f"resumed-{self._clock.now():%H%M}")
            return
        await self._latch.set(scope, state, why=wish.why, by=signed(wish.by, papers.resumed_at))
        news: DeskNews = "halted" if state == "HALTED" else "reducing"
        await self._tell(row, news, wish.words, wish.facts, key=wish.by, is_urgent=True)

    async def _is_still(self, kept: TradingStateRow | None, row: AccountRow) -> bool:
        """Return whether nobody has set another state meanwhile."""
        async with self._store.read() as rows:
            return await rows.trading.states.get(watched_scope(row.id)) == kept

    async def _warn(self, row: AccountRow, standing: Standing, limits: Limits) -> None:
        """Tell once a day that a part of the daily loss is reached."""
        limit, share = limits["daily_loss"].value, standing.day_share
        reached = [one for one in WARNINGS if share is not None and -share >= one * limit]
        if reached and share is not None:
            facts = {"loss": percent(-share), "limit": percent(limit)}
            words = "{loss} % were lost since midnight UTC. At {limit} % trading is halted."
            await self._tell(row, "warning", words, facts, key=f"warning-{reached[0]}")

    async def _tell(
        self,
        row: AccountRow,
        news: DeskNews,
        words: str,
        facts: dict[str, str],
        *,
        key: str,
        is_urgent: bool = False,
    ) -> None:
        """Tell the owner; of one kind once a day."""
        at = self._clock.now()
        id_ = f"risk-{row.id}-{at:%Y-%m-%d}-{key}"
        if id_ in self._told:
            return
        body = DeskTold(
            news=news,
            owner=row.user_id,
            about=row.id,
            mode=mode_of(row),
            account_name=row.name,
            words=words,
            facts=facts,
            at=at,
        )
        event = event_of(
            row, body, id_=id_, thread=f"risk-{row.id}-{at:%Y-%m-%d}", is_new=True, is_urgent=is_urgent
        )
        await self._teller.tell(event)
        today = f"-{at:%Y-%m-%d}-"
        self._told = {one for one in self._told if today in one} | {id_}


DAY: Final = "risk:day"
DRAWDOWN: Final = "desk:drawdown"
STREAK: Final = "risk:streak"
RELEASED: Final = "risk:released"


def wishes_of(standing: Standing, limits: Limits, at: datetime) -> list[Wish]:
    """Return what an account's standing asks for."""
    found: list[Wish] = []
    loss, daily = standing.day_share, limits["daily_loss"].value
    if loss is not None and -loss >= daily:
        facts = {"loss": percent(-loss), "limit": percent(daily)}
        words = (
            "{loss} % were lost since midnight UTC, {limit} % is the limit: halted until the next midnight."
        )
        found.append(Wish(state="HALTED", by=DAY, words=words, facts=facts))
    fall, most = standing.drawdown_share, limits["drawdown"].value
    if fall is not None and fall >= most:
        facts = {"fall": percent(fall), "limit": percent(most)}
        words = "Equity is {fall} % below its peak, {limit} % is the limit."
        found.append(Wish(state="REDUCING", by=DRAWDOWN, words=words, facts=facts))
    if standing.is_pausing(limits["losing_streak"].value, at) and standing.last_loss_at is not None:
        facts = {"count": str(standing.streak), "until": f"{standing.last_loss_at + STREAK_PAUSE:%H:%M}"}
        words = "{count} trades were lost in a row: a pause until {until} UTC."
        found.append(Wish(state="REDUCING", by=STREAK, words=words, facts=facts))
    return found


def _sticking(kept: TradingStateRow | None, at: datetime) -> list[Wish]:
    """Return what holds although its cause may be gone: a day's halt, until the next midnight UTC."""
    if kept is None or kept.state != "HALTED" or _kind(kept) != DAY or kept.at.date() != at.date():
        return []
    return [Wish(state="HALTED", by=DAY, words=kept.why.replace("{", "").replace("}", ""), facts={})]


def _kind(kept: TradingStateRow) -> str:
    return kept.by.partition("@")[0]


def _is_so(kept: TradingStateRow | None, wish: Wish | None, state: TradingState) -> bool:
    """Return whether it stands so already; a day's halt replaces another, since it lasts until midnight."""
    if kept is None:
        return state == "ACTIVE"
    is_day = wish is not None and wish.by == DAY and _kind(kept) != DAY
    return kept.state == state and not is_day


def percent(share: Decimal) -> str:
    """Return a share in percent with at most two decimals."""
    return f"{round(share * 100, 2).normalize():f}"
