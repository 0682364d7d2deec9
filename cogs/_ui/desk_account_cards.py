"""Accounts, what they hold, their second factor and the way to real orders, as cards and forms."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from cogs._ui.card import Action, Card, Fact, Picture, press_id, refresh
from cogs._ui.desk_figures import as_of_fact, nature_facts, short_of, titled
from cogs._ui.desk_words import badge, money
from cogs._ui.form import Field, Form
from cogs._ui.limits import code_block
from cogs._ui.origin import footnote
from cogs._ui.times import full
from services.personas.voice import Voice
from services.trading.accounts.messages import CONSENT, Accounts, Enrolment, RecoveryCodes
from services.trading.messages import AccountView, Balances, BalanceView

COG: Final = "account"
_LISTED: Final = 15
_OFFERED: Final = 10
_WALLETS: Final = 17
_NAMES: Final = {"swap": "contracts", "spot": "spot", "unified": "one wallet for all"}
"""What wallets are called."""
_KEY: Final = 400
"""Characters that a part of a key may have."""
_CODE: Final = 32
_SPENDABLE: Final = (
    "A key that may withdraw or move money is refused: make one that may read and trade, no more."
)


def listed_card(accounts: Accounts, voice: Voice, *, key: str) -> Card:
    """Return the card of a member's accounts, with a button to use each of the others."""
    text, used = voice.text, accounts.accounts[0]
    shown, others = accounts.accounts[:_LISTED], accounts.accounts[1 : _OFFERED + 1]
    verdict = voice.render(
        "account_listed",
        key=key,
        count=len(accounts.accounts),
        name=used.name,
        is_paper=used.mode == "paper",
    )
    factor = text("in force") if accounts.has_second_factor else text("none yet: /account secure")
    return Card(
        title=text("Your accounts"),
        verdict=verdict,
        facts=(
            *(account_facts(shown, voice)),
            Fact(text("Second factor"), factor),
            Fact(text("Real orders"), _allowed(accounts, voice)),
        ),
        actions=tuple(
            Action(text("Use {name}", name=one.name), press_id(COG, "use", one.id, voice.card.name))
            for one in others
        ),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def account_facts(accounts: Sequence[AccountView], voice: Voice) -> list[Fact]:
    """Return each account with its venue, whether it trades, and since when it is there."""
    return [Fact(f"{one.name} · {badge(one, voice.text)}", _standing(one, voice), True) for one in accounts]


def used_card(accounts: Accounts, voice: Voice, *, key: str) -> Card:
    """Return the card that says which account is in use now."""
    used = accounts.accounts[0]
    verdict = voice.render("account_used", key=key, name=used.name, is_paper=used.mode == "paper")
    return _of_one(used, verdict, voice)


def linked_card(accounts: Accounts, name: str, voice: Voice, *, key: str) -> Card:
    """Return the card of the account that was linked as `name`."""
    wanted = " ".join(name.split()).casefold()
    named = [one for one in accounts.accounts if one.name.casefold() == wanted]
    linked = named[0] if named else accounts.accounts[0]
    verdict = voice.render(
        "account_linked", key=key, name=linked.name, venue=linked.venue, can_trade=linked.can_trade
    )
    actions = [] if linked.can_trade else [_to_live(linked, voice)]
    return _of_one(linked, verdict, voice, *actions)


def unlink_card(account: AccountView, voice: Voice) -> Card:
    """Return the card that asks whether to forget an account's keys."""
    text = voice.text
    return Card(
        title=titled(text("Unlink this account?"), account, text),
        verdict=text(
            "Its keys are deleted here. What it did stays in your journal; the venue is told nothing."
        ),
        facts=tuple(account_facts([account], voice)),
        actions=(
            Action(text("Unlink it"), press_id(COG, "unlink", account.id, voice.card.name), "danger"),
            Action(text("Keep it"), press_id(COG, "keep", voice.card.name)),
        ),
        footnote=footnote(voice),
        tone="warn",
    )


def unlinked_card(name: str, voice: Voice, *, key: str) -> Card:
    """Return the card that says that an account is gone."""
    verdict = voice.render("account_unlinked", key=key, name=name)
    title = voice.text("Your accounts")
    return Card(title=title, verdict=verdict, footnote=footnote(voice), accent=voice.card.accent)


def live_card(accounts: Accounts, account: AccountView, voice: Voice) -> Card:
    """Return the card that stands before the consent to real orders: what it is, and who runs this farm."""
    text = voice.text
    lacks = _lacks(accounts, account, voice)
    operator = accounts.operator or text("not said")
    return Card(
        title=titled(text("Real orders?"), account, text),
        verdict=text("From then on every order of this account is placed at the venue, with real money."),
        facts=(
            *account_facts([account], voice),
            Fact(text("Who runs this farm"), operator, is_wide=True),
            Fact(text("What they can do"), text(_TRUST), is_wide=True),
            *([Fact(text("What is lacking"), "\n".join(lacks), is_wide=True)] if lacks else []),
        ),
        actions=()
        if lacks
        else (Action(text("I want that"), press_id(COG, "consent", account.id, voice.card.name), "danger"),),
        footnote=footnote(voice),
        tone="warn",
    )


_TRUST: Final = (
    "Whoever runs the farm holds your key, sealed, and could place orders with it. Link only to people whom "
    "you trust, with a key that cannot withdraw."
)


def gone_live_card(accounts: Accounts, account: str, voice: Voice, *, key: str) -> Card:
    """Return the card that says that orders of an account are real now."""
    shown = next((one for one in accounts.accounts if one.id == account), accounts.accounts[0])
    return _of_one(shown, voice.render("account_live", key=key, name=shown.name), voice)


def factor_card(enrolment: Enrolment, voice: Voice, *, key: str) -> Card:
    """Return the card with a new second factor as a picture and as text, shown once."""
    text = voice.text
    return Card(
        title=text("Your second factor"),
        verdict=voice.render("factor_begun", key=key),
        facts=(
            Fact(text("Or type this into it"), code_block(enrolment.secret), is_wide=True),
            Fact(text("Keep it to yourself"), text("It is shown here once, to you alone."), is_wide=True),
        ),
        picture=Picture(enrolment.qr_png, "second-factor.png", text("A QR code for an authenticator")),
        actions=(Action(text("Enter the first code"), press_id(COG, "enter", voice.card.name), "primary"),),
        footnote=footnote(voice),
        tone="warn",
    )


def recovery_card(recovery: RecoveryCodes, voice: Voice, *, key: str) -> Card:
    """Return the card with the recovery codes, shown once."""
    text, codes = voice.text, recovery.codes
    return Card(
        title=text("Your second factor"),
        verdict=voice.render("factor_done", key=key, count=len(codes)),
        facts=(Fact(text("Recovery codes"), code_block("\n".join(codes)), is_wide=True),),
        footnote=footnote(voice, text("each code passes once")),
        tone="warn",
    )


def link_form(venue: str, voice: Voice) -> Form:
    """Return the form in which a key is written; nothing of it is shown again."""
    text = voice.text
    fields = (
        Field(name="name", label=text("What you call the account"), value=venue, is_required=True, most=32),
        Field(name="key", label=text("API key"), is_required=True, most=_KEY),
        Field(name="secret", label=text("API secret"), is_required=True, most=_KEY),
        Field(name="passphrase", label=text("Passphrase, where there is one"), most=_KEY),
    )
    return Form(text("Link {venue}", venue=venue), press_id(COG, "link", venue, voice.card.name), fields)


def consent_form(account: str, voice: Voice) -> Form:
    """Return the form in which its owner consents to real orders."""
    text = voice.text
    fields = (
        Field(name="typed", label=text("Write: {text}", text=CONSENT), is_required=True, most=60),
        _code_field(text("Code of your second factor")),
    )
    return Form(text("Real orders"), press_id(COG, "live", account, voice.card.name), fields)


def code_form(title: str, voice: Voice, *press: str) -> Form:
    """Return the form that asks for one code; `press` is the cog that takes it, what it does, and to what."""
    label = voice.text("Code of your authenticator")
    return Form(title, press_id(*press), (_code_field(label),))


def balance_card(balances: Balances, voice: Voice, *, now: datetime, key: str) -> Card:
    """Return the card of what an account holds."""
    text, account = voice.text, balances.account
    total = None if balances.equity is None else money(balances.equity, account.currency, voice)
    held = [one for one in balances.balances if one.total or one.used]
    facts = [
        Fact(f"{one.currency} · {text(_NAMES.get(one.wallet, one.wallet))}", _held(one, voice))
        for one in held[:_WALLETS]
    ]
    return Card(
        title=titled(text("Balance"), account, text),
        verdict=voice.render(
            "balance", key=key, total=total, name=account.name, is_paper=account.mode == "paper"
        ),
        facts=(
            Fact(text("Equity"), text("unknown") if total is None else total),
            *_apart(balances, voice),
            *facts,
            as_of_fact(balances.as_of, now, voice),
            *nature_facts(account, text),
        ),
        actions=refresh("balance", account.id, voice.card.name, text=text),
        footnote=footnote(voice, short_of(account.id)),
        accent=voice.card.accent,
    )


def _apart(balances: Balances, voice: Voice) -> list[Fact]:
    """Return the spot wallet where it is none of the equity."""
    currency, text = balances.account.currency, voice.text
    mine = {one.wallet: one.total for one in balances.balances if one.currency == currency}
    if "spot" not in mine or not mine.keys() & {"swap", "unified"}:
        return []
    said = text(
        "{money}, apart from the equity: contracts are judged by their own wallet alone",
        money=money(mine["spot"], currency, voice),
    )
    return [Fact(text("Spot wallet"), said, is_wide=True)]


def _held(one: BalanceView, voice: Voice) -> str:
    text, numbers = voice.text, voice.numbers
    parts = [numbers.quantity(one.total)]
    if one.free is not None:
        parts.append(text("free {amount}", amount=numbers.quantity(one.free)))
    if one.used:
        parts.append(text("in use {amount}", amount=numbers.quantity(one.used)))
    return "\n".join(parts)


def _standing(one: AccountView, voice: Voice) -> str:
    text = voice.text
    trades = text("trades") if one.can_trade else text("places no orders")
    used = [f"**{text('in use')}**"] if one.is_used else []
    since = [] if one.created_at is None else [text("since {when}", when=full(one.created_at))]
    line = " · ".join([*used, one.venue, trades, *since, f"`{short_of(one.id)}`"])
    return f"{line}\n{text.sentence(one.reason)}" if one.reason else line


def _allowed(accounts: Accounts, voice: Voice) -> str:
    text = voice.text
    if not accounts.is_live_allowed:
        return text("this farm trades on paper only")
    return text("allowed by {name}", name=accounts.operator or text("not said"))


def _lacks(accounts: Accounts, account: AccountView, voice: Voice) -> list[str]:
    """Return what must be done before there can be real orders."""
    text, lacks = voice.text, list[str]()
    if account.mode == "paper":
        lacks.append(text("This account is paper and stays so: link one with /account link."))
    if not accounts.is_live_allowed:
        lacks.append(text("Whoever runs this farm lets it trade on paper only."))
    if not accounts.has_second_factor:
        lacks.append(text("You have no second factor: set one up with /account secure."))
    return lacks


def _of_one(account: AccountView, verdict: str, voice: Voice, *actions: Action) -> Card:
    key_hint = [] if account.mode == "paper" else [Fact(voice.text("Its key"), voice.text(_SPENDABLE), True)]
    return Card(
        title=titled(voice.text("Account"), account, voice.text),
        verdict=verdict,
        facts=(
            *account_facts([account], voice),
            *key_hint,
            *nature_facts(account, voice.text),
        ),
        actions=actions,
        footnote=footnote(voice),
        tone="warn" if account.mode == "live" else "neutral",
        accent=None if account.mode == "live" else voice.card.accent,
    )


def _to_live(account: AccountView, voice: Voice) -> Action:
    return Action(voice.text("Real orders?"), press_id(COG, "before", account.id, voice.card.name))


def _code_field(label: str) -> Field:
    return Field(name="code", label=label, is_required=True, most=_CODE)
