"""A position in words: its title, labels and figures, the same on cards and outside Discord."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from services.alerts.trading_posts import PositionTold, PostMortem
from services.alerts.wording.desk_words import Pair, level_words, mode_words, money_words
from services.alerts.wording.speech import Speech

_PRICES: Final = {
    "entry": "entry",
    "stop": "stop",
    "target": "target",
    "liquidation": "liquidation",
    "mark": "mark price",
}
_HUNDRED: Final = 100
_UNKNOWN: Final = "The venue does not say how it stands. It is not taken for closed."


def position_title(told: PositionTold, speech: Speech) -> str:
    """Write what it is about."""
    return " · ".join((mode_words(told.mode, speech), told.market, told.side))


def share_of(told: PositionTold) -> Decimal | None:
    """Return how a position has done so far, of its entry; at its end, how it did, fees and all if known."""
    if told.after is not None:
        return told.after.share if told.after.net_share is None else told.after.net_share
    return told.share


def share_words(share: Decimal, speech: Speech) -> str:
    """Write a share of the entry as signed percent."""
    return speech.numbers.percent(share * _HUNDRED)


def position_pairs(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    """Yield what is known of a position; of a shared one nothing that tells of money."""
    if told.is_shared:
        yield from _shared(told, speech)
        return
    text = speech.text
    if told.news == "near_liquidation":
        yield text("What you can do"), text("Make it smaller, or add margin at the venue.")
    if told.news == "unknown":
        yield text("Why"), text(_UNKNOWN)
    yield from _size(told, speech)
    yield from _prices(told, speech)
    if told.after is None:
        yield from _result(told, speech)
    else:
        yield from _after(told.after, told, speech)
    yield from _risk(told, speech)
    yield from _reading(told, speech)
    if told.account_name:
        yield text("Account"), told.account_name
    yield from _paper(told, speech)


def _shared(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    yield from _prices(told, speech)
    share = share_of(told)
    if share is not None:
        yield text("Result" if told.after else "Result so far"), share_words(share, speech)
    if told.after is not None:
        yield from _course(told.after, speech)
    yield from _near(told, speech)
    yield from _paper(told, speech)


def _size(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    amount = told.after.amount if told.after and told.after.amount is not None else told.amount
    if amount is not None:
        size = f"{speech.numbers.quantity(amount)} {told.market.partition('/')[0]}"
        leverage = "" if told.leverage is None else f" · {speech.numbers.exact(told.leverage)}x"
        yield speech.text("Size"), f"{size}{leverage}"


def _prices(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    yield speech.text("Entry"), level_words(told.entry, told.tick, speech)
    if told.after is not None:
        yield speech.text("Exit"), level_words(told.after.exit, told.tick, speech)
    elif told.mark is not None:
        yield speech.text("Mark price"), level_words(told.mark, told.tick, speech)


def _result(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    parts = [
        *([money_words(told.unrealised, told.market, speech)] if told.unrealised is not None else []),
        *([share_words(told.share, speech)] if told.share is not None else []),
        *([_risks(told.r, speech)] if told.r is not None else []),
    ]
    if parts:
        yield speech.text("Result so far"), " · ".join(parts)
    if told.funding is not None:
        yield speech.text("Funding so far"), money_words(told.funding, told.market, speech)


def _after(after: PostMortem, told: PositionTold, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    if after.net is not None and after.net_share is not None:
        net = money_words(after.net, told.market, speech)
        yield text("Result after fees and funding"), f"{net} · {share_words(after.net_share, speech)}"
    parts = [
        *([money_words(after.realised, told.market, speech)] if after.realised is not None else []),
        share_words(after.share, speech),
        *([_risks(after.r, speech)] if after.r is not None else []),
    ]
    yield text("By price alone"), " · ".join(parts)
    if after.fees is not None:
        yield text("Fees"), money_words(-after.fees, told.market, speech)
    if after.funding is not None:
        yield text("Funding"), money_words(after.funding, told.market, speech)
    yield from _course(after, speech)
    if after.words:
        yield text("What it teaches"), "\n".join(text.sentence(one) for one in after.words)


def _course(after: PostMortem, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    if after.best_share is not None:
        yield text("Furthest in favour (MFE)"), share_words(after.best_share, speech)
    if after.worst_share is not None:
        yield text("Furthest against (MAE)"), share_words(after.worst_share, speech)
    if after.seconds:
        yield text("Held for"), speech.numbers.age(after.seconds)


def _risk(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    if told.after is not None:
        return
    if told.liquidation is not None:
        distance = told.liquidation_distance
        away = "" if distance is None else text("{share} away", share=speech.numbers.share(distance))
        price = level_words(told.liquidation, told.tick, speech)
        yield text("Liquidation"), " · ".join(part for part in (price, away) if part)
    if told.is_never_liquidated:
        yield text("Liquidation"), text("none: no price takes it")
    yield from _ends(told, speech)


def _ends(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    """Yield where it is to end: of a stop that trails how far behind, since nobody knows its price."""
    text = speech.text
    if told.stop is not None:
        yield text("Stop price"), level_words(told.stop, told.tick, speech)
    if told.is_trailing:
        trails = (
            text("trailing, {percent}% behind the best price", percent=speech.numbers.exact(told.trail))
            if told.trail is not None
            else text("trailing, how far is not known")
        )
        yield text("Trailing stop"), trails
    if told.target is not None:
        yield text("Target"), level_words(told.target, told.tick, speech)


def _reading(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    text = speech.text
    yield from _near(told, speech)
    if told.golden_score is not None:
        score = text("{score} of 100: where its prices lie, no forecast", score=told.golden_score)
        yield text("Golden score"), score
    if told.health is not None and told.after is None:
        yield text("Health"), text("{score} of 100", score=told.health)


def _near(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    """Yield the levels near its prices: of a shared position, near what everybody may see of it."""
    shown = [one for one in told.near if not told.is_shared or one.what in {"entry", "mark"}]
    lines = [
        speech.text(
            "{what}: {ratio} at {level}",
            what=speech.text(_PRICES.get(one.what, one.what)),
            ratio=speech.numbers.share(one.ratio),
            level=level_words(one.level, told.tick, speech),
        )
        for one in shown
    ]
    if lines:
        yield speech.text("Near Fibonacci levels"), "\n".join(lines)


def _paper(told: PositionTold, speech: Speech) -> Iterator[Pair]:
    if told.mode == "paper":
        yield speech.text("Paper"), speech.text("Simulated: no real money.")


def _risks(r: Decimal, speech: Speech) -> str:
    """Write a result in units of the first risk."""
    return f"{'+' if r > 0 else ''}{speech.numbers.decimal(r)} R"
