from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from services.errors import Misconfigured
from services.store.engines import engines_for


def address_of(url: str) -> str:
    engines = engines_for(SecretStr(url), path=Path("unused"), busy_timeout=timedelta(seconds=1))
    return engines.writer.url.render_as_string(hide_password=False)


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+asyncpg"])
def test_every_way_to_write_a_postgresql_address_is_taken(scheme: str) -> None:
    assert address_of(f"{scheme}://u:p@host:5433/farm") == "postgresql+asyncpg://u:p@host:5433/farm"


def test_the_sslmode_of_libpq_is_taken() -> None:
    assert address_of("postgresql://u:p@h/d?sslmode=require") == "postgresql+asyncpg://u:p@h/d?ssl=require"


@pytest.mark.parametrize(
    "url",
    ["mysql://u:hush@h/d", "hush", "postgresql://u:p@h:hush/d", "postgresql+psycopg://u:hush@h/d"],
)
def test_another_address_is_refused_without_repeating_its_secret(url: str) -> None:
    with pytest.raises(Misconfigured, match="OMEGA_DATABASE_URL") as refusal:
        address_of(url)
    said = f"{refusal.value.message} {refusal.value.hint}"
    assert "hush" not in said
    assert refusal.value.__cause__ is None
