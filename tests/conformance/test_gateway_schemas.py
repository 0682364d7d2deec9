from __future__ import annotations

from typing import Any

import pytest
from full_run import Record
from gateway_schemas import GatewaySchemas, schema_name

pytestmark = pytest.mark.slow

EXPECTED = {
    *("READY", "GUILD_CREATE", "GUILD_MEMBERS_CHUNK", "GUILD_MEMBER_ADD"),
    *("MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_DELETE", "MESSAGE_DELETE_BULK"),
    *("TYPING_START", "MESSAGE_REACTION_ADD", "MESSAGE_REACTION_REMOVE", "MESSAGE_REACTION_REMOVE_ALL"),
    *("CHANNEL_CREATE", "CHANNEL_UPDATE", "CHANNEL_DELETE"),
    *("THREAD_CREATE", "THREAD_UPDATE", "THREAD_DELETE"),
    *("SLASH_GUILD", "SLASH_DM", "USER_MENU_GUILD", "MESSAGE_MENU_GUILD"),
    *("COMPONENT_GUILD", "COMPONENT_DM", "MODAL_GUILD", "MODAL_DM", "AUTOCOMPLETE_GUILD", "AUTOCOMPLETE_DM"),
}


def _dispatched(record: Record) -> list[dict[str, Any]]:
    return [one for one in record.gateway if one["direction"] == "out" and one["op"] == 0]


def test_every_event_and_all_that_a_client_sent_in_a_full_run_fits_the_schemas_made_from_discords_typings(
    record: Record, gateway_schemas: GatewaySchemas
) -> None:
    assert {one["op"] for one in record.gateway if one["direction"] == "in"} >= {1, 2, 3, 6}
    assert gateway_schemas.violations(record.gateway) == {}


def test_a_full_run_shows_every_kind_of_event_that_a_bot_of_ours_meets(record: Record) -> None:
    assert EXPECTED - {schema_name(one["t"], one["d"]) for one in _dispatched(record)} == set()


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("READY", "application"),
        ("GUILD_CREATE", "hub_type"),
        ("SLASH_GUILD", "member"),
        ("SLASH_GUILD", "data"),
    ],
)
def test_the_schemas_object_to_an_event_that_lacks_a_key(
    kind: str, key: str, record: Record, gateway_schemas: GatewaySchemas
) -> None:
    event = next(one for one in _dispatched(record) if schema_name(one["t"], one["d"]) == kind)
    payload = {name: value for name, value in event["d"].items() if name != key}
    payload |= {"data": {"type": 1}} if key == "data" else {}
    assert gateway_schemas.check_dispatch(event["t"], payload) is not None
