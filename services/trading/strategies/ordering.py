"""What a proposal becomes: its size, its order with the bracket, and what the gate says of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from decimal import Decimal

from services.errors import UserMistake
from services.exchange.orders import OrderRequest
from services.market.messages import GetQuote
from services.store.trading_rows import RunRow
from services.trading.intents.intent import Intent, Judged, client_id_of
from services.trading.ports import Picture, Session
from services.trading.strategies.amounts import amount_for, within_limits, within_risk
from services.trading.strategies.ground import ORIGIN, Ground, intent_id_of
from services.trading.strategies.messages import WantedOrder
from services.trading.strategies.profiles import find_profile
from services.trading.strategies.temperament import most_leverage


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A wanted order as it would be sent."""

    intent: Intent
    session: Session
    tick: Decimal


class Ordering:
    """Makes intents of what is wanted."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    async def made(
        self, run: RunRow, proposal: str, wanted: WantedOrder, *, amount: Decimal | None = None
    ) -> Made:
        """Return the intent; sized now, unless it was sized before.

        Raises:
            UserMistake: there is nothing to leave, or too little money to enter.
            ExchangeUnavailable: the account or the price cannot be seen now.
        """
        session = await self._ground.sessions.of(run.account_id)
        picture = await self._ground.pictures.of(run.account_id)
        quote = await self._ground.bus.ask(GetQuote(market=run.market))
        price = wanted.price or quote.price
        if wanted.kind == "leave":
            intent = self._leaving(run, proposal, wanted, picture)
        else:
            size = amount or self._sized(run, wanted, picture, price, session)
            intent = self._entering(run, proposal, wanted, size)
        return Made(
            intent=_with_reference(intent, price), session=session, tick=session.market(run.market).tick
        )

    async def judged(self, made: Made) -> Judged:
        """Return what the gate says of it now."""
        return await self._ground.gate.judge(made.intent, made.session)

    def _sized(
        self, run: RunRow, wanted: WantedOrder, picture: Picture, price: Decimal, session: Session
    ) -> Decimal:
        if picture.equity is None:
            raise UserMistake(
                "What the account is worth is not known now.", hint="Try again when its prices are fresh."
            )
        market = session.market(run.market)
        wish = float(wanted.risk_share), self._leverage(run)
        share, leverage = within_limits(*wish, self._ground.limits)
        amount = amount_for(
            market,
            equity=float(picture.equity),
            share=share,
            price=float(price),
            stop=None if wanted.stop is None else float(wanted.stop),
            leverage=leverage,
        )
        amount = within_risk(
            amount,
            market,
            equity=picture.equity,
            price=price,
            stop=wanted.stop,
            limits=self._ground.limits,
        )
        if amount <= 0 or amount < (market.min_amount or 0):
            raise UserMistake(
                f"The account holds too little for an order in {run.market}.", hint="Use a larger account."
            )
        return amount

    def _leverage(self, run: RunRow) -> float:
        return most_leverage(find_profile(self._ground.profiles, run.profile))

    def _entering(self, run: RunRow, proposal: str, wanted: WantedOrder, amount: Decimal) -> Intent:
        intent_id = intent_id_of(proposal)
        return Intent(
            id=intent_id,
            account=run.account_id,
            user_id=run.user_id,
            request=OrderRequest(
                market=run.market,
                side=wanted.side,
                kind="market" if wanted.price is None else "limit",
                amount=amount,
                client_id=client_id_of(intent_id),
                price=wanted.price,
                stop_loss=wanted.stop,
                take_profit=wanted.target,
            ),
            origin=f"{ORIGIN}{run.id}",
            group=run.id,
            leverage=Decimal(min(math.ceil(self._leverage(run)), math.floor(self._ground.limits.leverage))),
        )

    def _leaving(self, run: RunRow, proposal: str, wanted: WantedOrder, picture: Picture) -> Intent:
        held = "long" if wanted.side == "sell" else "short"
        position = next(
            (
                one.position
                for one in picture.holdings
                if one.position.market == run.market and one.position.side == held
            ),
            None,
        )
        if position is None:
            raise UserMistake(
                f"There is no position in {run.market} to leave.", hint="Nothing is to be done."
            )
        intent_id = intent_id_of(proposal)
        return Intent(
            id=intent_id,
            account=run.account_id,
            user_id=run.user_id,
            request=OrderRequest(
                market=run.market,
                side=wanted.side,
                kind="market",
                amount=position.amount,
                client_id=client_id_of(intent_id),
                is_reduce_only=True,
            ),
            origin=f"{ORIGIN}{run.id}",
            group=run.id,
            is_exempt=True,
        )


def _with_reference(intent: Intent, price: Decimal) -> Intent:
    return replace(intent, reference=price)
