"""One account that cannot be opened, or forgotten, by itself costs no other anything."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from desk_accounts_stage import ANN, VAULT_KEY, a_desk, a_store, paper_keys
from switch_stage import account_row

from services.clock import SystemClock
from services.errors import Misconfigured
from services.trading.accounts.messages import ForgetDesk
from services.trading.accounts.places import Places, purpose_of
from services.trading.accounts.sessions import OpenSessions
from services.trading.accounts.vault import Vault


async def test_a_defect_while_one_account_is_opened_ends_no_other(tmp_path: Path) -> None:
    def connection(_: Any) -> Any:
        raise ZeroDivisionError

    clock, places = SystemClock(), SimpleNamespace(connection=connection)
    async with a_store(tmp_path, clock) as store:
        async with store.write() as rows:
            await rows.trading.accounts.put(account_row("ada"))
        sessions = OpenSessions(store=store, places=places, cache=tmp_path, clock=clock)  # type: ignore[arg-type]
        async with sessions:
            for _ in range(2):
                with pytest.raises(Misconfigured, match="cannot be opened"):
                    await sessions.of("ada")
            assert not sessions.is_open("ada")


def test_a_key_that_is_not_what_was_sealed_is_refused_with_what_to_do() -> None:
    vault = Vault([VAULT_KEY], is_operators=True)
    places = Places(vault=vault, credentials_for=paper_keys, sandbox_url=None, is_live=True)
    sealed = vault.seal("{}", purpose=purpose_of("ada"))
    with pytest.raises(Misconfigured) as refusal:
        places.connection(replace(account_row("ada"), mode="live", venue="bitget", sealed=sealed))
    assert refusal.value.hint == "Link it again."
    assert not isinstance(refusal.value, msgspec.DecodeError)


async def test_who_is_forgotten_is_forgotten_outside_the_database_too(tmp_path: Path) -> None:
    told: list[tuple[str, list[str]]] = []

    def forgotten(user_id: str, accounts: Collection[str]) -> None:
        told.append((user_id, [*accounts]))

    async with a_desk(tmp_path, forgotten=(forgotten,)) as desk:
        account = await desk.book.chosen(ANN)
        await desk.service.process(ForgetDesk(user_id=ANN.user_id))
    assert told == [(ANN.user_id, [account.id])]
