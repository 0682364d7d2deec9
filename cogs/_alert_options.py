"""The options of `/alert`, and how a kind of alert becomes a command that has them.

A kind differs from another in its options alone, so it is a row of a table and not a method. What is done
with what a member chose belongs to `_alerting`.
"""

from __future__ import annotations

import keyword
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from inspect import Parameter, Signature
from typing import Any, Final, cast

import discord
from discord import app_commands

from analytics.patterns.names import PATTERNS
from cogs._analysis import TIMEFRAME, USUAL, indicator_choices
from cogs._host import PRIVATE, Asked, host_of
from cogs._markets import MARKET, market_choices
from cogs._ui.alert_words import SKY
from cogs._ui.choices import speaker_choices
from cogs._ui.limits import CHOICE, CHOICES
from services.alerts.messages import Kind
from services.locales.numbers import clip
from services.market.messages import TIMEFRAMES

CONFIRMATIONS: Final = {
    "touch": "at once",
    "close:5m": "at the close of a 5m candle",
    "close:15m": "at the close of a 15m candle",
    "close:1h": "at the close of a 1h candle",
    "close:4h": "at the close of a 4h candle",
    "close:1d": "at the close of a 1d candle",
    "seconds:30": "once it has held for 30 s",
    "seconds:300": "once it has held for 5 min",
    "venues": "once two venues agree",
}
"""When an alert counts, by what `confirm` holds: how, and of what candle or after how many seconds."""

Given = str | int | bool | discord.Role
"""What a member chose in an option."""
Chosen = Mapping[str, Given | None]
"""By option; None where it was left out."""
Choices = list[app_commands.Choice[str]]
Offers = Callable[[Asked, str], Awaitable[Choices]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Option:
    """One option of a command. `otherwise` is what counts where it is left out."""

    name: str
    told: str
    takes: Any = str
    """A type that discord.py makes a kind of option of."""
    is_required: bool = True
    otherwise: str | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    """By what is read: what it means."""
    offers: Offers | None = None

    @property
    def parameter(self) -> Parameter:
        """Return it as a parameter of the function that answers the command."""
        needed = self.is_required and self.otherwise is None
        return Parameter(
            _identifier(self.name),
            Parameter.KEYWORD_ONLY,
            annotation=self.takes if needed else self.takes | None,
            default=Parameter.empty if needed else self.otherwise,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One kind of alert: the command that sets it, with the options it has beside those of all."""

    kind: Kind
    told: str
    example: str
    options: tuple[Option, ...]


def to_command(asking: Asking, answer: Callable[[Asked, Asking, Chosen], Awaitable[None]]) -> Any:
    """Return the command that asks for what `asking` needs and hands it to `answer`."""

    async def callback(_cog: object, interaction: Asked, **chosen: Given | None) -> None:
        await answer(interaction, asking, {name.rstrip("_"): value for name, value in chosen.items()})

    declare(callback, (*asking.options, *BEHAVING))
    extras = {"example": asking.example, **PRIVATE}
    return app_commands.Command(
        name=asking.kind, description=asking.told, callback=cast("Any", callback), extras=extras
    )


def given_in(asking: Asking, chosen: Chosen) -> dict[str, str]:
    """Return what was chosen in the kind's own options, as text."""
    own = ((option.name, chosen.get(option.name)) for option in asking.options)
    return {name: str(value) for name, value in own if value is not None}


def declare(callback: Any, options: tuple[Option, ...]) -> None:
    """Give `callback` the parameters that discord.py reads its options from: the cog is not among them."""
    first = Parameter("interaction", Parameter.POSITIONAL_OR_KEYWORD, annotation=Asked)
    callback.__signature__ = Signature([first, *(option.parameter for option in options)])
    by_name = {_identifier(option.name): option for option in options}
    app_commands.describe(**{name: option.told for name, option in by_name.items()})(callback)
    app_commands.rename(**{name: one.name for name, one in by_name.items() if name != one.name})(callback)
    offering = {name: one.offers for name, one in by_name.items() if one.offers is not None}
    app_commands.autocomplete(**cast("Any", offering))(callback)
    choosing = {name: _choices(option.choices) for name, option in by_name.items() if option.choices}
    app_commands.choices(**cast("Any", choosing))(callback)


def _identifier(name: str) -> str:
    return f"{name}_" if keyword.iskeyword(name) else name


def _choices(meanings: Mapping[str, str]) -> Choices:
    return [app_commands.Choice(name=read, value=value) for read, value in meanings.items()]


async def _indicators(interaction: Asked, typed: str) -> Choices:
    return await indicator_choices(host_of(interaction), typed)


async def _patterns(interaction: Asked, typed: str) -> Choices:
    """Offer candlestick patterns by their titles in the member's language."""
    text, wanted = (await host_of(interaction).speaker(interaction)).text, typed.strip().casefold()
    titles = {name: text(pattern.title) for name, pattern in PATTERNS.items()}
    hits = [(title, name) for name, title in titles.items() if wanted in title.casefold()]
    return [app_commands.Choice(name=title, value=name) for title, name in hits[:CHOICES]]


async def _confirmations(interaction: Asked, typed: str) -> Choices:
    """Offer when an alert counts, in the member's language."""
    text, wanted = (await host_of(interaction).speaker(interaction)).text, typed.strip().casefold()
    named = [(text(written), value) for value, written in CONFIRMATIONS.items()]
    return [app_commands.Choice(name=name, value=value) for name, value in named if wanted in name.casefold()]


async def _places(interaction: Asked, typed: str) -> Choices:
    """Offer a direct message, this channel, and whatever was typed as the name of a way out of Discord."""
    text = (await host_of(interaction).speaker(interaction)).text
    offered = [
        app_commands.Choice(name=text("direct message"), value="dm"),
        app_commands.Choice(name=text("this channel"), value="here"),
    ]
    typed = typed.strip()
    hits = [choice for choice in offered if typed.casefold() in choice.name.casefold()]
    return hits or [app_commands.Choice(name=clip(typed, CHOICE), value=clip(typed, CHOICE))]


MARKETS: Final = Option(name="market", told=MARKET, offers=market_choices)
FRAMES: Final = Option(
    name="timeframe",
    told=TIMEFRAME,
    otherwise=USUAL,
    choices={timeframe: timeframe for timeframe in TIMEFRAMES},
)
INDICATOR: Final = Option(
    name="indicator", told="Such as rsi:14, macd.histogram, bbands:20,2.upper", offers=_indicators
)
PATTERN: Final = Option(name="name", told="Else any", is_required=False, offers=_patterns)
EVENT: Final = Option(
    name="event", told="What happens in the sky", choices={title: name for name, title in SKY.items()}
)
BEHAVING: Final = (
    Option(name="where", told="Direct message, this channel, or a way", is_required=False, offers=_places),
    Option(name="persona", told="Who should bring it", is_required=False, offers=speaker_choices),
    Option(name="confirm", told="When it counts", is_required=False, offers=_confirmations),
    Option(name="repeat", told="Each time; else once", takes=bool, is_required=False),
    Option(name="cooldown", told="Pause, such as 15min", is_required=False),
    Option(name="expires", told="Such as 7d or 2030-12-24", is_required=False),
    Option(name="note", told="Your own words", takes=app_commands.Range[str, 1, 200], is_required=False),
    Option(name="role", told="A role to mention", takes=discord.Role, is_required=False),
    Option(name="urgent", told="In quiet hours, too", takes=bool, is_required=False),
)
"""How an alert behaves; every kind has these. They are told in few words: Discord takes 8,000 characters of
names, descriptions and choices in all the subcommands of a command together."""
