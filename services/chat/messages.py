"""What the chat process answers, and what a card of it looks like on the bus."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

import msgspec

from services.bus.messages import Key, Message, Request
from services.members.messages import Caller

Place = Literal["channel", "thread", "dm"]
Author = Literal["persona", "member", "bot"]
Source = Literal["model", "templates"]
"""Who found the words: a language model, or the persona's own templates."""


class FactShown(Message, frozen=True, kw_only=True):
    """One named thing that is known, as it is shown."""

    name: str
    value: str
    is_wide: bool = False


class ActionShown(Message, frozen=True, kw_only=True):
    """A button. `press` is its custom id."""

    label: str
    press: str
    style: Literal["primary", "secondary", "danger"] = "secondary"


class PictureShown(Message, frozen=True, kw_only=True):
    """A picture of an answer; its bytes are `PICTURES`, at `part`, for a minute."""

    part: str
    name: str
    alt: str


class PictureBytes(Message, frozen=True, kw_only=True):
    """A PNG."""

    png: bytes


class Shown(Message, frozen=True, kw_only=True):
    """A card, as `cogs._ui.card.Card` has it."""

    verdict: str
    title: str = ""
    facts: list[FactShown] = msgspec.field(default_factory=list)
    picture: PictureShown | None = None
    actions: list[ActionShown] = msgspec.field(default_factory=list)
    footnote: str = ""
    tone: Literal["up", "down", "neutral", "warn"] = "neutral"
    accent: int | None = None


class Quoted(Message, frozen=True, kw_only=True):
    """What a message replies to. It is data: whoever wrote it decides nothing."""

    author: Author
    text: str


class Reply(Message, frozen=True, kw_only=True):
    """An answer so far, or whole where `is_last`. Each part replaces the one before."""

    card: Shown
    id: str = ""
    """By which `WhyAnswer` finds it; empty for one of which nothing is kept."""
    source: Source = "templates"
    is_last: bool = True


class Converse(Request[Reply], frozen=True, kw_only=True, tag="chat.converse"):
    """Answer what a member said to a persona; the answer comes in parts.

    The first has no words: it says no more than that the question was taken up, and comes at once.

    All text in it is a stranger's: it is answered, never obeyed. Raises `SlowDown` where too much waits in
    that channel, and what the services that know the answer raise.
    """

    id: str
    """Of the message or interaction; a repeat answers the same."""
    caller: Caller
    persona: str
    text: str
    channel_id: str
    place: Place
    member: str = ""
    """What they call themselves."""
    server_locale: str = "en"
    quoted: list[Quoted] = msgspec.field(default_factory=list)
    """What it replies to, oldest first."""
    attachments: list[str] = msgspec.field(default_factory=list)
    """Names of files; they are never opened."""
    is_alone: bool = False
    """Whether one bot speaks for all personas, and the member's chosen one answers."""


class ShowPrivate(Request[Reply], frozen=True, kw_only=True, tag="chat.show_private"):
    """Answer something private to the caller alone; whoever shows it does so where nobody else sees it.

    Raises what the desk raises.
    """

    id: str
    caller: Caller
    persona: str
    intent: str
    market: str = ""
    locale: str = "en"


class Called(Message, frozen=True, kw_only=True):
    """One look-up that an answer rests on, and what it gave."""

    topic: str
    arguments: dict[str, str] = msgspec.field(default_factory=dict)
    facts: list[FactShown] = msgspec.field(default_factory=list)
    footnote: str = ""
    """Source and age, as they were shown."""


class Why(Message, frozen=True, kw_only=True):
    """What an answer rests on."""

    id: str
    question: str
    persona: str
    source: Source
    model: str = ""
    """The name of the model in farm.yaml."""
    called: list[Called]
    removed: int
    """Sentences of the model that were taken out: for a number that no look-up gave, or for what they say."""
    at: datetime


class WhyAnswer(Request[Why], frozen=True, kw_only=True, tag="chat.why_answer"):
    """Ask what an answer rests on; an empty id means the caller's last one here.

    Raises `UserMistake` for one that is not known any more, and `NotAllowed` for one given to somebody else.
    """

    caller: Caller
    id: str = ""


class RememberedFact(Message, frozen=True, kw_only=True):
    """One thing that a member told a persona to remember."""

    id: str
    text: str
    at: datetime


class Memory(Message, frozen=True, kw_only=True):
    """What a persona remembers of a member in one guild, or in direct messages."""

    is_on: bool
    facts: list[RememberedFact]


class GetMemory(Request[Memory], frozen=True, kw_only=True, tag="chat.get_memory"):
    """Ask what a persona remembers of the caller, here."""

    caller: Caller
    persona: str


class ChangeMemory(Request[Memory], frozen=True, kw_only=True, tag="chat.change_memory"):
    """Switch memory on or off for the caller in this guild, for every persona; off forgets what there is."""

    id: str
    caller: Caller
    persona: str
    is_on: bool


class RememberFact(Request[Memory], frozen=True, kw_only=True, tag="chat.remember_fact"):
    """Let a persona remember one thing, or change one by its id.

    Raises `UserMistake` where memory is off, the text is too long or empty, or there are too many.
    """

    id: str
    caller: Caller
    persona: str
    text: str
    fact: str = ""


class ForgetFacts(Request[Memory], frozen=True, kw_only=True, tag="chat.forget_facts"):
    """Let a persona forget one thing by its id, or everything. Raises `UserMistake` for an unknown id."""

    id: str
    caller: Caller
    persona: str
    fact: str = ""


class Spent(Message, frozen=True, kw_only=True):
    """What was spent of one budget today (UTC). A limit that is None is not set; unknown costs are None."""

    scope: Literal["member", "guild", "persona", "farm"]
    tokens: int
    most_tokens: int | None
    cost: float | None
    """In US dollars, as farm.yaml prices the models; None where a model without a price was used."""
    most_cost: float | None
    answers: int
    is_guessed: bool = False
    """Whether a provider told no count, so that tokens and cost are about right."""


class Usage(Message, frozen=True, kw_only=True):
    """What language models cost today, where the caller may see it."""

    has_models: bool
    models: list[str]
    """Those of the persona, in the order in which they are asked; each with how it is."""
    spent: list[Spent]
    renews_at: datetime


class GetUsage(Request[Usage], frozen=True, kw_only=True, tag="chat.get_usage"):
    """Ask what was spent: one's own, one's guild and the persona; all of the farm for an admin."""

    caller: Caller
    persona: str


class Argument(Message, frozen=True, kw_only=True):
    """What one side of a debate says, and the names of the facts that it rests on."""

    persona: str
    side: Literal["bull", "bear", "cosmic", "risk", "synthesis"]
    text: str
    rests_on: list[str]


class Debated(Message, frozen=True, kw_only=True):
    """A debate that models held; the last argument is the synthesis. None where no model took part."""

    id: str
    arguments: list[Argument]
    disagreements: list[str]
    """Where the sides disagree, as the synthesis names it."""


class Debate(Request[Debated], frozen=True, kw_only=True, tag="chat.debate"):
    """Let personas debate a market with their models. Without a model for each there are no arguments."""

    id: str
    caller: Caller
    personas: list[str]
    """Who takes a side, and last who sums up."""
    facts: list[FactShown]
    """What was found; nothing else may be claimed."""
    market: str
    timeframe: str
    locale: str
    question: str = ""


class ChatKept(Message, frozen=True, kw_only=True):
    """All that is kept of a member's conversations, as lines of JSON by kind."""

    lines: dict[str, list[str]]


class ExportChat(Request[ChatKept], frozen=True, kw_only=True, tag="chat.export"):
    """Ask for all that is kept of a member's conversations."""

    user_id: str


class ChatForgotten(Message, frozen=True, kw_only=True):
    """How many rows were deleted."""

    rows: int


class DeleteChat(Request[ChatForgotten], frozen=True, kw_only=True, tag="chat.delete"):
    """Delete all that is kept of a member's conversations."""

    user_id: str


WRITING = "…"
"""The footnote of a card that is still being written."""
PICTURES = Key("chat_pictures", PictureBytes)
"""One part a picture; it fades after a minute."""
