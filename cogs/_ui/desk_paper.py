"""Paper accounts as cards: starting over, and the leaderboard of a season. It is all simulated."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_words import account_fact, money, signed_share
from cogs._ui.origin import footnote
from cogs._ui.times import full, relative
from services.locales.numbers import clip
from services.personas.voice import Voice, quoted
from services.trading.seasons.messages import Leaderboard, PaperReset, Place

COG: Final = "paper"
_PLACES: Final = 15
_A_FACT: Final = 1_000


def question_card(voice: Voice, *, owner: str) -> Card:
    """Return the card that asks whether to start over; its buttons answer to `owner` alone."""
    text = voice.text
    asked = text("Start over with a new paper account? Open positions of the old one are left behind.")
    return Card(
        title=" · ".join([text("Paper account"), text("PAPER")]),
        verdict=asked,
        facts=(
            Fact(text("What stays"), text("the journal of the old one")),
            Fact(text("What goes"), text("a season that is on is left")),
        ),
        actions=(
            Action(text("Start over"), press_id(COG, "reset", owner), "danger"),
            Action(text("Leave it"), press_id(COG, "keep", owner)),
        ),
        footnote=_note(voice),
        tone="warn",
    )


def kept_card(voice: Voice) -> Card:
    """Return the card that stands in place of that question where the account stays."""
    return Card(verdict=voice.text("Nothing was changed."), footnote=_note(voice), accent=voice.card.accent)


def reset_card(reset: PaperReset, voice: Voice, *, key: str) -> Card:
    """Return the card of a paper account that begins anew."""
    equity = money(reset.equity, reset.account.currency, voice)
    return Card(
        title=" · ".join([voice.text("Paper account"), voice.text("PAPER")]),
        verdict=voice.render("paper_reset", key=key, equity=equity),
        facts=(Fact(voice.text("Equity"), equity), account_fact(reset.account, voice)),
        footnote=_note(voice),
        accent=voice.card.accent,
    )


def leaderboard_card(board: Leaderboard, voice: Voice, *, verdict: str, is_joining: bool = False) -> Card:
    """Return the card of a season; `verdict` is what is said of it. Who joins it trades with its account."""
    text = voice.text
    ranked = [one for one in board.places if one.rank is not None][:_PLACES]
    waiting = [one for one in board.places if one.rank is None]
    rules = text(
        "net return over the deepest drawdown, at least {trades} trades, leverage up to {leverage}",
        trades=board.min_trades,
        leverage=f"{voice.numbers.quantity(board.max_leverage)}\N{MULTIPLICATION SIGN}",
    )
    ends = "Ended" if board.is_over else "Ends"
    return Card(
        title=" · ".join([text("Season"), clip(board.name, 80), text("PAPER")]),
        verdict=verdict,
        facts=(
            *_listed(
                text("Places"), [_place(one, voice) for one in ranked] or [text("nobody is ranked yet")]
            ),
            *_listed(text("Not ranked yet"), [_place(one, voice) for one in waiting[:_PLACES]]),
            Fact(text("How it is ranked"), rules, is_wide=True),
            Fact(text("Began"), full(board.starts_at)),
            Fact(text(ends), f"{full(board.ends_at)} ({relative(board.ends_at)})"),
            Fact(text("You take part"), _part(board, voice), is_wide=True),
            *([_in_use(board, voice)] if is_joining and board.account else []),
        ),
        footnote=_note(voice, text("the same fills for everybody")),
        accent=voice.card.accent,
    )


def place_of(board: Leaderboard) -> int | None:
    """Return the caller's rank; None without one."""
    return next((one.rank for one in board.places if one.is_caller), None)


def waiting_words(board: Leaderboard, voice: Voice) -> str:
    """Say that the caller takes part and is not ranked yet; empty where that is not so."""
    if board.is_over or not board.has_joined or place_of(board) is not None:
        return ""
    return voice.text("You take part in {name}, and are not ranked yet.", name=quoted(board.name))


def _part(board: Leaderboard, voice: Voice) -> str:
    text = voice.text
    if not board.has_joined:
        return text("no: /paper join")
    mine = next((one for one in board.places if one.is_caller), None)
    if mine is None or mine.rank is not None:
        return text("yes")
    return " · ".join([text("yes, not ranked yet"), *([text.sentence(mine.reason)] if mine.reason else [])])


def _in_use(board: Leaderboard, voice: Voice) -> Fact:
    said = voice.text(
        "{name}, from now on. The one before stays as it is: /account use goes back to it.",
        name=quoted(board.account),
    )
    return Fact(voice.text("Account in use"), said, is_wide=True)


def _listed(name: str, lines: list[str]) -> list[Fact]:
    return [Fact(name, clip("\n".join(lines), _A_FACT), is_wide=True)] if lines else []


def _place(one: Place, voice: Voice) -> str:
    text = voice.text
    name = text(one.name) if one.is_house else quoted(one.name)
    parts = [
        f"{one.rank}. {name}" if one.rank is not None else name,
        text("score unknown")
        if one.score is None
        else text("score {score}", score=voice.numbers.decimal(one.score)),
        signed_share(one.net_share, voice),
        text("drawdown {share}", share=voice.numbers.share(one.drawdown_share)),
        text("trades {count}", count=one.trades),
        *([text("of the farm")] if one.is_house else []),
        *([text("you")] if one.is_caller else []),
        *([text.sentence(one.reason)] if one.reason else []),
    ]
    return " · ".join(parts)


def _note(voice: Voice, *notes: str) -> str:
    return footnote(voice, voice.text("all of it simulated"), *notes)
