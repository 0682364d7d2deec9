from __future__ import annotations

from chat_stage import LEO, said, understood
from persona_fakes import HandClock

from services.chat.pipeline.talks import Talks


def test_what_a_member_wanted_is_let_go_of_when_they_are_forgotten_and_others_go_on() -> None:
    talks = Talks(HandClock(), talk_for=1_800.0)
    talks.keep(said(), understood("price", market="BTC"))
    talks.keep(said(caller=LEO), understood("price", caller=LEO, market="ETH"))
    talks.forget("7")
    assert talks.last(said()) is None
    assert (left := talks.last(said(caller=LEO))) is not None
    assert left.market == "ETH"
