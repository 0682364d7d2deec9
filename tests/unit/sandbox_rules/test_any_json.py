from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.discord.rules.callbacks import check_callback
from sandbox.discord.rules.commands import check_command, check_commands
from sandbox.discord.rules.messages import check_message
from sandbox.discord.rules.modals import check_modal
from sandbox.discord.rules.refusal import Refused
from sandbox.discord.wire import encode

KEYS = [
    "type",
    "data",
    "content",
    "embeds",
    "fields",
    "name",
    "value",
    "components",
    "component",
    "accessory",
    "options",
    "choices",
    "style",
    "custom_id",
    "label",
    "url",
    "media",
    "file",
    "items",
    "flags",
    "attachments",
    "id",
    "poll",
    "answers",
    "allowed_mentions",
    "parse",
    "users",
    "description",
    "description_localizations",
    "min_values",
    "max_values",
    "min_length",
    "max_length",
    "default",
    "title",
    "author",
    "footer",
    "text",
]
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 40),
    st.sampled_from([1 << 15, 0.5, "", "x", "attachment://a"]),
)
TREES = st.recursive(
    LEAVES,
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.sampled_from(KEYS), below, max_size=5),
    max_leaves=25,
)
BODIES = st.dictionaries(st.sampled_from(KEYS), TREES, max_size=6)


CHECKS: list[Callable[[dict[str, Any], int], None]] = [
    lambda body, _: check_message(body, file_count=0),
    lambda body, kind: check_callback(kind, body, file_count=0),
    lambda body, _: check_modal(body),
    lambda body, _: check_command(body),
    lambda body, _: check_commands([body, body]),
]


def answer_of(check: Callable[[], None]) -> Refused | None:
    try:
        check()
    except Refused as refused:
        return refused
    return None


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(body=BODIES, kind=st.integers(2, 5))
def test_a_body_of_any_shape_is_taken_or_refused_with_an_answer_that_can_be_sent(
    body: dict[str, Any], kind: int
) -> None:
    for check in CHECKS:
        answer = answer_of(partial(check, body, kind))
        assert answer is None or (answer.status == 400 and encode(answer.to_body()))


def test_a_refusal_tells_its_code_its_message_and_the_tree_of_faults() -> None:
    with pytest.raises(Refused) as caught:
        check_message({"content": "x" * 2001}, file_count=0)
    leaf = {"code": "BASE_TYPE_MAX_LENGTH", "message": "Must be 2000 or fewer in length."}
    assert caught.value.to_body() == {
        "message": "Invalid Form Body",
        "code": 50035,
        "errors": {"content": {"_errors": [leaf]}},
    }


def test_a_whole_is_not_blamed_while_one_of_its_parts_is() -> None:
    bodies = [[{"title": "t"}] * 10 + [{"title": "x" * 257}], [{"title": "t"}] * 11]
    trees = []
    for embeds in bodies:
        with pytest.raises(Refused) as caught:
            check_message({"embeds": embeds}, file_count=0)
        trees.append(caught.value.errors or {})
    assert [list(tree["embeds"]) for tree in trees] == [["10"], ["_errors"]]
