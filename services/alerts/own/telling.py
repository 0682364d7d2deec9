"""Tells members about alerts that are there: a list, one alert, and why it fired or did not."""

from __future__ import annotations

from typing import Final

from services.alerts.messages import AlertPage, AlertView, AlertWhy, ListAlerts, WhyAlert
from services.alerts.own.finding import look_for_own, own_rule, seen_firing
from services.alerts.own.ports import AlertsBus, EnginePort
from services.alerts.own.quoting import quote_or_none
from services.alerts.own.views import happening_of, told_of, view_of, view_of_told
from services.errors import UserMistake
from services.market.messages import Quote
from services.store.rows import HappenedRow, RuleRow
from services.store.store import Rows, Store

LONGEST_PAGE: Final = 25
MOST_FIRINGS: Final = 25


class Telling:
    """Looks alerts up, with what the engine and the market say of them now."""

    def __init__(self, *, store: Store, engine: EnginePort, bus: AlertsBus) -> None:
        self._store = store
        self._engine = engine
        self._bus = bus

    async def page(self, request: ListAlerts) -> AlertPage:
        """Return a page of the caller's alerts, without prices. Raises UserMistake for no page."""
        if not (1 <= request.limit <= LONGEST_PAGE and request.offset >= 0):
            raise UserMistake("There is no such page.", hint=f"Ask for 1 to {LONGEST_PAGE} alerts at a time.")
        market = request.market and await self._name_of(request.market)
        async with self._store.read() as rows:
            found, total = await rows.own_alerts.page(
                request.caller.user_id,
                market=market,
                status=request.status,
                offset=request.offset,
                limit=request.limit,
            )
        return AlertPage(alerts=[self.seen(row) for row in found], total=total)

    async def one(self, user_id: str, alert: str) -> AlertView:
        """Return one of the member's alerts with the price now. Raises UserMistake."""
        async with self._store.read() as rows:
            row = await own_rule(rows, user_id, alert)
        return await self.of(row)

    async def of(self, row: RuleRow) -> AlertView:
        """Return the view of a rule with the price now, where there is one."""
        return self.seen(row, await quote_or_none(self._bus, row.market))

    async def why(self, request: WhyAlert) -> AlertWhy:
        """Return why an alert fired, or what it sees now. Raises UserMistake."""
        caller = request.caller.user_id
        limit = max(1, min(request.limit, MOST_FIRINGS))
        async with self._store.read() as rows:
            rule = await look_for_own(rows, caller, request.alert)
            if rule is not None:
                happened = await rows.own_alerts.alerts_of_rule(rule.id, limit=limit)
            else:
                happened = [await seen_firing(rows, caller, request.alert)]
                rule = await _own_rule_of(rows, caller, happened[0])
        if rule is None:
            return self._told(happened[0])
        quote = await quote_or_none(self._bus, rule.market)
        return self._explained(rule, happened, quote)

    async def _name_of(self, market: str) -> str:
        """Return the whole name of a market as people write it, or what was written."""
        quote = await quote_or_none(self._bus, market)
        return market if quote is None else quote.market

    def _explained(self, rule: RuleRow, happened: list[HappenedRow], quote: Quote | None) -> AlertWhy:
        now = [*self._engine.now(rule.id)]
        return AlertWhy(
            alert=self.seen(rule, quote),
            happenings=[happening_of(row) for row in happened],
            now=now,
            at=quote.origin.as_of if now and quote is not None else None,
        )

    def _told(self, happened: HappenedRow) -> AlertWhy:
        """Return what can be told of the alert of a feed, or of one that somebody else let come here."""
        told = told_of(happened)
        now = [] if told.owner else [*self._engine.now(told.rule)]
        happenings = [happening_of(happened)]
        return AlertWhy(alert=view_of_told(told), happenings=happenings, now=now, is_own=False)

    def seen(self, row: RuleRow, quote: Quote | None = None) -> AlertView:
        """Return the view of a rule, with a price that is known already."""
        return view_of(row, is_armed=self._engine.armed(row.id), quote=quote)


async def _own_rule_of(rows: Rows, user_id: str, happened: HappenedRow) -> RuleRow | None:
    """Return the rule that a firing is of, if it is still there and the member's own."""
    rule = await rows.alerts.rule(happened.alert.rule_id)
    return rule if rule is not None and rule.user_id == user_id else None
