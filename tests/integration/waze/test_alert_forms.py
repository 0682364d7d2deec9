"""Forms through real discord.py and the local Discord, and an alert that is asked about before it is set."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from decimal import Decimal
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from alert_voices import alert_view, guide_with_alerts
from form_cog import FormBot
from persona_fakes import FakeBus
from persona_stage import FREELY, buttons, fields, persona, process_of, said, spec
from sandbox_discord_stage import Stage, connected, open_stage

from bots.waze.host import Role, WazeHost
from bots.waze.reception import DEFER_AFTER, Reception
from config.farm_file import BotEntry
from sandbox.discord.app import Running
from sandbox.discord.client import Member, SandboxClient
from sandbox.discord.wire import Json
from services.alerts.messages import AlertOutcome, Asked, Choice, ResumeAlert, SetAlert
from services.errors import UserMistake
from services.personas.roster import Roster, read_roster

EPHEMERAL = 64
MODAL = 9


@pytest.fixture(scope="module")
def personas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return guide_with_alerts(tmp_path_factory.mktemp("personas"))


@pytest.fixture(scope="module")
def roster(personas: Path) -> Roster:
    return read_roster(personas)


class Studio:
    """A local Discord with a bot in it that asks for forms, which may be started again."""

    def __init__(self, stage: Stage, roster: Roster, bus: FakeBus) -> None:
        self.stage = stage
        self.slow: dict[str, float] = {}
        """Seconds that a step of the bot takes."""
        self._roster = roster
        self._bus = bus

    @property
    def mia(self) -> Member:
        return self.stage.mia

    @asynccontextmanager
    async def bot(self, *, has_forms: bool = True) -> AsyncIterator[None]:
        async with asyncio.TaskGroup() as tasks:

            def spawn(work: Coroutine[Any, Any, None]) -> None:
                tasks.create_task(work)

            card = self._roster.card("waze")
            host = WazeHost(
                role=Role(persona=card, cogs=()), roster=self._roster, bus=self._bus, clock=self._bus.clock
            )
            bot = FormBot(
                slow=self.slow,
                has_forms=has_forms,
                host=host,
                reception=Reception(host, FREELY, spawn),
                run=self.stage.var,
                portrait=self.stage.var / "none.png",
                ready_within=0.05,
                reads_all=False,
                on_state=lambda _: None,
                trace=aiohttp.TraceConfig(),
            )
            async with connected(self.stage, bot, card.display_name):
                yield


@pytest.fixture
async def studio(tmp_path: Path, roster: Roster, bus: FakeBus) -> AsyncIterator[Studio]:
    async with open_stage(tmp_path) as stage:
        yield Studio(stage, roster, bus)


async def shown(studio: Studio) -> Json:
    (message,) = (await studio.mia.slash("show")).messages
    return message


async def test_a_form_that_a_button_opened_changes_the_card_it_stands_on(studio: Studio) -> None:
    async with studio.bot():
        message = await shown(studio)
        opened = await studio.mia.press(message, "forms|edit")
        assert opened.callback_type == MODAL
        assert opened.modal is not None
        assert opened.modal["custom_id"] == "forms|sent|button"
        (answer,) = (await studio.mia.submit(opened, level="71,000", note="two\nlines")).messages
        assert answer["id"] == message["id"]
        assert said(answer) == "button: level=71,000, note=two\nlines"


async def test_a_form_that_a_command_opened_is_answered_privately_and_its_errors_are_said(
    studio: Studio,
) -> None:
    async with studio.bot():
        for level, words in (("71,000", "command: level=71,000, note="), ("none", "That is no level.")):
            opened = await studio.mia.slash("ask")
            (answer,) = (await studio.mia.submit(opened, level=level)).messages
            assert answer["flags"] & EPHEMERAL
            assert words in said(answer)


async def test_an_answer_aside_leaves_the_card_as_it_is(studio: Studio) -> None:
    async with studio.bot():
        message = await shown(studio)
        opened = await studio.mia.press(message, "forms|edit")
        (aside,) = (await studio.mia.submit(opened, level="1", note="aside")).messages
        assert aside["flags"] & EPHEMERAL
        assert said((await studio.stage.theo.messages())[0]) == "an alert"


async def test_a_form_is_taken_by_a_bot_that_was_started_after_it_was_opened(studio: Studio) -> None:
    async with studio.bot():
        opened = await studio.mia.slash("ask")
    async with studio.bot():
        (answer,) = (await studio.mia.submit(opened, level="71,000")).messages
        assert said(answer) == "command: level=71,000, note="


async def test_a_form_of_a_cog_that_is_gone_says_that_it_has_ended(studio: Studio, roster: Roster) -> None:
    async with studio.bot():
        opened = await studio.mia.slash("ask")
    async with studio.bot(has_forms=False):
        (answer,) = (await studio.mia.submit(opened, level="71,000")).messages
        assert said(answer) in roster.voice("waze").variants("ended", {})


@pytest.mark.slow
async def test_what_takes_long_is_deferred_and_a_form_then_offers_to_be_asked_again(studio: Studio) -> None:
    long = DEFER_AFTER + 0.2
    async with studio.bot():
        message = await shown(studio)
        studio.slow.update(edit=long, sent=long)
        late = await studio.mia.press(message, "forms|edit")
        assert late.modal is None
        assert "forms|edit" in buttons(late.messages[-1])
        (answer,) = (await studio.mia.submit(await studio.mia.slash("ask"), level="71,000")).messages
        assert said(answer) == "command: level=71,000, note="
        assert answer["flags"] & EPHEMERAL


async def test_an_alert_is_asked_about_set_and_shown_to_its_owner_alone(
    discord_server: Running, client: SandboxClient, bus: FakeBus, personas: Path, tmp_path: Path
) -> None:
    choices = [Choice(value="0", number=Decimal(70_000)), Choice(value="1", number=Decimal(70))]
    asked = Asked(draft="99", why="number", written="70.000", choices=choices, tick=Decimal("0.1"))
    bus.answers[SetAlert] = AlertOutcome(asked=asked)
    bus.answers[ResumeAlert] = AlertOutcome(saved=alert_view(set_at=bus.clock.now()))
    told = spec("waze", discord_server.url, tmp_path, entry=BotEntry(cogs=("alert",)))
    told = told.model_copy(update={"personas": personas})
    mia = await client.member("mia")
    async with persona(process_of(told), bus):
        (question,) = (await mia.slash("alert price", market="BTC", way="above", level="70.000")).messages
        assert question["flags"] & EPHEMERAL
        assert buttons(question) == ["alert|choose|99|0", "alert|choose|99|1", "alert|cancel|99"]
        (saved,) = (await mia.press(question, "alert|choose|99|0")).messages
        assert saved["id"] == question["id"]
        assert fields(saved)["Waits for"] == "BTC/USDT:USDT above 70,000.0"
        assert buttons(saved)[0] == "alerts|preview|a1b2c3d4e5f6"
        bus.answers[SetAlert] = UserMistake("The option level cannot be x.", hint="Expected there: a number.")
        (refused,) = (await mia.slash("alert price", market="BTC", way="above", level="x")).messages
        assert refused["flags"] & EPHEMERAL
        assert "The option level cannot be x." in said(refused)
