from __future__ import annotations

import msgspec
import pytest
from pydantic import SecretStr

from sandbox.discord.faults import FaultSwitch
from sandbox.discord.gateway.session import REPLAYABLE_EVENTS, Op, Session
from sandbox.discord.tokens import mint_token, name_in
from sandbox.discord.wire import decode

KEY = SecretStr("key")


class HeldWire:
    """Keeps what it is sent."""

    def __init__(self) -> None:
        self.frames: list[bytes] = []

    def push(self, frame: bytes) -> None:
        self.frames.append(frame)

    def push_op(self, op: Op, payload: object) -> None:
        raise NotImplementedError

    def close(self, code: int) -> None:
        raise NotImplementedError

    def drop(self) -> None:
        raise NotImplementedError

    def invalidate(self, *, is_resumable: bool) -> None:
        raise NotImplementedError


@pytest.mark.parametrize("name", ["Xyko", "Dr. Ω", "a.b.c"])
def test_a_token_tells_the_name_that_it_was_made_for(name: str) -> None:
    assert name_in(KEY, mint_token(KEY, name)) == name


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "not a token at all", "é.é.é", "x" * 5000])
def test_what_is_no_token_tells_no_name(token: str) -> None:
    assert name_in(KEY, token) is None


def test_a_token_of_another_key_or_with_another_name_tells_no_name() -> None:
    own, other = mint_token(KEY, "Xyko"), mint_token(SecretStr("other"), "Xyko")
    assert name_in(KEY, other) is None
    head, _, signature = own.split(".")
    assert name_in(KEY, f"{head}.{mint_token(KEY, 'Biel').split('.')[1]}.{signature}") is None


def test_a_counted_fault_strikes_so_often_and_no_more() -> None:
    switch = FaultSwitch()
    switch.set({"rest_429": {"count": 2, "route": "/messages"}})
    struck = [
        switch.take_429(None, path) is not None
        for path in ("/users/@me", "/c/messages", "/c/messages", "/c/messages")
    ]
    assert struck == [False, True, True, False]


def test_a_fault_may_be_for_one_application() -> None:
    switch = FaultSwitch()
    switch.set({"rest_5xx": {"application": "Xyko", "status": 503}})
    assert switch.take_5xx("Waze", "/") is None
    found = switch.take_5xx("Xyko", "/")
    assert found is not None
    assert found.status == 503


def test_setting_one_fault_leaves_the_others() -> None:
    switch = FaultSwitch()
    switch.set({"slow_ms": 5})
    switch.set({"duplicate_event": 1})
    assert (switch.now.slow_ms, switch.take("duplicate_event"), switch.take("duplicate_event")) == (
        5,
        True,
        False,
    )


@pytest.mark.parametrize(
    "wrong", [{"nonsense": 1}, {"slow_ms": -1}, {"rest_5xx": {"status": 404}}, {"slow_ms": "x"}]
)
def test_a_fault_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(msgspec.ValidationError):
        FaultSwitch().set(wrong)


def test_faults_outlive_their_switch() -> None:
    switch = FaultSwitch()
    switch.set({"rest_429": {"count": 3}, "privileged_intents": ["members"]})
    assert FaultSwitch(switch.to_json()).now == switch.now


def test_a_session_replays_only_as_far_back_as_it_remembers() -> None:
    session = Session("s", "a", intents=0, shard=(0, 1))
    for _ in range(REPLAYABLE_EVENTS + 10):
        session.dispatch("X", b"{}")
    assert not session.can_replay_from(9)
    assert session.can_replay_from(10)
    session.socket = wire = HeldWire()
    session.replay_from(REPLAYABLE_EVENTS + 8)
    said = [decode(frame) for frame in wire.frames]
    assert [(one["t"], one["s"]) for one in said] == [("X", 2009), ("X", 2010), ("RESUMED", 2011)]


def test_a_session_carries_the_guilds_of_its_shard_and_shard_zero_the_direct_messages() -> None:
    guild = str(5 << 22)
    shards = [Session("s", "a", intents=0, shard=(number, 2)) for number in range(2)]
    assert [shard.is_in_shard(guild) for shard in shards] == [False, True]
    assert [shard.is_in_shard(None) for shard in shards] == [True, False]
