"""The tables of trading as they are now; the others stand in `tables`, which puts both together."""

from __future__ import annotations

from typing import Final

from sqlalchemy import Boolean, Column, Index, Integer, Table, Text

from services.store.columns import Money, Strings, UtcDateTime
from services.store.metadata import METADATA

TRADING_ACCOUNTS: Final = Table(
    "trading_accounts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("venue", Text, nullable=False),
    Column("mode", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("venue_account", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("rights", Strings, nullable=False),
    Column("consented_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Index("ix_trading_accounts_user_id", "user_id"),
    Index("ix_trading_accounts_status", "status"),
)

ACCOUNT_CHOICES: Final = Table(
    "account_choices",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("guild_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("chosen_at", UtcDateTime, nullable=False),
)

SECOND_FACTORS: Final = Table(
    "second_factors",
    METADATA,
    Column("user_id", Text, primary_key=True),
    Column("sealed", Text, nullable=False),
    Column("last_step", Integer, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("locked_until", UtcDateTime),
    Column("recovery", Strings, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
)

INTENTS: Final = Table(
    "intents",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("client_id", Text, nullable=False, unique=True),
    Column("status", Text, nullable=False),
    Column("origin", Text, nullable=False),
    Column("group_id", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("amount", Money, nullable=False),
    Column("request", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("is_reducing", Boolean, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("filled", Money),
    Column("average", Money),
    Column("looks", Integer, nullable=False),
    Column("sent_at", UtcDateTime),
    Column("reason", Text, nullable=False),
    Index("ix_intents_account_id_status", "account_id", "status"),
    Index("ix_intents_account_id_created_at", "account_id", "created_at"),
    Index("ix_intents_created_at", "created_at"),
    Index("ix_intents_status", "status"),
    Index("ix_intents_group_id", "group_id"),
    Index("ix_intents_user_id", "user_id"),
    Index("ix_intents_order_id", "order_id"),
)

FILLS: Final = Table(
    "fills",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("price", Money, nullable=False),
    Column("amount", Money, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("order_id", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("fee", Money),
    Column("fee_currency", Text, nullable=False),
    Column("is_maker", Boolean),
    Column("position_side", Text, nullable=False),
    Column("realised", Money),
    Column("assumption", Text, nullable=False),
    Index("ix_fills_account_id_at", "account_id", "at"),
    Index("ix_fills_user_id", "user_id"),
    Index("ix_fills_client_id", "client_id"),
)

FUNDINGS: Final = Table(
    "fundings",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("amount", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("rate", Money),
    Index("ix_fundings_account_id_at", "account_id", "at"),
    Index("ix_fundings_user_id", "user_id"),
)

JOURNAL: Final = Table(
    "journal",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("kind", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("intent_id", Text, nullable=False),
    Column("words", Text, nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_journal_account_id_at", "account_id", "at"),
    Index("ix_journal_user_id", "user_id"),
    Index("ix_journal_intent_id", "intent_id"),
)

EQUITY_MARKS: Final = Table(
    "equity_marks",
    METADATA,
    Column("account_id", Text, primary_key=True),
    Column("at", UtcDateTime, primary_key=True),
    Column("user_id", Text, nullable=False),
    Column("equity", Money, nullable=False),
    Column("currency", Text, nullable=False),
    Column("held", Text, nullable=False),
    Index("ix_equity_marks_user_id", "user_id"),
)

RISK_LIMITS: Final = Table(
    "risk_limits",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Money),
    Column("set_by", Text, nullable=False),
    Column("set_at", UtcDateTime, nullable=False),
    Column("pending", Money),
    Column("effective_at", UtcDateTime),
    Column("approved_by", Text, nullable=False),
)

TRADING_STATES: Final = Table(
    "trading_states",
    METADATA,
    Column("scope", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", UtcDateTime, nullable=False),
)

BLACKOUTS: Final = Table(
    "blackouts",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("guild_id", Text, nullable=False),
    Column("event", Text, nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    Column("set_by", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("ix_blackouts_guild_id", "guild_id"),
)

TICKETS: Final = Table(
    "tickets",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_tickets_user_id", "user_id"),
    Index("ix_tickets_status_expires_at", "status", "expires_at"),
)

PLANS: Final = Table(
    "plans",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("due_at", UtcDateTime),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("reason", Text, nullable=False),
    Index("ix_plans_account_id_status", "account_id", "status"),
    Index("ix_plans_user_id", "user_id"),
    Index("ix_plans_status_due_at", "status", "due_at"),
)

STRATEGY_RUNS: Final = Table(
    "strategy_runs",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("guild_id", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("timeframe", Text, nullable=False),
    Column("profile", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("is_automatic", Boolean, nullable=False),
    Column("state", Text, nullable=False),
    Column("through", UtcDateTime),
    Column("reason", Text, nullable=False),
    Index("ix_strategy_runs_user_id", "user_id"),
    Index("ix_strategy_runs_status", "status"),
)

PROPOSALS: Final = Table(
    "proposals",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("run_id", Text, nullable=False),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("outcome", Text, nullable=False),
    Index("ix_proposals_user_id_status", "user_id", "status"),
    Index("ix_proposals_run_id", "run_id"),
)

POSITION_CARDS: Final = Table(
    "position_cards",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("user_id", Text, nullable=False),
    Column("market", Text, nullable=False),
    Column("side", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Index("ix_position_cards_user_id", "user_id"),
    Index("ix_position_cards_account_id_status", "account_id", "status"),
)

SEASONS: Final = Table(
    "seasons",
    METADATA,
    Column("id", Text, primary_key=True),
    Column("guild_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("starts_at", UtcDateTime, nullable=False),
    Column("ends_at", UtcDateTime, nullable=False),
    Column("min_trades", Integer, nullable=False),
    Column("max_leverage", Money, nullable=False),
    Column("created_by", Text, nullable=False),
    Index("ix_seasons_guild_id", "guild_id"),
)

SEASON_ENTRIES: Final = Table(
    "season_entries",
    METADATA,
    Column("season_id", Text, primary_key=True),
    Column("user_id", Text, primary_key=True),
    Column("account_id", Text, nullable=False),
    Column("joined_at", UtcDateTime, nullable=False),
    Column("start_equity", Money, nullable=False),
    Column("shown_name", Text, nullable=False),
    Index("ix_season_entries_user_id", "user_id"),
)
