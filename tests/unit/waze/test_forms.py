"""A form as Discord's modal, what was written in one, and the moment at which it may be shown."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bots.waze.answer import Answer
from cogs._ui.card import Card
from cogs._ui.form import Field, Form, to_modal, written_in
from sandbox.discord.rules.modals import check_modal
from services.errors import Unavailable

FIELDS = tuple(
    Field(name=f"field{number}", label="A label that is quite long, and longer than Discord shows of one")
    for number in range(5)
)
FORM = Form("A title that is longer than the forty-five characters that it may have", "alert|edit|7", FIELDS)
CARD = Card(verdict="done")


async def test_discord_takes_a_form_however_long_its_texts_are_and_nothing_of_it_is_kept() -> None:
    modal = to_modal(FORM)
    check_modal(modal.to_dict())
    assert modal.is_finished()


def test_what_stands_in_a_field_already_is_shown_within_the_length_of_the_field() -> None:
    field = Field(name="note", label="Note", value="x" * 30, most=10)
    told = to_modal(Form("Edit", "a|b", (field,))).to_dict()
    check_modal(told)
    control = told["components"][0]["component"]
    assert (len(control["value"]), control["max_length"], control["required"]) == (10, 10, False)


@pytest.mark.parametrize("form", [Form("Edit", "x" * 101, FIELDS), Form("Edit", "a|b", (*FIELDS, FIELDS[0]))])
def test_a_form_that_discord_would_refuse_is_a_defect(form: Form) -> None:
    with pytest.raises(ValueError, match=r"exceed|characters|maximum"):
        to_modal(form)


def test_what_was_written_is_read_from_labels_and_from_rows() -> None:
    labelled = {"type": 18, "component": {"type": 4, "custom_id": "level", "value": "70,000"}}
    in_a_row = {"type": 1, "components": [{"type": 4, "custom_id": "note", "value": None}]}
    assert written_in([labelled, in_a_row, {"type": 10, "content": "words"}]) == {
        "level": "70,000",
        "note": "",
    }


class Wire:
    """Stands for Discord: records what arrives and how."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, dict[str, Any]]] = []

    def call(self, name: str) -> Any:
        async def record(*_: Any, **given: Any) -> None:
            kept = {key: value for key, value in given.items() if key in {"ephemeral", "thinking"}}
            self.sent.append((name, kept))

        return record


def interaction(wire: Wire, kind: discord.InteractionType, *, has_card: bool) -> Any:
    return SimpleNamespace(
        type=kind,
        command=None,
        message=object() if has_card else None,
        response=SimpleNamespace(
            defer=wire.call("defer"),
            send_modal=wire.call("form"),
            send_message=wire.call("send"),
            edit_message=wire.call("edit"),
        ),
        edit_original_response=wire.call("edit original"),
        followup=SimpleNamespace(send=wire.call("follow up")),
    )


async def test_a_form_is_the_first_answer_and_no_deferral_comes_after_it() -> None:
    wire = Wire()
    answer = Answer(interaction(wire, discord.InteractionType.component, has_card=True), started=0.0)
    async with asyncio.TaskGroup() as tasks:

        def spawn(deferral: Coroutine[Any, Any, None]) -> None:
            tasks.create_task(deferral)

        answer.defer_after(0.01, spawn)
        await answer.send_form(FORM)
        await asyncio.sleep(0.03)
    assert wire.sent == [("form", {})]


async def test_a_form_that_comes_after_the_deferral_is_refused_and_the_refusal_can_be_said() -> None:
    wire = Wire()
    answer = Answer(interaction(wire, discord.InteractionType.component, has_card=True), started=0.0)
    await answer.defer()
    with pytest.raises(Unavailable, match="too long"):
        await answer.send_form(FORM)
    await answer.send_aside(CARD)
    assert [name for name, _ in wire.sent] == ["defer", "follow up"]


@pytest.mark.parametrize(
    ("has_card", "steps", "sent"),
    [
        (True, ["send"], [("edit", {})]),
        (True, ["aside"], [("send", {"ephemeral": True})]),
        (
            True,
            ["defer", "send"],
            [("defer", {"ephemeral": False, "thinking": False}), ("edit original", {})],
        ),
        (False, ["send"], [("send", {"ephemeral": True})]),
        (False, ["defer", "send"], [("defer", {"ephemeral": True, "thinking": True}), ("edit original", {})]),
    ],
)
async def test_what_was_written_is_answered_on_the_card_that_asked_else_privately(
    *, has_card: bool, steps: list[str], sent: list[tuple[str, dict[str, bool]]]
) -> None:
    wire = Wire()
    answer = Answer(interaction(wire, discord.InteractionType.modal_submit, has_card=has_card), started=0.0)
    for step in steps:
        if step == "defer":
            await answer.defer()
        else:
            await (answer.send if step == "send" else answer.send_aside)(CARD)
    assert wire.sent == sent
