from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing
from datetime import timedelta

import pytest
from model_stage import ASKED, SECRET_WORDS, SetClock, heard_of
from structlog.testing import capture_logs

from config.farm_file import ChatSection, ModelSection
from services.chat.models.failing import down, refused, silent
from services.chat.models.fallback import ConfiguredModels
from services.chat.ports import Chosen, Model, Piece, Prompt, Used
from services.clock import SystemClock
from services.errors import ModelFailed

Said = Sequence[Piece | ModelFailed | float]
END = Piece(ending="stop", used=Used(given=1, written=1))
WORDS = (Piece(text="It costs "), Piece(text="70 000."), END)


class Canned:
    """A model that says the same to everybody; a number is a pause."""

    def __init__(self, name: str, *said: Piece | ModelFailed | float) -> None:
        self.name = name
        self.said: Said = said
        self.asked = 0
        self.closed = 0

    async def stream(self, prompt: Prompt) -> AsyncIterator[Piece]:
        assert prompt is ASKED
        self.asked += 1
        try:
            for one in self.said:
                if isinstance(one, ModelFailed):
                    raise one
                if isinstance(one, float):
                    await asyncio.sleep(one)
                else:
                    yield one
        finally:
            self.closed += 1

    async def close(self) -> None:
        self.closed += 100


def configured(*models: Canned, clock: SetClock | None = None) -> ConfiguredModels:
    section = ModelSection(api="openai", model="m", first_words=timedelta(milliseconds=50))
    chat = ChatSection(
        models={one.name: section for one in models},
        usual=tuple(one.name for one in models),
        personas={"z": ()},
    )
    named: dict[str, Model] = {one.name: one for one in models}
    return ConfiguredModels(chat, named, clock=clock or SetClock())


async def heard(models: ConfiguredModels) -> list[Chosen]:
    return [one async for one in models.stream("xyko", ASKED)]


async def test_the_first_model_that_begins_is_the_one_that_answers() -> None:
    one, two = Canned("one", *WORDS), Canned("two", *WORDS)
    models = configured(one, two)
    assert await heard(models) == [Chosen(model="one", piece=piece) for piece in WORDS]
    assert (models.of("xyko"), models.of("z")) == (("one", "two"), ())
    assert (two.asked, one.closed) == (0, 1)


@pytest.mark.parametrize("said", [(down("one"),), (9.0, *WORDS), ()], ids=["fails", "is silent", "is empty"])
async def test_a_model_that_does_not_begin_is_followed_by_the_next_and_is_not_asked_twice(said: Said) -> None:
    one, two = Canned("one", *said), Canned("two", *WORDS)
    assert {chosen.model for chosen in await heard(configured(one, two))} == {"two"}
    assert (one.asked, two.asked, one.closed) == (1, 1, 1)


async def test_once_a_model_has_begun_no_other_is_asked() -> None:
    one, two = Canned("one", WORDS[0], down("one")), Canned("two", *WORDS)
    kept: list[Chosen] = []
    with pytest.raises(ModelFailed, match="The model one cannot be reached"):
        await heard_of(configured(one, two).stream("xyko", ASKED), kept)
    assert ([chosen.piece.text for chosen in kept], two.asked) == (["It costs "], 0)


async def test_the_last_failure_is_told_where_none_begins() -> None:
    one, two = Canned("one", down("one")), Canned("two", refused("two", 503))
    with pytest.raises(ModelFailed, match="The model two refused: 503 Service Unavailable"):
        await heard(configured(one, two))


async def test_a_persona_without_models_is_told_so() -> None:
    with pytest.raises(ModelFailed, match="z has no model"):
        await anext(configured(Canned("one", *WORDS)).stream("z", ASKED))


async def test_a_model_that_fails_five_times_rests_and_comes_back() -> None:
    clock = SetClock()
    one, two = Canned("one", down("one")), Canned("two", *WORDS)
    models = configured(one, two, clock=clock)
    for _ in range(7):
        await heard(models)
    assert (one.asked, two.asked) == (5, 7)
    assert (models.how("one"), models.how("two")) == ("resting until 03:04:35 UTC", "ready")
    clock.passed += 30
    one.said = WORDS
    assert (await heard(models))[0].model == "one"
    assert models.how("one") == "ready"


async def test_models_that_all_rest_fail_without_being_asked() -> None:
    one = Canned("one", refused("one", 401))
    models = configured(one)
    for expected in ("refused: 401", "The model one rests after failures"):
        with pytest.raises(ModelFailed, match=expected):
            await heard(models)
    assert one.asked == 1


async def test_whoever_stops_listening_closes_the_answer() -> None:
    one = Canned("one", WORDS[0], 30.0)
    async with aclosing(configured(one).stream("xyko", ASKED)) as pieces:
        await anext(pieces)
        assert one.closed == 0
    assert one.closed == 1


async def test_one_line_a_request_tells_who_answered_how_fast_and_no_word_of_it() -> None:
    cases: list[tuple[tuple[Canned, ...], dict[str, object]]] = [
        (
            (Canned("one", down("one")), Canned("two", *WORDS)),
            {"model": "two", "first_ms": 0, "outcome": "answered", "failed": ["one: down"]},
        ),
        (
            (Canned("one", WORDS[0], refused("one", 500)),),
            {"model": "one", "first_ms": 0, "outcome": "broke off", "failed": ["one: trouble"]},
        ),
        (
            (Canned("one", refused("one", 429)),),
            {"model": None, "first_ms": None, "outcome": "none", "failed": ["one: busy"]},
        ),
    ]
    for models, expected in cases:
        with capture_logs() as lines:
            await asyncio.gather(heard(configured(*models)), return_exceptions=True)
        (line,) = [one for one in lines if one["event"] == "model_asked"]
        assert line == {"event": "model_asked", "log_level": "info", "persona": "xyko", **expected}
        assert SECRET_WORDS not in repr(lines)


async def test_what_is_closed_is_every_model() -> None:
    one, two = Canned("one"), Canned("two")
    await configured(one, two).close()
    assert (one.closed, two.closed) == (100, 100)


class Slow(Canned):
    """A model that takes so many seconds of a clock to say nothing."""

    def __init__(self, name: str, clock: SetClock, seconds: float) -> None:
        super().__init__(name)
        self._clock = clock
        self._seconds = seconds

    async def stream(self, prompt: Prompt) -> AsyncIterator[Piece]:
        async for piece in super().stream(prompt):
            yield piece
        self._clock.passed += self._seconds
        raise silent(self.name)


async def test_when_the_time_of_all_is_over_no_other_model_is_asked() -> None:
    clock = SetClock()
    models = [Slow(name, clock, 2.5) for name in ("one", "two", "three")]
    with pytest.raises(ModelFailed, match="The model two did not answer in time"):
        await heard(configured(*models, clock=clock))
    assert [one.asked for one in models] == [1, 1, 0]


@pytest.mark.slow
async def test_two_models_that_hang_leave_the_templates_their_time() -> None:
    clock, models = SystemClock(), [Canned(name, 60.0) for name in ("one", "two")]
    section = ModelSection(api="openai", model="m")
    chat = ChatSection(models={one.name: section for one in models}, usual=("one", "two"))
    begun = clock.monotonic()
    with pytest.raises(ModelFailed, match="The model two did not answer in time"):
        await heard(ConfiguredModels(chat, {one.name: one for one in models}, clock=clock))
    assert clock.monotonic() - begun < 4.8
