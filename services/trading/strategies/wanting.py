"""Wishes of a strategy as the desk is told of them: what is wanted at which price, and with how much risk.

Both halves of the way back stand here, too: what a trader leaves itself in the state of a run.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

import msgspec

from analytics.structure.ranges import last_range
from services.exchange.prices import to_decimal, to_price
from services.trading.strategies.messages import WantedOrder
from services.trading.strategies.reading import sign_of
from services.trading.strategies.sighting import FLAT, Held
from services.trading.strategies.strategy import Decision, Sight, Wish
from services.trading.strategies.temperament import Mood, Temperament, risk_share, shaped

_SHARE_STEP: Final = Decimal("0.0001")


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """The state of a run: the strategy's own, and how the last entry was wanted."""

    own: str = ""
    entered_ms: int = 0
    """When the candle closed at which it was wanted."""
    stop: float | None = None
    target: float | None = None

    @classmethod
    def read(cls, text: str) -> Kept:
        """Return what `written` made of it; of an empty text what a run begins with."""
        return msgspec.json.decode(text, type=cls) if text else cls()

    def written(self) -> str:
        """Return it as text."""
        return msgspec.json.encode(self).decode()

    def held(self, position: str | None, entry: Decimal | None, *, now_ms: int, step_ms: int) -> Held:
        """Return the position as the strategy is told of it."""
        if position is None:
            return FLAT
        return Held(
            side="long" if position == "buy" else "short",
            entry=None if entry is None else float(entry),
            stop=self.stop,
            target=self.target,
            bars=max(0, (now_ms - self.entered_ms) // step_ms) if self.entered_ms else 0,
        )


def mood_of(wish: Wish, sight: Sight, *, losses: int) -> Mood:
    """Return what the trader's temperament reacts to at this candle."""
    usual = last_range(sight.candles)
    if usual is None or not wish.side:
        return Mood(losses=losses)
    moved = float(sight.candles.close[-1] - sight.candles.open[-1])
    return Mood(losses=losses, stretch=sign_of(wish.side) * moved / usual)


def wanted_by(
    decision: Decision, sight: Sight, temperament: Temperament, *, market: str, tick: Decimal, losses: int
) -> Iterator[WantedOrder]:
    """Yield what the desk is asked for.

    Raises:
        ValueError: it wants what the desk does not do.
    """
    price = float(sight.candles.close[-1])
    for wish in decision.wishes:
        if wish.kind == "leave":
            side = "sell" if sight.position == "long" else "buy"
            yield WantedOrder(market=market, side=side, kind="leave", why=list(wish.why))  # type: ignore[arg-type]  # one of two
        elif wish.kind == "enter" and wish.side:
            own = shaped(wish, temperament, price=price)
            share = risk_share(temperament, mood_of(wish, sight, losses=losses))
            yield WantedOrder(
                market=market,
                side="buy" if wish.side == "long" else "sell",
                kind="enter",
                stop=_price(own.stop, tick),
                target=_price(own.target, tick),
                risk_share=to_decimal(share).quantize(_SHARE_STEP),
                why=list(wish.why),
            )
        else:
            raise ValueError(f"the desk does not take {wish.kind}")


def kept_after(kept: Kept, decision: Decision, wanted: list[WantedOrder], *, now_ms: int) -> Kept:
    """Return what the run leaves itself for the next candle."""
    entry = next((one for one in reversed(wanted) if one.kind == "enter"), None)
    if entry is None:
        return Kept(own=decision.state, entered_ms=kept.entered_ms, stop=kept.stop, target=kept.target)
    return Kept(own=decision.state, entered_ms=now_ms, stop=_number(entry.stop), target=_number(entry.target))


def _price(value: float | None, tick: Decimal) -> Decimal | None:
    return None if value is None else to_price(value, tick)


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
