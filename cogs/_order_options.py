"""The options of `/order buy` and `/order sell`, and the terms that they come to."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from discord import app_commands

from cogs._alert_options import MARKETS, Chosen, Given, Option, declare
from cogs._desk import ACCOUNT, account_choices
from cogs._host import PRIVATE, Asked
from cogs._ui.choices import PERSONA, speaker_choices
from services.trading.messages import Side
from services.trading.orders.messages import OrderTerms

_SIZES: Final = {
    "quantity of what is traded": "quantity",
    "sum of money": "quote",
    "percent of equity lost at the stop": "risk",
}
_TYPES: Final = {
    "at the market": "market",
    "limit": "limit",
    "stop": "stop",
    "stop-limit": "stop_limit",
    "take-profit": "take_profit",
    "trailing stop": "trailing",
    "one cancels the other": "oco",
    "bracket": "bracket",
    "iceberg": "iceberg",
    "spread over time": "twap",
    "in steps": "dca",
}
_LASTING: Final = {
    "until it is canceled": "gtc",
    "at once, the rest is canceled": "ioc",
    "at once and whole, or not at all": "fok",
}
_TEXTS: Final = ("size", "price", "trigger", "stop", "target", "trail", "leverage")
_Slices = app_commands.Range[int, 2, 50]
_Minutes = app_commands.Range[int, 1, 1440]
_Text = app_commands.Range[str, 1, 40]
OPTIONS: Final = (
    MARKETS,
    Option(name="size", told="How much, such as 0.01, 500 or 1%", takes=_Text),
    Option(
        name="size_by", told="What the size is; a quantity if left out", choices=_SIZES, is_required=False
    ),
    Option(name="type", told="At the market if left out", choices=_TYPES, is_required=False),
    Option(name="price", told="Of a limit", takes=_Text, is_required=False),
    Option(name="trigger", told="From which price on", takes=_Text, is_required=False),
    Option(name="stop", told="Where the loss is cut", takes=_Text, is_required=False),
    Option(name="target", told="Where the profit is taken", takes=_Text, is_required=False),
    Option(name="trail", told="Percent behind the price", takes=_Text, is_required=False),
    Option(name="leverage", told="Such as 3", takes=_Text, is_required=False),
    Option(name="reduce_only", told="Only make a position smaller", takes=bool, is_required=False),
    Option(name="post_only", told="Only rest in the book", takes=bool, is_required=False),
    Option(name="tif", told="How long it stays", choices=_LASTING, is_required=False),
    Option(name="slices", told="Steps of one that is spread", takes=_Slices, is_required=False),
    Option(name="minutes", told="How long one is spread", takes=_Minutes, is_required=False),
    Option(name="account", told=ACCOUNT, is_required=False, offers=account_choices),
    Option(name="persona", told=PERSONA, is_required=False, offers=speaker_choices),
)


def order_command(side: Side, told: str, answer: Callable[[Asked, Side, Chosen], Awaitable[None]]) -> Any:
    """Return the command that drafts an order on a side and hands what was chosen to `answer`."""

    async def callback(_cog: object, interaction: Asked, **chosen: Given | None) -> None:
        await answer(interaction, side, chosen)

    declare(callback, OPTIONS)
    extras = {"example": f"/order {side} market:BTC/USDT:USDT size:0.01", **PRIVATE}
    return app_commands.Command(name=side, description=told, callback=cast("Any", callback), extras=extras)


def terms_in(side: Side, chosen: Chosen) -> OrderTerms:
    """Return what a member asks for; the desk reads the numbers."""
    told = {name: value for name, value in chosen.items() if value is not None}
    given: dict[str, Any] = {name: str(told[name]) for name in _TEXTS if name in told}
    given |= {name: told[name] for name in ("size_by", "type", "slices", "minutes") if name in told}
    return OrderTerms(
        market=str(told["market"]).strip(),
        side=side,
        is_reduce_only=bool(told.get("reduce_only", False)),
        is_post_only=bool(told.get("post_only", False)),
        time_in_force=cast("Any", told.get("tif", "gtc")),
        **given,
    )
