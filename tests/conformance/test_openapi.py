from __future__ import annotations

import copy
from typing import Any

import pytest
from full_run import Record
from openapi import OpenApi

from sandbox.discord.rest import api
from sandbox.discord.rest.call import Routes

pytestmark = pytest.mark.slow


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
