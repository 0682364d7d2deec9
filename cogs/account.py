"""`/account`: the accounts a member trades with, their keys, the second factor and the way to real orders."""

from __future__ import annotations

from typing import Final

from discord import app_commands
from discord.ext import commands

from cogs._desk import (
    ACCOUNT,
    LINKED_WITHIN,
    account_choices,
    account_named,
    sealed_for_desk,
    speaker_of,
)
from cogs._host import PRIVATE, Asked, Host, Pressed, caller_of, needs, require, say_ended
from cogs._ui.choices import PERSONA, matching, speaker_choices
from cogs._ui.desk_account_cards import (
    code_form,
    consent_form,
    factor_card,
    gone_live_card,
    link_form,
    linked_card,
    listed_card,
    live_card,
    recovery_card,
    unlink_card,
    unlinked_card,
    used_card,
)
from services.personas.lines import Line
from services.personas.voice import Voice
from services.trading.accounts.messages import (
    Accounts,
    BeginEnrolment,
    FinishEnrolment,
    GoLive,
    LinkAccount,
    ListAccounts,
    UnlinkAccount,
    UseAccount,
    VenueKey,
)

LINES: Final = (
    Line(name="account_listed", sample={"count": 2, "name": "paper", "is_paper": True}, must=("name",)),
    Line(name="account_listed", sample={"count": 1, "name": "main", "is_paper": False}, must=("name",)),
    *(
        Line(
            name="account_linked",
            sample={"name": "main", "venue": "bitget", "can_trade": can_trade},
            must=("name", "venue"),
        )
        for can_trade in (False, True)
    ),
    Line(name="account_used", sample={"name": "paper", "is_paper": True}, must=("name",)),
    Line(name="account_used", sample={"name": "main", "is_paper": False}, must=("name",)),
    Line(name="account_unlinked", sample={"name": "main"}, must=("name",)),
    Line(name="account_live", sample={"name": "main"}, must=("name",)),
    Line(name="factor_begun"),
    Line(name="factor_done", sample={"count": 8}, must=("count",)),
)
"""can_trade: orders are sent; else its owner has not consented to real ones yet. count: of accounts, and of
recovery codes of a second factor."""
VENUES: Final = ("binance", "bitget", "bybit", "kucoin", "okx")
"""Offered; whoever runs the farm may allow others, and the desk says which it takes."""
_ONE: Final = "One of your accounts"


async def _venues(_: Asked, typed: str) -> list[app_commands.Choice[str]]:
    """Offer the venues of which keys tell what they may do."""
    return matching(VENUES, typed)


class Account(commands.Cog):
    """Shows a member's accounts and changes them. Keys go to the desk sealed, and are never shown again."""

    presses = "account"
    account = app_commands.Group(name="account", description="The accounts you trade with, for you alone")

    def __init__(self, host: Host) -> None:
        self._host = host

    @account.command(
        name="list",
        description="Your accounts, paper and real, and whether each trades",
        extras={"example": "/account list", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def list_(self, interaction: Asked, persona: str | None = None) -> None:
        """Show the member's accounts."""
        voice = await self._host.speaker(interaction, persona)
        accounts = await self._accounts(interaction)
        await self._host.answer(interaction, listed_card(accounts, voice, key=str(interaction.id)))

    @account.command(
        name="link",
        description="Link an account of a venue with a key that may read and trade, and not withdraw",
        extras={"example": "/account link venue:bitget", **PRIVATE},
    )
    @app_commands.describe(venue="Where the account is", persona=PERSONA)
    @app_commands.autocomplete(venue=_venues, persona=speaker_choices)
    @needs("trader")
    async def link(self, interaction: Asked, venue: str, persona: str | None = None) -> None:
        """Ask for the key in a form."""
        voice = await self._host.speaker(interaction, persona)
        await self._host.ask_form(interaction, link_form(venue, voice))

    @account.command(
        name="use",
        description="Trade with this account from here on",
        extras={"example": "/account use account:paper", **PRIVATE},
    )
    @app_commands.describe(account=_ONE, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def use(self, interaction: Asked, account: str, persona: str | None = None) -> None:
        """Use one of the member's accounts."""
        await self._use(interaction, account, await self._host.speaker(interaction, persona))

    @account.command(
        name="unlink",
        description="Forget an account and its keys; you are asked once more",
        extras={"example": "/account unlink account:paper", **PRIVATE},
    )
    @app_commands.describe(account=_ONE, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    async def unlink(self, interaction: Asked, account: str, persona: str | None = None) -> None:
        """Ask whether to forget an account."""
        voice = await self._host.speaker(interaction, persona)
        accounts = await self._accounts(interaction)
        await self._host.answer(interaction, unlink_card(account_named(accounts, account), voice))

    @account.command(
        name="secure",
        description="Set up a second factor, which real orders and resuming live accounts need",
        extras={"example": "/account secure", **PRIVATE},
    )
    @app_commands.describe(persona=PERSONA)
    @app_commands.autocomplete(persona=speaker_choices)
    async def secure(self, interaction: Asked, persona: str | None = None) -> None:
        """Begin a second factor; with one in force, its code is asked for first."""
        voice = await self._host.speaker(interaction, persona)
        if (await self._accounts(interaction)).has_second_factor:
            title = voice.text("A code of the one in force")
            await self._host.ask_form(
                interaction, code_form(title, voice, self.presses, "renew", voice.card.name)
            )
        else:
            await self._begin(interaction, voice)

    @account.command(
        name="live",
        description="Consent to real orders of a linked account, with a sentence and a code",
        extras={"example": "/account live account:main", **PRIVATE},
    )
    @app_commands.describe(account=ACCOUNT, persona=PERSONA)
    @app_commands.autocomplete(account=account_choices, persona=speaker_choices)
    @needs("trader")
    async def live(self, interaction: Asked, account: str = "", persona: str | None = None) -> None:
        """Say what it means, before the consent is asked for."""
        await self._before_live(interaction, account, await self._host.speaker(interaction, persona))

    async def press(self, interaction: Asked, pressed: Pressed) -> None:
        """Go on with what a button or a form of these cards says; the desk knows whose account it is."""
        voice = await speaker_of(interaction, pressed)
        match pressed.action, pressed.arguments:
            case "use", (account, _):
                await self._use(interaction, account, voice)
            case "link", (venue, _):
                await self._link(interaction, venue, voice, dict(pressed.values))
            case "before", (account, _):
                await self._before_live(interaction, account, voice)
            case "consent", (account, _):
                await self._host.ask_form(interaction, consent_form(account, voice))
            case "live", (account, _):
                await self._go_live(interaction, account, voice, dict(pressed.values))
            case "unlink", (account, _):
                await self._unlink(interaction, account, voice)
            case _:
                await self._secure(interaction, pressed, voice)

    async def _secure(self, interaction: Asked, pressed: Pressed, voice: Voice) -> None:
        """Go on with a second factor, or show the accounts where nothing is to be changed."""
        code = pressed.values.get("code", "")
        match pressed.action, pressed.arguments:
            case "renew", (_,):
                await self._begin(interaction, voice, code=code)
            case "enter", (_,):
                title = voice.text("Enter the first code")
                await self._host.ask_form(
                    interaction, code_form(title, voice, self.presses, "first", voice.card.name)
                )
            case "first", (_,):
                await self._finish(interaction, voice, code)
            case "keep", (_,):
                accounts = await self._accounts(interaction)
                await self._host.answer(interaction, listed_card(accounts, voice, key=str(interaction.id)))
            case _:
                await say_ended(self._host, interaction)

    async def _accounts(self, interaction: Asked) -> Accounts:
        return await self._host.ask(ListAccounts(caller=caller_of(interaction)))

    async def _use(self, interaction: Asked, account: str, voice: Voice) -> None:
        key = str(interaction.id)
        request = UseAccount(id=key, caller=caller_of(interaction), account=account)
        await self._host.answer(interaction, used_card(await self._host.ask(request), voice, key=key))

    async def _link(self, interaction: Asked, venue: str, voice: Voice, written: dict[str, str]) -> None:
        await require(interaction, "trader")
        own, key = (
            VenueKey(**{part: written[part] for part in VenueKey.__struct_fields__}),
            str(interaction.id),
        )
        request = LinkAccount(
            id=key,
            caller=caller_of(interaction),
            venue=venue,
            name=written["name"],
            sealed=await sealed_for_desk(self._host, own),
        )
        accounts = await self._host.ask(request, timeout=LINKED_WITHIN)
        await self._host.answer(interaction, linked_card(accounts, written["name"], voice, key=key))

    async def _unlink(self, interaction: Asked, account: str, voice: Voice) -> None:
        key, caller = str(interaction.id), caller_of(interaction)
        name = account_named(await self._accounts(interaction), account).name
        await self._host.ask(UnlinkAccount(id=key, caller=caller, account=account))
        await self._host.answer(interaction, unlinked_card(name, voice, key=key))

    async def _before_live(self, interaction: Asked, account: str, voice: Voice) -> None:
        accounts = await self._accounts(interaction)
        await self._host.answer(interaction, live_card(accounts, account_named(accounts, account), voice))

    async def _go_live(self, interaction: Asked, account: str, voice: Voice, written: dict[str, str]) -> None:
        await require(interaction, "trader")
        key, caller = str(interaction.id), caller_of(interaction)
        typed, code = written["typed"], written["code"]
        request = GoLive(id=key, caller=caller, account=account, typed=typed, code=code)
        accounts = await self._host.ask(request)
        await self._host.answer(interaction, gone_live_card(accounts, account, voice, key=key))

    async def _begin(self, interaction: Asked, voice: Voice, *, code: str = "") -> None:
        key = str(interaction.id)
        begun = await self._host.ask(BeginEnrolment(id=key, caller=caller_of(interaction), code=code))
        await self._host.answer(interaction, factor_card(begun, voice, key=key))

    async def _finish(self, interaction: Asked, voice: Voice, code: str) -> None:
        key = str(interaction.id)
        done = await self._host.ask(FinishEnrolment(id=key, caller=caller_of(interaction), code=code))
        await self._host.answer(interaction, recovery_card(done, voice, key=key))


async def setup(host: Host) -> None:
    """Give the cog to a bot."""
    await host.add_cog(Account(host))
