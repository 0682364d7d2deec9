"""Members of a running farm who go through its commands: each hears one persona in one language."""

from __future__ import annotations

import asyncio
import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from bots.cli.slash import read_slash
from bots.waze.catalogue import commands_in
from sandbox.discord.client import Answer, Member, SandboxClient
from sandbox.discord.wire import Json
from services.locales import LOCALES, Locale
from services.personas.roster import Roster

CHANNEL = "markets"
EPHEMERAL = 64
_AT_ONCE = 10
_TRIES = 10
_DISCORDS: Mapping[Locale, str] = {"en": "en-GB", "pt-BR": "pt-BR"}
"""What Discord calls the languages."""
_MORE: Mapping[str, tuple[str, ...]] = {
    "/chart": ("/chart market:ETH timeframe:15m indicators:bbands, macd from:1d",),
    "/fib": (
        "/fib market:ETH timeframe:1h mode:extend",
        "/fib market:BTC timeframe:15m mode:project",
    ),
    "/pivots": ("/pivots market:BTC period:1w",),
    "/funding": ("/funding",),
    "/lesson": ("/lesson", "/lesson name:nothing of the kind"),
    "/persona set": ("/persona set who:none",),
    "/cosmic test": (
        "/cosmic test factor:waxing_moon market:BTC/USDT",
        "/cosmic test factor:mercury_retrograde market:ETH/USDT",
    ),
}
"""What is asked besides a command's own example."""
ELSEWHERE = frozenset(
    {
        *("alert preview", "alerts edit", "account link", "account live", "why"),
        *("cancel", "close", "sl", "tp", "strategy stop", "killswitch fire", "killswitch resume"),
        *("paper leaderboard", "paper join", "paper leave"),
        *("paper season", "killswitch drill", "blackout add", "blackout remove"),
    }
)
"""Not asked here: one looks back over thousands of candles, some open a form in place of a card, some are of
traders or admins, others need an order, a position, a run or a season first, or halt what the rest asks."""
_SOME_ALERT = "a1b2c3d4"
"""In examples, the id of an alert or of what is remembered; whoever asks has others."""
_ANY_ALERT = {"market": "BTC", "way": "above", "level": "1000000"}
PRESSED_ELSEWHERE = (
    *("alerts|preview|", "alerts|edit|", "alerts|test|", "account|enter|", "account|unlink|"),
    *("order|edit|", "killswitch|resume|", "paper|reset|"),
)
_OF_ADMINS = "farm"
_ERROR = re.compile(r"[A-Z]+-\d+ · \d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A command as it is typed, with the bot and the cog that own it."""

    owner: str
    cog: str
    text: str
    is_private: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A question, who was to answer it in which language, and what came back."""

    question: Question
    persona: str
    locale: Locale
    answer: Answer

    @property
    def message(self) -> Json:
        """The one message of the answer."""
        (message,) = self.answer.messages
        return message

    @property
    def words(self) -> str:
        """What the persona says on the card."""
        return str(self.message["embeds"][0]["description"])

    def __str__(self) -> str:
        return f"{self.question.text} · {self.persona} · {self.locale} · {outcome(self.answer)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressed:
    """A button that was pressed, and what came back."""

    said: Said
    custom_id: str
    answer: Answer

    def __str__(self) -> str:
        return f"{self.custom_id} · {self.said.locale} · {outcome(self.answer)}"


def questions(roster: Roster) -> list[Question]:
    """Return every command that any member may use, as its example says it, and some in other ways too."""
    return [
        Question(
            owner=card.display_name, cog=cog, text=text, is_private=bool(command.extras.get("is_private"))
        )
        for card in roster.cards.values()
        for cog in card.cogs
        for command in commands_in(importlib.import_module(f"cogs.{cog}"))
        if not command.checks and command.qualified_name not in ELSEWHERE
        for text in (command.extras["example"], *_MORE.get(f"/{command.qualified_name}", ()))
    ]


def is_answer(answer: Answer) -> bool:
    """Return whether an answer is one card, and not that of an error, whose footnote is a code."""
    return is_card(*answer.messages)


def is_card(*messages: Json) -> bool:
    """Return whether messages hold one card, and not that of an error."""
    cards = [embed for message in messages for embed in message["embeds"]]
    return len(cards) == 1 and not _ERROR.fullmatch(cards[0].get("footer", {}).get("text", ""))


def outcome(answer: Answer) -> str:
    """Return what came back, in a line."""
    said = [embed["description"] for message in answer.messages for embed in message["embeds"]]
    return " | ".join([answer.state, answer.reason, *said])


def facts(message: Json) -> dict[str, str]:
    """Return the facts of a card by name."""
    return {field["name"]: field["value"] for field in message["embeds"][0].get("fields", [])}


def press_ids(message: Json) -> list[str]:
    """Return the custom ids of a card's buttons."""
    return [button["custom_id"] for row in message["components"] for button in row["components"]]


class Audience:
    """A member for each persona and language, and the commands they see."""

    def __init__(self, roster: Roster, definitions: Mapping[str, list[Json]]) -> None:
        self.members: dict[tuple[str, Locale], Member] = {}
        self.roster = roster
        self.definitions = definitions
        """The commands of each bot."""
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._told = 0

    @classmethod
    async def seat(cls, client: SandboxClient, roster: Roster) -> Audience:
        """Bring them into the guild, each with a Discord in the right language."""
        mia = await client.member("mia")
        place = f"/channels/{mia.channel_id(CHANNEL)}/commands"
        visible: list[Json] = await client.http.call("GET", place, {"as": mia.user["id"]})
        definitions: dict[str, list[Json]] = {}
        for one in visible:
            definitions.setdefault(one["application"]["name"], []).append(one["command"])
        audience = cls(roster, definitions)
        for persona in roster.cards:
            for locale in LOCALES:
                user = await client.add_user(f"{persona}_{locale[:2]}", "Member")
                member = audience.members[persona, locale] = await client.member(str(user["id"]))
                member.locale = _DISCORDS[locale]
        return audience

    async def ask(self, question: Question, persona: str, locale: Locale, channel: str = CHANNEL) -> Said:
        """Let the member of that persona and language ask."""
        text = question.text.replace("language:pt-BR", f"language:{locale}")
        if _SOME_ALERT in text:
            own = self._own_fact if question.cog == "memory" else self._own_alert
            text = text.replace(_SOME_ALERT, await own(persona, locale))
        named = self.roster.cards[persona].display_name
        slash = read_slash(f"{text} persona:{named}", self.definitions[question.owner])
        async with self._room:
            answer = await self.members[persona, locale].slash(
                slash.name, channel, application=None, **slash.options
            )
        return Said(question=question, persona=persona, locale=locale, answer=answer)

    async def _own_alert(self, persona: str, locale: Locale) -> str:
        """Return the id of an alert of the member, who sets one where a button has removed the last."""
        member = self.members[persona, locale]
        offered = await member.autocomplete("alerts why", "id", "", CHANNEL)
        if not offered:
            await member.slash("alert price", CHANNEL, **_ANY_ALERT)
            offered = await member.autocomplete("alerts why", "id", "", CHANNEL)
        return str(offered[0]["value"])

    async def _own_fact(self, persona: str, locale: Locale) -> str:
        """Return the id of something new that the persona remembers of the member."""
        member, named = self.members[persona, locale], self.roster.cards[persona].display_name
        self._told += 1
        text = f"I trade BTC, as I told you {self._told} times"
        await member.slash("memory on", CHANNEL, persona=named)
        await member.slash("memory remember", CHANNEL, text=text, persona=named)
        for _ in range(_TRIES):
            offered = await member.autocomplete("memory edit", "fact", "", CHANNEL, persona=named)
            ids = [str(one["value"]) for one in offered if one["name"] == text]
            if ids:
                return ids[0]
            await asyncio.sleep(1)  # what was offered is offered again for some seconds
        raise AssertionError(f"{named} does not remember '{text}'.")

    async def ask_all(self, asked: Sequence[Question]) -> list[Said]:
        """Let everybody ask everything: each one thing after the other of one bot, and all bots at once."""
        async with asyncio.TaskGroup() as group:
            chains = [
                group.create_task(self._chain([one for one in asked if one.owner == owner], *who))
                for who in self.members
                for owner in dict.fromkeys(one.owner for one in asked)
            ]
        return [said for chain in chains for said in chain.result()]

    async def _chain(self, asked: Sequence[Question], persona: str, locale: Locale) -> list[Said]:
        return [await self.ask(question, persona, locale) for question in asked]

    async def press_all(self, all_said: Sequence[Said]) -> list[Pressed]:
        """Press every button of every card, the cards of different bots at once."""
        async with asyncio.TaskGroup() as group:
            chains = [
                group.create_task(self._press_each([one for one in all_said if one.question.owner == owner]))
                for owner in dict.fromkeys(one.question.owner for one in all_said)
            ]
        return [pressed for chain in chains for pressed in chain.result()]

    async def press(self, said: Said, custom_id: str) -> Pressed:
        """Press a button of a card."""
        member = self.members[said.persona, said.locale]
        async with self._room:
            return Pressed(said=said, custom_id=custom_id, answer=await member.press(said.message, custom_id))

    async def _press_each(self, all_said: Sequence[Said]) -> list[Pressed]:
        return [
            pressed
            for said in all_said
            for number, press in enumerate(press_ids(said.message))
            if not press.startswith(PRESSED_ELSEWHERE)
            if (pressed := await self._press_one(said, number))
        ]

    async def _press_one(self, said: Said, number: int) -> Pressed | None:
        """Press the button in that place of a card; None where the card has come to have fewer.

        A press changes a card, so that it is asked for again by then. It may be another one: the member is at
        the next lesson.
        """
        card = said if number == 0 else await self.ask(said.question, said.persona, said.locale)
        there = press_ids(card.message)
        return await self.press(card, there[number]) if number < len(there) else None

    async def choices(self, name: str, option: str, member: Member) -> list[Json]:
        """Return what an option offers before anything is typed."""
        async with self._room:
            return await member.autocomplete(name, option, "", CHANNEL)

    def options(self) -> Iterator[tuple[str, str]]:
        """Yield each command and option that offers choices while it is typed."""
        for definition in (one for own in self.definitions.values() for one in own):
            if definition["name"] != _OF_ADMINS:
                yield from _offering(definition, definition["name"])


def _offering(definition: Json, path: str) -> Iterator[tuple[str, str]]:
    for option in definition.get("options", []):
        if option.get("options"):
            yield from _offering(option, f"{path} {option['name']}")
        elif option.get("autocomplete"):
            yield path, option["name"]
