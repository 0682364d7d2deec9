"""What crossed the wire in one full run, held against what Discord says of itself."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from full_run import Record
from gateway_schemas import GatewaySchemas, schema_name
from openapi import OpenApi

from sandbox.discord.rest import api
from sandbox.discord.rest.call import Routes

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


def test_every_request_and_every_response_of_a_full_run_fits_discords_openapi_document(
    record: Record, openapi: OpenApi
) -> None:
    assert openapi.violations(record.rest) == {}


def test_a_full_run_reaches_every_route_of_the_sandbox_and_every_kind_of_refusal(record: Record) -> None:
    routes = Routes(api._EVERY)
    reached = {
        routes.find(one["method"], one["path"].removeprefix(api.PREFIX))[0].key
        for one in record.rest
        if one["status"] < 300
    }
    never_granted = {one.key for one in api._EVERY if one.template.endswith("permissions")}
    assert {one.key for one in api._EVERY} - never_granted - reached == set()
    assert {200, 201, 204, 400, 401, 403, 404, 429, 502} <= {one["status"] for one in record.rest}


def _without(body: dict[str, Any], key: str) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name != key}


def test_the_document_objects_to_a_response_that_lacks_a_key_or_holds_an_integer_for_an_id(
    record: Record, openapi: OpenApi
) -> None:
    sent = next(one for one in record.rest if one["method"] == "POST" and one["path"].endswith("/messages"))
    message = sent["response"]
    wrong = [_without(message, "flags"), {**message, "id": int(message["id"])}, {**message, "embeds": {}}]
    judged = [openapi.check_response("POST", sent["path"], 200, body) for body in [message, *wrong]]
    assert [one is None for one in judged] == [True, False, False, False]


def test_the_document_objects_to_a_request_that_is_too_long_and_takes_an_integer_for_an_id(
    openapi: OpenApi,
) -> None:
    body = {"content": "x", "message_reference": {"message_id": 1}}
    long = copy.deepcopy(body) | {"embeds": [{"title": "x" * 257}]}
    path = "/api/v10/channels/1/messages"
    assert openapi.check_request("POST", path, "application/json", body) is None
    assert openapi.check_request("POST", path, "application/json", long) is not None
    assert openapi.check_request("POST", "/api/v10/no/such/path", "application/json", body) is not None


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
