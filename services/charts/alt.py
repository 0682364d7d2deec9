"""What a chart shows, in words, for whoever does not see it: at most as long as Discord takes."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final

from services.charts.column import level_name
from services.charts.extents import pane_extent
from services.charts.scales import step_of_values
from services.charts.spec import ChartSpec, Level, MarkKind, Pane, PathKind, Zone, last_finite
from services.charts.time_axis import moment_text
from services.exchange.prices import to_price
from services.locales.numbers import Numbers, clip
from services.locales.texts import Texts
from services.looks import Nature

LIMIT: Final = 1024
"""Characters of a description, Discord's limit for an attachment."""
_LONGEST_END = 200
_LEAST_ROOM = 40
"""With less room than this, no further part is begun."""
MEANINGS: Final[dict[Nature, str]] = {
    "live": "live",
    "replay": "replay of recorded candles, not today's market",
    "simulated": "simulated, a made-up market",
}


def alt_text(spec: ChartSpec, texts: Texts) -> str:
    """Return the description of a chart in the language of `texts`.

    What is drawn on the candles is told until there is no room; where the figures are from always is.
    """
    numbers = Numbers(texts.locale)
    end = clip(f"; {texts(MEANINGS[spec.nature])}, {spec.source}.", _LONGEST_END)
    said = clip(_candles(spec, texts, numbers), LIMIT - len(end))
    for part in _drawn(spec, texts, numbers):
        room = LIMIT - len(end) - len(said) - 2
        if room < _LEAST_ROOM:
            break
        said = f"{said}; {clip(part, room)}"
    return said + end


def _candles(spec: ChartSpec, texts: Texts, numbers: Numbers) -> str:
    candles, count = spec.candles, len(spec.candles)

    def price(value: float) -> str:
        return numbers.price(to_price(value, spec.tick), spec.tick)

    return texts(
        "{market} {timeframe}, {candles} to {when}, {move}, last {last}, highest {highest}, lowest {lowest}",
        market=spec.market,
        timeframe=spec.timeframe,
        candles=texts("1 candle") if count == 1 else texts("{count} candles", count=count),
        when=moment_text(spec.closed_at_ms, texts),
        move=_move(to_price(float(candles.open[0]), spec.tick), spec.price, texts, numbers),
        last=numbers.price(spec.price, spec.tick),
        highest=price(float(candles.high.max())),
        lowest=price(float(candles.low.min())),
    )


def _move(before: Decimal, now: Decimal, texts: Texts, numbers: Numbers) -> str:
    percent = numbers.percent(abs(now / before - 1) * 100).removeprefix("+")
    if now == before:
        return texts("unchanged")
    return texts("rising {percent}" if now > before else "falling {percent}", percent=percent)


def _drawn(spec: ChartSpec, texts: Texts, numbers: Numbers) -> list[str]:
    """Return what is drawn beside the closed candles, what matters most first."""
    found = [texts("the last price is of a candle that is still forming")] if spec.forming is not None else []
    told = (
        ("with {names}", _lines(spec, texts, numbers)),
        ("panels below: {names}", [text for pane in spec.panes for text in _pane(pane, numbers)]),
        ("swing from {names}", _paths(spec, "swing", texts, numbers)),
        ("line from {names}", _paths(spec, "line", texts, numbers)),
        ("levels: {names}", [_level(level, spec.tick, numbers) for level in spec.levels]),
        ("zones: {names}", [_zone(zone, spec.tick, texts, numbers) for zone in spec.zones]),
        ("patterns: {names}", _marks(spec, "pattern", texts)),
        ("marked: {names}", _marks(spec, "moment", texts)),
    )
    return found + [texts(key, names=", ".join(names)) for key, names in told if names]


def _lines(spec: ChartSpec, texts: Texts, numbers: Numbers) -> list[str]:
    def price(value: float) -> str:
        return numbers.price(to_price(value, spec.tick), spec.tick)

    named = [(one.label, one.values) for one in spec.lines] + [(one.label, one.values) for one in spec.dots]
    found = [_at(label, last_finite(values), price) for label, values in named]
    for band in spec.bands:
        low, high = last_finite(band.lower), last_finite(band.upper)
        if low is None or high is None:
            found.append(band.label)
        else:
            low, high = sorted((low, high))  # the edges of a cloud cross
            found.append(texts("{name} {low} to {high}", name=band.label, low=price(low), high=price(high)))
    return found


def _pane(pane: Pane, numbers: Numbers) -> list[str]:
    step = step_of_values(pane_extent(pane).span)

    def written(value: float) -> str:
        return numbers.price(to_price(value, step), step)

    series = [*pane.lines, *([pane.histogram] if pane.histogram else [])]
    return [_at(one.label, last_finite(one.values), written) for one in series]


def _at(label: str, value: float | None, written: Callable[[float], str]) -> str:
    return label if value is None else f"{label} {written(value)}"


def _paths(spec: ChartSpec, kind: PathKind, texts: Texts, numbers: Numbers) -> list[str]:
    return [
        texts(" to ").join(numbers.price(price, spec.tick) for _, price in path.points)
        for path in spec.paths
        if path.kind == kind
    ]


def _level(level: Level, tick: Decimal, numbers: Numbers) -> str:
    return f"{level_name(level, numbers)} {numbers.price(level.price, tick)}".lstrip()


def _zone(zone: Zone, tick: Decimal, texts: Texts, numbers: Numbers) -> str:
    low, high = numbers.price(zone.low, tick), numbers.price(zone.high, tick)
    return texts("{name} {low} to {high}", name=zone.label, low=low, high=high)


def _marks(spec: ChartSpec, kind: MarkKind, texts: Texts) -> list[str]:
    if kind == "pattern":
        sides = {"bull": texts("bullish"), "bear": texts("bearish"), "even": texts("neither")}
    else:
        sides = {"bull": texts("upwards"), "bear": texts("downwards"), "even": texts("neither")}
    newest = sorted(spec.marks, key=lambda mark: -mark.position)
    return [f"{mark.title} ({sides[mark.side]})" for mark in newest if mark.kind == kind]
