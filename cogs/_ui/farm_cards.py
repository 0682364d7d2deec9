"""The farm's state and its logs as cards."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.limits import code_block, newest_lines
from cogs._ui.times import relative
from services.farm.messages import BotStatus, FarmStatus
from services.locales.numbers import clip
from services.locales.texts import Texts
from services.personas.voice import Voice

_BOTS_A_FACT: Final = 8
_REASON: Final = 90
_LOG: Final = 3_600
_MARKS: Final = {"ready": "●", "disabled": "○", "broken": "✖"}


def status_card(farm: FarmStatus, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card of the farm's state; its button answers to `owner` alone."""
    broken = sum(bot.state == "broken" for bot in farm.bots)
    ready = sum(bot.state == "ready" for bot in farm.bots)
    verdict = voice.render("farm_status", key=key, ready=ready, broken=broken, total=len(farm.bots))
    starts = range(0, len(farm.bots), _BOTS_A_FACT)
    groups = [farm.bots[start : start + _BOTS_A_FACT] for start in starts]
    text = voice.text
    facts = [
        Fact(text("Bots"), "\n".join(_line(bot, text) for bot in group), is_wide=True) for group in groups
    ]
    if farm.config_error:
        facts.append(Fact(text("Config refused, the one before it runs on"), farm.config_error, is_wide=True))
    return Card(
        title=text("The farm"),
        verdict=verdict,
        facts=(
            *facts,
            Fact(text("Mode"), text(farm.mode)),
            Fact(text("Up since"), relative(farm.started_at)),
        ),
        actions=(Action(text("Refresh"), press_id("farm", "status", owner, voice.card.name)),),
        footnote=text("config {version}", version=farm.config_version),
        tone="warn" if broken or farm.config_error else "up",
    )


def logs_card(bot: str, lines: list[str], voice: Voice, *, key: str) -> Card:
    """Return the card of a log: as many of its newest lines as a message holds."""
    spoken = voice.render("farm_logs", key=key, bot=bot, is_empty=not lines)
    shown = f"\n{code_block(newest_lines(lines, _LOG, text=voice.text))}" if lines else ""
    return Card(title=voice.text("Log of {bot}", bot=bot), verdict=spoken + shown, accent=voice.card.accent)


def _line(bot: BotStatus, text: Texts) -> str:
    parts = [f"{_MARKS.get(bot.state, '◐')} **{bot.name}** {text(bot.state)}"]
    if bot.rss_mb is not None:
        parts.append(f"{bot.rss_mb:.0f} MB")
    if bot.restarts:
        parts.append(text("restarts {count}", count=bot.restarts))
    if bot.since is not None:
        parts.append(relative(bot.since))
    if bot.reason:
        parts.append(clip(text.sentence(bot.reason), _REASON))
    return " · ".join(parts)
