"""Alembic's entry: it migrates on the connection, and in the transaction, that `migrate` opened."""

from __future__ import annotations

from alembic import context

from services.store.metadata import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
