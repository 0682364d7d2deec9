from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from desk_orders_stage import LIVE, PAPER

from services.alerts.trading_posts import DeskTold
from services.alerts.wording.desk_words import desk_pairs
from services.exchange.orders import OrderRequest
from services.personas.roster import read_roster
from services.trading.intents.intent import Intent, client_id_of
from services.trading.intents.rows import row_of
from services.trading.intents.telling import basis_of, changes_told

AT = datetime(2025, 6, 24, 12, 0, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
PT = read_roster(Path(__file__).parents[4] / "personas").voice("xyko", "pt-BR")


def basis(nature: str, row: Any = PAPER) -> str:
    return basis_of(cast("Any", SimpleNamespace(nature=nature, row=row)))


def told(rests_on: str) -> DeskTold:
    request = OrderRequest(
        market=BTC, side="buy", kind="market", amount=Decimal(1), client_id=client_id_of("i")
    )
    before = row_of(Intent(id="i", account="acc", user_id="7", request=request), AT)
    after = replace(before, status="filled", filled=Decimal(1), average=Decimal(100), sent_at=AT)
    event = next(iter(changes_told(PAPER, before, after, tick=None, basis=rests_on)))
    assert isinstance(event.body, DeskTold)
    return event.body


@pytest.mark.parametrize("nature", ["live", "replay", "simulated"])
def test_every_paper_fill_says_what_it_rests_on_and_a_real_one_nothing(nature: str) -> None:
    assert basis(nature).startswith("Simulated: matched against ")
    assert basis(nature, LIVE) == ""
    assert told(basis(nature)).assumption == basis(nature)
    shown = dict(desk_pairs(told(basis(nature)), PT))
    assert any(value.startswith("Simulada: casada com preços") for value in shown.values())
