"""What a member wants, read and checked: the numbers that its type needs, on the right side of the price.

Pure: no market is asked here. How much it comes to is reckoned in `sizing`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from types import MappingProxyType
from typing import Final

from services.errors import UserMistake
from services.exchange.exchange import Market
from services.trading.messages import Side
from services.trading.orders.messages import OrderTerms, OrderType
from services.trading.orders.reading import Reader

MOST_SLICES: Final = 50
MOST_MINUTES: Final = 24 * 60
MOST_TRAIL: Final = Decimal(10)
"""Percent; what venues take."""
_NEEDS: Final[Mapping[OrderType, tuple[str, ...]]] = MappingProxyType(
    {
        "market": (),
        "limit": ("price",),
        "stop": ("trigger",),
        "stop_limit": ("trigger", "price"),
        "take_profit": ("trigger",),
        "trailing": ("trail",),
        "oco": ("price", "trigger"),
        "bracket": ("stop", "target"),
        "iceberg": ("price",),
        "twap": (),
        "dca": ("price",),
    }
)
_ALSO: Final[Mapping[OrderType, tuple[str, ...]]] = MappingProxyType(
    {"trailing": ("trigger",), "bracket": ("price",), "dca": ("trigger",)}
)
_SLICED: Final = ("iceberg", "twap", "dca")
_NEVER_PROTECTED: Final = ("oco", "trailing")
_MAKING: Final = ("limit", "bracket", "iceberg", "dca")
_UPWARDS: Final[Mapping[str, Side]] = MappingProxyType({"price": "sell", "stop": "buy", "target": "buy"})
"""Which side's price is rounded up; the other side's down."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An order as it is wanted; None for what was not said."""

    terms: OrderTerms
    size: Decimal
    price: Decimal | None = None
    trigger: Decimal | None = None
    stop: Decimal | None = None
    target: Decimal | None = None
    trail: Decimal | None = None
    leverage: Decimal | None = None
    rounded: tuple[str, ...] = ()
    """Which prices were moved to the tick of the market."""

    @property
    def type(self) -> OrderType:
        """Return the type of the order."""
        return self.terms.type

    @property
    def side(self) -> Side:
        """Return the side of the order."""
        return self.terms.side

    @property
    def sign(self) -> int:
        """Return 1 for a buy and -1 for a sell."""
        return 1 if self.terms.side == "buy" else -1

    @property
    def is_reducing(self) -> bool:
        """Return whether it may only make a position smaller."""
        return self.terms.is_reduce_only


def read_wish(terms: OrderTerms, locale: str) -> Wish:
    """Read the texts of `terms`, and check that its type has what it needs and nothing else.

    Raises:
        UserMistake: it has not, a text is no number or can be read in two ways.
    """
    reader = Reader.of(locale)
    size = _size(terms, reader)
    wish = Wish(
        terms=terms,
        size=size,
        price=reader.number("price", terms.price),
        trigger=reader.number("trigger", terms.trigger),
        stop=reader.number("stop", terms.stop),
        target=reader.number("target", terms.target),
        trail=reader.percent("trail", terms.trail),
        leverage=reader.leverage(terms.leverage),
    )
    _check_fields(wish)
    _check_slices(terms)
    _check_flags(wish)
    return wish


def _size(terms: OrderTerms, reader: Reader) -> Decimal:
    is_risk = terms.size_by == "risk"
    if not is_risk and terms.size.strip().endswith("%"):
        raise UserMistake(
            "A size in percent is a risk of equity.",
            hint="Choose the risk under size_by, or give a quantity or a sum.",
        )
    size = reader.percent("size", terms.size) if is_risk else reader.number("size", terms.size)
    if size is None:
        raise UserMistake("An order needs a size.", hint="Give a quantity, a sum, or a risk in percent.")
    if is_risk and not terms.stop.strip():
        raise UserMistake(
            "A size by risk needs a stop.", hint="Say where the stop is, or give a quantity instead."
        )
    return size


def _check_fields(wish: Wish) -> None:
    kind = wish.type.replace("_", "-")
    needed, also = _NEEDS[wish.type], _ALSO.get(wish.type, ())
    for name in needed:
        if getattr(wish, name) is None:
            raise UserMistake(f"A {kind} order needs a {name}.", hint="Fill it in and try again.")
    for name in ("price", "trigger", "trail"):
        if getattr(wish, name) is not None and name not in (*needed, *also):
            raise UserMistake(
                f"A {kind} order takes no {name}.", hint="Leave it out, or choose another type."
            )
    if wish.trail is not None and wish.trail > MOST_TRAIL:
        raise UserMistake(f"The trail is at most {MOST_TRAIL} %.", hint="Ask for less.")


def _check_slices(terms: OrderTerms) -> None:
    is_sliced = terms.type in _SLICED
    if is_sliced and not 1 < terms.slices <= MOST_SLICES:
        raise UserMistake(
            f"Such an order has 2 to {MOST_SLICES} slices.", hint="Say how many parts it is to have."
        )
    if terms.type == "twap" and not 0 < terms.minutes <= MOST_MINUTES:
        raise UserMistake(
            f"Such an order runs for 1 to {MOST_MINUTES} minutes.", hint="Say how long it is to take."
        )


def _check_flags(wish: Wish) -> None:
    terms = wish.terms
    is_protected = wish.stop is not None or wish.target is not None
    if is_protected and (terms.is_reduce_only or terms.type in _NEVER_PROTECTED):
        raise UserMistake(
            "An order that only reduces, a pair and a trailing order have no stop or target of their own.",
            hint="Leave them out; set them at the position with /sl and /tp.",
        )
    if terms.is_post_only and (terms.type not in _MAKING or wish.price is None):
        raise UserMistake(
            "Only an order with a limit can be post-only.", hint="Give a price, or leave post-only out."
        )
    if terms.time_in_force != "gtc" and (terms.type not in {"limit", "market"} or terms.is_post_only):
        raise UserMistake(
            "Only a plain limit or market order ends at once when it is not filled.",
            hint="Leave the time in force out.",
        )


def on_tick(wish: Wish, market: Market) -> Wish:
    """Move every price to the tick of `market`, in the direction that its owner can accept.

    A limit is never worse than wished, a stop never loses more, a target never wins less, and what waits for
    a trigger does not begin before it.
    """
    moved: dict[str, Decimal] = {}
    for name in ("price", "trigger", "stop", "target"):
        value: Decimal | None = getattr(wish, name)
        if value is not None:
            moved[name] = _moved(value, market.tick, is_up=_is_up(wish, name))
            if moved[name] <= 0:
                raise UserMistake(
                    f"The {name} is below the smallest price of {market.name}.", hint="Write another number."
                )
    rounded = tuple(name for name, value in moved.items() if value != getattr(wish, name))
    return replace(
        wish,
        price=moved.get("price"),
        trigger=moved.get("trigger"),
        stop=moved.get("stop"),
        target=moved.get("target"),
        rounded=rounded,
    )


def _is_up(wish: Wish, name: str) -> bool:
    if name != "trigger":
        return wish.side == _UPWARDS[name]
    if wish.type in {"stop", "stop_limit", "oco"} and not wish.is_reducing:
        return wish.side == "buy"
    return wish.side == "sell"


def _moved(value: Decimal, tick: Decimal, *, is_up: bool) -> Decimal:
    return (value / tick).to_integral_value(ROUND_CEILING if is_up else ROUND_FLOOR) * tick


def check_sides(wish: Wish, entry: Decimal, now: Decimal) -> None:
    """Check that stop, target and trigger lie on the side of the price on which they make sense.

    Args:
        wish: what is wanted.
        entry: the price at which it is expected to begin.
        now: the price of now.

    Raises:
        UserMistake: one does not.
    """
    sign = wish.sign
    if wish.stop is not None and sign * (entry - wish.stop) <= 0:
        raise UserMistake(
            f"The stop is on the wrong side of {entry:f}.",
            hint="A stop lies where the order loses: below a buy, above a sell.",
        )
    if wish.target is not None and sign * (wish.target - entry) <= 0:
        raise UserMistake(
            f"The target is on the wrong side of {entry:f}.",
            hint="A target lies where the order wins: above a buy, below a sell.",
        )
    _check_trigger(wish, now)


def _check_trigger(wish: Wish, now: Decimal) -> None:
    if wish.trigger is None or wish.type in {"trailing", "dca"}:
        return
    is_stop = wish.type != "take_profit"
    if wish.sign * (wish.trigger - now) * (1 if is_stop else -1) <= 0:
        raise UserMistake(
            f"The price is {now:f}, already beyond the trigger at {wish.trigger:f}.",
            hint="Choose a trigger on the other side of the price.",
        )
    if wish.type == "oco" and wish.price is not None and wish.sign * (now - wish.price) <= 0:
        raise UserMistake(
            f"The limit at {wish.price:f} is not better than the price of now, {now:f}.",
            hint="A pair has its limit on the better side of the price, and its trigger on the other.",
        )
