"""The kill switch as a card: state, scope, who and why, a line an account or position, and how to resume."""

from __future__ import annotations

from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.desk_words import STATES, why_words
from cogs._ui.form import Field, Form
from cogs._ui.origin import footnote
from cogs._ui.times import full, relative
from services.locales.numbers import clip
from services.personas.voice import Voice, quoted
from services.trading.killswitch.messages import FORCE, PAPER_CODE, FlatLine, FlatState, Scope, Switch

COG: Final = "killswitch"
_SCOPES: Final[dict[Scope, str]] = {"me": "your accounts", "all": "every account of the farm"}
_FLAT: Final[dict[FlatState, str]] = {
    "canceling": "canceling orders",
    "closing": "closing positions",
    "flat": "flat: no position, no order",
    "failed": "failed, it is tried again",
    "unreachable": "the venue does not answer, it is tried again",
}
_MARKS: Final[dict[FlatState, str]] = {
    "canceling": "◐",
    "closing": "◐",
    "flat": "●",
    "failed": "✖",
    "unreachable": "✖",
}
_A_FACT: Final = 1_000
_LINES: Final = 40


def switch_card(switch: Switch, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card of how the switch stands; its buttons answer to `owner` alone."""
    verdict = voice.render(
        "switch", key=key, state=switch.state, is_flat=switch.is_flat, is_drill=switch.is_drill
    )
    title = voice.text("Kill switch drill") if switch.is_drill else voice.text("Kill switch")
    is_paper = bool(switch.lines) and all(one.mode == "paper" for one in switch.lines)
    is_open = switch.state == "ACTIVE"
    return Card(
        title=f"{title} · {voice.text('PAPER')}" if is_paper else title,
        verdict=verdict,
        facts=(
            *_standing(switch, voice),
            *_lines(switch, voice),
            *_times(switch, voice),
            *_resuming(switch, voice),
        ),
        actions=() if switch.is_drill else _actions(switch, voice, owner),
        footnote=footnote(
            voice, *([voice.text("on a paper account made for it")] if switch.is_drill else [])
        ),
        tone="neutral" if is_open else "warn",
        accent=voice.card.accent if is_open else None,
    )


def resume_form(scope: Scope, voice: Voice, *, owner: str) -> Form:
    """Return the form that asks for the code."""
    text = voice.text
    label = text("Code, or {word} for paper without one", word=PAPER_CODE)
    fields = (Field(name="code", label=label, is_required=True, most=40),)
    return Form(text("Resume trading"), press_id(COG, "code", owner, scope), fields)


def _standing(switch: Switch, voice: Voice) -> list[Fact]:
    text = voice.text
    facts = [
        Fact(text("State"), text(STATES[switch.state]), is_wide=True),
        Fact(text("Scope"), text(_SCOPES[switch.scope])),
    ]
    if switch.by:
        facts.append(Fact(text("Who"), f"<@{switch.by}>" if switch.by.isdecimal() else quoted(switch.by)))
    if switch.at is not None:
        facts.append(Fact(text("When"), f"{full(switch.at)} ({relative(switch.at)})"))
    if switch.resumed_at is not None:
        since = f"{full(switch.resumed_at)} ({relative(switch.resumed_at)})"
        facts.append(Fact(text("Trading again since"), since))
    if switch.why:
        facts.append(Fact(text("Why"), why_words(switch.why, voice), is_wide=True))
    return facts


def _lines(switch: Switch, voice: Voice) -> list[Fact]:
    parts, is_past = [""], switch.resumed_at is not None
    for line in (_line(one, voice, is_past=is_past) for one in switch.lines[:_LINES]):
        longer = f"{parts[-1]}\n{line}" if parts[-1] else line
        if len(longer) > _A_FACT:
            parts.append(line)
        else:
            parts[-1] = longer
    return [Fact(voice.text("Accounts"), part, is_wide=True) for part in parts if part]


def _line(one: FlatLine, voice: Voice, *, is_past: bool) -> str:
    text = voice.text
    mode = text("LIVE") if one.mode == "live" else text("PAPER")
    parts = [f"{_MARKS[one.state]} **{one.name}** {mode}", *([one.market] if one.market else [])]
    parts.append(text("was flat then" if is_past and one.state == "flat" else _FLAT[one.state]))
    if one.orders:
        parts.append(text("orders canceled: {count}", count=one.orders))
    if one.closed:
        parts.append(text("positions closed: {count}", count=one.closed))
    if one.reason:
        parts.append(text.sentence(one.reason))
    return clip(" · ".join(parts), _A_FACT // 2)


def _times(switch: Switch, voice: Voice) -> list[Fact]:
    text = voice.text
    taken = (("Halted after", switch.halted_after_ms), ("Flat after", switch.flat_after_ms))
    return [
        Fact(text(name), f"{voice.numbers.decimal(milliseconds, 0)} ms")  # type: ignore[arg-type]
        for name, milliseconds in taken
        if milliseconds is not None
    ]


def _resuming(switch: Switch, voice: Voice) -> list[Fact]:
    if switch.state == "ACTIVE" or switch.is_drill:
        return []
    text = voice.text
    if _is_for_the_farm(switch):
        said = text(
            "The whole farm is halted: an admin resumes it with /killswitch resume and every account as its "
            "scope, or the operator with `omega resume --all`."
        )
        return [Fact(text("How to resume"), said, is_wide=True)]
    said = text(
        "/killswitch resume, with the code of your second factor; on paper without one, {word}. "
        "Nothing that was closed is opened again.",
        word=PAPER_CODE,
    )
    if not switch.is_flat and switch.lines:
        said += " " + text("Before it is flat, write {word} behind the code.", word=FORCE)
    return [Fact(text("How to resume"), said, is_wide=True)]


def _actions(switch: Switch, voice: Voice, owner: str) -> tuple[Action, ...]:
    text = voice.text
    again = Action(text("Refresh"), press_id(COG, "show", owner, switch.scope))
    if switch.state == "ACTIVE" or _is_for_the_farm(switch):
        return (again,)
    return (again, Action(text("Resume"), press_id(COG, "resume", owner, switch.scope)))


def _is_for_the_farm(switch: Switch) -> bool:
    """Tell whether whoever looks at their own accounts cannot resume them, since the farm is held."""
    return switch.scope == "me" and switch.is_farm_held
