from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import settings as limited
from hypothesis import strategies as st

from services.sealing import NotForUs, Unsealer, seal


@given(st.binary(max_size=2_000))
@limited(max_examples=20)
def test_what_is_sealed_for_a_process_is_read_by_it_and_by_no_other(message: bytes) -> None:
    desk, other = Unsealer(), Unsealer()
    box = seal(desk.public, message)
    assert desk.open(box) == message
    with pytest.raises(NotForUs):
        other.open(box)


def test_the_same_message_is_never_sealed_to_the_same_box() -> None:
    desk = Unsealer()
    assert seal(desk.public, b"a secret") != seal(desk.public, b"a secret")


@pytest.mark.parametrize("place", [0, 31, 32, -1])
def test_a_box_that_was_changed_on_its_way_is_not_opened(place: int) -> None:
    desk = Unsealer()
    box = bytearray(seal(desk.public, b"a secret"))
    box[place] ^= 1
    with pytest.raises(NotForUs):
        desk.open(bytes(box))


@pytest.mark.parametrize("box", [b"", b"short", bytes(32), bytes(64)])
def test_what_is_no_box_is_refused(box: bytes) -> None:
    with pytest.raises(NotForUs):
        Unsealer().open(box)


def test_sealing_costs_a_process_nothing_before_it_seals() -> None:
    look = "import sys, services.sealing; print('cryptography' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", look], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
