from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from config.settings import (
    SettingsError,
    check_database,
    child_environment,
    read_settings,
    without_credentials,
)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("redis://omega:secret@host:6379/0", "redis://host:6379/0"),
        ("rediss://:secret@[::1]:6380", "rediss://[::1]:6380"),
        ("unix://omega:secret@/run/bus.sock", "unix:/run/bus.sock"),
        ("postgresql://omega:secret@db/omega?password=secret", "postgresql://db/omega"),
    ],
)
def test_an_address_is_shown_without_user_password_and_query(url: str, shown: str) -> None:
    assert without_credentials(SecretStr(url)) == shown


@pytest.mark.parametrize(
    "url",
    [
        "redis://:secr/et@host",
        "redis://user:s#ecret@host",
        "redis://user:1234/secret@host",
        "user:secret@host:6379",
        "redis://user:secr[et@host",
        "secret",
    ],
)
def test_an_address_that_cannot_be_taken_apart_is_not_shown(url: str) -> None:
    shown = without_credentials(SecretStr(url))
    assert "not an address that can be read" in shown
    assert "secr" not in shown


@given(st.text(alphabet=st.characters(codec="utf-8"), min_size=1))
def test_no_password_whatever_it_holds_is_ever_shown(rest: str) -> None:
    password = f"hunter2{rest}"
    assert "hunter2" not in without_credentials(SecretStr(f"redis://omega:{password}@host:6379/0"))


def test_secrets_come_from_a_file_of_lines_and_the_environment_wins(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    file.write_text("# tokens\nOMEGA_TOKEN_XYKO=from-file\n\nOMEGA_TOKEN_WAZE = spaced \n")
    found = read_settings({"OMEGA_SECRETS": str(file), "OMEGA_TOKEN_XYKO": "from-environment"})
    assert {name: token.get_secret_value() for name, token in found.tokens.items()} == {
        "xyko": "from-environment",
        "waze": "spaced",
    }


def test_secrets_come_from_a_folder_with_one_file_a_name(tmp_path: Path) -> None:
    (tmp_path / "OMEGA_BUS_URL").write_text("redis://host\n")
    (tmp_path / "..data").mkdir()
    found = read_settings({"OMEGA_SECRETS": str(tmp_path)})
    assert found.bus_url is not None
    assert found.bus_url.get_secret_value() == "redis://host"


@pytest.mark.parametrize("content", [b"OMEGA_TOKEN_XYKO\n", b"=value\n", b"OMEGA_TOKEN_XYKO=\xe9\n"])
def test_secrets_that_cannot_be_read_are_refused_with_the_place(tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "secrets.env"
    file.write_bytes(content)
    with pytest.raises(SettingsError, match=r"secrets\.env"):
        read_settings({"OMEGA_SECRETS": str(file)})


def test_a_missing_secrets_file_is_refused_with_its_name(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot read"):
        read_settings({"OMEGA_SECRETS": str(tmp_path / "none")})


def test_no_secret_stands_in_the_repr_of_the_settings() -> None:
    found = read_settings({"OMEGA_TOKEN_XYKO": "hunter2", "OMEGA_BUS_URL": "redis://:hunter2@host"})
    assert "hunter2" not in repr(found)


def test_the_keys_of_trading_are_read_and_count_as_secrets() -> None:
    found = read_settings({"OMEGA_VAULT_KEY": "hunter2", "OMEGA_WATCHDOG_MAIN_1": "binance:k:hunter3:"})
    assert found.vault_key == SecretStr("hunter2")
    assert found.watchdog_keys == {"main_1": SecretStr("binance:k:hunter3:")}
    assert {SecretStr("hunter2"), SecretStr("binance:k:hunter3:")} <= set(found.secrets)
    assert "hunter" not in repr(found)


@pytest.mark.parametrize("blank", ["", "  ", "\t\n"])
def test_a_blank_secret_is_not_set(blank: str) -> None:
    each = ("OMEGA_MODEL_DEMO", "OMEGA_TOKEN_XYKO", "OMEGA_WAY_PHONE", "OMEGA_WATCHDOG_1")
    one = ("OMEGA_BUS_URL", "OMEGA_DATABASE_URL", "OMEGA_VAULT_KEY")
    assert read_settings(dict.fromkeys((*each, *one), blank)).secrets == []


def test_a_child_inherits_none_of_our_variables() -> None:
    assert child_environment({"OMEGA_TOKEN_XYKO": "t", "PATH": "/bin"}) == {"PATH": "/bin"}


@pytest.mark.parametrize("key", ["", "short"])
def test_a_sandbox_key_that_keeps_nobody_out_is_refused(key: str) -> None:
    with pytest.raises(SettingsError, match="OMEGA_SANDBOX_KEY"):
        read_settings({"OMEGA_SANDBOX_KEY": key})


@pytest.mark.parametrize(
    "url", ["nonsense", "mysql://u:canary@host/db", "sqlite:///x.db", "postgresql://[canary"]
)
def test_a_database_that_cannot_be_ours_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(SettingsError, match="OMEGA_DATABASE_URL") as refused:
        check_database(SecretStr(url))
    assert "canary" not in str(refused.value)


@pytest.mark.parametrize("url", ["postgresql://u:p@host/db", "postgres://host/db"])
def test_a_postgresql_address_is_taken(url: str) -> None:
    check_database(SecretStr(url))
