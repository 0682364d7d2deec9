"""What a good model writes about what the farm's own answers gave it must not be taken for invention."""

from __future__ import annotations

from pathlib import Path

import yaml
from topic_stage import answering_on, sources_on, understood, whole_bus

from cogs._host import Answering, Sources
from cogs._ui.shown import to_shown
from services.chat.grounding.numbers import Ground
from services.chat.grounding.stream import CheckedStream
from services.chat.intents import Intent
from services.chat.pipeline.tools import result_of
from services.locales import Locale

ANSWERS = Path(__file__).parents[3] / "data" / "honest_answers.yaml"
LEAST_KEPT = 0.97
"""Of all sentences."""
MARKET = "BTC/USDT:USDT"
TERMS: dict[tuple[Locale, Intent], str] = {("en", "lesson"): "leverage", ("pt-BR", "lesson"): "alavancagem"}


class _Tools:
    """What the tools of a model give, told as a model is told of it."""

    def __init__(self, sources: Sources) -> None:
        self._sources = sources
        self._answering: dict[Intent, Answering] = {
            topic.intent: one for one in answering_on(sources) for topic in one.topics
        }
        self._given: dict[tuple[Locale, Intent], str] = {}

    async def give(self, locale: Locale, tool: Intent) -> str:
        if (locale, tool) not in self._given:
            self._given[locale, tool] = await self._look_up(locale, tool)
        return self._given[locale, tool]

    async def _look_up(self, locale: Locale, tool: Intent) -> str:
        asked = understood(
            tool,
            locale=locale,
            market=MARKET,
            markets=(MARKET,),
            timeframe="4h",
            factor="full_moon",
            amount="2",
            currency="BTC",
            into="USDT",
            days="30",
            term=TERMS.get((locale, tool), "RSI"),
        )
        voice = self._sources.roster.voice("xyko", locale)
        card = await self._answering[tool].answer(asked, voice, key="1")
        assert card is not None, tool
        return result_of(to_shown(card, part=""))


async def test_nearly_every_sentence_of_honest_answers_is_kept(tmp_path: Path) -> None:
    lost: list[str] = []
    written = 0
    async with whole_bus(tmp_path) as bus:
        tools = _Tools(sources_on(bus, bus.clock))
        for locale, answers in yaml.safe_load(ANSWERS.read_text("utf-8")).items():
            for one in answers:
                given = [await tools.give(locale, tool) for tool in one["tools"]]
                stream = CheckedStream(Ground(given, one["question"], locale=locale))
                stream.feed(" ".join(one["answer"]))
                lost += [f"{gone.text} {gone.untraced}" for gone in stream.finish().removed]
                written += len(one["answer"])
    assert 1 - len(lost) / written >= LEAST_KEPT, lost
