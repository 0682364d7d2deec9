"""Words that the cards of trading share: money, accounts, sides, states, verdicts and what an order does.

What is not known is said as unknown, never as 0.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cogs._ui.card import Fact
from services.locales.numbers import clip
from services.locales.texts import Texts
from services.market.figures import base_of, currency_of
from services.personas.voice import Voice
from services.trading.messages import (
    AccountMode,
    AccountView,
    OrderState,
    OrderView,
    Side,
    TradingState,
    Unit,
    Verdict,
)

SHORT_ID: Final = 8
"""Characters of an id that a member sees and may write."""
_CENT: Final = Decimal("0.01")
_LONGEST: Final = 1_000
_WHY: Final = 400
MODES: Final[dict[AccountMode, str]] = {"paper": "PAPER", "live": "LIVE"}
SIDES: Final[dict[Side, str]] = {"buy": "Buy", "sell": "Sell"}
STATES: Final[dict[TradingState, str]] = {
    "ACTIVE": "trading goes on",
    "REDUCING": "only what makes positions smaller",
    "HALTED": "halted: nothing but cancels and closes",
}
ORDER_STATES: Final[dict[OrderState, str]] = {
    "new": "not sent yet",
    "sending": "being sent",
    "unknown": "unknown, the venue is being asked",
    "open": "open",
    "partly": "partly filled",
    "filled": "filled",
    "canceled": "canceled",
    "rejected": "rejected",
    "abandoned": "never sent",
}
GUARDS: Final[dict[str, str]] = {
    "stop": "stop of the position",
    "stop_limit": "stop of the position",
    "take_profit": "target of the position",
    "take_profit_limit": "target of the position",
}
"""Orders of ours that only make a position smaller."""
KINDS: Final[dict[str, str]] = {
    "market": "at the market",
    "limit": "limit",
    "stop": "stop order",
    "stop_limit": "stop-limit",
    "take_profit": "take-profit",
    "trailing": "trailing stop",
    "oco": "one cancels the other",
    "bracket": "bracket",
    "iceberg": "iceberg",
    "twap": "spread over time",
    "dca": "in steps",
    "close": "close",
}


def badge(account: AccountView, text: Texts) -> str:
    """Return PAPER or LIVE."""
    return text(MODES[account.mode])


def account_fact(account: AccountView, voice: Voice) -> Fact:
    """Return whose money it is: the account's name, its venue, and whether it is paper."""
    venue = [account.venue] if account.mode == "live" else [voice.text("fills are simulated")]
    return Fact(voice.text("Account"), " · ".join([account.name, badge(account, voice.text), *venue]))


def money(value: Decimal | None, currency: str, voice: Voice) -> str:
    """Write money with its currency, to the cent where it has one."""
    if value is None:
        return voice.text("unknown")
    numbers = voice.numbers
    is_small = 0 < abs(value) < _CENT
    return f"{numbers.quantity(value) if is_small else numbers.decimal(value, 2)} {currency}"


def signed_money(value: Decimal | None, currency: str, voice: Voice) -> str:
    """Write a profit or a loss, with its sign."""
    said = money(value, currency, voice)
    return f"+{said}" if value is not None and value > 0 else said


def signed_share(share: Decimal | None, voice: Voice) -> str:
    """Write a share as percent with its sign."""
    return voice.text("unknown") if share is None else voice.numbers.percent(share * 100)


def price_words(price: Decimal, tick: Decimal | None, voice: Voice) -> str:
    """Write a price with the decimals of its tick, where that is known."""
    return voice.numbers.price(price, tick) if tick else voice.numbers.quantity(price)


def amount_words(amount: Decimal, market: str, voice: Voice) -> str:
    """Write an amount with its currency: every digit, since it is what is ordered."""
    return f"{voice.numbers.exact(amount)} {base_of(market)}" if market else voice.numbers.exact(amount)


def order_words(order: OrderView, voice: Voice) -> str:
    """Say in one line what an order is and how it stands."""
    text, numbers = voice.text, voice.numbers
    parts = [
        f"**{text(SIDES[order.side])} {amount_words(order.amount, order.market, voice)}** {order.market}",
        text(_kind(order)),
    ]
    if order.price is not None:
        parts.append(price_words(order.price, order.tick, voice))
    if order.trigger is not None:
        parts.append(text("from {price} on", price=price_words(order.trigger, order.tick, voice)))
    parts.append(text(ORDER_STATES[order.state]))
    if order.filled and order.average is not None:
        average = price_words(order.average, order.tick, voice)
        parts.append(text("{amount} at {price}", amount=numbers.exact(order.filled), price=average))
    if order.is_foreign:
        parts.append(text("placed elsewhere"))
    return " · ".join(parts)


def _kind(order: OrderView) -> str:
    is_guard = order.is_reducing and not order.is_foreign and order.kind in GUARDS
    return GUARDS[order.kind] if is_guard else KINDS.get(order.kind, order.kind)


def why_words(why: str, voice: Voice) -> str:
    """Say why in the member's language, in code marks: a part of it may be what somebody wrote."""
    flat = " ".join(voice.text.sentence(why).replace("`", "'").split())
    return f"`{clip(flat, _WHY)}`"


def trade_words(side: Side, amount: Decimal, market: str, voice: Voice) -> str:
    """Say what is bought or sold, without marks: Buy 0.01 BTC/USDT:USDT."""
    return f"{voice.text(SIDES[side])} {voice.numbers.exact(amount)} {market}"


def refusal_facts(verdicts: Sequence[Verdict], voice: Voice, *, market: str = "") -> list[Fact]:
    """Return what refuses: each rule with its value, its limit and what to do about it."""
    lines = [_refusal(one, voice, market) for one in verdicts if not one.is_passed]
    if not lines:
        return []
    return [Fact(voice.text("What refuses it"), clip("\n".join(lines), _LONGEST), is_wide=True)]


def measured(value: Decimal | None, unit: Unit, voice: Voice, *, market: str = "") -> str:
    """Write a figure in its unit; unknown is said so. Percents are shares."""
    numbers = voice.numbers
    if value is None:
        return voice.text("unknown")
    match unit:
        case "percent":
            return f"{numbers.decimal(value * 100, 2)}%"
        case "leverage":
            return times_words(value, voice)
        case "seconds":
            return numbers.age(float(value))
        case "money":
            return money(value, currency_of(market) if market else "USDT", voice)
    return _counted(value, voice) if unit == "number" else numbers.quantity(value)


def times_words(value: Decimal, voice: Voice) -> str:
    """Write a leverage, to two decimals."""
    return f"{_counted(value, voice)}\N{MULTIPLICATION SIGN}"


def _counted(value: Decimal, voice: Voice) -> str:
    """Write a count as it is and a ratio with two decimals; one that would be none with what it has."""
    is_whole, is_small = value == value.to_integral_value(), abs(value) < _CENT
    return voice.numbers.quantity(value) if is_whole or is_small else voice.numbers.decimal(value, 2)


def _refusal(verdict: Verdict, voice: Voice, market: str) -> str:
    text = voice.text
    said = f"✖ **{text.sentence(verdict.words)}**"
    if verdict.limit is not None:
        value = measured(verdict.value, verdict.unit, voice, market=market)
        limit = measured(verdict.limit, verdict.unit, voice, market=market)
        said += f": {text('{value}, the limit is {limit}', value=value, limit=limit)}"
    if not verdict.hint:
        return said
    hint = why_words(verdict.hint, voice) if verdict.is_hint_quoted else text.sentence(verdict.hint)
    return f"{said}\n{hint}"
