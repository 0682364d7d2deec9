"""Requests that no client sends are refused as the API refuses, never with a server error."""

from __future__ import annotations

from typing import Any

import aiohttp
import pytest
from sandbox_discord_stage import Stage

from services.errors import UserMistake

DEEP = b'{"options":' * 20_000 + b"1" + b"}" * 20_000
DEEP_ENOUGH_TO_DECODE = b'{"options":[' * 300 + b"]}" * 300
JSON = "application/json"
FORM = "multipart/form-data; boundary=b"
MALFORMED = [
    (JSON, DEEP),
    (JSON, DEEP_ENOUGH_TO_DECODE),
    ("multipart/form-data", b"x"),
    (FORM, b"no boundary here"),
    (FORM, b"--b\r\nbad header\r\n\r\nx\r\n--b--\r\n"),
    (FORM, b"--b\r\nContent-Type: text/plain\r\n\r\nx"),
    (FORM, b'--b\r\nContent-Disposition: form-data; name="payload_json"\r\n\r\n{no\r\n--b--\r\n'),
]


@pytest.mark.parametrize("path", ["/static/%00", "/static/" + "x" * 5000, "/cdn/attachments/%00"])
async def test_a_path_that_no_file_can_have_is_not_found(stage: Stage, path: str) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{stage.url}{path}") as response:
        assert response.status == 404


@pytest.mark.parametrize(("kind", "body"), MALFORMED)
async def test_a_malformed_body_is_refused_by_the_member_api_with_what_to_do(
    stage: Stage, kind: str, body: bytes
) -> None:
    url = f"{stage.url}/sandbox/api/channels/{stage.general}/messages?as=mia"
    headers = {"Content-Type": kind}
    async with aiohttp.ClientSession() as session, session.post(url, data=body, headers=headers) as response:
        assert response.status == 400
        assert (await response.json())["error"]["fix"]


@pytest.mark.parametrize(("kind", "body"), MALFORMED)
async def test_a_malformed_body_is_refused_over_rest_as_discord_does(
    stage: Stage, kind: str, body: bytes
) -> None:
    headers = {"Content-Type": kind}
    async with stage.rest() as raw:
        url = f"{raw.base}/channels/{stage.general}/messages"
        async with raw.session.post(url, data=body, headers=headers) as response:
            assert response.status == 400
            assert (await response.json())["code"] in {50109, 50006}


async def test_what_is_nested_too_deep_does_not_end_a_members_socket(stage: Stage) -> None:
    url = f"{stage.url}/sandbox/api/socket?as=mia"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.send_str(DEEP.decode())
        await socket.send_json({"id": 1, "do": "typing", "body": {"channel_id": stage.general}})
        reply: dict[str, Any] = {}
        while "reply" not in reply:
            reply = await socket.receive_json(timeout=5)
    assert reply["reply"] == 1


async def test_nobody_has_a_conversation_with_themselves(stage: Stage) -> None:
    own = str(stage.theo.user["id"])
    with pytest.raises(UserMistake, match="Invalid Recipient") as caught:
        await stage.client.http.call("POST", "/dms", {"as": "theo"}, {"recipient_id": own})
    assert "somebody else" in caught.value.hint
    async with stage.rest() as raw:
        status, body = await raw.call("POST", "/users/@me/channels", {"recipient_id": raw.id})
    assert (status, body["code"]) == (400, 50033)
    assert (await stage.client.http.call("GET", "/ready", {"as": "theo"}))["private_channels"] == []
