"""How figures of an account read on a card: titles, ages, shares, multiples of the risk, what is simulated.

Words about orders and rules stand in `desk_words`.
"""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Final

from cogs._ui.card import Fact, Tone
from cogs._ui.desk_words import STATES, badge, price_words, why_words
from cogs._ui.times import full
from services.locales.texts import Texts
from services.personas.voice import Voice
from services.trading.messages import AccountView, TradingState

_SHORT: Final = 8
_DIGITS: Final = 2


def titled(what: str, account: AccountView, text: Texts) -> str:
    """Return the title of a card about an account: `what` it shows, whose it is, and whether it is paper."""
    return f"{what} · {account.name} · {badge(account, text)}"


def short_of(id_: str) -> str:
    """Return the characters of an id that a member sees and a button carries."""
    return id_[:_SHORT]


def priced(value: Decimal | None, tick: Decimal | None, voice: Voice) -> str:
    """Write a price that may not be known."""
    return voice.text("unknown") if value is None else price_words(value, tick, voice)


def part(share: Decimal | None, voice: Voice) -> str:
    """Write a share as percent without a sign: 61.8%."""
    return voice.text("unknown") if share is None else voice.numbers.share(share)


def multiple(r: Decimal, voice: Voice) -> str:
    """Write a profit in units of the first risk: +1.50 R."""
    sign = "+" if round(r, _DIGITS) > 0 else ""
    return f"{sign}{voice.numbers.decimal(r, _DIGITS)} R"


def is_up(value: Decimal | None) -> bool | None:
    """Return whether something was won; None where that is not known, or nothing was won or lost."""
    return value > 0 if value else None


def tone_of(value: Decimal | None) -> Tone:
    """Return the colour of what was won or lost."""
    won = is_up(value)
    return "neutral" if won is None else "up" if won else "down"


def as_of_fact(at: datetime, now: datetime, voice: Voice) -> Fact:
    """Return when figures were read, and how long ago that is."""
    age = voice.numbers.age(max(0.0, (now - at).total_seconds()))
    return Fact(voice.text("As of"), f"{full(at)} · {age}", is_wide=True)


def nature_facts(account: AccountView, text: Texts) -> tuple[Fact, ...]:
    """Return what is simulated about an account; nothing of one with real money."""
    if account.mode == "live":
        return ()
    said = text("play money: orders are filled by the local exchange, and by no venue")
    return (Fact(text("SIMULATED"), said, is_wide=True),)


def state_facts(state: TradingState, why: str, voice: Voice) -> tuple[Fact, ...]:
    """Return how trading stands where it is not as usual; `why` is an English sentence, or somebody's own."""
    if state == "ACTIVE":
        return ()
    said = voice.text(STATES[state])
    return (
        Fact(voice.text("Trading is"), f"{said} · {why_words(why, voice)}" if why else said, is_wide=True),
    )
