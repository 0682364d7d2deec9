"""ask and answer, on every server that we run on."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from bus_stage import Echo, Note, Other, Server, bus_of, eventually, tell

from services.bus.bus import Bus
from services.bus.messages import Message, Request
from services.errors import Fault, NoAnswer, NotAllowed, UnknownMarket
from services.loops import Loops

pytestmark = pytest.mark.asyncio(loop_scope="module")


def text_of(request: Request[Any]) -> str:
    assert isinstance(request, Echo)
    return request.text


async def say(request: Request[Any]) -> Message:
    return Note(text=text_of(request))


def failing(error: Exception) -> Callable[[Request[Any]], Any]:
    async def fail(_request: Request[Any]) -> Message:
        raise error

    return fail


async def test_an_answer_comes_back_as_the_type_that_the_request_names(one: Bus, two: Bus) -> None:
    async with Loops(two.answer("echo", [Echo], say)):
        assert await one.ask(Echo(text="hi")) == Note(text="hi")


async def test_a_process_can_ask_itself(one: Bus) -> None:
    async with Loops(one.answer("echo", [Echo], say)):
        assert await one.ask(Echo(text="me")) == Note(text="me")


async def test_many_questions_at_once_each_get_their_own_answer(one: Bus, two: Bus) -> None:
    async with Loops(two.answer("echo", [Echo], say)):
        answers = await asyncio.gather(*(one.ask(Echo(text=str(n)), timeout=5) for n in range(500)))
    assert [answer.text for answer in answers] == [str(n) for n in range(500)]


async def test_an_error_of_the_tree_is_raised_again_with_its_facts(one: Bus, two: Bus) -> None:
    error = UnknownMarket.of("BTCC", ["BTC/USDT"])
    async with Loops(two.answer("echo", [Echo], failing(error))):
        with pytest.raises(UnknownMarket) as raised:
            await one.ask(Echo(text="x"))
    assert (raised.value.message, raised.value.hint) == (error.message, error.hint)
    assert raised.value.facts == {"asked": "BTCC", "suggestions": ["BTC/USDT"]}


async def test_a_defect_becomes_a_fault_that_tells_nothing_of_its_inside(one: Bus, two: Bus) -> None:
    async with Loops(two.answer("echo", [Echo], failing(ZeroDivisionError("the password is x")))):
        with pytest.raises(Fault, match=r"echo failed on echo\.say") as raised:
            await one.ask(Echo(text="x"))
    assert "password" not in f"{raised.value} {raised.value.hint} {raised.value.facts}"


async def test_an_answerer_survives_a_defect_of_its_handler(one: Bus, two: Bus) -> None:
    async def once(request: Request[Any]) -> Message:
        if text_of(request) == "bad":
            raise ZeroDivisionError
        return Note(text="fine")

    async with Loops(two.answer("echo", [Echo], once)):
        with pytest.raises(Fault):
            await one.ask(Echo(text="bad"))
        assert await one.ask(Echo(text="good")) == Note(text="fine")


async def test_a_request_that_the_service_does_not_know_is_a_fault(one: Bus, two: Bus) -> None:
    async with Loops(two.answer("echo", [Echo], say)):
        with pytest.raises(Fault, match=r"does not answer echo\.other"):
            await one.ask(Other())


async def test_a_question_that_nobody_answers_ends_at_its_deadline_and_names_the_service(one: Bus) -> None:
    with pytest.raises(NoAnswer, match="echo") as raised:
        async with asyncio.timeout(0.6):
            await one.ask(Echo(text="x"), timeout=0.2)
    assert raised.value.facts == {"service": "echo"}


async def test_an_expired_question_never_reaches_the_handler(server: Server, one: Bus, two: Bus) -> None:
    seen = []

    async def note(request: Request[Any]) -> Message:
        seen.append(text_of(request))
        return Note(text=text_of(request))

    with pytest.raises(NoAnswer):
        await one.ask(Echo(text="late"), timeout=0.1)
    async with Loops(two.answer("echo", [Echo], note)):
        await one.ask(Echo(text="in time"))
    assert seen == ["in time"]
    assert await tell(server.url, ("XLEN", "omega:ask:echo")) == [0]


async def test_parts_come_as_they_are_made_and_the_last_is_the_answer(one: Bus, two: Bus) -> None:
    may_end = asyncio.Event()
    parts: list[str] = []

    async def speak(_request: Request[Any]) -> AsyncIterator[Message]:
        yield Note(text="to")
        yield Note(text="to the")
        await may_end.wait()
        yield Note(text="to the moon")

    async def on_part(part: Note) -> None:
        parts.append(part.text)

    async with Loops(two.answer("echo", [Echo], speak)), asyncio.TaskGroup() as asking:
        answer = asking.create_task(one.ask(Echo(text="x"), on_part=on_part))
        await eventually(lambda: parts == ["to", "to the"])
        may_end.set()
    assert answer.result() == Note(text="to the moon")
    assert parts == ["to", "to the", "to the moon"]


async def test_an_error_after_some_parts_is_raised(one: Bus, two: Bus) -> None:
    async def speak(_request: Request[Any]) -> AsyncIterator[Message]:
        yield Note(text="half")
        raise NotAllowed.for_lack_of("trader")

    async with Loops(two.answer("echo", [Echo], speak)):
        with pytest.raises(NotAllowed):
            await one.ask(Echo(text="x"))


async def test_no_more_questions_are_in_work_than_allowed(one: Bus, two: Bus) -> None:
    at_work = most = 0

    async def slow(request: Request[Any]) -> Message:
        nonlocal at_work, most
        at_work += 1
        most = max(most, at_work)
        await asyncio.sleep(0.01)
        at_work -= 1
        return Note(text=text_of(request))

    async with Loops(two.answer("echo", [Echo], slow, concurrency=3)):
        await asyncio.gather(*(one.ask(Echo(text=str(n))) for n in range(12)))
    assert most == 3


async def test_a_stopping_service_finishes_what_is_in_work(one: Bus, two: Bus) -> None:
    is_at_work = asyncio.Event()

    async def slow(_request: Request[Any]) -> Message:
        is_at_work.set()
        await asyncio.sleep(0.05)
        return Note(text="finished")

    async with asyncio.TaskGroup() as tasks:
        service = tasks.create_task(two.answer("echo", [Echo], slow))
        answer = tasks.create_task(one.ask(Echo(text="x")))
        await is_at_work.wait()
        service.cancel()
    assert answer.result() == Note(text="finished")


async def test_a_restarted_service_answers_what_its_earlier_life_left(server: Server, one: Bus) -> None:
    async def never(_request: Request[Any]) -> Message:
        await asyncio.sleep(60)
        return Note(text="never")

    async with asyncio.TaskGroup() as tasks:
        async with bus_of(server, "service") as first:
            dying = tasks.create_task(first.answer("echo", [Echo], never))
            answer = tasks.create_task(one.ask(Echo(text="x"), timeout=4))
            await asyncio.sleep(0.1)
            dying.cancel()
            await asyncio.wait([dying])
        async with bus_of(server, "service") as second, Loops(second.answer("echo", [Echo], say)):
            await asyncio.wait([answer])
    assert answer.result() == Note(text="x")


async def test_questions_leave_nothing_behind(server: Server, one: Bus, two: Bus) -> None:
    async with Loops(two.answer("echo", [Echo], say)):
        for n in range(5):
            await one.ask(Echo(text=str(n)))
    length, pending = await tell(
        server.url, ("XLEN", "omega:ask:echo"), ("XPENDING", "omega:ask:echo", "echo")
    )
    assert (length, pending) == (0, [0, None, None, None])
