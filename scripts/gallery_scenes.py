"""What docs/gallery.md shows: every command of a member, who answers it, and what is done with the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

BTC: Final = "market:BTC/USDT:USDT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """A command, asked once in English and once in Portuguese, of two different personas.

    Where a scene has no line, it goes on with the answer of the one before.
    """

    name: str
    line: str
    voices: tuple[str, str]
    replies: int = 1
    press: int | None = None
    """Which button of the answer is pressed before the picture is taken."""
    menu: int | None = None
    """Which entry of the apps' menu on the newest message is picked; `line` is then its name."""
    is_on_phone: bool = False
    """Whether it is also taken on a telephone."""

    def asked(self, at: int) -> str:
        """Return the command line with the voice of the first or the second picture."""
        return f"{self.line} persona:{self.voices[at]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Scenes that belong together."""

    title: str
    text: str
    scenes: tuple[Scene, ...]


SECTIONS: Final = (
    Section(
        title="Charts and findings",
        text="Drawn from the market's own candles; every picture says its source, its age and what is simulated.",
        scenes=(
            Scene(
                name="chart",
                line=f"/chart {BTC} timeframe:4h indicators:ema:50, rsi",
                voices=("Xyko", "Gemini"),
                is_on_phone=True,
            ),
            Scene(name="fib", line=f"/fib {BTC} timeframe:4h", voices=("F", "Xyko"), is_on_phone=True),
            Scene(name="levels", line=f"/levels {BTC} timeframe:4h", voices=("F", "Biel")),
            Scene(name="patterns", line=f"/patterns {BTC} timeframe:1h", voices=("Xyko", "Z")),
            Scene(name="pivots", line=f"/pivots {BTC}", voices=("F", "Xyko")),
            Scene(name="analyze", line=f"/analyze {BTC} timeframe:4h", voices=("Xyko", "F")),
            Scene(
                name="panel",
                line=f"/panel {BTC} question:Is this the top?",
                voices=("Gemini", "Gemini"),
                replies=6,
            ),
        ),
    ),
    Section(
        title="The sky",
        text="Where Sun, Moon and planets stand, and an honest test of whether it ever mattered.",
        scenes=(
            Scene(name="cosmic-now", line="/cosmic now", voices=("Z", "Biel")),
            Scene(name="cosmic-moon", line="/cosmic moon", voices=("Z", "Gemini")),
            Scene(name="cosmic-retrograde", line="/cosmic retrograde", voices=("Z", "Xyko")),
            Scene(name="cosmic-aspects", line="/cosmic aspects", voices=("Z", "F")),
            Scene(name="cosmic-calendar", line="/cosmic calendar days:30", voices=("Z", "Waze")),
            Scene(
                name="cosmic-test",
                line=f"/cosmic test factor:full_moon {BTC}",
                voices=("Z", "Xyko"),
                is_on_phone=True,
            ),
        ),
    ),
    Section(
        title="Learning",
        text="Short lessons, a glossary, quizzes with progress, and two entries in the menu of every message.",
        scenes=(
            Scene(name="lesson", line="/lesson name:leverage", voices=("Biel", "F"), is_on_phone=True),
            Scene(name="glossary", line="/glossary term:liquidation price", voices=("Biel", "Xyko")),
            Scene(name="quiz", line="/quiz", voices=("Biel", "Gemini"), is_on_phone=True),
            Scene(name="quiz-answered", line="/quiz", voices=("Biel", "Z"), press=0),
            Scene(name="wisdom", line="/wisdom", voices=("Biel", "Z")),
            Scene(name="explain-this", line="Explain this", voices=("Biel", "Biel"), menu=0),
            Scene(name="ask-biel", line="Ask Biel", voices=("Biel", "Biel"), menu=1),
        ),
    ),
    Section(
        title="The market",
        text="Prices and what stands behind them, from one venue or several.",
        scenes=(
            Scene(name="price", line=f"/price {BTC}", voices=("Xyko", "Z"), is_on_phone=True),
            Scene(name="compare", line=f"/compare {BTC}", voices=("Xyko", "F")),
            Scene(name="depth", line=f"/depth {BTC}", voices=("Xyko", "Gemini"), is_on_phone=True),
            Scene(name="funding", line=f"/funding {BTC}", voices=("Xyko", "Biel")),
            Scene(name="oi", line=f"/oi {BTC}", voices=("Xyko", "F")),
            Scene(name="movers", line="/movers direction:up", voices=("Xyko", "Waze")),
            Scene(name="convert", line="/convert amount:0.5 from:BTC to:USDT", voices=("Xyko", "Biel")),
        ),
    ),
    Section(
        title="Yours alone",
        text="Answers that nobody else sees: who speaks to you, what you chose, what is kept of you.",
        scenes=(
            Scene(name="help", line="/help", voices=("Waze", "Biel"), is_on_phone=True),
            Scene(name="persona-list", line="/persona list", voices=("Waze", "Gemini")),
            Scene(name="persona-show", line="/persona show who:Z", voices=("Z", "Z")),
            Scene(name="persona-set", line="/persona set who:Xyko", voices=("Waze", "Xyko")),
            Scene(name="favourites-add", line=f"/favourites add {BTC}", voices=("Waze", "F")),
            Scene(name="favourites-list", line="/favourites list", voices=("Waze", "Biel")),
            Scene(
                name="favourites-remove", line=f"/favourites remove {BTC}", voices=("Waze", "Gemini")
            ),
            Scene(name="settings-show", line="/settings show", voices=("Waze", "Xyko")),
            Scene(
                name="settings-palette", line="/settings palette colours:colour_blind", voices=("Waze", "F")
            ),
            Scene(name="timezone", line="/timezone zone:America/Sao_Paulo", voices=("Waze", "Biel")),
            Scene(name="privacy-export", line="/privacy export", voices=("Waze", "Xyko")),
            Scene(name="privacy-delete", line="/privacy delete", voices=("Waze", "Biel")),
        ),
    ),
)
