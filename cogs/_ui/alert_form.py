"""The form in which an alert is changed: what stands in it, and how what was written in it is read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, tzinfo
from typing import Final

from msgspec.structs import replace

from cogs._ui.alert_set_cards import SHORT_ID
from cogs._ui.card import press_id
from cogs._ui.durations import moment_in, seconds_in
from cogs._ui.form import Field, Form
from services.alerts.language.lengths import write_length
from services.alerts.messages import AlertView, Kind, Options
from services.errors import UserMistake
from services.locales import Locale
from services.locales.texts import Texts
from services.personas.voice import Voice

_WRITTEN: Final[dict[Kind, tuple[str, str]]] = {
    "price": ("level", "Level"),
    "move": ("percent", "Percent"),
    "trail": ("percent", "Percent"),
    "indicator": ("value", "Value"),
    "fib": ("ratio", "Fibonacci level; empty is a confluence"),
    "level": ("timeframe", "Timeframe"),
    "line": ("second_price", "Second price of the line"),
    "pattern": ("timeframe", "Timeframe"),
    "close": ("level", "Level"),
    "funding": ("rate", "Rate"),
    "spread": ("percent", "Percent"),
    "stale": ("seconds", "Seconds without a price"),
    "combo": ("expression", "Expression"),
}
"""The option that is changed of each kind, and how it is called; what happens in the sky has none."""
_MAY_BE_EMPTY: Final = frozenset({"ratio"})
_LONGEST: Final = 400
_LONGEST_NOTE: Final = 200
_SHORT: Final = 40
_YES: Final = frozenset({"yes", "y", "true", "sim", "s"})
_NO: Final = frozenset({"no", "n", "false", "não", "nao"})
_HIDDEN: Final = "\N{ZERO WIDTH SPACE}"
"""Stands in a saved note after each ``@``."""


def edit_form(view: AlertView, voice: Voice, *, cog: str, zone: tzinfo, now: datetime) -> Form:
    """Return the form of an alert with what counts now in its fields; `cog` takes what is written.

    Args:
        view: the alert.
        voice: in whose language it asks.
        cog: takes what is written.
        zone: where the member lives, whose clock says when it ends.
        now: the wall time; an end that is past is left out.
    """
    text, options = voice.text, view.options
    fields = (
        *_own_field(view, text),
        Field(name="note", label=text("Note"), value=_note(options), most=_LONGEST_NOTE),
        Field(
            name="cooldown",
            label=text("Pause between two, such as 15min"),
            value=write_length(options.cooldown),
            most=_SHORT,
        ),
        Field(
            name="expires",
            label=text("Ends: 7d or 2030-12-24; empty is never"),
            value=_end(options, zone, now),
            most=_SHORT,
        ),
        Field(
            name="repeat",
            label=text("Repeats: yes or no"),
            value=text("yes") if options.repeats else text("no"),
            most=_SHORT,
        ),
    )
    return Form(text("Edit alert {id}", id=view.id[:SHORT_ID]), press_id(cog, "save", view.id), fields)


def given_after(view: AlertView, written: Mapping[str, str]) -> dict[str, str]:
    """Return what the alert is made of, with what was written in the form in its place."""
    own = _own(view)
    if own is None or own not in written:
        return dict(view.given)
    return {**view.given, own: written[own].strip()}


def options_after(
    view: AlertView, written: Mapping[str, str], *, zone: tzinfo, now: datetime, locale: Locale
) -> Options:
    """Return how the alert shall behave, from what was written; what is not there stays as it is.

    Numbers are read as the language says in which they were written: the alert's own, unless they are new.

    Raises:
        UserMistake: a duration, a date, or a yes or no is none.
    """
    options = view.options
    is_as_before = given_after(view, written) == view.given
    cooldown, repeat = written.get("cooldown", "").strip(), written.get("repeat", "").strip()
    return replace(
        options,
        locale=options.locale if is_as_before else locale,
        note=written.get("note", _note(options)).strip(),
        cooldown=seconds_in(cooldown) if cooldown else options.cooldown,
        repeats=_is_yes(repeat) if repeat else options.repeats,
        expires_at=_end_in(options, written.get("expires", ""), zone=zone, now=now, locale=locale),
    )


def _own(view: AlertView) -> str | None:
    """Return the option that the form changes; a level of a candle's close is one only where it has one."""
    found = _WRITTEN.get(view.kind)
    if found is None or (view.kind == "close" and "level" not in view.given):
        return None
    return found[0]


def _own_field(view: AlertView, text: Texts) -> tuple[Field, ...]:
    name = _own(view)
    if name is None:
        return ()
    is_long = view.kind == "combo"
    return (
        Field(
            name=name,
            label=text(_WRITTEN[view.kind][1]),
            value=view.given.get(name, ""),
            is_required=name not in _MAY_BE_EMPTY,
            is_long=is_long,
            most=_LONGEST if is_long else _SHORT,
        ),
    )


def _note(options: Options) -> str:
    return options.note.replace(_HIDDEN, "")


def _end(options: Options, zone: tzinfo, now: datetime) -> str:
    at = options.expires_at
    return "" if at is None or at <= now else f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def _end_in(
    options: Options, written: str, *, zone: tzinfo, now: datetime, locale: Locale
) -> datetime | None:
    """Return when it ends; what was left as it stood is the same moment to the second."""
    text = written.strip()
    if not text:
        return None
    if text == _end(options, zone, now):
        return options.expires_at
    return moment_in(text, now=now, zone=zone, locale=locale).astimezone(UTC)


def _is_yes(written: str) -> bool:
    said = written.casefold()
    if said not in _YES | _NO:
        raise UserMistake("Whether it repeats is not said.", hint="Write yes or no.")
    return said in _YES
