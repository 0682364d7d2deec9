from __future__ import annotations

import base64

import pytest
from pydantic import SecretStr

from sandbox.exchange.limits import Limiter
from sandbox.exchange.refusal import REASONS, UNIFIED, WORDS, Refused
from sandbox.exchange.seats import signature


class Hand:
    """A clock that a test turns."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def read(self) -> float:
        return self.seconds


def spend(limiter: Limiter, subject: str, path: str, weight: float, times: int) -> int:
    """Return how many of `times` requests pass."""
    passed = 0
    for _ in range(times):
        try:
            limiter.check(subject, path, weight)
        except Refused:
            continue
        passed += 1
    return passed


@pytest.mark.parametrize(("weight", "passing"), [(1.0, 20), (2.0, 10), (4.0, 5), (6.67, 2), (20.0, 1)])
def test_a_second_has_20_units_for_each_resource(weight: float, passing: int) -> None:
    assert spend(Limiter(Hand().read), "key", "path", weight, 50) == passing


def test_another_key_another_resource_and_the_next_second_have_units_of_their_own() -> None:
    hand = Hand()
    limiter = Limiter(hand.read)
    assert spend(limiter, "one", "path", 2.0, 50) == 10
    assert spend(limiter, "other", "path", 2.0, 50) == 10
    assert spend(limiter, "one", "elsewhere", 2.0, 50) == 10
    hand.seconds = 1.01
    assert spend(limiter, "one", "path", 2.0, 50) == 10


def test_who_asks_too_often_is_told_when_to_come_again() -> None:
    limiter = Limiter(Hand().read)
    spend(limiter, "key", "path", 20.0, 1)
    with pytest.raises(Refused) as refused:
        limiter.check("key", "path", 20.0)
    assert (refused.value.status, refused.value.headers) == (429, {"Retry-After": "1"})


def test_the_signature_is_that_of_the_venues_own_description() -> None:
    """The key and data of test case 2 of RFC 4231, whose digest is given there in hexadecimal."""
    digest = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
    expected = "W9zBRr9gdU5qBCQmCJV1x1oAPwidJzmDnexYuWTsOEM="
    assert base64.b64encode(bytes.fromhex(digest)).decode() == expected
    assert signature(SecretStr("Jefe"), "what do ya want for nothing?") == expected


def test_every_code_that_a_reason_maps_to_has_words() -> None:
    assert set(REASONS.values()) | set(UNIFIED.values()) <= set(WORDS)
