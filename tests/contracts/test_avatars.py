"""The avatars are those that the script draws from the cards, to the byte."""

from __future__ import annotations

import importlib.util
import io
from pathlib import Path
from typing import Any, get_args

import pytest
from PIL import Image

from services.personas.card import AVATAR, Avatar, Figure
from services.personas.roster import read_roster

ROOT = Path(__file__).parents[2]
ROSTER = read_roster(ROOT / "personas")


@pytest.fixture(scope="module")
def script() -> Any:
    spec = importlib.util.spec_from_file_location("avatars", ROOT / "scripts" / "avatars.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ROSTER.cards)
def test_a_persona_has_the_avatar_that_its_card_describes(name: str, script: Any) -> None:
    assert (ROOT / "personas" / name / AVATAR).read_bytes() == script.drawn(ROSTER.card(name).avatar)


@pytest.mark.parametrize("figure", get_args(Figure))
def test_every_figure_is_drawn_alike_each_time_in_ink_upon_ground(figure: Figure, script: Any) -> None:
    avatar = Avatar(figure=figure, ground="#101010", ink="#F0F0F0")
    first = script.drawn(avatar)
    assert first == script.drawn(avatar)
    picture = Image.open(io.BytesIO(first))
    assert picture.size == (256, 256)
    grey = picture.convert("L")
    inked = sum(grey.histogram()[200:]) / (256 * 256)
    assert 0.02 < inked < 0.5
    assert max(grey.crop((0, 0, 4, 4)).tobytes()) < 40


def test_no_two_personas_look_alike() -> None:
    avatars = [card.avatar for card in ROSTER.cards.values()]
    assert len({avatar.figure for avatar in avatars}) == len(avatars)
    assert len({avatar.ink for avatar in avatars}) == len(avatars)
