"""Drafting an alert: the options of its kind, the doubts there are, and whether it makes sense."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec

from services.alerts.conditions import AllOf, AnyOf, Condition, SkyShows, markets_of
from services.alerts.drafting.confirming import check_confirming
from services.alerts.drafting.doubts import Doubt, Doubts, Look
from services.alerts.drafting.form import Form
from services.alerts.drafting.kinds import KINDS, combination
from services.alerts.drafting.sanity import check
from services.alerts.messages import Kind, Options
from services.errors import UnknownMarket
from services.locales import locale_of
from services.locales.numbers import Numbers
from services.market.messages import Quote

Drafted = Condition | Doubt


def markets_in(kind: Kind, given: Mapping[str, str]) -> list[str]:
    """Return the markets that are named, as they were written, each once; `draft` needs a quote of each.

    Raises:
        UserMistake: none was named where one is needed, or an expression cannot be read.
    """
    if kind == "cosmic":
        return []
    form = Form(given=given, locale="en", doubts=Doubts(Look(quotes={})))
    return list(markets_of(combination(form))) if kind == "combo" else [form.market]


def draft(kind: Kind, given: Mapping[str, str], options: Options, look: Look) -> Drafted:
    """Return the condition, its markets by their whole names, or the first doubt that is left.

    Args:
        kind: which command it came by.
        given: what the member wrote by option, see the package.
        options: how it behaves; its language is that of the numbers.
        look: a quote of every market that `markets_in` names and that has a price, and the answers so far.

    Raises:
        UserMistake: an option is missing, cannot be read or makes no sense. Facts: ``option``, or of an
            expression those of `language.parsing.parse`.
    """
    doubts = Doubts(look)
    numbers = Numbers(locale_of(options.locale))
    written = KINDS[kind](Form(given=given, locale=numbers.locale, doubts=doubts))
    condition = _with_whole_names(written, look.quotes)
    check_confirming(condition, options)
    if not doubts.open:
        check(condition, numbers)
        return condition
    doubt = doubts.open[0]
    return replace(doubt, condition=condition) if doubt.why == "far" else doubt


def _with_whole_names(condition: Condition, quotes: Mapping[str, Quote]) -> Condition:
    if isinstance(condition, AllOf | AnyOf):
        parts = [_with_whole_names(part, quotes) for part in condition.parts]
        return msgspec.structs.replace(condition, parts=parts)
    if isinstance(condition, SkyShows):
        return condition
    return msgspec.structs.replace(condition, market=_whole_name(condition.market, quotes))


def _whole_name(market: str, quotes: Mapping[str, Quote]) -> str:
    """Return the name that the market's quote has; without a quote only a whole name can be told for one."""
    if market not in quotes and "/" not in market:
        raise UnknownMarket.of(market, [])
    return quotes[market].market if market in quotes else market
