"""How a member wants charts to look."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("member_settings", sa.Column("theme", sa.Text))
    op.add_column("member_settings", sa.Column("palette", sa.Text))
