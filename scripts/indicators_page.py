"""Write docs/indicators.md: every indicator that a chart can show, read from the one catalogue there is.

Run it after adding an indicator; a test fails when the page differs from the catalogue.
"""

from __future__ import annotations

from pathlib import Path

from analytics.indicators.catalogue import CATALOGUE, parse
from analytics.indicators.declare import Indicator, Parameter

PAGE = Path(__file__).resolve().parents[1] / "docs" / "indicators.md"
_HEAD = """# Indicators

What `/chart indicators:` takes: a name, or a name with its numbers, as in `ema:50` or `bbands:20,2`. Numbers
that are left out are the usual ones. This page is written by `scripts/indicators_page.py` from
`analytics/indicators`.
"""


def page() -> str:
    """Return the whole page."""
    return "\n".join([_HEAD, *(_section(one) for one in CATALOGUE.values())])


def _section(one: Indicator) -> str:
    lines = [
        f"## {one.full}",
        "",
        f"`{one.name}` · {one.summary}",
        "",
        f"- As a member writes it: `{parse(one.name).text}`",
        *[f"- {name}: {_bounds(parameter)}" for name, parameter in one.parameters.items()],
        f"- Made of: {', '.join(one.inputs)}",
        f"- Shown: {'upon the prices' if one.pane == 'price' else 'in a panel of its own'}",
        f"- First value after {one.warm_up(*parse(one.name).values)} candles, with the usual numbers",
        f"- Unit: {one.units}",
        f"- Source: {one.source}",
        "",
    ]
    return "\n".join(lines)


def _bounds(parameter: Parameter) -> str:
    kind = "a whole number" if parameter.is_whole else "a number"
    return f"{kind} from {parameter.least:g} to {parameter.most:g}, usually {parameter.default:g}"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
