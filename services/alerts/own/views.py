"""From the rows of alerts to what their owners are told, and back. What a row means is nowhere else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, cast

import msgspec

from services.alerts.conditions import AllOf, AnyOf, Condition, from_text
from services.alerts.messages import AlertView, Happening, Kind, Options, Status
from services.alerts.posts import Told
from services.market.messages import Quote
from services.store.rows import HappenedRow, RuleRow

_OPTIONS: Final = msgspec.json.Decoder(Options)
_GIVEN: Final = msgspec.json.Decoder(dict[str, str])
_TOLD: Final = msgspec.json.Decoder(Told)


def text_of(value: Options | Mapping[str, str]) -> str:
    """Return options, or what a member wrote, as the database keeps them."""
    return msgspec.json.encode(value).decode()


def options_of(row: RuleRow) -> Options:
    """Return the options of a rule."""
    return _OPTIONS.decode(row.options)


def given_of(row: RuleRow) -> dict[str, str]:
    """Return what the member wrote, by option."""
    return _GIVEN.decode(row.given)


def told_of(row: HappenedRow) -> Told:
    """Return what is told of a firing."""
    return _TOLD.decode(row.alert.told)


def kind_of(condition: Condition) -> Kind:
    """Return the kind of a condition, which for those of one part is its tag."""
    if isinstance(condition, AllOf | AnyOf):
        return "combo"
    return cast("Kind", condition.__struct_config__.tag)


def view_of(row: RuleRow, *, is_armed: bool | None = None, quote: Quote | None = None) -> AlertView:
    """Return a rule as its owner sees it; `quote` is of its market, where there is one to be had."""
    return AlertView(
        id=row.id,
        kind=cast("Kind", row.kind),
        status=cast("Status", row.status),
        condition=from_text(row.condition),
        options=options_of(row),
        set_at=row.set_at,
        fired=row.fired,
        last_fired_at=row.last_fired_at,
        snoozed_until=row.snoozed_until,
        is_armed=is_armed is not False,
        price=None if quote is None else quote.price,
        tick=None if quote is None else quote.tick,
        origin=None if quote is None else quote.origin,
        given=given_of(row),
    )


def view_of_told(told: Told) -> AlertView:
    """Return what whoever read the message of an alert may see of it: no more than the message says."""
    return AlertView(
        id=told.rule,
        kind=kind_of(told.condition),
        status="active" if told.repeats else "done",
        condition=told.condition,
        options=Options(repeats=told.repeats),
        set_at=told.seen_at,
        fired=1,
        last_fired_at=told.at,
        price=told.price,
        tick=told.tick,
        origin=told.origin,
    )


def happening_of(row: HappenedRow) -> Happening:
    """Return a firing with what became of its message."""
    told = told_of(row)
    return Happening(
        alert=row.alert.id,
        at=told.at,
        seen_at=told.seen_at,
        price=told.price,
        tick=told.tick,
        values=told.values,
        state=row.alert.state,
        span=told.span,
        late=told.late,
        delivered=row.delivered,
        reason=row.reason,
    )
