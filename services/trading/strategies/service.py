"""The strategies service of the desk: runs, proposals, and what comes of them.

The strategies themselves run elsewhere, in the traders; nothing here decides by candles.
"""

from __future__ import annotations

from typing import Any, ClassVar, cast

from config.farm_file import RiskSection
from services.bus.messages import Message, R, Request
from services.clock import Clock
from services.omega import OmegaService, ServiceConfig
from services.store.store import Store
from services.trading.ports import (
    AccountBook,
    DeskBus,
    Gate,
    IntentDesk,
    Pictures,
    SecondFactor,
    Sessions,
    Teller,
)
from services.trading.strategies import messages as said
from services.trading.strategies.deciding import Deciding
from services.trading.strategies.ground import Ground, Runs
from services.trading.strategies.ordering import Ordering
from services.trading.strategies.profiles import read_profiles
from services.trading.strategies.proposing import Proposing
from services.trading.strategies.results import read_results, results_by_strategy
from services.trading.strategies.starting import Starting


class StrategiesService(OmegaService):
    """Answers for strategies. What is sent goes through the intent desk, whose gate judges it."""

    name: ClassVar[str] = "strategies"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (
        said.ListStrategies,
        said.StartStrategy,
        said.StopStrategy,
        said.GetAssignments,
        said.Propose,
        said.ListProposals,
        said.DecideProposal,
    )

    def __init__(
        self,
        config: ServiceConfig,
        *,
        store: Store,
        book: AccountBook,
        factor: SecondFactor,
        gate: Gate,
        intents: IntentDesk,
        pictures: Pictures,
        sessions: Sessions,
        bus: DeskBus,
        teller: Teller,
        clock: Clock,
        limits: RiskSection,
    ) -> None:
        """Read the profiles and the results.

        Raises:
            Misconfigured: the profiles or the results cannot be read.
        """
        super().__init__(config)
        ground = Ground(
            store=store,
            book=book,
            factor=factor,
            gate=gate,
            intents=intents,
            pictures=pictures,
            sessions=sessions,
            bus=bus,
            teller=teller,
            clock=clock,
            limits=limits,
            runs=Runs(store=store, bus=bus, clock=clock),
            profiles=read_profiles(),
            results=results_by_strategy(read_results()),
        )
        self._starting, ordering = Starting(ground), Ordering(ground)
        self._proposing, self._deciding = Proposing(ground, ordering), Deciding(ground, ordering)

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        return cast("R", await self._answer(request))

    async def _answer(self, request: Request[Any]) -> Message:
        match request:
            case said.ListStrategies():
                return await self._starting.listed(request)
            case said.StartStrategy():
                return await self._starting.start(request)
            case said.StopStrategy():
                return await self._starting.stop(request)
            case said.GetAssignments():
                return await self._starting.assignments(request)
        return await self._proposed(request)

    async def _proposed(self, request: Request[Any]) -> Message:
        match request:
            case said.Propose():
                return await self._proposing.take(request)
            case said.ListProposals():
                return await self._deciding.listed(request)
            case said.DecideProposal():
                return await self._deciding.decide(request)
        raise TypeError(f"strategies does not answer {type(request).__name__}")
