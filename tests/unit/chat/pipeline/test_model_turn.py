from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from chat_keeping_stage import KeepingStage, a_database
from chat_stage import MIA, FakeAnswers, FakeModels, Said, heard, silent, small_roster

from cogs._ui.origin import origin_facts
from config.farm_file import BudgetSection, ChatSection
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.conversations import Conversations
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.memories import Memories
from services.chat.messages import FactShown, Reply
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.footnotes import Lack
from services.chat.pipeline.model_turn import MOST_ROUNDS, ModelTurn
from services.chat.pipeline.recalling import Recalling
from services.chat.pipeline.spending import FEWEST, Spending
from services.chat.pipeline.talks import Talks
from services.chat.pipeline.tools import Tools
from services.chat.ports import Call
from services.chat.tokens import tokens_of
from services.errors import ExchangeUnavailable
from services.market.messages import Origin

PRICE = Call(id="c1", name="price", arguments='{"market": "BTC"}')
ETH = Call(id="c2", name="price", arguments='{"market": "ETH"}')
CHART = Call(id="c3", name="chart", arguments='{"market": "BTC"}')
LOOKING: Sequence[Said] = (PRICE, "tools")
FOUND = "BTC is at 64,210.5 on this tape."


class Talking:
    """Asks Xyko's model, and keeps what was shown before the end."""

    def __init__(self, stage: KeepingStage) -> None:
        self.answers = FakeAnswers()
        self.models = FakeModels()
        self.shown: list[str] = []
        self.facts: list[list[FactShown]] = []
        self.tokens = 100_000
        self._stage = stage
        self._talks = Talks(stage.clock, talk_for=1_800.0)

    async def say(
        self,
        *replies: Sequence[Said],
        question: str = "price of BTC",
        whole: float = 5.0,
        each: float = 1.0,
        locale: str = "en",
    ) -> Answered | Lack:
        self.models.replies, self.models.prompts = replies, []
        clock, store = self._stage.clock, self._stage.store
        section = ChatSection(member=BudgetSection(tokens=self.tokens))
        spending = Spending(self.models, Budgets(store, section, Leaving(), clock=clock))
        conversations = Conversations(store, clock=clock, talk_for=timedelta(minutes=30))
        recalling = Recalling(conversations, Memories(store, clock=clock), self._talks, clock=clock)
        turn = ModelTurn(Tools(self.answers, within=each), recalling, secrets=(), whole=whole)
        async with spending.purse(MIA, "xyko") as purse:
            return await turn.answer(heard(question, locale=locale), "unknown", purse, self._show)

    def _show(self, make: object) -> None:
        assert callable(make)
        part = make()
        if isinstance(part, Reply):
            assert not part.is_last
            self.shown.append(part.card.verdict)
            self.facts.append(part.card.facts)


@pytest.fixture
async def talking(tmp_path: Path) -> AsyncIterator[Talking]:
    async with a_database(tmp_path) as stage:
        yield Talking(stage)


def verdict(answered: Answered | Lack) -> str:
    assert isinstance(answered, Answered)
    return answered.card.verdict


async def test_what_was_looked_up_may_be_said_and_the_answer_rests_on_it(talking: Talking) -> None:
    answered = await talking.say(
        [PRICE, CHART, "tools"], ["BTC is ", "at 64,210.5", " on this tape.", "stop"]
    )
    assert isinstance(answered, Answered)
    assert (answered.card.verdict, answered.source, answered.model) == (FOUND, "model", "fast")
    assert [one.topic for one in answered.called] == ["price", "chart"]
    assert answered.card.picture is not None
    assert talking.shown[0] == "BTC is"


async def test_the_next_round_is_told_what_was_wanted_and_what_was_found(talking: Talking) -> None:
    await talking.say(["Let me look.", PRICE, ETH, "tools"], [FOUND, "stop"])
    said, *results = talking.models.prompts[1].turns[-3:]
    assert (said.role, said.text, said.calls) == ("persona", "Let me look.", (PRICE, ETH))
    assert [(one.role, one.call_id, one.tool) for one in results] == [
        ("tool", "c1", "price"),
        ("tool", "c2", "price"),
    ]
    assert "Price: 64,210.5 USDT" in results[0].text
    assert "3,120.4" in results[1].text


async def test_a_number_that_nobody_found_takes_its_sentence_along(talking: Talking) -> None:
    answered = await talking.say([PRICE, "tools"], [FOUND, " It will be 99,999 soon.", "stop"])
    assert verdict(answered) == FOUND
    assert isinstance(answered, Answered)
    assert answered.removed == 1
    assert not any("99" in part for part in talking.shown)


async def test_the_members_own_numbers_may_be_said_back(talking: Talking) -> None:
    answered = await talking.say(["You said 70,000, and I hear you.", "stop"], question="is 70,000 near?")
    assert verdict(answered) == "You said 70,000, and I hear you."


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        ([silent()], "silent"),
        (["stop"], "silent"),
        (["blocked"], "blocked"),
        (["It is at 99,999 now.", "blocked"], "blocked"),
        (["It is at 99,999 now.", "stop"], "unshown"),
        (["Sure!", silent()], "silent"),
        (["Well.", " It is at 99,999 now.", "stop"], "unshown"),
    ],
)
async def test_nothing_of_use_is_no_answer_and_the_reason_is_told_apart(
    talking: Talking, reply: Sequence[Said], why: Lack
) -> None:
    assert await talking.say(reply) == why


@pytest.mark.parametrize("after", [["stop"], [silent()]])
async def test_saying_that_it_will_look_is_no_answer(talking: Talking, after: Sequence[Said]) -> None:
    looking: Sequence[Said] = ["Let me look that up for you.", PRICE, "tools"]
    assert await talking.say(looking, after) == "silent"
    answered = await talking.say(looking, [FOUND, " Let me see the chart.", CHART, "tools"], after)
    assert verdict(answered).startswith(FOUND)


@pytest.mark.parametrize("end", ["length", "blocked", silent()])
async def test_what_breaks_off_has_said_what_it_said_and_says_so(talking: Talking, end: Said) -> None:
    answered = await talking.say([PRICE, "tools"], [FOUND, " And then", end])
    assert verdict(answered).startswith(FOUND)
    assert isinstance(answered, Answered)
    assert "cut short" in answered.card.footnote


async def test_a_model_that_takes_too_long_is_cut_short(talking: Talking) -> None:
    answered = await talking.say([PRICE, "tools"], [FOUND, " And", 60.0], whole=0.1)
    assert verdict(answered).startswith(FOUND)
    assert talking.models.closed == 2


async def test_after_four_rounds_no_tool_is_given_any_more(talking: Talking) -> None:
    answered = await talking.say(*[LOOKING] * MOST_ROUNDS, [FOUND, "stop"])
    assert verdict(answered) == FOUND
    assert [bool(prompt.tools) for prompt in talking.models.prompts] == [True] * MOST_ROUNDS + [False]


async def test_a_model_that_never_says_anything_is_not_asked_for_ever(talking: Talking) -> None:
    assert await talking.say([PRICE, "tools"]) == "silent"
    assert len(talking.models.prompts) == MOST_ROUNDS + 1


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (Call(id="c", name="positions", arguments="{}"), ""),
        (Call(id="c", name="no_such_tool", arguments="{}"), ""),
        (Call(id="c", name="price", arguments="not json"), ""),
        (Call(id="c", name="price", arguments='{"market": "NONE"}'), "Nothing was found."),
    ],
)
async def test_what_is_no_tool_or_finds_nothing_is_said_to_the_model(
    talking: Talking, call: Call, told: str
) -> None:
    answered = await talking.say([call, "tools"], ["I have nothing on that one.", "stop"])
    assert verdict(answered) == "I have nothing on that one."
    assert isinstance(answered, Answered)
    assert answered.called == ()
    assert told in talking.models.prompts[1].turns[-1].text
    assert not any(asked.intent == "positions" for asked in talking.answers.asked)


async def test_a_tool_that_fails_or_is_slow_does_not_end_the_turn(talking: Talking) -> None:
    talking.answers.error = ExchangeUnavailable("binance does not answer.", facts={"venue": "binance"})
    assert verdict(await talking.say([PRICE, "tools"], ["The venue is away, it seems.", "stop"]))
    assert "binance does not answer." in talking.models.prompts[1].turns[-1].text
    talking.answers.error, talking.answers.delay = None, 1.0
    assert verdict(await talking.say([PRICE, "tools"], ["That took too long, sorry.", "stop"], each=0.01))
    assert "did not come in time" in talking.models.prompts[1].turns[-1].text


async def test_the_calls_of_a_round_run_side_by_side_and_too_many_are_refused(talking: Talking) -> None:
    talking.answers.delay = 0.02
    answered = await talking.say([*[PRICE] * 9, "tools"], [FOUND, "stop"])
    assert verdict(answered) == FOUND
    assert (len(talking.answers.asked), talking.answers.most_at_once) == (4, 4)
    assert "too many" in talking.models.prompts[1].turns[-1].text


async def test_that_it_is_no_advice_is_said_once_in_a_conversation(talking: Talking) -> None:
    notes = []
    for _ in range(2):
        answered = await talking.say([PRICE, "tools"], [FOUND, "stop"])
        assert isinstance(answered, Answered)
        notes.append(answered.card.footnote)
    assert ["not financial advice" in note for note in notes] == [True, False]
    assert all(note.startswith("binance · replay · 2 s · language model") for note in notes)


async def test_no_more_is_written_than_the_budget_has_left(talking: Talking) -> None:
    await talking.say(["Hello there, trader.", "stop"])
    talking.tokens = 120 + tokens_of(talking.models.prompts[0]) + 150
    await talking.say(["Hello there, trader.", "stop"])
    assert talking.models.prompts[0].most_tokens == 150


async def test_a_model_is_not_asked_where_its_prompt_and_a_short_answer_are_more_than_is_left(
    talking: Talking,
) -> None:
    talking.tokens = 100
    assert await talking.say(["Hello there, trader.", "stop"]) == "little"
    assert talking.models.prompts == []


async def test_a_model_is_not_asked_again_with_what_it_looked_up_where_too_little_is_left(
    talking: Talking,
) -> None:
    await talking.say(["Hello there, trader.", "stop"])
    talking.tokens = 120 + tokens_of(talking.models.prompts[0]) + FEWEST
    assert await talking.say([PRICE, "tools"], [FOUND, "stop"]) == "little"
    assert len(talking.models.prompts) == 1


@pytest.mark.parametrize("locale", ["en", "pt-BR"])
async def test_what_is_no_market_of_today_says_so_on_the_card_of_a_model_and_while_it_writes(
    talking: Talking, locale: str
) -> None:
    voice = small_roster().voice("xyko", locale)
    now = datetime(2026, 3, 1, 12, tzinfo=UTC)
    origin = Origin(
        venue="binance",
        nature="replay",
        as_of=now - timedelta(days=90),
        received_at=now - timedelta(seconds=2),
    )
    facts = origin_facts([origin], voice, now=now, of="Price")
    talking.answers.facts = [FactShown(name=one.name, value=one.value, is_wide=one.is_wide) for one in facts]
    answered = await talking.say([PRICE, CHART, "tools"], [FOUND, "stop"], locale=locale)
    assert isinstance(answered, Answered)
    assert answered.card.facts == talking.answers.facts
    assert len(answered.card.facts) == 3
    assert answered.card.facts[0].name == {"en": "Source", "pt-BR": "Fonte"}[locale]
    assert "REPLAY" in answered.card.facts[0].value
    assert talking.facts[-1] == talking.answers.facts


async def test_a_model_that_only_advises_gives_way_to_the_persona(talking: Talking) -> None:
    answered = await talking.say([PRICE, "tools"], ["You should buy BTC now!", "stop"])
    assert verdict(answered).startswith("chat_advice")
