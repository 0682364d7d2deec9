"""What an account brought in a window of time, as a card."""

from __future__ import annotations

from decimal import Decimal
from typing import Final, get_args

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_figures import is_up, nature_facts, short_of, titled, tone_of
from cogs._ui.desk_performance import performance_facts
from cogs._ui.desk_words import signed_money
from cogs._ui.origin import footnote
from cogs._ui.tables import row, table
from cogs._ui.times import full
from services.personas.voice import Voice
from services.trading.ledger.messages import LotMethod, MarketPnl, Pnl, Window

COG: Final = "pnl"
WINDOWS: Final[dict[Window, str]] = {
    "day": "Today",
    "week": "This week",
    "month": "This month",
    "year": "This year",
    "all": "All time",
}
METHODS: Final[dict[LotMethod, str]] = {
    "fifo": "oldest lot first (FIFO)",
    "lifo": "newest lot first (LIFO)",
    "hifo": "dearest lot first (HIFO)",
}
PARTS: Final = {"market": "By market", "day": "By day", "side": "By side"}
_ROWS: Final = 16


def pnl_card(pnl: Pnl, by: str, voice: Voice, *, key: str) -> Card:
    """Return the card of a profit, split `by` market, day or side."""
    text, currency = voice.text, pnl.currency
    is_empty = not pnl.parts and not pnl.performance.trades
    verdict = voice.render(
        "pnl",
        key=key,
        net=None if is_empty else signed_money(pnl.net, currency, voice),
        is_up=is_up(pnl.net),
        trades=pnl.performance.trades,
    )
    return Card(
        title=titled(f"{text('Profit')} · {text(WINDOWS[pnl.window])}", pnl.account, text),
        verdict=verdict,
        facts=(
            *_sums(pnl, voice),
            *_parts(pnl, by, voice),
            *performance_facts(pnl.performance, currency, voice),
            *_notes(pnl, voice),
            *nature_facts(pnl.account, text),
        ),
        actions=_windows(pnl, by, voice),
        footnote=footnote(voice, text("net is realised less fees plus funding")),
        tone=tone_of(pnl.net),
        accent=None if is_up(pnl.net) is not None else voice.card.accent,
    )


def _sums(pnl: Pnl, voice: Voice) -> list[Fact]:
    text, currency = voice.text, pnl.currency
    told = (
        (text("Net"), pnl.net),
        (text("Realised"), pnl.realised),
        (text("Fees"), -pnl.fees),
        (text("Funding"), pnl.funding),
        (text("Open profit"), pnl.unrealised),
    )
    return [Fact(name, signed_money(value, currency, voice)) for name, value in told]


def _parts(pnl: Pnl, by: str, voice: Voice) -> tuple[Fact, ...]:
    """Return the largest parts first, as far as they are shown."""
    ordered = sorted(pnl.parts, key=lambda one: abs(_net(one)), reverse=True)
    rows = [row(one.name, signed_money(_net(one), pnl.currency, voice)) for one in ordered[:_ROWS]]
    more = len(ordered) - len(rows)
    name = voice.text(PARTS[by])
    return table(f"{name} · {voice.text('{count} more', count=more)}" if more else name, rows)


def _net(one: MarketPnl) -> Decimal:
    return one.realised - one.fees + one.funding


def _notes(pnl: Pnl, voice: Voice) -> list[Fact]:
    text = voice.text
    since = text("from the beginning") if pnl.since is None else text("since {when}", when=full(pnl.since))
    facts = [Fact(text("Counted"), f"{since} · {text(METHODS[pnl.method])}", is_wide=True)]
    if pnl.unvalued:
        facts.append(Fact(text("In none of the sums"), ", ".join(pnl.unvalued), is_wide=True))
    if pnl.unknown_fees:
        facts.append(Fact(text("Fills whose fee is not known"), str(pnl.unknown_fees)))
    if pnl.unknown_profits:
        facts.append(Fact(text("Fills whose profit is not known"), str(pnl.unknown_profits)))
    return facts


def _windows(pnl: Pnl, by: str, voice: Voice) -> tuple[Action, ...]:
    short, who = short_of(pnl.account.id), voice.card.name
    return tuple(
        Action(
            voice.text(WINDOWS[window]),
            press_id(COG, "show", short, window, by, pnl.method, who),
            "primary" if window == pnl.window else "secondary",
        )
        for window in get_args(Window)
    )
