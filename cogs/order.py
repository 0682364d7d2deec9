"""`/order` and its neighbours: tickets that wait for their owner, open orders, closes, stops and targets."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._alert_options import Chosen
from cogs._desk import ACCOUNT, PATIENCE, account_choices, held_choices
from cogs._desk_choices import order_choices
from cogs._host import PRIVATE, Answering, Asked, Host, Pressed, Sources, caller_of, host_of
from cogs._markets import MARKET, market_choices, remember_market
from cogs._order_options import order_command, terms_in
from cogs._tickets import press_ticket, show_ticket
from cogs._ui.card import Card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_orders import orders_card
from services.chat.intents import Topic, Understood
from services.errors import UserMistake
from services.members.messages import Caller
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.messages import Side
from services.trading.orders.messages import (
    DraftCancel,
    DraftClose,
    DraftOrder,
    DraftProtection,
    ListOrders,
)

_BUY = "Buy 0.01 BTC/USDT:USDT"
LINES: Final = (
    *(
        Line(
            name="ticket",
            sample={"kind": kind, "what": what, "is_paper": is_paper, "is_refused": is_refused},
            must=("what",),
        )
        for kind, what, is_paper, is_refused in (
            ("order", _BUY, True, False),
            ("order", _BUY, False, False),
            ("order", _BUY, True, True),
            ("close", "Close 50% of BTC/USDT:USDT", True, False),
            ("cancel", "Cancel 3 orders", True, False),
            ("protect", "Stop at 61,000", False, False),
        )
    ),
    Line(name="ticket_requoted", sample={"what": _BUY}, must=("what",)),
    *(
        Line(name="order_done", sample={"what": _BUY, "state": state}, must=("what",))
        for state in ("sent", "filled", "unknown", "refused", "canceled")
    ),
    *(Line(name="ticket_gone", sample={"why": why}) for why in ("used", "expired", "dropped", "other")),
    Line(name="orders", sample={"count": 3}, must=("count",)),
    Line(name="orders", sample={"count": 0}),
)
"""kind: what is done. is_refused: a rule of the gate does not let it pass. state: what came of it; of an
unknown one the venue is being asked. why: a press on it does nothing any more, or is somebody else's."""
_Text = app_commands.Range[str, 1, 40]
_AT: Final = "A price, or none to take it away"


async def _draft(interaction: Asked, side: Side, chosen: Chosen) -> None:
    """Draft the order that a command asks for."""
    persona, account = chosen.get("persona"), chosen.get("account")
    voice = await host_of(interaction).speaker(interaction, None if persona is None else str(persona))
    terms = terms_in(side, chosen)
    request = DraftOrder(
        id=str(interaction.id),
        caller=caller_of(interaction),
        terms=terms,
        account="" if account is None else str(account),
        locale=voice.locale,
    )
    await show_ticket(interaction, voice, request)
    await remember_market(interaction, terms.market)


def _commands() -> app_commands.Group:
    group = app_commands.Group(name="order", description="Draft an order; you confirm it on its card")
    group.add_command(order_command("buy", "Buy, or open a long position; a card asks you first", _draft))
    group.add_command(order_command("sell", "Sell, or open a short position; a card asks you first", _draft))
    return group


class Ordering(commands.Cog):
    """Drafts tickets and takes their buttons. Only a ticket that its owner confirms in time does anything."""

    presses = "order"
    order = _commands()

    def __init__(self, host: Host) -> None:
        self._host = host

    @app_commands.command(
        name="orders",
        description="Your open orders and plans, each with a button that cancels it",
        extras={"example": "/orders", **PRIVATE},
    )
    @app_commands.describe(market=MARKET, account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(market=market_choices, account=account_choices, persona=speaker_choices)
    async def orders(
        self, interaction: Asked, market: str = "", account: str = "", persona: str | None = None
    ) -> None:
        """List what is open."""
        await self._list(interaction, account, market=market.strip(), persona=persona)

    @app_commands.command(
        name="cancel",
        description="Cancel one order, those of a market, or all; a card asks you first",
        extras={"example": "/cancel", **PRIVATE},
    )
    @app_commands.describe(
        order="One of your open orders", market="All of one market", account=ACCOUNT, persona=PERSONA
    )
    @app_commands.autocomplete(
        order=order_choices, market=market_choices, account=account_choices, persona=speaker_choices
    )
    async def cancel(
        self,
        interaction: Asked,
        *,
        order: str = "",
        market: str = "",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Draft a ticket that cancels."""
        voice = await self._host.speaker(interaction, persona)
        request = DraftCancel(
            id=str(interaction.id),
            caller=caller_of(interaction),
            order=order,
            market=market,
            account=account,
        )
        await show_ticket(interaction, voice, request)

    @app_commands.command(
        name="close",
        description="Close a position, or a part of it; a card asks you first",
        extras={"example": "/close market:BTC/USDT:USDT percent:50", **PRIVATE},
    )
    @app_commands.describe(
        market=MARKET, percent="How much of it, all if left out", account=ACCOUNT, persona=PERSONA
    )
    @app_commands.autocomplete(market=held_choices, account=account_choices, persona=speaker_choices)
    async def close(
        self,
        interaction: Asked,
        *,
        market: str,
        percent: _Text = "100",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Draft a ticket that closes."""
        voice = await self._host.speaker(interaction, persona)
        request = DraftClose(
            id=str(interaction.id),
            caller=caller_of(interaction),
            market=market,
            percent=percent,
            account=account,
            locale=voice.locale,
        )
        await show_ticket(interaction, voice, request)

    @app_commands.command(
        name="sl",
        description="Set, trail or take away the stop of a position; a card asks you first",
        extras={"example": "/sl market:BTC/USDT:USDT price:50000", **PRIVATE},
    )
    @app_commands.describe(
        market=MARKET,
        price=_AT,
        trail="Percent behind the price, or none",
        account=ACCOUNT,
        persona=PERSONA,
    )
    @app_commands.autocomplete(market=held_choices, account=account_choices, persona=speaker_choices)
    async def sl(
        self,
        interaction: Asked,
        *,
        market: str,
        price: _Text = "",
        trail: _Text = "",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Draft a ticket that sets a stop."""
        await self._protect(interaction, persona, market=market, stop=price, trail=trail, account=account)

    @app_commands.command(
        name="tp",
        description="Set or take away the target of a position; a card asks you first",
        extras={"example": "/tp market:BTC/USDT:USDT price:90000", **PRIVATE},
    )
    @app_commands.describe(market=MARKET, price=_AT, account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(market=held_choices, account=account_choices, persona=speaker_choices)
    async def tp(
        self,
        interaction: Asked,
        *,
        market: str,
        price: _Text,
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Draft a ticket that sets a target."""
        await self._protect(interaction, persona, market=market, target=price, account=account)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Turn a page of orders, draft what cancels one, or go on with a ticket."""
        match pressed.action, pressed.arguments:
            case "list", (owner, account, page, market) if page.isdecimal():
                _check_owner(interaction, owner)
                await self._list(interaction, account, market=market, page=int(page))
            case "cancel", (owner, account, order):
                _check_owner(interaction, owner)
                voice = await self._host.speaker(interaction)
                caller = caller_of(interaction)
                request = DraftCancel(id=str(interaction.id), caller=caller, order=order, account=account)
                await show_ticket(interaction, voice, request)
            case _:
                await press_ticket(interaction, pressed)

    async def _list(
        self, interaction: Asked, account: str, *, market: str, page: int = 1, persona: str | None = None
    ) -> None:
        voice = await self._host.speaker(interaction, persona)
        caller, key = caller_of(interaction), str(interaction.id)
        card = await _listed(self._host, caller, voice, key=key, account=account, market=market, page=page)
        await self._host.answer(interaction, card)

    async def _protect(
        self,
        interaction: Asked,
        persona: str | None,
        *,
        market: str,
        account: str,
        stop: str = "",
        target: str = "",
        trail: str = "",
    ) -> None:
        voice = await self._host.speaker(interaction, persona)
        request = DraftProtection(
            id=str(interaction.id),
            caller=caller_of(interaction),
            market=market,
            stop=stop,
            target=target,
            trail=trail,
            account=account,
            locale=voice.locale,
        )
        await show_ticket(interaction, voice, request)


def _check_owner(interaction: Asked, owner: str) -> None:
    if owner != str(interaction.user.id):
        raise UserMistake("That card belongs to somebody else.", hint="/orders shows your own.")


class OrdersAnswers:
    """Answers "my open orders" to their owner alone."""

    topics = (
        Topic(
            intent="orders",
            description="The caller's own open orders and plans, or those in a market.",
            slots=("market",),
            is_private=True,
            is_tool=False,
        ),
    )

    def __init__(self, sources: Sources) -> None:
        self._sources = sources

    async def answer(self, asked: Understood, voice: Voice, *, key: str) -> Card | None:
        """Answer with what is open in the market that was named, else with all of it."""
        return await _listed(self._sources, asked.caller, voice, key=key, market=asked.market or "")


async def _listed(
    sources: Sources,
    caller: Caller,
    voice: Voice,
    *,
    key: str,
    account: str = "",
    market: str = "",
    page: int = 1,
) -> Card:
    request = ListOrders(caller=caller, account=account, market=market)
    found = await sources.ask(request, timeout=PATIENCE)
    return orders_card(found, voice, key=key, owner=caller.user_id, market=market, page=page)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return OrdersAnswers(sources)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Ordering(host))
