"""Every command in every voice and both languages: a whole farm over recorded candles, asked by members."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from typing import NoReturn

import pytest
import pytest_asyncio
from persona_rounds import (
    CHANNEL,
    ELSEWHERE,
    EPHEMERAL,
    PRESSED_ELSEWHERE,
    Audience,
    Pressed,
    Question,
    Said,
    facts,
    is_answer,
    is_card,
    outcome,
    press_ids,
    questions,
)
from persona_stage import user_id
from plain_rounds import Told, answered, write_all
from reply_language import english_of, foreign, spoken_in
from running_farm import ROOT, RunningFarm, running_farm, small_farm
from spoken_lines import replies, spoken_lines
from who_said_it import Reader, nameless

from bots.waze.catalogue import catalogue
from config.settings import read_settings
from sandbox.discord.client import SandboxClient
from sandbox.discord.wire import Json
from services.locales import LOCALES, Locale
from services.personas.roster import read_roster

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240), pytest.mark.asyncio(loop_scope="module")]

ROSTER = read_roster(ROOT / "personas")
NAMES = [card.display_name for card in ROSTER.cards.values()]
ASKED = questions(ROSTER)
SHORT_OF_DAYS = re.compile(r"\|1d\|")
"""Buttons that ask for more days than the recording has; it is said how many there are."""
OF_A_MARKET = {
    *("analyze", "chart", "compare", "convert", "depth", "fib", "funding", "levels", "movers", "oi"),
    *("panel", "patterns", "pivots", "price"),
}
WITH_A_PICTURE = {"analyze", "chart", "fib", "levels", "patterns", "pivots"}
OF_ADMINS = ("/farm ", "/schedule ")
BY_THE_GUIDE = {"alert", "subscribe"}
"""Where `persona:` is who will bring what is set, and not who answers now."""
OF_WHAT_THERE_IS_NOT = {
    ("favourites remove", "market"),
    ("schedule remove", "id"),
    *((name, "market") for name in ("position", "close", "sl", "tp")),
    *(
        ("cancel", "order"),
        ("strategy stop", "run"),
        ("blackout remove", "blackout"),
        ("memory edit", "fact"),
    ),
}
"""What a member without anything of the kind is offered nothing for."""
OF_ALERTS = {"alert", "alerts"}
"""Their cards are of alerts that have been deleted by then."""
LIMITS = {"commands_per_second": 1000.0, "burst": 1000}
PANEL = Question(
    owner="Gemini", cog="panel", text="/panel market:BTC/USDT:USDT personas:Xyko, Z, F", is_private=False
)
IN_TURN = ["Xyko", "Z", "F", "Gemini"]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def farm(
    tmp_path_factory: pytest.TempPathFactory, lacking: Callable[[str], NoReturn]
) -> AsyncIterator[RunningFarm]:
    if not (read_settings().data / "market").is_dir():
        lacking("OMEGA_DATA names no folder with a market")
    async with running_farm(tmp_path_factory.mktemp("farm"), small_farm(limits=LIMITS)) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(farm: RunningFarm) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(farm.address) as connected:
        yield connected


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def audience(client: SandboxClient) -> Audience:
    return await Audience.seat(client, ROSTER)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def heard(audience: Audience) -> list[Said]:
    """What every command said to a member of every persona and language."""
    return await audience.ask_all(ASKED)


def listed(wrong: Iterable[object]) -> str:
    return "\n".join(map(str, wrong))


async def test_every_command_is_answered_in_every_voice_and_language(heard: list[Said]) -> None:
    wrong = [said for said in heard if not is_answer(said.answer)]
    assert not wrong, listed(wrong)
    of_members = {one.name for one in catalogue(ROSTER) if not one.name.startswith(OF_ADMINS)}
    asked = {said.question.text for said in heard}
    of_members -= {f"/{name}" for name in ELSEWHERE}
    assert [name for name in of_members if not any(text.startswith(name) for text in asked)] == []
    assert len(heard) == len(ASKED) * len(ROSTER.cards) * len(LOCALES)


async def test_a_reply_is_in_the_language_of_the_member(heard: list[Said]) -> None:
    labels = {
        f"{said}: {label}" for said in heard for label in foreign(said.message, said.locale, names=NAMES)
    }
    assert not labels, listed(sorted(labels))
    spoken = [(said, spoken_in(said.words)) for said in heard]
    assert [str(said) for said, locale in spoken if locale not in {said.locale, None}] == []
    assert sum(locale is None for _, locale in spoken) <= len(spoken) // 20


async def test_the_language_that_a_member_chose_counts_more_than_that_of_their_discord(
    client: SandboxClient,
) -> None:
    mia = await client.member("mia")
    assert is_answer(await mia.slash("locale", CHANNEL, application=None, language="pt-BR"))
    for _ in range(20):
        answer = await mia.slash("price", CHANNEL, application=None, market="BTC/USDT:USDT")
        if foreign(answer.messages[0], "en", names=NAMES):
            break
        await asyncio.sleep(1)  # a bot that has just asked what was chosen remembers it for some seconds
    assert is_answer(answer)
    assert foreign(answer.messages[0], "pt-BR", names=NAMES) == []


async def test_every_fact_has_a_portuguese_name_that_the_catalogue_knows(heard: list[Said]) -> None:
    names = {name for said in heard if said.locale == "pt-BR" for name in facts(said.message)}
    names = {name for name in names if " · " not in name}  # the id and the state of an alert in a list
    assert sorted(name for name in names - {*NAMES} if english_of(name) is None) == []


async def test_market_figures_come_with_their_source_and_their_age(heard: list[Said]) -> None:
    of_markets = [said for said in heard if said.question.cog in OF_A_MARKET]
    wrong = [said for said in of_markets if not tells_its_origin(said)]
    assert not wrong, listed(wrong)


def tells_its_origin(said: Said) -> bool:
    names = facts(said.message)
    english = {name if said.locale == "en" else english_of(name) for name in names}
    return "Source" in english and any(name is not None and name.endswith(" age") for name in english)


async def test_a_chart_is_a_picture_with_a_description_in_the_language_of_the_member(
    heard: list[Said],
) -> None:
    drawn = [said for said in heard if said.question.cog in WITH_A_PICTURE]
    wrong = [said for said in drawn if not has_a_described_picture(said)]
    assert not wrong, listed(wrong)


def has_a_described_picture(said: Said) -> bool:
    picture = said.message["embeds"][0].get("image", {})
    is_drawn = (picture.get("width"), picture.get("height")) == (1200, 675)
    return is_drawn and spoken_in(picture["description"]) == said.locale


async def test_what_is_private_is_answered_to_the_member_alone(heard: list[Said]) -> None:
    wrong = [said for said in heard if bool(said.message["flags"] & EPHEMERAL) != said.question.is_private]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("locale", LOCALES)
async def test_whose_voice_it_is_can_be_told_without_names_and_figures(
    heard: list[Said], locale: Locale
) -> None:
    reader = Reader.of(replies(ROSTER, locale, spoken_lines()))
    own = [said for said in heard if said.locale == locale and said.question.cog not in BY_THE_GUIDE]
    right = [said for said in own if reader.guess(nameless(said.words, ROSTER)) == said.persona]
    assert len(right) / len(own) >= 0.9


@pytest.mark.usefixtures("heard")
async def test_nothing_was_refused_by_discord_and_nothing_broke(farm: RunningFarm) -> None:
    lines = [json.loads(line) for line in log_lines(farm) if '"command_handled"' in line]
    assert Counter(line["outcome"] for line in lines).keys() == {"answered"}
    assert len(lines) >= len(ASKED) * len(ROSTER.cards) * len(LOCALES)
    broke = [line for line in log_lines(farm) if '"command_broke"' in line or '"level":"error"' in line]
    assert not broke, listed(broke)


def log_lines(farm: RunningFarm) -> list[str]:
    return [
        line for card in ROSTER.cards for line in (farm.var / "logs" / f"{card}.log").read_text().splitlines()
    ]


async def test_every_option_that_offers_choices_has_some(audience: Audience) -> None:
    members = list(audience.members.values())
    offers = [
        (name, option, audience.choices(name, option, members[number % len(members)]))
        for number, (name, option) in enumerate(audience.options())
    ]
    found = await asyncio.gather(*(choices for _, _, choices in offers))
    empty = {(name, option) for (name, option, _), choices in zip(offers, found, strict=True) if not choices}
    assert len(offers) >= 40
    assert sorted(empty - OF_WHAT_THERE_IS_NOT) == []
    assert max(map(len, found)) <= 25


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def told(audience: Audience) -> list[Told]:
    """What every persona answered alone to what was written to it in plain words."""
    return await write_all(audience)


async def test_every_persona_answers_plain_words_with_the_card_that_was_wanted(told: list[Told]) -> None:
    wrong = [one for one in told if not (is_card(one.message) and one.is_what_was_wanted)]
    assert not wrong, listed(wrong)
    assert {(one.persona, one.locale) for one in told} == {
        (name, one) for name in ROSTER.cards for one in LOCALES
    }


async def test_plain_words_are_answered_by_the_bot_itself_in_their_language(told: list[Told]) -> None:
    names = {name: card.display_name for name, card in ROSTER.cards.items()}
    assert [one for one in told if one.message["author"]["username"] != names[one.persona]] == []
    labels = {f"{one}: {label}" for one in told for label in foreign(one.message, one.locale, names=NAMES)}
    assert not labels, listed(sorted(labels))
    wrong = [one for one in told if spoken_in(one.words) not in {one.locale, None}]
    assert not wrong, listed(wrong)


@pytest.mark.parametrize("locale", LOCALES)
async def test_plain_words_are_answered_in_voice(told: list[Told], locale: Locale) -> None:
    reader = Reader.of(replies(ROSTER, locale, spoken_lines()))
    own = [one for one in told if one.locale == locale]
    wrong = [one for one in own if reader.guess(nameless(one.words, ROSTER)) != one.persona]
    assert len(wrong) / len(own) <= 0.1, listed(wrong)


async def test_an_answer_to_plain_words_tells_its_origin_and_what_it_rests_on(
    audience: Audience, told: list[Told]
) -> None:
    of_markets = [one for one in told if one.wish.is_of_a_market]
    wrong = [one for one in of_markets if not ("Source" in one.facts and one.why)]
    assert not wrong, listed(wrong)
    asked = {(one.persona, one.locale): one for one in of_markets}
    for (persona, locale), one in asked.items():
        why = await audience.members[persona, locale].press(one.message, one.why[0])
        assert is_answer(why), outcome(why)
        assert why.messages[0]["flags"] & EPHEMERAL
        assert one.wish.words[locale].rstrip("?") in next(iter(facts(why.messages[0]).values()))


@pytest.mark.parametrize("locale", LOCALES)
async def test_what_is_private_stands_behind_a_button_where_others_read(
    audience: Audience, locale: Locale
) -> None:
    member, text = (
        audience.members["waze", locale],
        {"en": "what is my balance?", "pt-BR": "qual é o meu saldo?"},
    )
    shown = await answered(member, f"<@{user_id('Waze')}> {text[locale]}", member.channel_id(CHANNEL))
    assert facts(shown) == {}
    (press,) = press_ids(shown)
    told = await member.press(shown, press)
    assert is_answer(told), outcome(told)
    assert told.messages[0]["flags"] & EPHEMERAL
    assert facts(told.messages[0])


@pytest.mark.parametrize("menu", ["Explain this", "Ask Biel"])
@pytest.mark.parametrize("locale", LOCALES)
async def test_a_message_is_explained_to_the_member_who_points_at_it(
    audience: Audience, heard: list[Said], menu: str, locale: Locale
) -> None:
    about = next(said for said in heard if said.question.cog == "price" and said.locale == locale)
    answer = await audience.members["biel", locale].menu(menu, about.message["id"], CHANNEL)
    assert is_answer(answer)
    assert answer.messages[0]["flags"] & EPHEMERAL
    assert foreign(answer.messages[0], locale, names=NAMES) == []


async def test_every_button_does_something(audience: Audience, heard: list[Said]) -> None:
    cards = [said for said in heard if said.question in ASKED and hears(said, "z", "pt-BR")]
    pressed = await audience.press_all(cards)
    assert len(pressed) >= 90
    wrong = [one for one in pressed if not (is_answer(one.answer) or is_short_of_days(one))]
    assert not wrong, listed(wrong)


def is_short_of_days(pressed: Pressed) -> bool:
    """Whether a button was refused since there are too few days, with how many there are."""
    asks_for_days = bool(SHORT_OF_DAYS.search(pressed.custom_id))
    return asks_for_days and bool(re.search(r"\b\d{1,2}\b", outcome(pressed.answer)))


async def test_buttons_of_old_cards_work_after_every_bot_was_killed(
    farm: RunningFarm, audience: Audience, heard: list[Said]
) -> None:
    old = {
        said.question.cog: said
        for said in heard
        if said.question in ASKED and hears(said, "f", "en") and first_press(said)
    }
    old = {cog: said for cog, said in old.items() if cog not in OF_ALERTS}
    await kill(farm, *ROSTER.cards)
    pressed = [await audience.press(said, first_press(said)) for said in old.values()]
    wrong = [one for one in pressed if not is_answer(one.answer)]
    assert not wrong, listed(wrong)


def first_press(said: Said) -> str:
    """Return the first button of a card that answers with a card; empty for none."""
    presses = press_ids(said.message)
    return presses[0] if presses and not presses[0].startswith(PRESSED_ELSEWHERE) else ""


def hears(said: Said, persona: str, locale: Locale) -> bool:
    return (said.persona, said.locale) == (persona, locale)


async def kill(farm: RunningFarm, *names: str) -> None:
    """Kill bots and wait until others in their place are ready."""
    killed = {name: pid_of(farm, name) for name in names}
    for pid in killed.values():
        os.kill(pid, signal.SIGKILL)
    await farm.until(lambda f: all(pid_of(f, name) != pid for name, pid in killed.items()), "new ones", 10)
    await farm.until_ready(*names, seconds=20)


def pid_of(farm: RunningFarm, name: str) -> int:
    status = farm.bot(name)
    return (status.pid or 0) if status else 0


async def test_a_panel_speaks_in_turn_once_each_and_the_sum_comes_last(audience: Audience) -> None:
    opened = await audience.ask(PANEL, "gemini", "pt-BR", "general")
    turns = await turns_after(audience, opened)
    assert [turn["author"]["username"] for turn in turns] == IN_TURN
    assert {spoken_in(turn["embeds"][0]["description"]) for turn in turns} == {"pt-BR"}


async def test_a_panel_ends_although_a_speaker_is_killed_as_it_opens(
    farm: RunningFarm, audience: Audience
) -> None:
    os.kill(pid_of(farm, "z"), signal.SIGKILL)
    opened = await audience.ask(PANEL, "gemini", "en", "general")
    deadline = time.monotonic() + 40.0
    while not set(IN_TURN) <= (heard := who_was_heard(await spoken_after(audience, opened))):
        assert time.monotonic() < deadline, heard
        await asyncio.sleep(0.1)


def who_was_heard(turns: list[Json]) -> set[str]:
    """Return who spoke, and for whom the keeper of the panel did."""
    spoken = [facts(turn) for turn in turns]
    return {turn["author"]["username"] for turn in turns} | {name for one in spoken for name in one}


async def turns_after(audience: Audience, opened: Said, *, seconds: float = 25.0) -> list[Json]:
    """Wait until as many have spoken as should, and a little for one who should not."""
    deadline = time.monotonic() + seconds
    while len(turns := await spoken_after(audience, opened)) < len(IN_TURN):
        assert time.monotonic() < deadline, turns
        await asyncio.sleep(0.05)
    await asyncio.sleep(0.5)
    return await spoken_after(audience, opened)


async def spoken_after(audience: Audience, opened: Said) -> list[Json]:
    newest = await audience.members["gemini", "en"].messages("general", limit=20)
    return [one for one in reversed(newest) if int(one["id"]) > int(opened.message["id"])]


async def test_a_panel_without_one_of_its_speakers_is_on_one_card(
    farm: RunningFarm, audience: Audience
) -> None:
    config = small_farm(limits=LIMITS)
    bots: dict[str, object] = dict(config["bots"])  # type: ignore[call-overload]
    farm.write({**config, "bots": {**bots, "z": {"enabled": False}}})
    await farm.until(lambda f: (z := f.bot("z")) is not None and z.state == "disabled", "z is off", 5)
    opened = await audience.ask(PANEL, "gemini", "en", "general")
    assert is_answer(opened.answer)
    assert [name for name in facts(opened.message) if name in IN_TURN] == IN_TURN
    assert await spoken_after(audience, opened) == []
