"""`/journal` and `/why`: every decision, fill, fee and funding of an account, and why each was so."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import ACCOUNT, PATIENCE, account_choices
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, say_ended
from cogs._markets import MARKET, market_choices
from cogs._ui.chat_cards import why_card as answer_why_card
from cogs._ui.choices import PERSONA, speaker_choices
from cogs._ui.desk_journal_cards import PAGE, exported_card, journal_card, noted_card, why_card
from cogs._ui.desk_pnl_cards import METHODS
from cogs._ui.pages import first_of
from services.chat.messages import WhyAnswer
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.ledger.messages import AddNote, ExportJournal, ListJournal, LotMethod, WhyOrder

_WHAT: Final = "Buy 0.01 BTC/USDT:USDT"
LINES: Final = (
    Line(name="journal", sample={"count": 42}, must=("count",)),
    Line(name="journal", sample={"count": 0}),
    Line(name="journal_noted"),
    Line(name="journal_exported", sample={"count": 42}, must=("count",)),
    Line(name="why_order", sample={"what": _WHAT, "is_refused": False}, must=("what",)),
    Line(name="why_order", sample={"what": _WHAT, "is_refused": True}, must=("what",)),
)
"""is_refused: a rule of the farm, or the venue, did not let it through."""


class Journal(commands.Cog):
    """Shows a member's journal to its owner alone, takes notes, and gives it away as a file."""

    presses = "journal"
    journal = app_commands.Group(name="journal", description="Your trading journal, for you alone")

    def __init__(self, host: Host) -> None:
        self._host = host

    @journal.command(
        name="list",
        description="Your newest decisions, fills, fees and notes",
        extras={"example": "/journal list", **PRIVATE},
    )
    @app_commands.describe(
        market=MARKET, page=f"{PAGE} on each, the newest first", account=ACCOUNT, persona=PERSONA
    )
    @app_commands.autocomplete(market=market_choices, account=account_choices, persona=speaker_choices)
    async def list_(
        self,
        interaction: Asked,
        *,
        market: app_commands.Range[str, 1, 40] | None = None,
        page: app_commands.Range[int, 1, 999] = 1,
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Show a page of the journal."""
        voice = await self._host.speaker(interaction, persona)
        await self._list(interaction, voice, first_of(page, size=PAGE), account, (market or "").strip())

    @journal.command(
        name="note",
        description="Write a note into your journal",
        extras={"example": "/journal note text:waited for the close", **PRIVATE},
    )
    @app_commands.describe(
        text="Your own words",
        about="The id of an order, if it is about one",
        account=ACCOUNT,
        persona=PERSONA,
    )
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def note(
        self,
        interaction: Asked,
        *,
        text: app_commands.Range[str, 1, 500],
        about: str = "",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Write a note."""
        voice, key = await self._host.speaker(interaction, persona), str(interaction.id)
        request = AddNote(id=key, caller=caller_of(interaction), text=text, about=about, account=account)
        page = await self._host.ask(request)
        await self._host.answer(interaction, noted_card(page, voice, key=key))

    @journal.command(
        name="export",
        description="All your fills with the profit of each, as a CSV file",
        extras={"example": "/journal export", **PRIVATE},
    )
    @app_commands.describe(method="Which lot counts as sold first", account=ACCOUNT, persona=PERSONA)
    @app_commands.choices(
        method=[app_commands.Choice(name=name, value=value) for value, name in METHODS.items()]
    )
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def export(
        self,
        interaction: Asked,
        *,
        method: LotMethod = "fifo",
        account: str = "",
        persona: str | None = None,
    ) -> None:
        """Answer with a file of all fills."""
        voice = await self._host.speaker(interaction, persona)
        request = ExportJournal(caller=caller_of(interaction), account=account, method=method)
        export = await self._host.ask(request, timeout=PATIENCE)
        await self._host.answer(interaction, exported_card(export, voice, key=str(interaction.id)))

    @app_commands.command(
        name="why",
        description="Why an order was sent or refused; without an id, what the last answer in chat rests on",
        extras={"example": "/why id:a1b2c3d4", **PRIVATE},
    )
    @app_commands.describe(
        id="Of an order, a proposal or a line of the journal; without it, the last answer in chat",
        persona=PERSONA,
    )
    @app_commands.autocomplete(persona=speaker_choices)
    async def why(
        self,
        interaction: Asked,
        id: app_commands.Range[str, 1, 64] | None = None,  # noqa: A002 - the name of the option
        persona: str | None = None,
    ) -> None:
        """Tell everything about one order, or what the last answer to the member rests on."""
        voice = await self._host.speaker(interaction, persona)
        caller, key = caller_of(interaction), str(interaction.id)
        if id is None:
            card = answer_why_card(await self._host.ask(WhyAnswer(caller=caller)), voice, key=key)
        else:
            card = why_card(await self._host.ask(WhyOrder(caller=caller, id=id)), voice, key=key)
        await self._host.answer(interaction, card)

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Turn a page."""
        match pressed.action, pressed.arguments:
            case "list", (start, account, market, persona) if start.isdecimal():
                voice = await self._host.speaker(interaction, persona or None)
                await self._list(interaction, voice, int(start), account, market)
            case _:
                await say_ended(self._host, interaction)

    async def _list(self, interaction: Asked, voice: Voice, offset: int, account: str, market: str) -> None:
        request = ListJournal(
            caller=caller_of(interaction), account=account, market=market, offset=offset, limit=PAGE
        )
        page = await self._host.ask(request)
        card = journal_card(page, offset, market, voice, key=str(interaction.id))
        await self._host.answer(interaction, card)


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Journal(host))
