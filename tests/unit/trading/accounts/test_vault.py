from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.fernet import Fernet
from pydantic import SecretStr

from services.errors import Misconfigured, UserMistake
from services.trading.accounts.vault import Vault, open_vault

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


def test_a_secret_is_noise_in_the_database_and_whole_when_it_is_opened() -> None:
    vault = Vault([NEW], is_operators=True)
    sealed = vault.seal("my secret", purpose="account:1")
    assert "my secret" not in sealed
    assert vault.open(sealed, purpose="account:1") == "my secret"


def test_a_secret_that_was_moved_to_another_row_is_not_opened() -> None:
    vault = Vault([NEW], is_operators=True)
    sealed = vault.seal("my secret", purpose="account:1")
    with pytest.raises(Misconfigured):
        vault.open(sealed, purpose="account:2")


def test_a_new_key_opens_what_the_old_one_sealed_and_seals_it_anew() -> None:
    sealed = Vault([OLD], is_operators=True).seal("my secret", purpose="account:1")
    vault = open_vault(SecretStr(f"{NEW}, {OLD}"), own_key=Path("/nowhere"))
    assert vault.open(sealed, purpose="account:1") == "my secret"
    renewed = vault.renewed(sealed)
    assert renewed is not None
    assert vault.renewed(renewed) is None
    assert Vault([NEW], is_operators=True).open(renewed, purpose="account:1") == "my secret"


def test_what_was_sealed_with_a_lost_key_is_told_and_left_as_it_is() -> None:
    sealed = Vault([OLD], is_operators=True).seal("my secret", purpose="account:1")
    vault = Vault([NEW], is_operators=True)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        vault.renewed(sealed)
    with pytest.raises(Misconfigured, match="cannot be opened"):
        vault.open(sealed, purpose="account:1")


def test_what_is_no_key_is_refused_with_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as refusal:
        open_vault(SecretStr("hunter2"), own_key=tmp_path / "vault.key")
    assert "openssl" in refusal.value.hint
    assert "hunter2" not in str(refusal.value)


def test_without_an_operator_s_key_the_farm_makes_one_that_holds_no_key_of_a_venue(tmp_path: Path) -> None:
    file = tmp_path / "desk" / "vault.key"
    sealed = open_vault(None, own_key=file).seal("my secret", purpose="factor:1")
    assert file.stat().st_mode & 0o077 == 0
    again = open_vault(None, own_key=file)
    assert again.open(sealed, purpose="factor:1") == "my secret"
    with pytest.raises(UserMistake) as refusal:
        again.check_can_keep_keys()
    assert "OMEGA_VAULT_KEY" in refusal.value.hint
    later = open_vault(SecretStr(NEW), own_key=file)
    later.check_can_keep_keys()
    assert later.open(sealed, purpose="factor:1") == "my secret"


def test_a_key_file_that_holds_no_key_is_named(tmp_path: Path) -> None:
    file = tmp_path / "vault.key"
    file.write_bytes(b"")
    with pytest.raises(Misconfigured) as refusal:
        open_vault(None, own_key=file)
    assert str(file) in str(refusal.value)
    assert "OMEGA_VAULT_KEY" not in str(refusal.value)
    file.unlink()
    open_vault(None, own_key=file)
    assert [one.name for one in tmp_path.iterdir()] == ["vault.key"]
