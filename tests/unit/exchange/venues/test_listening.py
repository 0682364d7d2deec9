from __future__ import annotations

from decimal import Decimal

import pytest

from services.errors import ExchangeUnavailable, Misconfigured
from services.exchange.orders import Balance
from services.exchange.venues.listening import Listening


def a_balance(number: int) -> Balance:
    total = Decimal(number)
    return Balance(currency="USDT", wallet="swap", total=total, free=total, used=Decimal(0))


async def test_everything_is_read_in_order_and_then_what_ended_it() -> None:
    listening = Listening("bitget")
    for number in range(3):
        listening.put(a_balance(number))
    listening.put(Misconfigured("no key"))
    listening.put(a_balance(3))
    assert [await listening.take() for _ in range(3)] == [a_balance(number) for number in range(3)]
    for _ in range(2):
        with pytest.raises(Misconfigured):
            await listening.take()


async def test_a_listener_that_does_not_read_is_told_to_begin_again_and_keeps_no_part_of_it() -> None:
    listening = Listening("bitget", most=10)
    for number in range(11):
        listening.put(a_balance(number))
    with pytest.raises(ExchangeUnavailable, match="faster than it is read"):
        await listening.take()
