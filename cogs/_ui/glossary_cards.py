"""Terms as cards: one that was asked for, those that a message names, and what helps with a question."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cogs._ui.card import Action, Card, Fact, press_id
from cogs._ui.education_cards import COG, found_card, listing_action, opening_actions
from cogs._ui.origin import footnote
from services.education.messages import Advice, Explained, FoundLessons, Term, TermLink
from services.personas.voice import Voice

_ALIASES: Final = 6
_LESSONS: Final = 3


def term_card(term: Term, voice: Voice, *, key: str) -> Card:
    """Return the card of a term, with buttons for its neighbours and for the lessons that teach it."""
    return Card(
        title=term.term,
        verdict=f"{voice.render('glossary', key=key, term=term.term)}\n\n{term.meaning}",
        facts=_also(term, voice),
        actions=(*_term_actions(term.see_also, voice), *opening_actions(term.lessons[:_LESSONS], voice, "")),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def explained_card(found: Explained, voice: Voice, *, key: str) -> Card:
    """Return the card of the terms that a message names."""
    first = found.terms[0].term if found.terms else None
    more = ", ".join(term.term for term in found.more)
    return Card(
        title=voice.text("Words in this message"),
        verdict=voice.render("explained", key=key, count=found.count, first=first),
        facts=(*_facts(found.terms), *([Fact(voice.text("Also in it"), more, is_wide=True)] if more else [])),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def advice_card(advice: Advice, asked: str, voice: Voice, *, key: str) -> Card:
    """Return the card of what helps with a question: the best term in full, others, and lessons."""
    if not advice.terms:
        return found_card(FoundLessons(lessons=advice.lessons), asked, voice, key=key)
    first, *others = advice.terms
    return Card(
        title=first.term,
        verdict=f"{voice.render('glossary', key=key, term=first.term)}\n\n{first.meaning}",
        facts=tuple(_facts(others)),
        actions=(*opening_actions(advice.lessons, voice, ""), listing_action(voice, "")),
        footnote=footnote(voice),
        accent=voice.card.accent,
    )


def _facts(terms: Sequence[Term]) -> list[Fact]:
    return [Fact(term.term, term.meaning, is_wide=True) for term in terms]


def _also(term: Term, voice: Voice) -> tuple[Fact, ...]:
    names = ", ".join(term.aliases[:_ALIASES])
    return (Fact(voice.text("Also called"), names, is_wide=True),) if names else ()


def _term_actions(terms: Sequence[TermLink], voice: Voice) -> tuple[Action, ...]:
    return tuple(Action(link.term, press_id(COG, "term", link.id, voice.card.name, "")) for link in terms)
