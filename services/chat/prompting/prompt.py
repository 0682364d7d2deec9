"""The prompt of a turn: the system text, what was said before, and the question with all that belongs to it.

Whatever strangers wrote is cleaned and stands behind a margin. The system text belongs to `system`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from services.chat.guarding.incoming import as_data, cleaned
from services.chat.messages import Quoted
from services.chat.ports import Prompt, ToolSpec, Turn
from services.chat.prompting.system import system_text
from services.locales import Locale
from services.personas.card import PersonaCard

MOST_QUESTION: Final = 2_000
"""Characters of a question."""
MOST_TALK: Final = 6_000
"""Characters of what was said before."""
_MOST_NAME: Final = 40
_MOST_QUOTE: Final = 600
_MOST_FACT: Final = 200
_MOST_SUMMARY: Final = 1_200
_MOST_TURN: Final = 2_000
_MOST_LOOK_UP: Final = 3_000
_QUOTES: Final = 4
_FILES: Final = 5
_FACTS: Final = 20


def prompt_for(
    persona: PersonaCard,
    *,
    locale: Locale,
    member: str,
    question: str,
    now: datetime,
    quoted: Sequence[Quoted] = (),
    attachments: Sequence[str] = (),
    facts: Sequence[str] = (),
    talk: tuple[str, Sequence[Turn]] = ("", ()),
    tools: Sequence[ToolSpec] = (),
    most_tokens: int = 600,
) -> Prompt:
    """Return what a model is told to answer a question.

    Args:
        persona: who answers.
        locale: the language to answer in.
        member: what the member calls themselves.
        question: what they wrote.
        now: the moment, in UTC.
        quoted: what the message replies to, oldest first; the last ones are told.
        attachments: names of files.
        facts: what the persona remembers of this member, here.
        talk: what was said before in this conversation: a summary of the older turns, and the newer ones.
        tools: what may be looked up.
        most_tokens: tokens that the answer may have.
    """
    summary, turns = talk
    told = (*_beside(quoted, attachments, facts, summary), *_asked(member, question))
    return Prompt(
        system=system_text(persona, locale=locale, now=now),
        turns=(*recent(turns), Turn(role="member", text="\n".join(told))),
        tools=tuple(tools),
        most_tokens=most_tokens,
    )


def looked_up(call_id: str, tool: str, text: str) -> Turn:
    """Return the turn that tells a model what a look-up gave."""
    told = as_data(f"result of {tool}", cleaned(text, most=_MOST_LOOK_UP))
    return Turn(role="tool", text=told, call_id=call_id, tool=tool)


def recent(turns: Sequence[Turn], *, most: int = MOST_TALK) -> tuple[Turn, ...]:
    """Return the newest turns that fit into `most` characters, each made fit for a prompt.

    A member's turn begins them, since an answer without its question misleads. Look-ups of earlier turns are
    left out: what they gave is old.
    """
    kept: list[Turn] = []
    left = most
    for turn in reversed(turns):
        told = None if turn.role == "tool" or not turn.text.strip() else _told(turn)
        if told is not None and (left := left - len(told.text)) < 0:
            break
        kept += [] if told is None else [told]
    while kept and kept[-1].role != "member":
        kept.pop()
    return tuple(reversed(kept))


def _told(turn: Turn) -> Turn:
    text = cleaned(turn.text, most=_MOST_TURN)
    return replace(turn, text=as_data("question", text) if turn.role == "member" else text, calls=())


def _beside(
    quoted: Sequence[Quoted], attachments: Sequence[str], facts: Sequence[str], summary: str
) -> Iterator[str]:
    """Yield what belongs to a question, as data."""
    if summary:
        yield as_data("summary of what was said before", cleaned(summary, most=_MOST_SUMMARY))
    if remembered := _lines(facts[-_FACTS:], _MOST_FACT):
        yield as_data("what the member asked you to remember", remembered)
    for one in quoted[-_QUOTES:]:
        yield as_data(f"quoted message of a {one.author}", cleaned(one.text, most=_MOST_QUOTE))
    if names := _lines(attachments[:_FILES], _MOST_NAME * 2):
        yield as_data("names of attached files which you cannot open", names)


def _asked(member: str, question: str) -> Iterator[str]:
    if name := _lines([member], _MOST_NAME):
        yield as_data("name of the member", name)
    yield as_data("question", cleaned(question, most=MOST_QUESTION))


def _lines(texts: Sequence[str], most: int) -> str:
    told = (" ".join(cleaned(text, most=most).split()) for text in texts)
    return "\n".join(filter(None, told))
