"""Members of a running farm who write to personas in their own words, and what they should get."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from persona_rounds import Audience, facts, press_ids
from persona_stage import user_id
from reply_language import english_of

from sandbox.discord.client import Member
from sandbox.discord.wire import Json
from services.locales import Locale

_TRIES, _PAUSE = 400, 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted, in the words of each language, and how its card is known."""

    words: Mapping[Locale, str]
    fact: str = ""
    """The English name of a fact that only such a card has."""
    title: Mapping[Locale, str] | None = None
    """How the title begins."""
    has_picture: bool = False
    is_of_a_market: bool = False


WISHES = (
    Wish(
        words={"en": "what is the price of BTC?", "pt-BR": "qual o preço do BTC?"},
        fact="24 h change",
        is_of_a_market=True,
    ),
    Wish(
        words={"en": "show me the chart of ETH on 15m", "pt-BR": "me mostra o gráfico da ETH em 15m"},
        fact="In the picture",
        has_picture=True,
        is_of_a_market=True,
    ),
    Wish(
        words={
            "en": "fib levels of BTC on 1h please",
            "pt-BR": "níveis de fibonacci do BTC em 1h, por favor",
        },
        title={"en": "BTC/USDT:USDT · 1h · Fibonacci", "pt-BR": "BTC/USDT:USDT · 1h · Retração de Fibonacci"},
        has_picture=True,
        is_of_a_market=True,
    ),
    Wish(
        words={"en": "BTC funding rate?", "pt-BR": "qual a taxa de funding do BTC?"},
        fact="A year of such rates",
        is_of_a_market=True,
    ),
    Wish(
        words={"en": "what phase is the moon in?", "pt-BR": "em que fase está a lua?"},
        fact="Distance of the Moon",
    ),
    Wish(
        words={"en": "what is leverage?", "pt-BR": "o que é alavancagem?"},
        title={"en": "Leverage", "pt-BR": "Alavancagem"},
    ),
    Wish(words={"en": "what is my balance?", "pt-BR": "qual é o meu saldo?"}, fact="Equity"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A wish, whom it was written to in which language, and the answer."""

    wish: Wish
    persona: str
    locale: Locale
    message: Json

    @property
    def embed(self) -> Json:
        """The one card of the answer."""
        (embed,) = self.message["embeds"]
        return dict(embed)

    @property
    def words(self) -> str:
        """What the persona says on it."""
        return str(self.embed["description"])

    @property
    def facts(self) -> set[str]:
        """The English names of its facts."""
        names = facts(self.message)
        return {name if self.locale == "en" else english_of(name) or name for name in names}

    @property
    def is_what_was_wanted(self) -> bool:
        """Whether it is the card of that wish, with its picture."""
        title = "" if self.wish.title is None else self.wish.title[self.locale]
        has_fact = not self.wish.fact or self.wish.fact in self.facts
        has_picture = (self.embed.get("image") or {}).get("width") == 1200
        return has_fact and self.embed["title"].startswith(title) and has_picture is self.wish.has_picture

    @property
    def why(self) -> list[str]:
        """The buttons that tell what it rests on."""
        return [press for press in press_ids(self.message) if press.startswith("chat|why|")]

    def __str__(self) -> str:
        said = f"{self.embed.get('title')} | {self.words} | {sorted(self.facts)}"
        return f"{self.wish.words[self.locale]} · {self.persona} · {self.locale} · {said}"


async def write_all(audience: Audience) -> list[Told]:
    """Let everybody write every wish to their persona alone, one after the other."""
    async with asyncio.TaskGroup() as group:
        rounds = [group.create_task(_write_each(audience, *who)) for who in audience.members]
    return [told for one in rounds for told in one.result()]


async def _write_each(audience: Audience, persona: str, locale: Locale) -> list[Told]:
    member = audience.members[persona, locale]
    place = await member.talk_to(user_id(audience.roster.cards[persona].display_name))
    return [
        Told(
            wish=wish,
            persona=persona,
            locale=locale,
            message=await answered(member, wish.words[locale], place),
        )
        for wish in WISHES
    ]


async def answered(member: Member, text: str, place: str) -> Json:
    """Write to a bot and wait for its answer."""
    asked = await member.send(text, place)
    for _ in range(_TRIES):
        for message in await member.messages(place, limit=10):
            if (message.get("message_reference") or {}).get("message_id") == asked["id"]:
                return message
        await asyncio.sleep(_PAUSE)
    raise AssertionError(f"Nobody answered '{text}'.")
