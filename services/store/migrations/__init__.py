"""How an older database becomes the one in `services.store.tables`. Read by Alembic alone."""
