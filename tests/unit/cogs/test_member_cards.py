"""Cards about members and personas, whoever says them and in whichever language."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec
import pytest

from bots.waze.catalogue import catalogue
from cogs._ui import limits
from cogs._ui.card import Card
from cogs._ui.embed import to_embed
from cogs._ui.help_cards import overview_card, owner_card
from cogs._ui.persona_cards import persona_card, personas_card
from cogs._ui.privacy_cards import Everything, deleted_card, export_card, question_card
from cogs._ui.settings_cards import favourites_card, settings_card
from cogs._ui.zones import clock_in, day_in, zone_choices
from services.alerts.messages import AlertsKept
from services.chat.messages import ChatKept
from services.locales import LOCALES, Locale
from services.members.messages import AuditEntry, Kept, LessonDone, MemberSettings, QuestionAnswered
from services.personas.roster import read_roster
from services.personas.voice import Voice
from services.trading.accounts.messages import AccountsKept

ROSTER = read_roster(Path(__file__).parents[3] / "personas")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
CHOSEN = MemberSettings(
    user_id="7",
    locale="pt-BR",
    timezone="America/Sao_Paulo",
    persona="xyko",
    favourites=["BTC/USDT:USDT"] * 25,
    theme="light",
    palette="colour_blind",
)
ENTRY = AuditEntry(id="1", at=NOON, actor="7", action="member.set", subject="member 7", outcome="done")
EVERYTHING = Everything(
    kept=Kept(
        settings=CHOSEN,
        lessons=[LessonDone(lesson="candle", at=NOON)],
        answers=[QuestionAnswered(question="candle.1", is_right=True, at=NOON)],
        audit=[ENTRY, ENTRY],
    ),
    recent_markets=["ETH/USDT"],
    alerts=AlertsKept(
        rows={"alert_rules": ['{"id": "a1"}', '{"id": "a2"}'], "quiet_hours": ['{"timezone": "UTC"}']}
    ),
    desk=AccountsKept(rows={"trading_accounts": ['{"id": "c1"}']}),
    chat=ChatKept(lines={"chat_facts": ['{"id": "f1"}']}),
)
NOTHING = Everything(
    kept=Kept(settings=MemberSettings(user_id="8"), lessons=[], answers=[], audit=[]), recent_markets=[]
)
SPEAKERS = [(name, locale) for name in ROSTER.cards for locale in LOCALES]


def cards(voice: Voice) -> list[Card]:
    listed = catalogue(ROSTER)
    return [
        overview_card(listed, voice, key="1"),
        *(card for name in ROSTER.cards for card in pages_of(name, voice)),
        personas_card(ROSTER.cards.values(), voice, key="1"),
        *(persona_card(card, voice, key="1") for card in ROSTER.cards.values()),
        *(settings_card(one, ROSTER, voice, verdict="v") for one in (CHOSEN, MemberSettings(user_id="8"))),
        favourites_card(CHOSEN, voice, verdict="v"),
        *(export_card(one, voice, key="1") for one in (EVERYTHING, NOTHING)),
        *(question_card(one, voice, key="1", owner="7") for one in (EVERYTHING, NOTHING)),
    ]


def pages_of(owner: str, voice: Voice) -> list[Card]:
    """Return the cards of an owner's commands, as their buttons turn from one to the next."""
    listed, shown, page = catalogue(ROSTER), list[Card](), "1"
    while page:
        card = owner_card(listed, owner, voice, key="1", page=int(page))
        shown.append(card)
        behind = [one.press for one in card.actions if one.label == voice.text("Next page")]
        page = behind[0].rpartition("|")[2] if behind else ""
    return shown


@pytest.mark.parametrize(("name", "locale"), SPEAKERS)
def test_every_card_is_shown_whole_within_the_limits(name: str, locale: Locale) -> None:
    for card in cards(ROSTER.voice(name, locale)):
        embed = to_embed(card)
        assert len(embed) <= limits.EMBED_TOTAL, card.title
        assert [field.value for field in embed.fields] == [fact.value for fact in card.facts], card.title
        assert embed.description == card.verdict
        assert "None" not in str([fact.value for fact in card.facts])
        assert all(0 < len(action.label) <= limits.LABEL for action in card.actions)


@pytest.mark.parametrize("locale", LOCALES)
def test_help_names_every_command_with_an_example_and_each_owner_with_what_it_does(locale: Locale) -> None:
    voice, listed = ROSTER.voice("waze", locale), catalogue(ROSTER)
    shown = "\n".join(fact.value for fact in overview_card(listed, voice, key="1").facts)
    assert [one.example for one in listed if one.example not in shown] == []
    own = [one for one in listed if one.owner.name == "waze"]
    described = "\n".join(fact.value for card in pages_of("waze", voice) for fact in card.facts)
    assert [one.name for one in own if voice.text(one.description) not in described] == []


def test_what_is_kept_is_counted_once_each() -> None:
    assert EVERYTHING.own == 5 + 25 + 1 + 1 + 1 + 3 + 1 + 1
    assert EVERYTHING.count == EVERYTHING.own + 2
    assert (NOTHING.own, NOTHING.count) == (0, 0)


def test_a_persona_speaks_of_itself_as_itself() -> None:
    xyko = ROSTER.card("xyko")
    for name, is_self in (("xyko", True), ("waze", False)):
        voice = ROSTER.voice(name)
        facts = {"who": "Xyko", "about": xyko.tagline["en"].rstrip("."), "example": xyko.strengths[0].example}
        said = voice.variants("persona_shown", {**facts, "is_self": is_self})
        assert persona_card(xyko, voice, key="1").verdict in said


def test_a_persona_that_speaks_one_language_is_shown_to_members_of_another() -> None:
    voice, biel = ROSTER.voice("waze", "pt-BR"), ROSTER.card("biel")
    only = biel.model_copy(
        update={
            "locales": ("en",),
            "tagline": {"en": biel.tagline["en"]},
            "traits": {"en": biel.traits["en"]},
            "boundaries": {"en": biel.boundaries["en"]},
            "strengths": tuple(one.model_copy(update={"topic": {"en": "x"}}) for one in biel.strengths),
        }
    )
    listed = [replace(one, owner=only) for one in catalogue(ROSTER) if one.owner.name == "biel"]
    for card in (
        personas_card([only], voice, key="1"),
        overview_card(listed, voice, key="1"),
        owner_card(listed, "biel", voice, key="1"),
    ):
        assert biel.tagline["en"] in "".join(fact.value for fact in card.facts)
    assert biel.traits["en"][0] in persona_card(only, voice, key="1").facts[0].value


def test_all_that_is_kept_stands_in_the_file() -> None:
    attachment = export_card(EVERYTHING, ROSTER.voice("waze"), key="1").attachment
    assert attachment is not None
    told = json.loads(attachment.content)
    assert sorted(told.values(), key=str) == sorted(
        [
            *msgspec.to_builtins(EVERYTHING.kept).values(),
            EVERYTHING.recent_markets,
            {"alert_rules": [{"id": "a1"}, {"id": "a2"}], "quiet_hours": [{"timezone": "UTC"}]},
            {"trading_accounts": [{"id": "c1"}]},
            {"chat_facts": [{"id": "f1"}]},
        ],
        key=str,
    )


@pytest.mark.parametrize("name", ROSTER.cards)
def test_who_has_nothing_to_delete_is_not_asked_whether_to(name: str) -> None:
    voice = ROSTER.voice(name)
    asked = question_card(EVERYTHING, voice, key="1", owner="7")
    assert [action.label for action in asked.actions] == ["Delete for good", "Keep it"]
    nothing = question_card(NOTHING, voice, key="1", owner="8")
    assert (nothing.actions, nothing.title, nothing.footnote) == ((), "Your privacy", "")
    assert [fact.name for fact in nothing.facts] == ["Stays"]
    assert nothing.verdict in voice.variants("privacy_asked", {"count": 0})


def test_after_a_deletion_it_is_said_what_stays() -> None:
    card = deleted_card(ROSTER.voice("waze"), key="1", count=3)
    assert "audit log" in card.facts[0].value
    assert "log files" in card.facts[0].value
    assert card.actions == ()


@pytest.mark.parametrize(
    ("zone", "day"), [(None, 1), ("Europe/Lisbon", 1), ("Pacific/Kiritimati", 2), ("Pacific/Midway", 1)]
)
def test_a_day_begins_where_the_member_is(zone: str | None, day: int) -> None:
    assert day_in(zone, NOON) == date(2026, 3, day)


def test_what_the_time_zone_is_for_is_said_whole() -> None:
    for locale in LOCALES:
        card = settings_card(CHOSEN, ROSTER, ROSTER.voice("waze", locale), verdict="v")
        assert "/wisdom" in card.footnote
        assert to_embed(card).footer.text == card.footnote


def test_zones_are_found_by_their_city_and_show_their_clock() -> None:
    zones = {"America/Sao_Paulo", "Europe/Lisbon", "America/Santarem", "UTC"}
    found = zone_choices(zones, "sao p", now=NOON)
    assert [(choice.name, choice.value) for choice in found] == [
        ("America/Sao_Paulo · 09:00", "America/Sao_Paulo")
    ]
    assert [choice.value for choice in zone_choices(zones, "sa", now=NOON)] == [
        "America/Santarem",
        "America/Sao_Paulo",
    ]
    assert clock_in("Europe/Lisbon", NOON) == "12:00"
