"""`omega persona preview`: who a persona is, and what it will say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from bots.cli.persona_words import expected, roster_for
from bots.cli.talk import EXIT_DONE, Plain, give_json
from config.settings import read_settings
from services.errors import UserMistake
from services.locales import Locale
from services.personas.card import PersonaCard
from services.personas.lines import ERRORS, EVERYONE, Line
from services.personas.voice import Voice

_SHOWN: Final = ("greeting", "price", "fib", "cosmic_moon", "lesson", "lost", "errors/unknown_market")
_WAYS, _MORE_WAYS = 2, 8
_WIDEST: Final = 100
_UNWRAPPED: Final = 10_000
"""The width of what is no terminal."""
_INDENT: Final = "  "

Spoken = Sequence[tuple[str, Sequence[str]]]
"""Lines by name, each with some ways in which it is said."""


def run(*, name: str, locale: str | None, line: str | None, as_json: bool) -> int:
    """Print the card of a persona and some of its lines; return the exit code.

    Raises:
        UserMistake: there is no such persona, language or line.
        Misconfigured: its card or its voice is wrong.
    """
    settings = read_settings()
    roster = roster_for(settings.personas, name)
    card = roster.card(name)
    if locale is not None and locale not in card.locales:
        raise UserMistake(
            f"{card.display_name} does not speak {locale}.", hint=f"It speaks {', '.join(card.locales)}."
        )
    voice = roster.voice(card.name, locale)
    lines = _chosen([*EVERYONE, *ERRORS, *expected(settings.root).replies], line)
    spoken = [(one.name, [*_ways(voice, one, _WAYS if line is None else _MORE_WAYS)]) for one in lines]
    if as_json:
        give_json(_plain(card, voice.locale, spoken))
    else:
        _print(card, voice.locale, spoken)
    return EXIT_DONE


def _chosen(lines: Sequence[Line], name: str | None) -> Sequence[Line]:
    if name is None:
        first = {line.name: line for line in reversed(lines)}
        return [first[shown] for shown in _SHOWN if shown in first]
    found = [line for line in lines if line.name == name]
    if not found:
        names = ", ".join(dict.fromkeys(line.name for line in lines))
        raise UserMistake(f"There is no line {name}.", hint=f"There are: {names}.")
    return found


def _ways(voice: Voice, line: Line, count: int) -> Iterator[str]:
    for number in range(count):
        yield voice.render(line.name, key=str(number), **line.sample)


def _print(card: PersonaCard, locale: Locale, spoken: Spoken) -> None:
    console = Console(highlight=False)
    console.width = min(console.width, _WIDEST) if console.is_terminal else _UNWRAPPED
    console.print(
        Text(card.display_name, style=f"bold {card.colour}"), Text(f"({card.name}, {locale})", style="dim")
    )
    console.print(Text(card.tagline[locale]))
    _section(console, "presence", [card.presence])
    _section(console, "traits", card.traits[locale])
    _section(console, "boundaries", card.boundaries[locale])
    _section(console, "good at", [f"{one.topic[locale]}  {one.example}" for one in card.strengths])
    samples = card.samples.get(locale, ())
    _section(console, "samples", [f"{one.member}\n→ {one.answer}" for one in samples])
    for name, ways in spoken:
        _section(console, name, ways)


def _section(console: Console, title: str, texts: Sequence[str]) -> None:
    if texts:
        console.print()
        console.print(Text(title, style="bold"))
    for text in texts:
        for line in Text(text).wrap(console, console.width - len(_INDENT)):
            console.print(Text(_INDENT) + line)


def _plain(card: PersonaCard, locale: Locale, spoken: Spoken) -> Plain:
    return {
        "name": card.name,
        "display_name": card.display_name,
        "locale": locale,
        "tagline": card.tagline[locale],
        "presence": card.presence,
        "colour": card.colour,
        "cogs": [*card.cogs],
        "traits": [*card.traits[locale]],
        "boundaries": [*card.boundaries[locale]],
        "strengths": [{"topic": one.topic[locale], "example": one.example} for one in card.strengths],
        "samples": [{"member": one.member, "answer": one.answer} for one in card.samples.get(locale, ())],
        "lines": {name: [*ways] for name, ways in spoken},
    }
