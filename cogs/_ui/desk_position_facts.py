"""The facts of one open position, and what its levels, its golden score and its health mean in words."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from cogs._ui.card import Fact
from cogs._ui.desk_figures import multiple, part, priced
from cogs._ui.desk_words import amount_words, signed_money, signed_share, times_words
from cogs._ui.times import full, relative
from services.personas.voice import Voice
from services.trading.messages import PositionSide, PositionView
from services.trading.positions.messages import Alignment, Analysis, Health

SIDES: Final[dict[PositionSide, str]] = {"long": "▲ long", "short": "▼ short"}
PRICES: Final = {
    "entry": "entry",
    "stop": "stop",
    "target": "target",
    "liquidation": "liquidation",
    "mark": "mark",
}
_PARTS: Final = {
    "risk": "risk",
    "distance": "distance to liquidation",
    "reward": "reward to risk",
    "alignment": "levels",
    "protection": "protection",
}
_SCORES: Final = (
    (75, "its prices stand where the levels are"),
    (50, "some of its prices stand near levels"),
    (25, "few of its prices stand near levels"),
    (0, "its prices do not follow the levels"),
)
"""What a golden score means from so many points on."""


def summed_up(position: PositionView, currency: str, voice: Voice) -> tuple[str, list[str]]:
    """Return the name of a position and its lines in a list."""
    text = voice.text
    size = amount_words(position.amount, position.market, voice)
    entry = priced(position.entry, position.tick, voice)
    lines = [
        text("{size} from {price}", size=size, price=entry),
        profit_words(position, currency, voice),
        f"{text('Liquidation')}: {liquidation_words(position, voice)}",
        f"{text('Stop')}: {stop_words(position, voice)}",
        f"{text('Funding to date')}: {signed_money(position.funding, currency, voice)}",
    ]
    return f"{position.market} · {text(SIDES[position.side])}", lines


def position_facts(position: PositionView, currency: str, voice: Voice) -> list[Fact]:
    """Return everything that the desk knows of a position."""
    text = voice.text
    size = f"{text(SIDES[position.side])} {amount_words(position.amount, position.market, voice)}"
    facts = [
        Fact(text("Size"), size),
        Fact(text("Entry"), priced(position.entry, position.tick, voice)),
        Fact(text("Mark price"), priced(position.mark, position.tick, voice)),
        Fact(text("Profit so far"), profit_words(position, currency, voice), is_wide=True),
        Fact(text("Liquidation"), liquidation_words(position, voice), is_wide=True),
        Fact(text("Stop"), stop_words(position, voice)),
        Fact(text("Target"), _end(position.target, position, voice)),
        Fact(text("Leverage"), _leverage(position, voice)),
        Fact(text("Funding to date"), signed_money(position.funding, currency, voice)),
        Fact(text("Fees"), signed_money(position.fees and -position.fees, currency, voice)),
    ]
    if position.opened_at is not None:
        facts.append(Fact(text("Opened"), f"{full(position.opened_at)} ({relative(position.opened_at)})"))
    if position.is_foreign:
        facts.append(Fact(text("Where from"), text("opened elsewhere than here"), is_wide=True))
    return facts


def profit_words(position: PositionView, currency: str, voice: Voice) -> str:
    """Write a profit in money, percent and units of the first risk."""
    text = voice.text
    r = text("R unknown: no stop") if position.r is None else multiple(position.r, voice)
    won = signed_money(position.unrealised, currency, voice)
    return f"{won} · {signed_share(position.share, voice)} · {r}"


def liquidation_words(position: PositionView, voice: Voice) -> str:
    """Write where a position is liquidated, and how far that is from the mark."""
    if position.is_never_liquidated:
        return voice.text("none: no price takes it")
    if position.liquidation is None:
        return voice.text("unknown")
    said = [priced(position.liquidation, position.tick, voice)]
    if position.liquidation_distance is not None:
        said.append(voice.text("{share} away", share=part(position.liquidation_distance, voice)))
    if position.is_liquidation_estimated:
        said.append(voice.text("estimated by the farm"))
    return " · ".join(said)


def stop_words(position: PositionView, voice: Voice) -> str:
    """Write where the stop is, and who keeps it."""
    text = voice.text
    trails = trailing_words(position, voice)
    if position.stop is None:
        return trails or text("unknown" if position.is_stop_unknown else "none")
    kept = "rests at the venue" if position.is_protected_by_venue else "kept by the farm, while it runs"
    said = f"{_end(position.stop, position, voice)} · {text(kept)}"
    return f"{said}\n{trails}" if trails else said


def trailing_words(position: PositionView, voice: Voice) -> str:
    """Write how far a trailing stop is behind; where it stands the venue does not say. Empty for none."""
    text = voice.text
    if not position.is_trailing:
        return ""
    if position.trail is None:
        return text("trailing, how far is not known")
    return text("trailing, {percent}% behind the best price", percent=voice.numbers.exact(position.trail))


def levels_words(read: Analysis, position: PositionView, voice: Voice, *, most: int = 8) -> str:
    """Write how the prices of a position sit on Fibonacci levels, a line each."""
    return "\n".join(_aligned(one, position.tick, voice) for one in read.alignments[:most])


def golden_words(score: int | None, voice: Voice) -> str:
    """Write a golden score and what it means."""
    text = voice.text
    if score is None:
        return text("unknown: there is no swing to measure from")
    meaning = next(words for least, words in _SCORES if score >= least)
    return f"{text('{score} of 100', score=score)} · {text(meaning)}"


def health_words(health: Health, voice: Voice, *, most: int = 4) -> str:
    """Write how a position stands, its parts, and what to look at first."""
    text = voice.text
    parts = " · ".join(f"{text(_PARTS.get(name, name))} {score}" for name, score in health.parts.items())
    pressing = [f"• {text.sentence(words)}" for words in health.words[:most]]
    return "\n".join([text("{score} of 100", score=health.score), *([parts] if parts else []), *pressing])


def health_line(health: Health, voice: Voice) -> str:
    """Write the same in short: the score, and the most pressing."""
    text = voice.text
    pressing = [text.sentence(words) for words in health.words[:1]]
    return " · ".join([f"{text('Health')}: {text('{score} of 100', score=health.score)}", *pressing])


def _end(price: Decimal | None, position: PositionView, voice: Voice) -> str:
    if price is None:
        return voice.text("none")
    said = priced(price, position.tick, voice)
    if not position.mark:
        return said
    return f"{said} ({signed_share(price / position.mark - 1, voice)})"


def _leverage(position: PositionView, voice: Voice) -> str:
    if position.leverage is None:
        return voice.text("unknown")
    said = times_words(position.leverage, voice)
    return f"{said} · {voice.text(position.margin_mode)}" if position.margin_mode else said


def _aligned(one: Alignment, tick: Decimal | None, voice: Voice) -> str:
    text = voice.text
    said = text(
        "{what} {price}: {ratio} at {level}, {distance} ATR away",
        what=text(PRICES.get(one.what, one.what)),
        price=priced(one.price, tick, voice),
        ratio=voice.numbers.share(one.ratio),
        level=priced(one.level, tick, voice),
        distance=voice.numbers.decimal(one.distance, 1),
    )
    return f"{said} · {text('beyond the level')}" if one.is_beyond else said
