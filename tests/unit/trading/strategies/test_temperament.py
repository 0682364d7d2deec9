from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as draw

from services.errors import Misconfigured, UserMistake
from services.trading.strategies.profiles import find_profile, read_profiles
from services.trading.strategies.strategy import Wish
from services.trading.strategies.temperament import (
    Mood,
    Temperament,
    most_leverage,
    risk_share,
    shaped,
)

PROFILES = read_profiles()
PART = draw.floats(0.0, 1.0)
TEMPERAMENTS = draw.builds(
    Temperament,
    name=draw.just("any"),
    risk_appetite=PART,
    patience=PART,
    fomo=PART,
    revenge=PART,
    discipline=PART,
)
ENTRY = Wish(kind="enter", side="long", stop=95.0, target=120.0)


def test_there_are_the_five_profiles() -> None:
    assert list(PROFILES) == ["cautious", "strategist", "aggressive", "newbie", "scalper"]


def test_the_strategist_does_what_the_strategy_says() -> None:
    strategist = PROFILES["strategist"]
    assert shaped(ENTRY, strategist, price=100.0) == ENTRY
    assert risk_share(strategist, Mood(losses=3, stretch=2.0)) == risk_share(strategist, Mood())


def test_a_newbie_stakes_more_after_losses_and_for_a_candle_that_ran() -> None:
    newbie = PROFILES["newbie"]
    calm = risk_share(newbie, Mood())
    assert risk_share(newbie, Mood(losses=1)) == pytest.approx(calm * 1.4)
    assert risk_share(newbie, Mood(stretch=0.5)) == pytest.approx(calm * 1.2)


def test_a_newbie_moves_the_stop_away_and_the_target_near() -> None:
    own = shaped(ENTRY, PROFILES["newbie"], price=100.0)
    assert own.stop == pytest.approx(100.0 - 5.0 * 1.45)
    assert own.target == pytest.approx(100.0 + 20.0 * 0.52)


@given(TEMPERAMENTS, draw.integers(0, 20), draw.floats(-5, 5))
def test_no_temperament_risks_more_than_four_percent_or_borrows_more_than_tenfold(
    temperament: Temperament, losses: int, stretch: float
) -> None:
    assert 0.0025 <= risk_share(temperament, Mood(losses=losses, stretch=stretch)) <= 0.04
    assert 1.0 <= most_leverage(temperament) <= 10.0


@given(TEMPERAMENTS, draw.floats(0.01, 99.0), draw.floats(101.0, 500.0))
def test_a_stop_and_a_target_stay_on_their_sides_whoever_trades(
    temperament: Temperament, stop: float, target: float
) -> None:
    own = shaped(Wish(kind="enter", side="long", stop=stop, target=target), temperament, price=100.0)
    assert own.stop is not None
    assert own.target is not None
    assert 0.0 < own.stop < 100.0 < own.target


def test_a_profile_that_there_is_not_is_refused() -> None:
    with pytest.raises(UserMistake, match="no trader profile whale"):
        find_profile(PROFILES, "whale")


@pytest.mark.parametrize(
    "text", ["", "strategist: { risk_appetite: 2 }", "cautious: [1]", "- a", "a: { fomo: no }"]
)
def test_a_file_of_profiles_that_makes_no_sense_stops_the_process(tmp_path: Path, text: str) -> None:
    (tmp_path / "t.yaml").write_text(text)
    with pytest.raises(Misconfigured, match="trader profiles"):
        read_profiles(tmp_path / "t.yaml")
