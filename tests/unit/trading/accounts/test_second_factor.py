from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from desk_accounts_stage import ANN, BOB, DeskStage, a_desk

from services.errors import UserMistake
from services.trading.accounts.messages import BeginEnrolment, FinishEnrolment

USER = ANN.user_id


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStage]:
    async with a_desk(tmp_path) as stage:
        yield stage


async def refused(desk: DeskStage, code: str) -> UserMistake:
    with pytest.raises(UserMistake) as refusal:
        await desk.factors.check(USER, code)
    return refusal.value


async def test_a_code_of_the_authenticator_passes_once(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    code = authenticator.at(desk.clock.now())
    await desk.factors.check(USER, f"{code[:3]} {code[3:]}")
    assert (await refused(desk, code)).message == "That code does not pass."
    desk.clock.seconds += 30
    await desk.factors.check(USER, authenticator.at(desk.clock.now()))


async def test_the_first_code_is_not_taken_twice_either(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    desk.clock.seconds -= 60
    await refused(desk, authenticator.at(desk.clock.now()))


async def test_a_code_older_than_one_that_passed_does_not_pass(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    earlier = authenticator.at(desk.clock.now())
    desk.clock.seconds += 30
    await desk.factors.check(USER, authenticator.at(desk.clock.now()))
    await refused(desk, earlier)


async def test_of_two_who_hand_in_the_same_code_at_once_one_passes(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    code = authenticator.at(desk.clock.now())
    told = await asyncio.gather(*(desk.factors.check(USER, code) for _ in range(4)), return_exceptions=True)
    assert [one for one in told if one is None] == [None]


async def test_each_recovery_code_passes_once(desk: DeskStage) -> None:
    _, codes = await desk.enrol()
    for code in codes:
        await desk.factors.check(USER, code)
    for code in codes[:3]:
        await refused(desk, code)


async def test_five_wrong_codes_lock_for_fifteen_minutes_also_the_right_ones(desk: DeskStage) -> None:
    authenticator, codes = await desk.enrol()
    for _ in range(4):
        assert (await refused(desk, "000000")).message == "That code does not pass."
    assert (await refused(desk, "000000")).message == "There were too many wrong codes."
    assert await desk.actions() == ["second_factor.set", "second_factor.lock"]
    desk.clock.seconds += 15 * 60 - 1
    for code in (authenticator.at(desk.clock.now()), codes[0]):
        assert (await refused(desk, code)).facts["retry_after"] == 1.0
    desk.clock.seconds += 1
    await desk.factors.check(USER, authenticator.at(desk.clock.now()))


async def test_a_code_that_passes_clears_the_count(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    for _ in range(3):
        for _ in range(4):
            await refused(desk, "000000")
        desk.clock.seconds += 30
        await desk.factors.check(USER, authenticator.at(desk.clock.now()))


async def test_nobody_passes_with_the_code_of_another(desk: DeskStage) -> None:
    _, codes = await desk.enrol(BOB)
    assert (await refused(desk, codes[0])).message == "You have no second factor yet."
    await desk.enrol()
    await refused(desk, codes[0])


async def test_the_secret_and_the_codes_are_not_in_the_database(desk: DeskStage) -> None:
    authenticator, codes = await desk.enrol()
    async with desk.store.read() as rows:
        row = await rows.trading.factors.get(USER)
    assert row is not None
    assert authenticator.secret not in str(row)
    assert not any(code in str(row) or code.replace("-", "") in str(row) for code in codes)


async def test_another_second_factor_needs_a_code_of_the_one_in_force(desk: DeskStage) -> None:
    authenticator, _ = await desk.enrol()
    with pytest.raises(UserMistake):
        await desk.service.process(BeginEnrolment(id="2", caller=ANN))
    code = authenticator.at(desk.clock.now())
    begun = await desk.service.process(BeginEnrolment(id="3", caller=ANN, code=code))
    assert begun.secret != authenticator.secret
    desk.clock.seconds += 30
    await desk.factors.check(USER, authenticator.at(desk.clock.now()))


async def test_a_second_factor_that_is_not_finished_in_time_is_begun_anew(desk: DeskStage) -> None:
    await desk.service.process(BeginEnrolment(id="1", caller=ANN))
    desk.clock.seconds += 601
    with pytest.raises(UserMistake, match="waits"):
        await desk.service.process(FinishEnrolment(id="2", caller=ANN, code="123456"))
    assert not await desk.factors.is_in_force(USER)


async def test_a_new_secret_is_not_guessed_with_more_than_five_codes(desk: DeskStage) -> None:
    await desk.service.process(BeginEnrolment(id="1", caller=ANN))
    for number in range(5):
        with pytest.raises(UserMistake, match="does not pass"):
            await desk.service.process(FinishEnrolment(id=f"f{number}", caller=ANN, code="000000"))
    with pytest.raises(UserMistake, match="waits"):
        await desk.service.process(FinishEnrolment(id="f9", caller=ANN, code="000000"))


async def test_a_repeated_request_answers_the_same_and_takes_no_second_code(desk: DeskStage) -> None:
    begun = await desk.service.process(BeginEnrolment(id="1", caller=ANN))
    assert await desk.service.process(BeginEnrolment(id="1", caller=ANN)) == begun
