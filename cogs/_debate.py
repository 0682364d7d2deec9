"""A panel whose sides have language models: what they say instead of the lines of their personas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import structlog

from cogs._host import Asked, Host, caller_of
from cogs._ui.panel_cards import argued, facts_of
from services.analyst.messages import Analysis
from services.chat.messages import Debate, GetUsage
from services.errors import Unavailable
from services.personas.messages import Speech
from services.personas.voice import Voice

_QUICK: Final = 1.0
_REMEMBERED: Final = 30.0
_WITHIN: Final = 27.0
"""Seconds for all sides and the synthesis; the command is deferred long before."""

log = structlog.get_logger(__name__)


async def debated(
    host: Host,
    interaction: Asked,
    analysis: Analysis,
    voice: Voice,
    *,
    sky: str,
    said: Sequence[Speech],
    question: str,
) -> list[Speech]:
    """Return what the speakers of `said` argue with their models; nothing where one has none that answers."""
    request = Debate(
        id=str(interaction.id),
        caller=caller_of(interaction),
        personas=[one.persona for one in said],
        facts=facts_of(analysis, sky, voice),
        market=analysis.scene.market,
        timeframe=analysis.scene.timeframe,
        locale=voice.locale,
        question=question,
    )
    known = GetUsage(caller=request.caller, persona=voice.card.name)
    try:
        usage = await host.ask(known, timeout=_QUICK, remember=_REMEMBERED)
        found = await host.ask(request, timeout=_WITHIN) if usage.has_models else None
    except Unavailable as error:  # the lines of the personas say the same findings
        log.warning("debate_missed", panel=request.id, reason=error.message)
        return []
    return [] if found is None else argued(found, voice)
