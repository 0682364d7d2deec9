"""`/strategy`: what may trade for a member, how it did, and letting it work or stop."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._desk_choices import profile_choices, run_choices, strategy_choices, timeframe_choices
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, say_ended
from cogs._markets import MARKET, market_choices
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_strategies import run_card, strategies_card, strategy_card, titles_of
from services.errors import UserMistake
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.strategies.messages import (
    ListStrategies,
    RunView,
    StartStrategy,
    StopStrategy,
    Strategies,
)

_NAME = "Fibonacci confluence"
LINES: Final = (
    Line(name="strategies", sample={"count": 6, "runs": 1}, must=("count",)),
    Line(name="strategies", sample={"count": 6, "runs": 0}, must=("count",)),
    Line(name="strategy_shown", sample={"name": _NAME}, must=("name",)),
    *(
        Line(
            name="strategy_started",
            sample={"name": _NAME, "market": "BTC/USDT:USDT", "is_automatic": is_automatic},
            must=("name", "market"),
        )
        for is_automatic in (False, True)
    ),
    Line(name="strategy_stopped", sample={"name": _NAME}, must=("name",)),
)
"""runs: how many are at work for the member. is_automatic: it orders by itself, on paper only."""
_WHICH: Final = "Which strategy"
_REMEMBERED: Final = 5.0


class Strategy(commands.Cog):
    """Lists, shows, starts and stops strategies; they propose, and the desk decides what is sent."""

    presses = "strategy"
    strategy = app_commands.Group(name="strategy", description="Strategies that propose trades")

    def __init__(self, host: Host) -> None:
        self._host = host

    @strategy.command(
        name="list",
        description="The strategies there are, and those at work for you",
        extras={"example": "/strategy list", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def list_(self, interaction: Asked, persona: str | None = None) -> None:
        """List the catalogue and the member's runs."""
        voice = await self._host.speaker(interaction, persona)
        found, owner = await self._found(interaction), str(interaction.user.id)
        card = strategies_card(found, voice, key=str(interaction.id), owner=owner)
        await self._host.answer(interaction, card)

    @strategy.command(
        name="show",
        description="What a strategy does, and how it did on data that it was not tuned on",
        extras={"example": "/strategy show strategy:fibonacci", **PRIVATE},
    )
    @app_commands.describe(strategy=_WHICH, persona=PERSONA)
    @app_commands.autocomplete(strategy=strategy_choices, persona=speaker_choices)
    async def show(self, interaction: Asked, strategy: str, persona: str | None = None) -> None:
        """Show one strategy with its results."""
        voice = await self._host.speaker(interaction, persona)
        found = await self._found(interaction)
        wanted = strategy.strip().casefold()
        view = next((one for one in found.strategies if one.name == wanted), None)
        if view is None:
            names = ", ".join(one.name for one in found.strategies)
            raise UserMistake(f"There is no strategy {strategy}.", hint=f"There are: {names}.")
        await self._host.answer(interaction, strategy_card(view, voice, key=str(interaction.id)))

    @strategy.command(
        name="start",
        description="Let a strategy work in a market; it proposes, and you approve",
        extras={"example": "/strategy start strategy:fibonacci market:BTC/USDT:USDT", **PRIVATE},
    )
    @app_commands.describe(
        strategy=_WHICH,
        market=MARKET,
        timeframe="The strategy's own if left out",
        profile="Whose temperament; the strategist's if left out",
        automatic="Order by itself; on paper only",
        account=ACCOUNT,
        persona=PERSONA,
    )
    @app_commands.autocomplete(
        strategy=strategy_choices,
        market=market_choices,
        timeframe=timeframe_choices,
        profile=profile_choices,
        account=account_choices,
        persona=speaker_choices,
    )
    async def start(
        self,
        interaction: Asked,
        *,
        strategy: str,
        market: str,
        timeframe: str = "",
        profile: str = "strategist",
        automatic: bool = False,
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Let one work."""
        voice, key = await self._host.speaker(interaction, persona), str(interaction.id)
        request = StartStrategy(
            id=key,
            caller=caller_of(interaction),
            strategy=strategy,
            market=market,
            timeframe=timeframe,
            profile=profile,
            is_automatic=automatic,
            account=account,
        )
        run = await self._host.ask(request, timeout=PATIENCE)
        name = await self._title(interaction, run, voice)
        verdict = voice.render(
            "strategy_started", key=key, name=name, market=run.market, is_automatic=run.is_automatic
        )
        await self._show_run(interaction, run, name, voice, verdict)

    @strategy.command(
        name="stop",
        description="Let a strategy work no more; its positions stay, with their stops",
        extras={"example": "/strategy stop run:a1b2c3d4", **PRIVATE},
    )
    @app_commands.describe(run="One at work for you", persona=PERSONA)
    @app_commands.autocomplete(run=run_choices, persona=speaker_choices)
    async def stop(self, interaction: Asked, run: str, persona: str | None = None) -> None:
        """Stop one."""
        await self._stop(interaction, run, persona)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Stop a run for the member whose it is."""
        match pressed.action, pressed.arguments:
            case "stop", (owner, run):
                if owner != str(interaction.user.id):
                    hint = "/strategy list shows your own."
                    raise UserMistake("That card belongs to somebody else.", hint=hint)
                await self._stop(interaction, run)
            case _:
                await say_ended(self._host, interaction, is_aside=True)

    async def _stop(self, interaction: Asked, run: str, persona: str | None = None) -> None:
        voice, key = await self._host.speaker(interaction, persona), str(interaction.id)
        request = StopStrategy(id=key, caller=caller_of(interaction), run=run)
        stopped = await self._host.ask(request, timeout=PATIENCE)
        name = await self._title(interaction, stopped, voice)
        verdict = voice.render("strategy_stopped", key=key, name=name)
        await self._show_run(interaction, stopped, name, voice, verdict)

    async def _show_run(
        self, interaction: Asked, run: RunView, name: str, voice: Voice, verdict: str
    ) -> None:
        owner = str(interaction.user.id)
        await self._host.answer(interaction, run_card(run, name, voice, verdict=verdict, owner=owner))

    async def _title(self, interaction: Asked, run: RunView, voice: Voice) -> str:
        found = await self._host.ask(ListStrategies(caller=caller_of(interaction)), remember=_REMEMBERED)
        return titles_of(found.strategies, voice).get(run.strategy, run.strategy)

    async def _found(self, interaction: Asked) -> Strategies:
        return await self._host.ask(ListStrategies(caller=caller_of(interaction)))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Strategy(host))
