"""What an intent's row says of its order: as it was asked for, and as its owner sees it."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, cast

import msgspec
import structlog

from services.store.trading_rows import IntentRow
from services.trading.intents.intent import Judged
from services.trading.messages import Judgement, OrderState, OrderView, Side

log = structlog.get_logger(__name__)


class Asked(msgspec.Struct, frozen=True):
    """What of an order's request is told again later."""

    price: Decimal | None = None
    trigger_price: Decimal | None = None
    stop_loss: Decimal | None = None


_ASKED: Final = msgspec.json.Decoder(Asked)


def asked_in(row: IntentRow) -> Asked:
    """Return what was asked for; nothing where the row is torn, which is logged."""
    try:
        return _ASKED.decode(row.request)
    except msgspec.DecodeError as error:
        log.warning("intent_torn", intent=row.id, why=str(error))
        return Asked()


def order_view(row: IntentRow, *, tick: Decimal | None = None, plan: str = "") -> OrderView:
    """Return an intent as its owner sees it."""
    asked = asked_in(row)
    return OrderView(
        id=row.id,
        account=row.account_id,
        market=row.market,
        side=cast("Side", row.side),
        kind=row.kind,
        state=_state(row),
        amount=row.amount,
        filled=row.filled,
        price=asked.price,
        trigger=asked.trigger_price,
        average=row.average,
        tick=tick,
        is_reducing=row.is_reducing,
        plan=plan,
        origin=row.origin,
        order_id=row.order_id,
        reason=row.reason,
        created_at=row.created_at,
    )


def _state(row: IntentRow) -> OrderState:
    if row.status == "open" and row.filled:
        return "partly"
    return cast("OrderState", row.status)


def judgement_of(judged: Judged) -> Judgement:
    """Return what the gate says, those rules first that refuse."""
    verdicts = sorted(judged.verdicts, key=lambda verdict: verdict.is_passed)
    return Judgement(is_passed=judged.is_passed, state=judged.state, verdicts=verdicts)
