"""With which key, and where, the watchdog opens an account."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr
from sandbox_exchange_stage import SANDBOX_KEY

from bots.watchdog import _connection
from config.farm_file import ExchangeSection
from services.errors import Misconfigured
from services.trading.intents.intent import client_id_of, is_of_the_switch, is_ours, switch_id_of
from services.trading.watchdog.heartbeat import BeatAccount


def process(keys: Mapping[str, str], *, testnet: bool = False) -> Any:
    secrets = SimpleNamespace(
        watchdog_keys={name: SecretStr(key) for name, key in keys.items()}, sandbox_key=SANDBOX_KEY
    )
    exchange = ExchangeSection(id="bitget", testnet=testnet)
    return SimpleNamespace(secrets=secrets, spec=SimpleNamespace(exchange=exchange, exchange_url="http://x"))


def account(name: str, mode: str = "live", venue: str = "bitget") -> BeatAccount:
    return BeatAccount(id=name, name="main", venue=venue, mode=mode, venue_account="member-a")


def test_a_key_opens_the_account_of_its_id_and_none_that_is_only_called_so() -> None:
    keys = process({"ada2": "bitget:adas:secret:phrase", "main": "bitget:whose:secret:phrase"})
    opened = _connection(keys, account("ADA2"))
    assert opened.credentials is not None
    assert opened.credentials.key == "adas"
    with pytest.raises(Misconfigured, match="no key"):
        _connection(keys, account("bob3"))


def test_the_watchdog_goes_to_the_test_environment_where_the_desk_does() -> None:
    keys = {"ada": "bitget:k:s:p", "bob": "okx:k:s:p"}
    assert _connection(process(keys, testnet=True), account("ada")).is_testnet
    assert not _connection(process(keys, testnet=True), account("bob", venue="okx")).is_testnet
    assert not _connection(process(keys), account("ada")).is_testnet


def test_on_paper_it_has_a_key_of_its_own_to_the_same_account() -> None:
    opened = _connection(process({}), account("ada", mode="paper"))
    assert opened.credentials is not None
    assert opened.credentials.key.startswith("member-a.watchdog.")


def test_the_kill_switchs_orders_are_told_apart_by_their_names() -> None:
    name = switch_id_of("firing:ada:BTC/USDT:USDT:long:0")
    assert is_ours(name)
    assert is_of_the_switch(name)
    assert not is_of_the_switch(client_id_of("firing:ada:BTC/USDT:USDT:long:0"))
    assert not is_of_the_switch(None)
