from __future__ import annotations

from sandbox.discord.member_api.outbox import MOST_EVENTS, READY, REPLY, Outbox


async def taken(outbox: Outbox, number: int) -> list[tuple[str, bytes]]:
    return [await outbox.take() for _ in range(number)]


async def test_replies_outlive_the_events_that_a_slow_reader_misses() -> None:
    outbox = Outbox()
    outbox.reply(b"first")
    for number in range(MOST_EVENTS):
        outbox.event("TYPING_START", b"%d" % number)
    outbox.reply(b"second")
    outbox.event("TYPING_START", b"one too many")
    outbox.event("TYPING_START", b"later")
    assert await taken(outbox, 4) == [
        (REPLY, b"first"),
        (REPLY, b"second"),
        (READY, b""),
        ("TYPING_START", b"later"),
    ]


async def test_a_reader_that_keeps_up_misses_nothing() -> None:
    outbox = Outbox()
    for number in range(2 * MOST_EVENTS):
        outbox.event("TYPING_START", b"%d" % number)
        assert await outbox.take() == ("TYPING_START", b"%d" % number)
