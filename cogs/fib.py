"""`/fib`: Fibonacci levels of a swing, and where the price stands among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from discord import app_commands

from cogs._analysis import TIMEFRAME, USUAL, fitting, known, timeframe_actions
from cogs._findings import FindingAnswers, FindingCog, Kind
from cogs._host import Answering, Asked, Host, Sources
from cogs._markets import MARKET, market_choices, named_market
from cogs._ui.card import Action, press_id
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.fib_cards import fib_card, fib_why
from services.analyst.messages import DrawChart, FibFinding, FibMode, FindFib
from services.chat.intents import Topic, Understood
from services.market.messages import Timeframe
from services.personas.lines import Line
from services.personas.voice import Voice

_SAMPLE = {
    "market": "BTC/USDT:USDT",
    "timeframe": "4h",
    "price": "64,210.5",
    "start": "58,120.0",
    "end": "66,480.5",
    "is_up": True,
    "above": "38.2% at 63,286.9",
    "below": "50.0% at 62,300.2",
    "respected": "61.8% at 61,313.6",
    "times": 4,
    "confluence": "61,280.0 to 61,340.0",
    "frames": 3,
}
_BARE = dict.fromkeys(("above", "below", "respected", "times", "confluence", "frames"))
LINES: Final = (
    Line(name="fib", sample=_SAMPLE, must=("market", "timeframe", "start", "end", "above", "below")),
    Line(
        name="fib",
        sample={**_SAMPLE, "is_up": False, "confluence": None, "frames": None},
        must=("market", "start", "end"),
    ),
    Line(name="fib", sample={**_SAMPLE, **_BARE}, must=("market", "timeframe", "start", "end")),
)
"""above, below: the levels next to the price. respected, times: where price turned most often, and how
often (above one). confluence, frames: the strongest band in which levels of so many timeframes meet."""
_AUTO: Final = "auto"
MODES: Final = [
    app_commands.Choice[str](name="Retracement: how far it came back", value="retrace"),
    app_commands.Choice[str](name="Extension: beyond the swing", value="extend"),
    app_commands.Choice[str](name="Projection: the swing again, from where it turned", value="project"),
]
_MODE_WORDS: Final[dict[FibMode, tuple[str, ...]]] = {
    "extend": ("extension", "extensions", "extensão", "extensao", "extensões", "extensoes"),
    "project": ("projection", "projections", "projeção", "projecao", "projeções", "projecoes"),
}
"""What asks for other levels than those of the way back."""
_OTHER_MODE: Final[dict[FibMode, tuple[str, FibMode]]] = {
    "retrace": ("Extensions", "extend"),
    "extend": ("Projections", "project"),
    "project": ("Retracements", "retrace"),
}


def _again(chosen: app_commands.Namespace) -> str:
    swing, mode = chosen.swing or _AUTO, chosen.mode or "retrace"
    return press_id("fib", "show", chosen.market, chosen.timeframe, swing, mode, chosen.persona or "")


def _mode(text: str) -> FibMode:
    return known(text, {mode: mode for mode in _OTHER_MODE})


def _request(asked: Sequence[str]) -> FindFib:
    market, timeframe, swing, mode = asked
    return FindFib(market=market, timeframe=timeframe, swing=swing, mode=_mode(mode))


def _chart(asked: Sequence[str]) -> DrawChart:
    market, timeframe, swing, mode = asked
    return DrawChart(market=market, timeframe=timeframe, overlay="fib", swing=swing, mode=_mode(mode))


def _actions(asked: Sequence[str], voice: Voice) -> list[Action]:
    market, timeframe, swing, mode = asked
    other, wanted = _OTHER_MODE[_mode(mode)]
    persona = voice.card.name
    return [
        *fitting([(voice.text(other), "show", (market, timeframe, swing, wanted, persona))], "fib"),
        *timeframe_actions("fib", timeframe, before=(market,), after=(swing, mode, persona)),
    ]


def _wanted(asked: Understood) -> tuple[str, str, str, str]:
    modes = [mode for mode, words in _MODE_WORDS.items() if asked.question.hits(words)]
    return named_market(asked), asked.timeframe or USUAL, _AUTO, modes[0] if modes else "retrace"


_KIND: Final[Kind[FibFinding]] = Kind(
    cog="fib",
    what="Fibonacci levels",
    topic=Topic(
        intent="fib",
        description="Fibonacci levels of a market's newest swing, and where the price stands among them.",
        slots=("market", "timeframe"),
        needs=("market",),
    ),
    request=_request,
    chart=_chart,
    card=fib_card,
    why=fib_why,
    actions=_actions,
    wanted=_wanted,
)


class Fibonacci(FindingCog[FibFinding]):
    """Answers with Fibonacci levels and a chart of them."""

    @app_commands.command(
        name="fib",
        description="Fibonacci levels of a swing, and where the price stands among them",
        extras={"example": "/fib market:BTC/USDT:USDT timeframe:4h", "retry": _again},
    )
    @app_commands.describe(
        market=MARKET,
        timeframe=TIMEFRAME,
        swing="auto, or two dates or two prices, such as 58000 64210",
        mode="Which levels",
        persona=PERSONA,
    )
    @app_commands.choices(mode=MODES)
    @app_commands.autocomplete(market=market_choices, persona=speaker_choices)
    async def fib(
        self,
        interaction: Asked,
        market: str,
        *,
        timeframe: Timeframe,
        swing: str = _AUTO,
        mode: str = "retrace",
        persona: str | None = None,
    ) -> None:
        """Answer with the levels of `market`."""
        await self.show_finding(interaction, (market, timeframe, swing, mode), persona)


def answers(sources: Sources) -> Answering:
    """Return what answers in plain words."""
    return FindingAnswers(sources, _KIND)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Fibonacci(host, _KIND))
