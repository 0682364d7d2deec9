"""The risk gate: gathers what is known of an order and its account, asks every rule, and fails closed.

An error inside is HALTED, never a pass: the account is latched, and the journal says what failed. What only
the market process does not know is no error; the rules that need it refuse to open anything.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Final

import structlog

from analytics.risk import correlation
from config.farm_file import DeskSection
from services.bus.guard import Done, Failed, attempt
from services.clock import Clock
from services.errors import OmegaError, Unavailable
from services.exchange.exchange import Market
from services.exchange.prices import to_amount
from services.store.store import Store
from services.store.trading_rows import AccountRow
from services.trading.intents.intent import KILLSWITCH, Intent, Judged
from services.trading.messages import Verdict
from services.trading.ports import (
    AccountBook,
    DeskBus,
    Journal,
    Latch,
    Ledger,
    Picture,
    Pictures,
    Session,
)
from services.trading.risk.case import Case
from services.trading.risk.facts import Facts
from services.trading.risk.passing import Passing
from services.trading.risk.reckoning import is_truly_reducing
from services.trading.risk.rulebook import WATCHING, Papers, read_papers, signed, watched_scope
from services.trading.risk.rules.catalogue import judge
from services.trading.risk.standing import Standings
from services.trading.scopes import account_scope

PICTURE_SECONDS: Final = 3.0
"""A picture may be so old, and is dropped with every change that the venue tells of the account."""
WARM_SECONDS: Final = 65.0
"""A card lives a minute: for so long what its order needs is kept fresh."""
_WARM_EVERY: Final = 2.0
FAILED: Final = "The risk gate failed"
AWAY: Final = "risk:away"
"""Who halted an account because something did not answer; taken back once everything does."""
DEFECT: Final = "desk:gate"
"""Who halted an account because of a defect; a person lets it go on."""

log = structlog.get_logger(__name__)


class RiskGate:
    """Judges intents; see `services.trading.ports.Gate`.

    `run` keeps fresh what orders will need that are only tried on, such as that of a card.
    """

    def __init__(
        self,
        *,
        store: Store,
        book: AccountBook,
        latch: Latch,
        pictures: Pictures,
        ledger: Ledger,
        bus: DeskBus,
        journal: Journal,
        section: DeskSection,
        clock: Clock,
    ) -> None:
        self._store = store
        self._book = book
        self._latch = latch
        self._pictures = pictures
        self._journal = journal
        self._section = section
        self._clock = clock
        self._facts = Facts(bus, clock)
        self._standings = Standings(ledger, clock=clock)
        self._passing = Passing()
        self._warm: dict[tuple[str, str], tuple[float, AccountRow, Market]] = {}
        self._resumed: dict[str, datetime | None] = {}

    async def judge(self, intent: Intent, session: Session) -> Judged:
        """Say whether an intent may be sent. An error inside is HALTED, never a pass."""
        if intent.origin == KILLSWITCH and intent.request.is_reduce_only:
            return _for_the_killswitch()
        outcome = await attempt(self._judge(intent, session))
        if isinstance(outcome, Done):
            return outcome.value
        return await self._fail_closed(intent, session.row, outcome.error)

    async def warm(self, session: Session, market: str) -> None:
        """Fetch what judging an order of a market will need, and keep it fresh while a card waits.

        Nothing is raised: what is missing is found missing when the order is judged.
        """
        self._keep_warm(session, session.market(market))
        await self._warm_up(session.row, session.market(market))

    def _keep_warm(self, session: Session, market: Market) -> None:
        until = self._clock.monotonic() + WARM_SECONDS
        self._warm[session.row.id, market.name] = (until, session.row, market)

    async def run(self) -> None:
        """Keep what was warmed fresh, until cancelled."""
        while True:
            now = self._clock.monotonic()
            self._warm = {key: one for key, one in self._warm.items() if one[0] > now}
            for _, row, market in tuple(self._warm.values()):
                await self._warm_up(row, market)
            await asyncio.sleep(_WARM_EVERY)

    async def _warm_up(self, row: AccountRow, market: Market) -> None:
        outcome = await attempt(self._refresh(row, market))
        if isinstance(outcome, Failed):
            defect = None if isinstance(outcome.error, OmegaError) else outcome.error
            reason = what_failed(outcome.error)
            log.warning("risk_not_warmed", account=row.id, market=market.name, reason=reason, exc_info=defect)

    async def _refresh(self, row: AccountRow, market: Market) -> None:
        picture, _, papers = await asyncio.gather(
            self._pictures.of(row.id, max_age=_WARM_EVERY),
            self._facts.of(market, row, is_anew=True),
            self._papers(row),
        )
        await asyncio.gather(
            self._standings.of(row, picture, resumed_at=papers.resumed_at),
            self._correlations(market.name, picture, self._passing.markets(row.id)),
        )

    async def _judge(self, intent: Intent, session: Session) -> Judged:
        case, papers = await self._case(intent, session)
        judged = judge(case)
        if not papers.is_kept(intent.id):
            self._keep_warm(session, case.market)
        if judged.is_passed and papers.is_kept(intent.id) and not case.is_reducing:
            self._passing.note(intent, self._clock.now(), case.facts.price)
        return judged

    async def _case(self, intent: Intent, session: Session) -> tuple[Case, Papers]:
        """Gather everything; after the last wait nothing else of the account can be let through before it."""
        row, market = session.row, session.market(intent.request.market)
        picture, facts, papers = await asyncio.gather(
            self._picture(intent, market), self._facts.of(market, row), self._papers(row)
        )
        standing, correlations = await asyncio.gather(
            self._standings.of(row, picture, resumed_at=papers.resumed_at),
            self._correlations(market.name, picture, self._passing.markets(row.id)),
        )
        case = Case(
            intent=intent,
            row=row,
            market=market,
            picture=picture,
            facts=facts,
            limits=papers.limits,
            standing=standing,
            state=self._latch.state(row, market.name),
            why=self._latch.why(row, market.name),
            is_own_halt=self._is_own_halt(row, market.name),
            may_not=self._book.may_send(row),
            at=self._clock.now(),
            is_reducing=_is_reducing(intent, market, picture),
            correlations=correlations,
            blackouts=papers.blackouts,
            recent=papers.recent(intent.id, self._passing.ids(row.id)),
            passed=self._passing.unseen(intent, picture),
            live_markets=self._section.markets,
        )
        return case, papers

    def _is_own_halt(self, row: AccountRow, market: str = "") -> bool:
        """Return whether nothing but a limit of the gate's own halts it."""
        held_by = self._latch.held_by(row, market)
        return bool(held_by) and all(by.startswith(WATCHING) for by in held_by)

    async def _picture(self, intent: Intent, market: Market) -> Picture:
        """Return a picture; a new one where that of some seconds ago shows nothing to reduce."""
        picture = await self._pictures.of(intent.account, max_age=PICTURE_SECONDS)
        if not intent.is_exempt or _is_reducing(intent, market, picture):
            return picture
        return await self._pictures.of(intent.account)

    async def _papers(self, row: AccountRow) -> Papers:
        async with self._store.read() as rows:
            papers = await read_papers(rows, row, self._section.risk, self._clock.now())
        self._resumed[row.id] = papers.resumed_at
        return papers

    async def _correlations(
        self, market: str, picture: Picture, passed: Iterable[str]
    ) -> dict[str, Decimal | None]:
        """Return how each other market moves with this one where something is held, waits or just passed."""
        held = {one.position.market for one in picture.holdings}
        names = sorted((held | {one.market for one in picture.orders} | set(passed)) - {market})
        if not names:
            return {}
        own, *others = await asyncio.gather(*(self._facts.candles(name) for name in (market, *names)))
        found: dict[str, Decimal | None] = {}
        for name, other in zip(names, others, strict=True):
            value = None if own is None or other is None else correlation(own, other)
            found[name] = None if value is None else to_amount(value)
        return found

    async def _fail_closed(self, intent: Intent, row: AccountRow, error: Exception) -> Judged:
        why = what_failed(error)
        log.error("risk_gate_failed", intent=intent.id, account=row.id, reason=why, exc_info=error)
        written = self._journal.write(
            row,
            "risk",
            "The risk gate failed: {why}. Nothing was sent.",
            facts={"why": why},
            market=intent.request.market,
            intent=intent.id,
        )
        for event, work in (("risk_not_latched", self._halt(row, error, why)), ("risk_not_written", written)):
            outcome = await attempt(work)
            if isinstance(outcome, Failed):
                reason = what_failed(outcome.error)
                log.error(event, account=row.id, reason=reason, exc_info=outcome.error)
        verdict = Verdict(rule="gate", words=FAILED, is_passed=False, unit="text", hint=why)
        return Judged(state="HALTED", verdicts=(verdict,))

    async def _halt(self, row: AccountRow, error: Exception, why: str) -> None:
        """Latch the account; what a person has set stays a person's to take back.

        An absence is the gate's own to take back, whatever pause of its own it came upon.
        """
        now = await attempt(self._now(row))
        is_known = isinstance(now, Done)
        state, is_own = now.value if isinstance(now, Done) else ("", False)
        is_passing = isinstance(error, Unavailable) and is_known
        if state == "HALTED" and (is_passing or not is_own):
            return
        if not is_passing:
            await self._latch.set(account_scope(row.id), "HALTED", why=f"{FAILED}: {why}", by=DEFECT)
            return
        papers = await attempt(self._papers(row))
        if isinstance(papers, Failed):
            log.warning("risk_papers_not_read", account=row.id, reason=what_failed(papers.error))
        by, scope = signed(AWAY, self._resumed.get(row.id)), watched_scope(row.id)
        await self._latch.set(scope, "HALTED", why=f"{FAILED}: {why}", by=by)

    async def _now(self, row: AccountRow) -> tuple[str, bool]:
        return self._latch.state(row), self._is_own_halt(row)


def what_failed(error: Exception) -> str:
    """Return an error in words; of a defect only its kind, since its text may hold anything."""
    return error.message.rstrip(".") if isinstance(error, OmegaError) else type(error).__name__


def _is_reducing(intent: Intent, market: Market, picture: Picture) -> bool:
    return (intent.is_exempt or intent.origin == KILLSWITCH) and is_truly_reducing(intent, market, picture)


def _for_the_killswitch() -> Judged:
    """Let the kill switch close, whatever else is broken: the venue keeps its promise of reduce-only."""
    verdict = Verdict(rule="state", words="The kill switch closes", is_passed=True)
    return Judged(state="HALTED", verdicts=(verdict,))
