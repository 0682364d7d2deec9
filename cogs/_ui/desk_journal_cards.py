"""The journal of an account, and why something was ordered, refused or halted, as cards."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Final

from cogs._ui.card import Action, Attachment, Card, Fact, press_id
from cogs._ui.desk_figures import nature_facts, short_of, titled
from cogs._ui.desk_words import measured, order_words, trade_words
from cogs._ui.limits import FIELD_VALUE
from cogs._ui.origin import footnote
from cogs._ui.times import full
from services.locales.numbers import clip
from services.personas.voice import Voice
from services.trading.ledger.messages import Export, JournalLine, JournalPage, OrderWhy
from services.trading.messages import Verdict

COG: Final = "journal"
PAGE: Final = 10
_WORDS: Final = 300
_STEPS: Final = 12
_OWN: Final = frozenset({"text", "name"})
"""Facts that hold what somebody typed."""
_FIGURE: Final = re.compile(r"(?<![\w.])[0-9]+\.[0-9]+(?![\w.])")
_PRICE: Final = "price"
_NUMBER: Final = re.compile(r"[0-9]+(\.[0-9]+)?")
_REFUSING: Final = frozenset({"rejected", "abandoned"})


def journal_card(page: JournalPage, offset: int, market: str, voice: Voice, *, key: str) -> Card:
    """Return the card of a page of the journal, with buttons for the pages before and behind."""
    text, account = voice.text, page.account
    return Card(
        title=titled(text("Journal"), account, text),
        verdict=voice.render("journal", key=key, count=page.total),
        facts=(
            *(Fact(_head(one, voice), line_words(one, voice), is_wide=True) for one in page.lines[:PAGE]),
            *nature_facts(account, text),
        ),
        actions=_turns(page, offset, market, voice),
        footnote=footnote(voice, text("ask why with /why and an id")),
        accent=voice.card.accent,
    )


def noted_card(page: JournalPage, voice: Voice, *, key: str) -> Card:
    """Return the card that says that a note was written, with the note."""
    newest = page.lines[:1]
    return Card(
        title=titled(voice.text("Journal"), page.account, voice.text),
        verdict=voice.render("journal_noted", key=key),
        facts=tuple(Fact(_head(one, voice), line_words(one, voice), is_wide=True) for one in newest),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def exported_card(export: Export, voice: Voice, *, key: str) -> Card:
    """Return the card with the file of all fills."""
    text, left = voice.text, voice.numbers.exact(Decimal(export.left_out))
    inside = text("fills and funding: decisions and notes stay in /journal list")
    cut = text("{left} older rows found no room in the file", left=left)
    return Card(
        title=text("Journal"),
        verdict=voice.render("journal_exported", key=key, count=export.rows),
        facts=(
            Fact(text("What is in it"), inside, is_wide=True),
            *([Fact(text("Left out"), cut, is_wide=True)] if export.left_out else []),
        ),
        attachment=Attachment(export.csv, export.name),
        footnote=footnote(voice, voice.text("the file is for you alone")),
        accent=voice.card.accent,
    )


def why_card(why: OrderWhy, voice: Voice, *, key: str) -> Card:
    """Return the card that tells everything about one order, proposal or halt."""
    text, order = voice.text, why.order
    refused = [one for one in why.verdicts if not one.is_passed]
    is_refused = bool(refused) or (order is not None and order.state in _REFUSING)
    facts = [] if order is None else [Fact(text("Order"), order_words(order, voice), is_wide=True)]
    if order is not None and order.reason:
        facts.append(Fact(text("Reason"), clip(text.sentence(order.reason), FIELD_VALUE), is_wide=True))
    return Card(
        title=f"{text('Why')} · {short_of(why.id)}",
        verdict=voice.render("why_order", key=key, what=_what(why, voice), is_refused=is_refused),
        facts=(*facts, *_rules(why, voice), *_steps(why, voice)),
        footnote=footnote(voice, text("of an alert ask /alerts why")),
        tone="warn" if is_refused else "neutral",
        accent=None if is_refused else voice.card.accent,
    )


def line_words(line: JournalLine, voice: Voice) -> str:
    """Write what a line of the journal says, and when it was."""
    about = [f"`{short_of(line.intent)}`"] if line.intent else []
    return clip(" · ".join([full(line.at), _said(line, voice), *about]), _WORDS)


def _said(line: JournalLine, voice: Voice) -> str:
    """Write a line with its figures as the member's language has them; own words of a member stay."""
    facts = {name: _fact(name, fact, voice) for name, fact in line.facts.items()}
    return voice.text(line.words, **facts)


def _fact(name: str, fact: str, voice: Voice) -> str:
    if name in _OWN:
        return fact
    if name == _PRICE and _NUMBER.fullmatch(fact):
        decimals = len(fact.partition(".")[2])
        return voice.numbers.price(Decimal(fact), Decimal(1).scaleb(-decimals))
    return _local(fact, voice)


def _local(fact: str, voice: Voice) -> str:
    said = _FIGURE.sub(lambda found: voice.numbers.exact(Decimal(found[0])), fact)
    return voice.text.sentence(said)


def _head(line: JournalLine, voice: Voice) -> str:
    return f"{line.market or voice.text('Account')} · {short_of(line.id)}"


def _what(why: OrderWhy, voice: Voice) -> str:
    if why.order is not None:
        return trade_words(why.order.side, why.order.amount, why.order.market, voice)
    return why.lines[0].market if why.lines and why.lines[0].market else short_of(why.id)


def _rules(why: OrderWhy, voice: Voice) -> list[Fact]:
    """Return what each rule said, those that refuse first."""
    market = "" if why.order is None else why.order.market
    ordered = sorted(why.verdicts, key=lambda one: one.is_passed)
    if not ordered:
        return []
    lines = "\n".join(_rule(one, market, voice) for one in ordered)
    return [Fact(voice.text("What the rules said"), clip(lines, FIELD_VALUE), is_wide=True)]


def _rule(verdict: Verdict, market: str, voice: Voice) -> str:
    text = voice.text
    said = f"{'✔' if verdict.is_passed else '✖'} {text.sentence(verdict.words)}"
    if verdict.limit is None:
        return said
    value = measured(verdict.value, verdict.unit, voice, market=market)
    limit = measured(verdict.limit, verdict.unit, voice, market=market)
    return f"{said}: {text('{value}, the limit is {limit}', value=value, limit=limit)}"


def _steps(why: OrderWhy, voice: Voice) -> list[Fact]:
    lines = [f"{full(one.at)} {_said(one, voice)}" for one in why.lines[-_STEPS:]]
    if not lines:
        return []
    return [Fact(voice.text("Step by step"), clip("\n".join(lines), FIELD_VALUE), is_wide=True)]


def _turns(page: JournalPage, offset: int, market: str, voice: Voice) -> tuple[Action, ...]:
    turns = []
    if offset > 0:
        turns.append((voice.text("Previous"), max(0, offset - PAGE)))
    if offset + PAGE < page.total:
        turns.append((voice.text("Next page"), offset + PAGE))
    short, who = short_of(page.account.id), voice.card.name
    return tuple(
        Action(label, press_id(COG, "list", str(start), short, market, who)) for label, start in turns
    )
