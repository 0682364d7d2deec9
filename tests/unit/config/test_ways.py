from __future__ import annotations

from typing import Any

import pytest

from config.farm_file import WaySection
from config.loader import parse
from config.problems import ConfigError
from config.semantics import Surroundings
from config.ways import lacks_of

THERE = Surroundings(personas=frozenset({"waze"}), cogs=frozenset({"help"}))
MAIL = {
    "kind": "email",
    "to": "me@example.org",
    "server": "smtp.example.org:587",
    "sender": "farm@example.org",
}


@pytest.mark.parametrize(
    "way",
    [
        {"kind": "telegram", "to": "123456789"},
        {"kind": "telegram", "to": "-1001234567890", "members": ("1", "22")},
        {"kind": "telegram", "to": "@our_channel", "server": "http://telegram-bot-api:8081"},
        {"kind": "webhook", "to": "https://example.org/alerts?of=btc"},
        {"kind": "webhook", "to": "http://127.0.0.1:9000/"},
        {"kind": "webhook", "to": "http://localhost:9000/"},
        {"kind": "webhook", "to": "http://[::1]:9000/"},
        MAIL,
        {**MAIL, "tls": "tls", "server": "smtp.example.org:465"},
        {**MAIL, "tls": "none", "server": "localhost:25"},
        {**MAIL, "tls": "none", "server": "[::1]:25"},
    ],
)
def test_a_way_that_can_work_is_taken(way: dict[str, Any]) -> None:
    assert [*lacks_of(WaySection(**{"members": ("7",), **way}))] == []


@pytest.mark.parametrize(
    ("way", "key", "expected"),
    [
        ({"kind": "telegram", "to": "me"}, "to", "expected the id of a chat"),
        ({"kind": "telegram", "to": "1", "server": "telegram.org"}, "server", "expected an address such as"),
        ({"kind": "telegram", "to": "1", "sender": "a@b"}, "sender", "expected no sender here"),
        ({"kind": "telegram", "to": "1", "members": ("bob",)}, "members", "expected the ids of members"),
        ({"kind": "webhook", "to": "http://example.org/"}, "to", "expected an https:// address"),
        ({"kind": "webhook", "to": "ftp://example.org/"}, "to", "expected an https:// address"),
        ({"kind": "webhook", "to": "https://me:secret@example.org/"}, "to", "expected an https:// address"),
        ({"kind": "webhook", "to": "https://"}, "to", "expected an https:// address"),
        ({"kind": "webhook", "to": "https://example.org:99999/"}, "to", "expected an https:// address"),
        ({"kind": "webhook", "to": "https://10.0.0.5/"}, "to", "expected a public address"),
        ({"kind": "webhook", "to": "https://169.254.169.254/"}, "to", "expected a public address"),
        ({"kind": "webhook", "to": "https://[fd00::1]/"}, "to", "expected a public address"),
        ({"kind": "webhook", "to": "https://a.b/", "server": "x"}, "server", "expected no server here"),
        ({**MAIL, "to": "me"}, "to", "expected an e-mail address"),
        ({**MAIL, "to": "me@example.org, you@example.org"}, "to", "expected an e-mail address"),
        ({**MAIL, "sender": ""}, "sender", "expected an e-mail address"),
        ({**MAIL, "server": ""}, "server", "expected host:port of a server"),
        ({**MAIL, "server": "smtp.example.org"}, "server", "expected host:port of a server"),
        ({**MAIL, "server": "smtp.example.org:99999"}, "server", "expected host:port of a server"),
        ({"kind": "telegram", "to": "1", "members": ()}, "members", "at least one"),
        ({"kind": "telegram", "to": "1", "tls": "tls"}, "tls", "expected no tls here"),
        ({"kind": "webhook", "to": "https://a.b/", "tls": "none"}, "tls", "expected no tls here"),
        ({**MAIL, "tls": "none"}, "tls", "none is only for a server on this machine"),
    ],
)
def test_a_way_that_cannot_work_is_refused(way: dict[str, Any], key: str, expected: str) -> None:
    (lack,) = lacks_of(WaySection(**{"members": ("7",), **way}))
    assert lack[0] == key
    assert expected in lack[1]


def test_what_is_wrong_with_a_way_is_told_with_its_line_and_key() -> None:
    text = (
        "bots: {waze: {}}\nalerts:\n  ways:\n    hook:\n      kind: webhook\n      to: http://example.org/\n"
        '      members: ["7"]\n'
    )
    with pytest.raises(
        ConfigError, match=r"farm\.yaml:6:alerts\.ways\.hook\.to: expected an https:// address"
    ):
        parse(text.encode(), "farm.yaml", THERE)
    text = "bots: {waze: {}}\nalerts: {ways: {mail: {kind: email, to: a@b.example, sender: c@d.example}}}\n"
    text = text.replace("to:", 'members: ["7"], to:')
    with pytest.raises(ConfigError, match=r"farm\.yaml:2:alerts\.ways\.mail\.server: expected host:port"):
        parse(text.encode(), "farm.yaml", THERE)


@pytest.mark.parametrize(
    ("ways", "problem"),
    [
        ('dm: {kind: telegram, to: "1", members: ["7"]}', "dm: expected another name"),
        ('here: {kind: telegram, to: "1", members: ["7"]}', "here: expected another name"),
        ('mine: {kind: telegram, to: "1"}', r"mine\.members: expected the ids of the members"),
    ],
)
def test_a_way_is_for_members_that_are_named_and_has_a_name_of_its_own(ways: str, problem: str) -> None:
    text = f"bots: {{waze: {{}}}}\nalerts:\n  ways:\n    {ways}\n"
    with pytest.raises(ConfigError, match=rf"farm\.yaml:4:alerts\.ways\.{problem}"):
        parse(text.encode(), "farm.yaml", THERE)
