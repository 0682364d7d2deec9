"""Which keys are refused: those that can move money away, and those of which that is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from account_rows import bad, good
from account_stage import KEYS, account_at, staged_account

from services.errors import Misconfigured
from services.exchange.venues.rights import reader_of, refuse_what_moves_money


def judged(exchange: str, reply: Any, *, is_unified: bool = False) -> str:
    """The permission that a reply is refused for; empty where the key passes."""
    reader = reader_of(exchange, is_unified=is_unified, venue=exchange)
    try:
        refuse_what_moves_money(reader, reply, venue=exchange)
    except Misconfigured as error:
        return str(error.facts["permission"])
    return ""


BINANCE = {"enableWithdrawals": False, "enableInternalTransfer": False, "permitsUniversalTransfer": False}
BYBIT = {"ContractTrade": ["Order", "Position"], "Spot": ["SpotTrade"], "Wallet": []}

TRADERS = {
    "bitget": {"data": {"authorities": ["coor", "coow", "stor", "stow", "cpow"]}},
    "binance": BINANCE,
    "bybit": {"result": {"permissions": BYBIT}},
    "okx": {"data": [{"perm": "read_only,trade"}]},
    "kucoin": {"data": {"permission": "General,Spot,Futures"}},
}
MOVERS = {
    "bitget": ({"data": {"authorities": ["coow", "withdraw"]}}, "withdraw"),
    "binance": ({**BINANCE, "permitsUniversalTransfer": True}, "transfer"),
    "bybit": (
        {"result": {"permissions": {**BYBIT, "Wallet": ["AccountTransfer"]}}},
        "Wallet: AccountTransfer",
    ),
    "okx": ({"data": [{"perm": "read_only,trade,withdraw"}]}, "withdraw"),
    "kucoin": ({"data": {"permission": "General,Spot,Transfer"}}, "Transfer"),
}
SILENT: dict[str, Any] = {
    "bitget": {"data": {"authorities": []}},
    "binance": {"enableWithdrawals": False},
    "bybit": {"result": {"permissions": {"Spot": ["SpotTrade"]}}},
    "okx": {"data": []},
    "kucoin": {"data": None},
}


@pytest.mark.parametrize("exchange", TRADERS)
def test_a_key_that_reads_and_trades_is_accepted(exchange: str) -> None:
    assert judged(exchange, TRADERS[exchange]) == ""


@pytest.mark.parametrize("exchange", MOVERS)
def test_a_key_that_can_move_money_is_refused_and_the_right_is_named(exchange: str) -> None:
    reply, right = MOVERS[exchange]
    assert judged(exchange, reply) == right


@pytest.mark.parametrize("exchange", SILENT)
def test_a_key_whose_rights_cannot_be_read_is_refused(exchange: str) -> None:
    assert judged(exchange, SILENT[exchange]) == "unknown"


def test_a_right_that_nobody_here_knows_is_refused_by_its_name() -> None:
    assert judged("bitget", {"data": {"authorities": ["coow", "wtow"]}}) == "wtow"


def test_a_unified_key_is_read_where_unified_keys_are() -> None:
    trader = {"data": {"permissions": ["uta_mgt", "uta_trade"]}}
    assert judged("bitget", trader, is_unified=True) == ""
    mover = {"data": {"permissions": ["uta_trade", "withdraw"]}}
    assert judged("bitget", mover, is_unified=True) == "withdraw"


def test_a_venue_that_tells_no_rights_is_refused() -> None:
    with pytest.raises(Misconfigured, match="cannot be read"):
        reader_of("gate", is_unified=False, venue="gate")


async def test_an_account_does_not_open_with_a_key_that_can_withdraw(tmp_path: Path) -> None:
    async with staged_account() as staged:
        staged.answers["/api/v2/spot/account/info"] = good({"authorities": ["coow", "withdraw"]})
        with pytest.raises(Misconfigured, match="withdraw") as refusal:
            async with account_at(staged, tmp_path):
                pass
    assert refusal.value.facts["permission"] == "withdraw"


async def test_a_key_that_may_not_even_read_says_which_right_it_lacks(tmp_path: Path) -> None:
    async with staged_account() as staged:
        staged.answers["/api/v2/spot/account/info"] = bad("40014")
        with pytest.raises(Misconfigured) as refusal:
            async with account_at(staged, tmp_path):
                pass
    assert refusal.value.facts["permission"] == "read the account"
    assert KEYS.key not in str(refusal.value)
