from __future__ import annotations

from collections import Counter

import msgspec
import pytest

from sandbox.discord.faults import FaultSwitch
from sandbox.discord.storm import Blow

SHARES = {"too_many": 0.3, "server_error": 0.1, "reset": 0.05, "hang": 0.05}


def blows(switch: FaultSwitch, count: int = 10_000) -> list[Blow | None]:
    return [switch.take_blow("/channels/1/messages") for _ in range(count)]


def stormy(**other: object) -> FaultSwitch:
    switch = FaultSwitch()
    switch.set({"storm": {**SHARES, **other}})
    return switch


def test_a_storm_strikes_the_shares_that_it_was_told_and_each_429_has_four_forms() -> None:
    struck = Counter(blow.kind for blow in blows(stormy()) if blow is not None)
    assert sum(struck.values()) / 10_000 == pytest.approx(0.5, abs=0.02)
    for kind in ("user", "global", "shared", "cloudflare"):
        assert struck[kind] / 10_000 == pytest.approx(0.075, abs=0.01)
    assert struck["server_error"] / 10_000 == pytest.approx(0.1, abs=0.01)
    assert struck["reset"] / 10_000 == pytest.approx(0.05, abs=0.01)


def test_the_same_seed_makes_the_same_storm() -> None:
    assert blows(stormy(seed=3), 200) == blows(stormy(seed=3), 200)
    assert blows(stormy(seed=3), 200) != blows(stormy(seed=4), 200)


def test_what_is_refused_was_never_carried_out_and_what_breaks_may_have_been() -> None:
    after = {blow.kind for blow in blows(stormy(after=1.0)) if blow is not None and blow.is_after}
    assert after == {"server_error", "reset", "hang"}


def test_a_storm_leaves_other_routes_alone_and_ends() -> None:
    switch = stormy(too_many=1.0, route="/messages")
    assert switch.take_blow("/users/@me") is None
    assert switch.take_blow("/channels/1/messages") is not None
    switch.set({"slow_ms": 1})
    assert switch.now.storm is not None
    switch.clear()
    assert blows(switch, 10) == [None] * 10


def test_what_stands_before_discord_answers_in_plain_text_and_without_its_headers() -> None:
    status, body, headers = Blow("cloudflare", is_after=False, seconds=0.3).answer()
    assert (status, type(body)) == (429, str)
    assert "Via" not in headers
    assert "Via" in Blow("user", is_after=False, seconds=0.3).answer()[2]


def test_a_share_is_no_more_than_all() -> None:
    with pytest.raises(msgspec.ValidationError):
        stormy(reset=1.1)
