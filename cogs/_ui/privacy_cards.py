"""What the farm keeps of a member, as a file and as the question whether to delete it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

import msgspec

from cogs._ui.card import Action, Attachment, Card, Fact, press_id
from services.alerts.messages import AlertsKept
from services.chat.messages import ChatKept
from services.members.messages import Kept, MemberSettings
from services.personas.voice import Voice
from services.trading.accounts.messages import AccountsKept

_FILE: Final = "omega-bot-farm.json"
_STAYS: Final = (
    "The audit log: who changed what, and when. Each entry seals those before it, so none can be taken out. "
    "It names you by your Discord id and holds no content of your settings; limits and blackouts it "
    "tells with their values. The log files of the bots name "
    "you by it as well, with the commands you used, until newer lines push them out."
)

_STAYS_THERE: Final = "What you let come to a channel stays there, without your name."
_AT_VENUES: Final = (
    "Positions and orders that stand at a venue stay there: the farm forgets them, and no more."
)
_COUNTED: Final = "What models cost stays counted for the server and the farm, without your name."


class Everything(msgspec.Struct, frozen=True, kw_only=True):
    """All that the farm keeps of a member, wherever it is kept."""

    kept: Kept
    recent_markets: list[str]
    discord_language: str = ""
    """What their commands were last asked in; empty where that is not kept."""
    alerts: AlertsKept = AlertsKept(rows={})
    desk: AccountsKept = AccountsKept(rows={})
    chat: ChatKept = ChatKept(lines={})

    @property
    def chosen(self) -> int:
        """Return how many settings the member chose."""
        return sum(getattr(self.kept.settings, name) is not None for name in _CHOICES)

    @property
    def own(self) -> int:
        """Return how many things are the member's own, which a deletion takes away."""
        settings, kept = self.kept.settings, self.kept
        lists: tuple[Sequence[object], ...] = (
            settings.favourites,
            kept.lessons,
            kept.answers,
            self.recent_markets,
            *self.alerts.rows.values(),
            *self.desk.rows.values(),
            *self.chat.lines.values(),
        )
        return self.chosen + sum(map(len, lists))

    @property
    def count(self) -> int:
        """Return how many things there are, with what the member did."""
        return self.own + len(self.kept.audit)


_CHOICES: Final = tuple(
    name for name in MemberSettings.__struct_fields__ if name not in {"user_id", "favourites"}
)


def export_card(everything: Everything, voice: Voice, *, key: str) -> Card:
    """Return the card with the file."""
    text, kept = voice.text, everything.kept
    counts = {
        "Settings chosen": everything.chosen,
        "Favourites": len(kept.settings.favourites),
        "Recent markets": len(everything.recent_markets),
        "Lessons": len(kept.lessons),
        "Quiz answers": len(kept.answers),
        "Alerts and what came of them": sum(map(len, everything.alerts.rows.values())),
        "Accounts, orders and journal": sum(map(len, everything.desk.rows.values())),
        "Conversations, memory and what answers rest on": sum(map(len, everything.chat.lines.values())),
        "Audit entries": len(kept.audit),
    }
    return Card(
        title=text("What the farm keeps of you"),
        verdict=voice.render("privacy_exported", key=key, count=everything.count),
        facts=tuple(Fact(text(name), str(count)) for name, count in counts.items()),
        attachment=Attachment(_as_json(everything), _FILE),
        footnote=text("The file is for you alone. /privacy delete removes what is yours."),
        accent=voice.card.accent,
    )


def question_card(everything: Everything, voice: Voice, *, key: str, owner: str) -> Card:
    """Return the card that asks whether to delete; its buttons answer to `owner` alone.

    Where there is nothing to delete it says so, and asks nothing.
    """
    text = voice.text
    verdict = voice.render("privacy_asked", key=key, count=everything.own)
    if not everything.own:
        return _outcome(voice, verdict, _what_stays(voice))
    goes = [
        text("Settings, favourites, recent markets, lessons done and quiz answers."),
        text("Alerts, what came of them, subscriptions and quiet hours."),
        text("Accounts with their keys, orders, fills, journal, plans, limits and the second factor."),
        text("What was said to personas, what they remember, and what their answers rest on."),
    ]
    return Card(
        title=text("Delete what the farm keeps of you?"),
        verdict=verdict,
        facts=(Fact(text("Goes"), "\n".join(goes), is_wide=True), _what_stays(voice)),
        actions=(
            Action(text("Delete for good"), press_id("privacy", "delete", owner, voice.card.name), "danger"),
            Action(text("Keep it"), press_id("privacy", "keep", owner, voice.card.name)),
        ),
        footnote=text("It cannot be undone. /privacy export gives you a copy first."),
        tone="warn",
    )


def deleted_card(voice: Voice, *, key: str, count: int) -> Card:
    """Return the card that says that `count` things are gone, and what is not."""
    return _outcome(voice, voice.render("privacy_deleted", key=key, count=count), _what_stays(voice))


def kept_card(voice: Voice, *, key: str) -> Card:
    """Return the card that says that nothing was deleted."""
    return _outcome(voice, voice.render("privacy_kept", key=key))


def _outcome(voice: Voice, verdict: str, *facts: Fact) -> Card:
    return Card(title=voice.text("Your privacy"), verdict=verdict, facts=facts, accent=voice.card.accent)


def _what_stays(voice: Voice) -> Fact:
    said = "\n".join(voice.text(part) for part in (_STAYS, _STAYS_THERE, _AT_VENUES, _COUNTED))
    return Fact(voice.text("Stays"), said, is_wide=True)


def _as_json(everything: Everything) -> bytes:
    kept = everything.kept
    shown = {
        "settings": kept.settings,
        "recent_markets": everything.recent_markets,
        "lessons": kept.lessons,
        "quiz_answers": kept.answers,
        "audit": kept.audit,
        "alerts": _tables(everything.alerts.rows),
        "trading": _tables(everything.desk.rows),
        "conversations": _tables(everything.chat.lines),
    }
    return msgspec.json.format(msgspec.json.encode(shown), indent=2)


def _tables(rows: Mapping[str, Sequence[str]]) -> dict[str, list[msgspec.Raw]]:
    """Return rows that are JSON already, by table."""
    return {table: [msgspec.Raw(row.encode()) for row in own] for table, own in rows.items()}
