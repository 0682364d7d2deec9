from __future__ import annotations

from datetime import datetime
from typing import Protocol

import pytest

from sandbox.discord.rules.limits import (
    GatewaySends,
    Identifies,
    Identify,
    InvalidRequests,
    RateLimited,
    RateLimiter,
    rate_limited,
)

SEND = "POST /channels/{channel_id}/messages"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"


class Stepped(Protocol):
    def now(self) -> datetime: ...
    def monotonic(self) -> float: ...
    def step(self, seconds: float) -> None: ...


def test_a_bucket_counts_down_and_then_says_when_to_come_back(clock: Stepped) -> None:
    limiter = RateLimiter(clock)
    left = [limiter.check("app", SEND, "1", exempt=False)["X-RateLimit-Remaining"] for _ in range(5)]
    assert left == ["4", "3", "2", "1", "0"]
    clock.step(2)
    with pytest.raises(RateLimited) as caught:
        limiter.check("app", SEND, "1", exempt=False)
    assert caught.value.body == {
        "message": "You are being rate limited.",
        "retry_after": 3.0,
        "global": False,
        "code": 0,
    }
    headers = caught.value.headers
    assert (headers["Retry-After"], headers["X-RateLimit-Scope"], headers["Via"]) == (
        "3",
        "user",
        "1.1 sandbox",
    )
    assert headers["X-RateLimit-Remaining"] == "0"
    assert float(headers["X-RateLimit-Reset"]) == clock.now().timestamp() + 3
    clock.step(3)
    assert limiter.check("app", SEND, "1", exempt=False)["X-RateLimit-Remaining"] == "4"


def test_channels_and_applications_have_buckets_of_their_own_under_one_name(clock: Stepped) -> None:
    limiter = RateLimiter(clock)
    for _ in range(5):
        first = limiter.check("app", SEND, "1", exempt=False)
    other = limiter.check("app", SEND, "2", exempt=False)
    assert other["X-RateLimit-Remaining"] == "4"
    assert other["X-RateLimit-Bucket"] == first["X-RateLimit-Bucket"]
    assert limiter.check("other", SEND, "1", exempt=False)["X-RateLimit-Remaining"] == "4"


def test_the_fifty_first_request_in_a_second_is_limited_globally_without_bucket_headers(
    clock: Stepped,
) -> None:
    limiter = RateLimiter(clock)
    for channel in range(50):
        limiter.check("app", SEND, str(channel), exempt=False)
    with pytest.raises(RateLimited) as caught:
        limiter.check("app", SEND, "x", exempt=False)
    assert caught.value.body["global"] is True
    assert caught.value.headers["X-RateLimit-Global"] == "true"
    assert "X-RateLimit-Bucket" not in caught.value.headers
    clock.step(1)
    assert limiter.check("app", SEND, "x", exempt=False)


def test_callbacks_are_never_limited_and_carry_no_bucket_headers(clock: Stepped) -> None:
    limiter = RateLimiter(clock)
    assert {repr(limiter.check("app", CALLBACK, "t", exempt=True)) for _ in range(500)} == {"{}"}


def test_a_shared_limit_says_so(clock: Stepped) -> None:
    RateLimiter(clock).check("app", SEND, "1", exempt=False)
    limited = rate_limited(0.35, scope="shared")
    assert limited.body["message"] == "The resource is being rate limited."
    assert (limited.body["retry_after"], limited.headers["Retry-After"]) == (0.35, "1")


def test_ten_thousand_invalid_requests_in_ten_minutes_are_a_ban_that_ends(clock: Stepped) -> None:
    invalid = InvalidRequests(clock)
    for _ in range(9_999):
        invalid.note(401)
    for status in (200, 400, 404):
        invalid.note(status)
    invalid.note(429, is_shared=True)
    assert invalid.banned_for() is None
    invalid.note(429)
    clock.step(60)
    assert invalid.banned_for() == 540
    clock.step(540)
    assert invalid.banned_for() is None


def test_a_connection_may_send_120_payloads_a_minute(clock: Stepped) -> None:
    sends = GatewaySends(clock)
    assert all(sends.take() for _ in range(120))
    assert not sends.take()
    clock.step(60)
    assert sends.take()


def test_one_identify_in_five_seconds_is_taken_and_shards_of_another_slot_do_not_wait(clock: Stepped) -> None:
    one = Identifies(clock)
    assert [one.start("app"), one.start("app"), one.start("other")] == [
        Identify.TAKEN,
        Identify.TOO_FAST,
        Identify.TAKEN,
    ]
    clock.step(5)
    assert one.start("app") is Identify.TAKEN
    two = Identifies(clock, max_concurrency=2)
    assert [two.start("app", shard=shard) for shard in (0, 1, 2)] == [
        Identify.TAKEN,
        Identify.TAKEN,
        Identify.TOO_FAST,
    ]


def test_the_thousandth_identify_of_a_day_is_the_last(clock: Stepped) -> None:
    identifies = Identifies(clock)
    for _ in range(1000):
        assert identifies.start("app") is Identify.TAKEN
        clock.step(5)
    assert identifies.session_start_limit("app") == {
        "total": 1000,
        "remaining": 0,
        "reset_after": (86_400 - 5_000) * 1000,
        "max_concurrency": 1,
    }
    assert identifies.start("app") is Identify.SPENT
    clock.step(86_400)
    assert identifies.start("app") is Identify.TAKEN
