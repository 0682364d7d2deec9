"""The repositories of trading, within one transaction."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncConnection

from services.store import trading_rows as rows
from services.store import trading_tables as tables
from services.store.keeping import KeptRows


class TradingRows:
    """One repository a table."""

    def __init__(self, connection: AsyncConnection) -> None:
        self.accounts = KeptRows(connection, tables.TRADING_ACCOUNTS, rows.AccountRow)
        self.choices = KeptRows(connection, tables.ACCOUNT_CHOICES, rows.AccountChoiceRow)
        self.factors = KeptRows(connection, tables.SECOND_FACTORS, rows.SecondFactorRow)
        self.intents = KeptRows(connection, tables.INTENTS, rows.IntentRow)
        self.fills = KeptRows(connection, tables.FILLS, rows.FillRow)
        self.fundings = KeptRows(connection, tables.FUNDINGS, rows.FundingRow)
        self.journal = KeptRows(connection, tables.JOURNAL, rows.JournalRow)
        self.equity = KeptRows(connection, tables.EQUITY_MARKS, rows.EquityRow)
        self.limits = KeptRows(connection, tables.RISK_LIMITS, rows.RiskLimitRow)
        self.states = KeptRows(connection, tables.TRADING_STATES, rows.TradingStateRow)
        self.blackouts = KeptRows(connection, tables.BLACKOUTS, rows.BlackoutRow)
        self.tickets = KeptRows(connection, tables.TICKETS, rows.TicketRow)
        self.plans = KeptRows(connection, tables.PLANS, rows.PlanRow)
        self.runs = KeptRows(connection, tables.STRATEGY_RUNS, rows.RunRow)
        self.proposals = KeptRows(connection, tables.PROPOSALS, rows.ProposalRow)
        self.cards = KeptRows(connection, tables.POSITION_CARDS, rows.PositionCardRow)
        self.seasons = KeptRows(connection, tables.SEASONS, rows.SeasonRow)
        self.entries = KeptRows(connection, tables.SEASON_ENTRIES, rows.SeasonEntryRow)
