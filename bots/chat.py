"""The chat process: it answers members in character, and alone holds the keys of language models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bots.chat_answers import BusSources, open_answers
from bots.database import open_database
from bots.process import Process
from bots.wiring import open_process_bus, right_asked, service_config
from cogs._ui.card import press_id
from config.farm_file import ChatSection
from services.bus.bus import Bus
from services.chat.debating.debates import Debates
from services.chat.grounding.theirs import read_marks
from services.chat.guarding.unsaid import read_unsaid
from services.chat.keeping.answers import KeptAnswers
from services.chat.keeping.budgets import Budgets
from services.chat.keeping.conversations import Conversations
from services.chat.keeping.leaving import Leaving
from services.chat.keeping.memories import Memories
from services.chat.keeping.privacy import ChatPrivacy
from services.chat.keeping.pruning import Pruning
from services.chat.keeping.requests import KeepingRequests
from services.chat.models.fallback import ConfiguredModels
from services.chat.models.opening import open_models
from services.chat.pipeline.aside import Aside
from services.chat.pipeline.farm import Farm
from services.chat.pipeline.hearing import Hearing
from services.chat.pipeline.model_turn import ModelTurn
from services.chat.pipeline.names import Names
from services.chat.pipeline.noting import Noting
from services.chat.pipeline.offline import Composer
from services.chat.pipeline.recalling import Recalling
from services.chat.pipeline.remembering import Remembering
from services.chat.pipeline.spending import Spending
from services.chat.pipeline.talks import Talks
from services.chat.pipeline.tools import Tools
from services.chat.pipeline.turn import Steps, Turns
from services.chat.pipeline.turn_lock import PATIENCE, TurnLock
from services.chat.pipeline.understanding import Understanding
from services.chat.ports import Answers
from services.chat.service import ChatService
from services.chat.understanding.lexicon import read_lexicon
from services.clock import Clock
from services.loops import Loops
from services.omega import ServiceConfig, serve
from services.personas.roster import Roster, read_roster
from services.store.store import Store

_BUSY: Final = timedelta(seconds=1)
"""A member who waits for an answer is not to wait for a database that others write to as well."""


async def run(process: Process) -> None:
    """Answer members until the process is asked to stop.

    Raises:
        Misconfigured: it was not told how to use the database, a model lacks what it needs, or a persona is
            not as it must be.
    """
    section, clock = process.spec.chat or ChatSection(), process.clock
    read_unsaid()  # now, not at the first answer of a model: what is wrong ends the process at its start
    read_marks()
    roster = read_roster(process.spec.personas)
    opening = open_models(section, process.secrets.model_keys, sandbox_url=process.spec.llm_url, clock=clock)
    async with (
        open_process_bus(process) as bus,
        open_database(process, patience=_BUSY) as store,
        opening as models,
    ):
        if store is None:
            return
        sources = BusSources(bus, roster=roster, clock=clock)
        ground = Ground(
            section=section,
            bus=bus,
            store=store,
            models=models,
            farm=sources,
            answers=open_answers(bus, sources),
            roster=roster,
            clock=clock,
            secrets=tuple(key.get_secret_value() for key in process.secrets.model_keys.values()),
        )
        chat = put_together(ground, service_config(process))
        pruning = Pruning(store, clock=clock, keep_for=section.keep_for)
        async with Loops(pruning.run()):
            await serve(bus, [chat], stopping=process.stopping, clock=clock)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the service stands on."""

    section: ChatSection
    bus: Bus
    store: Store
    models: ConfiguredModels
    farm: Farm
    answers: Answers
    roster: Roster
    clock: Clock
    secrets: tuple[str, ...]
    """What no model may say."""
    patience: float = PATIENCE
    """Seconds that a member waits for the answer to another one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Keeping:
    """What is kept, by kind."""

    memories: Memories
    answers: KeptAnswers
    budgets: Budgets
    conversations: Conversations
    talks: Talks
    leaving: Leaving


def put_together(on: Ground, config: ServiceConfig) -> ChatService:
    """Return the service."""
    leaving = Leaving()
    keeping = _Keeping(
        memories=Memories(on.store, clock=on.clock),
        answers=KeptAnswers(on.store),
        budgets=Budgets(on.store, on.section, leaving, clock=on.clock),
        conversations=Conversations(on.store, clock=on.clock, talk_for=on.section.talk_for),
        talks=Talks(on.clock, talk_for=on.section.talk_for.total_seconds()),
        leaving=leaving,
    )
    spending = Spending(on.models, keeping.budgets)
    remembering = Remembering(keeping.memories)
    aside = Aside(on.answers, on.roster, press=press_id)
    return ChatService(
        config,
        turns=Turns(_steps(on, keeping, spending, remembering, aside)),
        aside=aside,
        keeping=_requests(on, keeping),
        debates=Debates(spending, on.roster, secrets=on.secrets),
        clock=on.clock,
    )


def _requests(on: Ground, keeping: _Keeping) -> KeepingRequests:
    models = on.models
    return KeepingRequests(
        keeping.memories,
        keeping.answers,
        keeping.budgets,
        ChatPrivacy(on.store, keeping.leaving, let_go=keeping.talks.forget),
        models_of=lambda persona: [f"{name}: {models.how(name)}" for name in models.of(persona)],
        right_of=right_asked(on.bus),
    )


def _steps(
    on: Ground, keeping: _Keeping, spending: Spending, remembering: Remembering, aside: Aside
) -> Steps:
    clock, talks = on.clock, keeping.talks
    recalling = Recalling(keeping.conversations, keeping.memories, talks, clock=clock)
    return Steps(
        lock=TurnLock(patience=on.patience),
        hearing=Hearing(on.farm, on.roster, talks, clock=clock),
        understanding=Understanding(read_lexicon(), Names(on.farm, clock=clock), talks),
        aside=aside,
        remembering=remembering,
        spending=spending,
        model=ModelTurn(Tools(on.answers), recalling, secrets=on.secrets),
        composer=Composer(on.answers),
        noting=Noting(keeping.conversations, keeping.answers, keeping.leaving, press=press_id, clock=clock),
        answers=on.answers,
        leaving=keeping.leaving,
    )
