from __future__ import annotations

import pytest

from bots.cli.say import addressed, refuse_the_silent
from bots.cli.talk import EXIT_FAILED, EXIT_INTERRUPTED, EXIT_MISUSED, obey
from services.errors import Misconfigured, NoAnswer, UserMistake
from services.farm.messages import BotStatus

BOTS = [
    BotStatus(name="market", kind="market", state="ready"),
    BotStatus(name="waze", kind="persona", state="disabled", reason="switched off in farm.yaml"),
    BotStatus(name="lola", kind="persona", state="broken", reason="Discord refuses the token."),
    BotStatus(name="xyko", kind="persona", state="ready"),
]


def test_a_bot_that_is_switched_off_is_said_to_be_at_once() -> None:
    with pytest.raises(Misconfigured, match=r"waze is switched off in farm\.yaml\."):
        refuse_the_silent("Waze", BOTS)


def test_a_bot_that_is_left_stopped_is_named_with_its_reason() -> None:
    with pytest.raises(Misconfigured, match=r"lola does not run: Discord refuses the token\.$"):
        refuse_the_silent("lola", BOTS)


def test_a_service_is_no_bot_to_talk_to_and_those_who_are_get_named() -> None:
    with pytest.raises(UserMistake, match="market is no persona bot") as refused:
        refuse_the_silent("market", BOTS)
    assert "waze, lola, xyko" in refused.value.hint


@pytest.mark.parametrize("name", ["xyko", "nobody"])
def test_who_may_reply_is_asked(name: str) -> None:
    refuse_the_silent(name, BOTS)


def test_a_bot_is_addressed_by_a_mention() -> None:
    assert addressed("hi", name="Xyko", bot="7") == "<@7> hi"
    assert addressed("hi @xyko!", name="Xyko", bot="7") == "hi <@7>!"


def test_a_text_that_discord_does_not_take_is_refused_with_its_length() -> None:
    assert len(addressed("x" * 1_995, name="Xyko", bot="7")) == 2_000
    with pytest.raises(UserMistake, match=r"too long: 2,405 characters, Discord takes 2,000\.$"):
        addressed("x" * 2_400, name="Xyko", bot="7")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (UserMistake("Too long.", hint="Shorten it."), EXIT_MISUSED),
        (NoAnswer("Too long.", hint="Shorten it."), EXIT_FAILED),
    ],
)
def test_an_error_that_leaves_groups_of_tasks_is_two_lines(
    capsys: pytest.CaptureFixture[str], error: Exception, code: int
) -> None:
    def command() -> int:
        raise ExceptionGroup("outer", [ExceptionGroup("inner", [error])])

    assert obey(command) == code
    assert capsys.readouterr().err.splitlines() == ["error: Too long.", "  fix: Shorten it."]


def test_ctrl_c_is_its_own_exit_code_and_a_defect_keeps_its_trace() -> None:
    def interrupted() -> int:
        raise KeyboardInterrupt

    def defective() -> int:
        raise ExceptionGroup("outer", [ZeroDivisionError()])

    assert obey(interrupted) == EXIT_INTERRUPTED
    with pytest.raises(ExceptionGroup):
        obey(defective)
