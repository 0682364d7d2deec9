"""Answers how positions are: read on their markets, with how their account has done, and with a chart."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol, cast

import msgspec
import structlog

from services.analyst.messages import DrawChart
from services.analyst.sight import Ask
from services.bus.messages import R, Request
from services.errors import Unavailable, UserMistake
from services.looks import Palette, Theme
from services.members.messages import Caller
from services.omega import OmegaService, ServiceConfig
from services.trading.ledger.messages import GetPnl, Performance
from services.trading.messages import Positions, PositionView
from services.trading.positions.living.card import Card, Key, key_of
from services.trading.positions.messages import (
    AnalysePositions,
    Analyses,
    Analysis,
    LevelsMuted,
    ListPositions,
    MuteLevels,
    SharePosition,
)
from services.trading.positions.reading.charting import NO_CHART, chart_of, drawn
from services.trading.positions.reading.grounds import Grounds
from services.trading.positions.reading.reading import read_all

_LIST_SECONDS: Final = 2.5
_PNL_SECONDS: Final = 2.0
_DRAWN_WITHIN: Final = 2.0
"""Whoever asks waits five seconds: what takes longer is left out."""

log = structlog.get_logger(__name__)


class LivingCards(Protocol):
    """The living cards."""

    def get(self, key: Key) -> Card | None:
        """Return the open card of a position."""
        ...

    async def look(self) -> None:
        """Look at all positions now."""
        ...

    async def share(self, key: Key, channel_id: str) -> Card | None:
        """Share a card in a channel, or with no channel in none any more; None where there is no card."""
        ...

    async def mute(self, card_id: str, user_id: str, *, is_muted: bool) -> Card | None:
        """Tell the owner of an open card of no levels any more, or again; None where it is not theirs."""
        ...


class AnalyzerService(OmegaService):
    """Answers about positions of the caller's own: the desk says which those are."""

    name: ClassVar[str] = "analyzer"
    requests: ClassVar[tuple[type[Request[Any]], ...]] = (AnalysePositions, SharePosition, MuteLevels)

    def __init__(self, config: ServiceConfig, *, ask: Ask, grounds: Grounds, living: LivingCards) -> None:
        super().__init__(config)
        self._ask = ask
        self._grounds = grounds
        self._living = living

    async def process(self, request: Request[R]) -> R:
        """Answer one request; what each raises stands at the request."""
        if isinstance(request, SharePosition):
            return cast("R", await self._share(request))
        if isinstance(request, MuteLevels):
            return cast("R", await self._mute(request))
        if isinstance(request, AnalysePositions):
            return cast("R", await self._analyse(request))
        raise TypeError(f"analyzer does not answer {type(request).__name__}")

    async def _mute(self, request: MuteLevels) -> LevelsMuted:
        card = await self._living.mute(request.card, request.caller.user_id, is_muted=request.is_muted)
        if card is None:
            raise UserMistake(
                "You have no open position with this card.", hint="Look at /positions for those there are."
            )
        return LevelsMuted(market=card.row.market, is_muted=request.is_muted)

    async def _share(self, request: SharePosition) -> Analyses:
        held = await self._held(request.caller, request.account)
        wanted = of_market(held.positions, request.market)
        if any(self._living.get(key_of(one)) is None for one in wanted):
            await self._living.look()
        for one in wanted:
            await self._living.share(key_of(one), request.channel_id)
        return await self._read(
            AnalysePositions(caller=request.caller, account=request.account), held, wanted
        )

    async def _analyse(self, request: AnalysePositions) -> Analyses:
        held = await self._held(request.caller, request.account)
        if not request.market:
            return await self._read(request, held, held.positions)
        wanted = of_market(held.positions, request.market)
        answer, picture = await asyncio.gather(
            self._read(request, held, wanted),
            drawn(self._ask, _chart(wanted[0], request), within=_DRAWN_WITHIN),
        )
        if picture is None:
            return msgspec.structs.replace(answer, missing=NO_CHART)
        return msgspec.structs.replace(answer, digest=picture.digest, alt=picture.alt)

    async def _read(
        self, request: AnalysePositions, held: Positions, wanted: Sequence[PositionView]
    ) -> Analyses:
        grounds, performance = await asyncio.gather(
            self._grounds.of((one.market for one in wanted), request.timeframe),
            self._performance(request, wanted[0].market if request.market and wanted else ""),
        )
        found = await asyncio.to_thread(
            read_all, wanted, grounds, timeframe=request.timeframe, equity=held.equity
        )
        return Analyses(
            account=held.account,
            analyses=[self._with_card(one) for one in found],
            equity=held.equity,
            performance=performance,
            as_of=held.as_of,
        )

    async def _held(self, caller: Caller, account: str) -> Positions:
        return await self._ask(ListPositions(caller=caller, account=account), timeout=_LIST_SECONDS)

    async def _performance(self, request: AnalysePositions, market: str) -> Performance | None:
        wanted = GetPnl(caller=request.caller, account=request.account, window="all", market=market)
        try:
            pnl = await self._ask(wanted, timeout=_PNL_SECONDS)
        except Unavailable as error:  # positions are told without it
            log.info("performance_left_out", reason=error.message)
            return None
        return pnl.performance

    def _with_card(self, analysis: Analysis) -> Analysis:
        card = self._living.get(key_of(analysis.position))
        if card is None:
            return analysis
        return msgspec.structs.replace(
            analysis,
            card=card.row.id,
            is_shared=bool(card.channel),
            best_share=card.body.best,
            worst_share=card.body.worst,
        )


def of_market(positions: Sequence[PositionView], market: str) -> list[PositionView]:
    """Return the positions in a market, by its name or its base currency.

    Raises:
        UserMistake: there is none.
    """
    named = market.strip().upper()
    found = [one for one in positions if one.market.upper() == named]
    found = found or [one for one in positions if one.market.upper().partition("/")[0] == named]
    if not found:
        raise UserMistake(
            f"There is no open position in {market}.", hint="Look at /positions for those there are."
        )
    return found


def _chart(position: PositionView, request: AnalysePositions) -> DrawChart:
    return chart_of(
        position,
        timeframe=request.timeframe,
        theme=cast("Theme", request.theme),
        palette=cast("Palette", request.palette),
        locale=request.locale,
    )
