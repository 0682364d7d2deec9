"""Trading: accounts, intents, fills, the journal, risk, tickets, plans, strategies and seasons."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    _trading_accounts()
    _account_choices()
    _second_factors()
    _intents()
    _fills()
    _fundings()
    _journal()
    _equity_marks()
    _risk_limits()
    _trading_states()
    _blackouts()
    _tickets()
    _plans()
    _strategy_runs()
    _proposals()
    _position_cards()
    _seasons()
    _season_entries()


def _trading_accounts() -> None:
    op.create_table(
        "trading_accounts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("venue", sa.Text, nullable=False),
        sa.Column("mode", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("venue_account", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("rights", sa.JSON, nullable=False),
        sa.Column("consented_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trading_accounts"),
    )
    op.create_index("ix_trading_accounts_user_id", "trading_accounts", ["user_id"])
    op.create_index("ix_trading_accounts_status", "trading_accounts", ["status"])


def _account_choices() -> None:
    op.create_table(
        "account_choices",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "guild_id", name="pk_account_choices"),
    )


def _second_factors() -> None:
    op.create_table(
        "second_factors",
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("sealed", sa.Text, nullable=False),
        sa.Column("last_step", sa.Integer, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.DateTime(timezone=True)),
        sa.Column("recovery", sa.JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", name="pk_second_factors"),
    )


def _intents() -> None:
    op.create_table(
        "intents",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("group_id", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("request", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_reducing", sa.Boolean, nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("filled", sa.Text),
        sa.Column("average", sa.Text),
        sa.Column("looks", sa.Integer, nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_intents"),
        sa.UniqueConstraint("client_id", name="uq_intents_client_id"),
    )
    op.create_index("ix_intents_account_id_status", "intents", ["account_id", "status"])
    op.create_index("ix_intents_account_id_created_at", "intents", ["account_id", "created_at"])
    op.create_index("ix_intents_created_at", "intents", ["created_at"])
    op.create_index("ix_intents_status", "intents", ["status"])
    op.create_index("ix_intents_group_id", "intents", ["group_id"])
    op.create_index("ix_intents_user_id", "intents", ["user_id"])
    op.create_index("ix_intents_order_id", "intents", ["order_id"])


def _fills() -> None:
    op.create_table(
        "fills",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("price", sa.Text, nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Text, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("fee", sa.Text),
        sa.Column("fee_currency", sa.Text, nullable=False),
        sa.Column("is_maker", sa.Boolean),
        sa.Column("position_side", sa.Text, nullable=False),
        sa.Column("realised", sa.Text),
        sa.Column("assumption", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_fills"),
    )
    op.create_index("ix_fills_account_id_at", "fills", ["account_id", "at"])
    op.create_index("ix_fills_user_id", "fills", ["user_id"])
    op.create_index("ix_fills_client_id", "fills", ["client_id"])


def _fundings() -> None:
    op.create_table(
        "fundings",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("amount", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("rate", sa.Text),
        sa.PrimaryKeyConstraint("id", name="pk_fundings"),
    )
    op.create_index("ix_fundings_account_id_at", "fundings", ["account_id", "at"])
    op.create_index("ix_fundings_user_id", "fundings", ["user_id"])


def _journal() -> None:
    op.create_table(
        "journal",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("intent_id", sa.Text, nullable=False),
        sa.Column("words", sa.Text, nullable=False),
        sa.Column("facts", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_journal"),
    )
    op.create_index("ix_journal_account_id_at", "journal", ["account_id", "at"])
    op.create_index("ix_journal_user_id", "journal", ["user_id"])
    op.create_index("ix_journal_intent_id", "journal", ["intent_id"])


def _equity_marks() -> None:
    op.create_table(
        "equity_marks",
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("equity", sa.Text, nullable=False),
        sa.Column("currency", sa.Text, nullable=False),
        sa.Column("held", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("account_id", "at", name="pk_equity_marks"),
    )
    op.create_index("ix_equity_marks_user_id", "equity_marks", ["user_id"])


def _risk_limits() -> None:
    op.create_table(
        "risk_limits",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value", sa.Text),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("set_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("pending", sa.Text),
        sa.Column("effective_at", sa.DateTime(timezone=True)),
        sa.Column("approved_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("scope", "name", name="pk_risk_limits"),
    )


def _trading_states() -> None:
    op.create_table(
        "trading_states",
        sa.Column("scope", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("why", sa.Text, nullable=False),
        sa.Column("by", sa.Text, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("scope", name="pk_trading_states"),
    )


def _blackouts() -> None:
    op.create_table(
        "blackouts",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("event", sa.Text, nullable=False),
        sa.Column("from_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("set_by", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_blackouts"),
    )
    op.create_index("ix_blackouts_guild_id", "blackouts", ["guild_id"])


def _tickets() -> None:
    op.create_table(
        "tickets",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tickets"),
    )
    op.create_index("ix_tickets_user_id", "tickets", ["user_id"])
    op.create_index("ix_tickets_status_expires_at", "tickets", ["status", "expires_at"])


def _plans() -> None:
    op.create_table(
        "plans",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_plans"),
    )
    op.create_index("ix_plans_account_id_status", "plans", ["account_id", "status"])
    op.create_index("ix_plans_user_id", "plans", ["user_id"])
    op.create_index("ix_plans_status_due_at", "plans", ["status", "due_at"])


def _strategy_runs() -> None:
    op.create_table(
        "strategy_runs",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("strategy", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("timeframe", sa.Text, nullable=False),
        sa.Column("profile", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_automatic", sa.Boolean, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("through", sa.DateTime(timezone=True)),
        sa.Column("reason", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_strategy_runs"),
    )
    op.create_index("ix_strategy_runs_user_id", "strategy_runs", ["user_id"])
    op.create_index("ix_strategy_runs_status", "strategy_runs", ["status"])


def _proposals() -> None:
    op.create_table(
        "proposals",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("run_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_proposals"),
    )
    op.create_index("ix_proposals_user_id_status", "proposals", ["user_id", "status"])
    op.create_index("ix_proposals_run_id", "proposals", ["run_id"])


def _position_cards() -> None:
    op.create_table(
        "position_cards",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("market", sa.Text, nullable=False),
        sa.Column("side", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True)),
        sa.PrimaryKeyConstraint("id", name="pk_position_cards"),
    )
    op.create_index("ix_position_cards_user_id", "position_cards", ["user_id"])
    op.create_index("ix_position_cards_account_id_status", "position_cards", ["account_id", "status"])


def _seasons() -> None:
    op.create_table(
        "seasons",
        sa.Column("id", sa.Text, nullable=False),
        sa.Column("guild_id", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("min_trades", sa.Integer, nullable=False),
        sa.Column("max_leverage", sa.Text, nullable=False),
        sa.Column("created_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seasons"),
    )
    op.create_index("ix_seasons_guild_id", "seasons", ["guild_id"])


def _season_entries() -> None:
    op.create_table(
        "season_entries",
        sa.Column("season_id", sa.Text, nullable=False),
        sa.Column("user_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Text, nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start_equity", sa.Text, nullable=False),
        sa.Column("shown_name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("season_id", "user_id", name="pk_season_entries"),
    )
    op.create_index("ix_season_entries_user_id", "season_entries", ["user_id"])
