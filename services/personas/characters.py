"""Characters as other programs describe them, and our personas as such: Character Card V2 and V3.

A character is data. What it says of itself becomes the card of a persona and its greeting; nothing of it is
ever an instruction: its creator's notes, its system prompt and what it wants said after the history are kept
in its file, go out again with an export, and reach neither persona.yaml nor a template. Files belong to
`character_files`, the folder that a character becomes to `making`.

Source: github.com/malfoyslastname/character-card-spec-v2; github.com/kwaroran/character-card-spec-v3.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, JsonValue, ValidationError

from config.strict_yaml import dotted, first_complaint
from services.errors import UserMistake
from services.locales import Locale
from services.locales.guess import language_of
from services.locales.numbers import clip
from services.personas.card import NOT_IN_A_NAME, Avatar, PersonaCard, Sample
from services.personas.rules import promises, promises_of
from services.personas.variety import Dice
from services.personas.voice import Voice

OURS = "discord_farm"
"""The extension under which our own card travels."""
_OUR_CARD = ("extensions", OURS, "card")
_PUT_RIGHT = f"Put it right, or take {OURS} out: the character then comes without it."
Spec = Literal["chara_card_v2", "chara_card_v3"]
_VERSIONS: Mapping[Spec, str] = {"chara_card_v2": "2.0", "chara_card_v3": "3.0"}
_CREATOR = "Omega Bot Farm"
_GREETINGS = 4
_SENTENCE, _PRESENCE, _NAME = 240, 128, 32
"""Characters that a persona's card has room for."""
_TRAITS, _SAMPLES = 12, 5
_CHAR = re.compile(r"\{\{\s*char\s*\}\}|<BOT>", re.IGNORECASE)
_USER = re.compile(r"\{\{\s*user\s*\}\}|<USER>", re.IGNORECASE)
_TURN = re.compile(
    r"^\s*(?P<who>\{\{\s*(?:user|char)\s*\}\}|<USER>|<BOT>)\s*:\s*", re.IGNORECASE | re.MULTILINE
)
_START = re.compile(r"<START>", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n")
_TRAIT_END = re.compile(r"[,;\n]|\.(?=\s|$)")
_MENTION = re.compile(r"<@[!&]?[^<>]*>|@+(?:everyone|here)\b", re.IGNORECASE)
_SUMMONS = re.compile(r"<@[!&]?([^<>]*)>|<@|@+(?=everyone|here|\ufffc)", re.IGNORECASE)
"""What would call somebody; U+FFFC is where a member's name will stand."""
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_YOU: Mapping[Locale, str] = {"en": "you", "pt-BR": "você"}


def _nothing_is_empty(value: object) -> object:
    return "" if value is None else value


Words = Annotated[str, BeforeValidator(_nothing_is_empty)]
"""A text; programs write null where they have none."""


class Character(BaseModel):
    """What a character card says of a character. Keys that are not known here are kept as they came."""

    model_config = ConfigDict(frozen=True, extra="allow")

    name: Annotated[str, Field(min_length=1)]
    description: Words = ""
    personality: Words = ""
    scenario: Words = ""
    first_mes: Words = ""
    mes_example: Words = ""
    creator_notes: Words = ""
    system_prompt: Words = ""
    post_history_instructions: Words = ""
    alternate_greetings: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    creator: Words = ""
    character_version: Words = ""
    extensions: dict[str, JsonValue] = {}

    @property
    def called(self) -> str:
        """Return what ``{{char}}`` stands for."""
        nickname = (self.model_extra or {}).get("nickname")
        return nickname if isinstance(nickname, str) and nickname.strip() else self.name

    def own_card(self) -> PersonaCard | None:
        """Return the persona's card that came along, None for a character from elsewhere.

        Raises:
            UserMistake: there is one, and it does not fit.
        """
        ours = self.extensions.get(OURS)
        if not isinstance(ours, dict) or "card" not in ours:
            return None
        try:
            return PersonaCard.model_validate(ours["card"])
        except ValidationError as error:
            raise UserMistake(first_complaint(error, within=_OUR_CARD), hint=_PUT_RIGHT) from error


def envelope(character: Character, spec: Spec) -> dict[str, JsonValue]:
    """Return a character as a card of that version."""
    data: dict[str, JsonValue] = character.model_dump(mode="json")
    if spec == "chara_card_v3":
        data = {"group_only_greetings": [], **data}
    return {"spec": spec, "spec_version": _VERSIONS[spec], "data": data}


def with_card(character: Character, card: PersonaCard) -> Character:
    """Return the character with the card of the persona that it has become."""
    ours: JsonValue = {"card": card.model_dump(mode="json")}
    extensions = {**character.extensions, OURS: ours}
    return character.model_copy(update={"name": card.display_name, "extensions": extensions})


def character_of(voice: Voice) -> Character:
    """Describe a persona of ours as a character, in the language of `voice`."""
    card, locale = voice.card, voice.locale
    greetings = [*_greetings(voice)]
    topics = "; ".join(strength.topic[locale] for strength in card.strengths)
    description = [f"{{{{char}}}}: {card.tagline[locale]}", topics, "; ".join(card.boundaries[locale])]
    told = Character(
        name=card.display_name,
        description="\n".join(part for part in description if part),
        personality=", ".join(card.traits[locale]),
        first_mes=greetings[0],
        alternate_greetings=tuple(greetings[1:]),
        mes_example="\n".join(_example(sample) for sample in card.samples.get(locale, ())),
        creator_notes=f"A persona of {_CREATOR}. Its templates do not travel with a card.",
        tags=("discord", "crypto"),
        creator=_CREATOR,
        character_version="1.0",
    )
    return with_card(told, card)


def _greetings(voice: Voice) -> Iterator[str]:
    """Yield one greeting a phrasing, with the placeholder where the member's name goes."""
    for at in range(min(_GREETINGS, len(voice.phrasings["greeting"]))):
        chooser = _Phrasing(at, voice.card.name)
        yield voice.whole("greeting", chooser, {"member": "{{user}}"})


class _Phrasing(Dice):
    """Chooses a given phrasing first, then by its seed."""

    def __init__(self, at: int, seed: str) -> None:
        super().__init__(f"{seed}:{at}")
        self._at = at

    def choose(self, count: int) -> int:
        """Return a position below `count`."""
        position = super().choose(count)
        return self._at if len(self.chosen) == 1 else position


def _example(sample: Sample) -> str:
    return f"<START>\n{{{{user}}}}: {sample.member}\n{{{{char}}}}: {sample.answer}"


def card_of(character: Character, *, name: str, display_name: str, donor: PersonaCard) -> PersonaCard:
    """Return the card of the persona that a character becomes; it speaks with the voice of `donor`.

    It owns no command and answers for no topic, since each has its owner already.

    Raises:
        UserMistake: the character says nothing of itself, shares no language with the voice, or brought a
            card that does not fit or that promises a profit or a price.
    """
    own = character.own_card()
    if own is None:
        return _told_card(character, name=name, display_name=display_name, donor=donor)
    locales = tuple(locale for locale in own.locales if locale in donor.locales)
    if not locales:
        raise UserMistake(
            f"{donor.display_name} speaks none of {', '.join(own.locales)}.",
            hint="Copy the voice of another persona: --voice.",
        )
    changes = {"name": name, "display_name": display_name, "locales": locales, "cogs": (), "strengths": ()}
    card = PersonaCard.model_validate({**own.model_dump(), **changes})
    if (place := next(promises_of(card), None)) is not None:
        where = dotted((*_OUR_CARD, *place))
        raise UserMistake(f"{where}: It promises a profit or a price.", hint=_PUT_RIGHT)
    return card


def _told_card(character: Character, *, name: str, display_name: str, donor: PersonaCard) -> PersonaCard:
    language = language_in(character)
    told = plain(f"{character.description}\n{character.personality}", display_name, _YOU[language])
    sentences = [flat(part) for part in _SENTENCE_END.split(told) if flat(part) and not promises(part)]
    if not sentences:
        raise UserMistake(
            f"{character.name} has neither a description nor a personality.",
            hint="Add one to the card: who it is becomes the persona's tagline and traits.",
        )
    tagline = clip(sentences[0], _SENTENCE)
    traits = _traits(plain(character.personality, display_name, _YOU[language])) or (tagline,)
    spoken = language if language in donor.locales else donor.locales[0]
    return PersonaCard(
        name=name,
        display_name=display_name,
        tagline=dict.fromkeys(donor.locales, tagline),
        presence=clip(tagline, _PRESENCE),
        colour=donor.colour,
        avatar=Avatar(figure="spark", ground=donor.avatar.ground, ink=donor.avatar.ink),
        locales=donor.locales,
        traits=dict.fromkeys(donor.locales, traits),
        samples={spoken: samples} if (samples := _samples(character, display_name, language)) else {},
        boundaries=donor.boundaries,
    )


def language_in(character: Character) -> Locale:
    """Return the language that a character is written in, English where it does not show."""
    said = f"{character.first_mes} {character.description} {character.personality}".casefold()
    return language_of(re.findall(r"[^\W\d_]+", said)) or "en"


def plain(text: str, char: str, user: str) -> str:
    """Return `text` with its placeholders filled."""
    return _USER.sub(lambda _: user, _CHAR.sub(lambda _: char, text))


def flat(text: str) -> str:
    """Return `text` on one line, without letters that nobody sees, and calling nobody."""
    return " ".join(_calling_nobody(_seen(text)).split())


def _seen(text: str) -> str:
    spaced = "".join(" " if letter.isspace() else letter for letter in text)
    return "".join(letter for letter in spaced if unicodedata.category(letter) not in _UNSEEN)


def _calling_nobody(text: str) -> str:
    """Return `text` with mentions as plain words; taking one away may make another, so it goes on."""
    while (quiet := _SUMMONS.sub(lambda found: found[1] or "", text)) != text:
        text = quiet
    return text


def display_name_of(character: Character) -> str:
    """Return what the character is called, as a persona may be: short, on one line, without mentions."""
    bare = NOT_IN_A_NAME.sub(" ", _MENTION.sub(" ", _seen(character.called)))
    return clip(" ".join(bare.split()), _NAME)


def _traits(personality: str) -> tuple[str, ...]:
    parts = (flat(part) for part in _TRAIT_END.split(personality))
    return tuple(clip(part, _SENTENCE) for part in parts if part and not promises(part))[:_TRAITS]


def _samples(character: Character, char: str, language: Locale) -> tuple[Sample, ...]:
    pairs = (pair for block in _START.split(character.mes_example) for pair in _pairs(block))
    told = ([flat(plain(said, char, _YOU[language])) for said in pair] for pair in pairs)
    samples = [
        Sample(member=clip(asked, _SENTENCE), answer=clip(answer, _SENTENCE))
        for asked, answer in told
        if asked and answer and not promises(answer)
    ]
    return tuple(samples[:_SAMPLES])


def _pairs(block: str) -> Iterator[Sequence[str]]:
    """Yield what the member says, and what the character then answers."""
    turns = [*_TURN.finditer(block)]
    ends = [*(turn.start() for turn in turns), len(block)][1:]
    said = [
        (bool(_USER.match(turn["who"])), block[turn.end() : end])
        for turn, end in zip(turns, ends, strict=False)
    ]
    for (is_asked, asked), (is_asked_again, answer) in itertools.pairwise(said):
        if is_asked and not is_asked_again:
            yield asked, answer
