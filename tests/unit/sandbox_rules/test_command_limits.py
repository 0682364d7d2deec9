from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from sandbox.discord.rules.commands import check_command, check_commands

FaultsOf = Callable[[Callable[[], None]], list[str]]
Build = Callable[[int], dict[str, Any]]


def slash(**parts: Any) -> dict[str, Any]:
    return {"type": 1, "name": "a", "description": "d", **parts}


def option(name: str = "o", **parts: Any) -> dict[str, Any]:
    return {"type": 3, "name": name, "description": "d", **parts}


def with_option(**parts: Any) -> dict[str, Any]:
    return slash(options=[option(**parts)])


def choices(count: int) -> list[dict[str, str]]:
    return [{"name": str(one), "value": str(one)} for one in range(count)]


def menus(kind: int, count: int) -> list[dict[str, Any]]:
    return [{"type": kind, "name": f"n{one}"} for one in range(count)]


def slashes(count: int) -> list[dict[str, Any]]:
    return [slash(name=f"n{one}") for one in range(count)]


def sized(size: int) -> dict[str, Any]:
    """Build a command with exactly `size` characters in its names, descriptions and values."""
    full = [
        option(f"a{one:02}", choices=[{"name": f"{i:02}", "value": "v" * 100} for i in range(25)])
        for one in range(3)
    ]
    left = size - 2 - 3 * (4 + 25 * 102)
    last = [{"name": f"{i:03}", "value": ""} for i in range(25)]
    left -= 4 + 25 * 3
    for one in last:
        take = min(100, left)
        one["value"], left = "v" * take, left - take
    return slash(options=[*full, option("b", description="ddd", choices=last)])


LIMITS: list[tuple[str, int, Build, str]] = [
    ("name", 32, lambda n: slash(name="x" * n), "name BASE_TYPE_BAD_LENGTH"),
    ("menu name", 32, lambda n: {"type": 2, "name": "X" * n}, "name BASE_TYPE_BAD_LENGTH"),
    ("description", 100, lambda n: slash(description="x" * n), "description BASE_TYPE_BAD_LENGTH"),
    (
        "options",
        25,
        lambda n: slash(options=[option(f"o{one}") for one in range(n)]),
        "options BASE_TYPE_MAX_LENGTH",
    ),
    ("option name", 32, lambda n: with_option(name="x" * n), "options.0.name BASE_TYPE_BAD_LENGTH"),
    (
        "option description",
        100,
        lambda n: with_option(description="x" * n),
        "options.0.description BASE_TYPE_BAD_LENGTH",
    ),
    ("choices", 25, lambda n: with_option(choices=choices(n)), "options.0.choices BASE_TYPE_MAX_LENGTH"),
    (
        "choice name",
        100,
        lambda n: with_option(choices=[{"name": "x" * n, "value": "v"}]),
        "options.0.choices.0.name BASE_TYPE_BAD_LENGTH",
    ),
    (
        "choice value",
        100,
        lambda n: with_option(choices=[{"name": "x", "value": "v" * n}]),
        "options.0.choices.0.value BASE_TYPE_MAX_LENGTH",
    ),
    ("min_length", 6000, lambda n: with_option(min_length=n), "options.0.min_length NUMBER_TYPE_MAX"),
    ("max_length", 6000, lambda n: with_option(max_length=n), "options.0.max_length NUMBER_TYPE_MAX"),
    (
        "integer option",
        2**53 - 1,
        lambda n: with_option(type=4, max_value=n),
        "options.0.max_value NUMBER_TYPE_MAX",
    ),
    ("all characters of a command", 8000, sized, " APPLICATION_COMMAND_TOO_LARGE"),
]


@pytest.mark.parametrize(
    ("limit", "build", "fault"), [one[1:] for one in LIMITS], ids=[one[0] for one in LIMITS]
)
def test_a_command_is_accepted_at_each_limit_and_refused_one_above(
    limit: int, build: Build, fault: str, faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_command(build(limit))) == []
    assert faults_of(lambda: check_command(build(limit + 1))) == [fault]


@pytest.mark.parametrize(
    ("refused", "fault", "accepted"),
    [
        (slash(name="ABC"), "name APPLICATION_COMMAND_INVALID_NAME", slash(name="abc")),
        (slash(name="ABC"), "name APPLICATION_COMMAND_INVALID_NAME", {"type": 2, "name": "ABC"}),
        (slash(name="a b"), "name STRING_TYPE_REGEX", slash(name="a-b")),
        (slash(name="a b"), "name STRING_TYPE_REGEX", {"type": 2, "name": "High Five"}),
        (slash(name="a!"), "name STRING_TYPE_REGEX", slash(name="preço_'1")),
        (slash(name=""), "name BASE_TYPE_BAD_LENGTH", slash(name="มูลค่า")),
        (
            slash(description=""),
            "description BASE_TYPE_BAD_LENGTH",
            {"type": 3, "name": "a", "description": ""},
        ),
        (
            {"type": 1, "name": "a"},
            "description BASE_TYPE_REQUIRED",
            {"type": 2, "name": "a"},
        ),
        (
            {"type": 2, "name": "a", "description": "d"},
            "description BASE_TYPE_MAX_LENGTH",
            {"type": 2, "name": "a", "description": None, "options": []},
        ),
        (slash(type=9), "type UNION_TYPE_CHOICES", {"name": "a", "description": "d"}),
        (
            slash(options=[option("o1"), option("o2", required=True)]),
            "options.1 APPLICATION_COMMAND_OPTIONS_REQUIRED_INVALID",
            slash(options=[option("o2", required=True), option("o1", required=False)]),
        ),
        (
            slash(options=[option("o"), option("o")]),
            "options.1.name APPLICATION_COMMAND_OPTIONS_NAME_ALREADY_EXISTS",
            slash(options=[option("o"), option("p")]),
        ),
        (
            with_option(autocomplete=True, choices=choices(1)),
            "options.0.autocomplete APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            with_option(autocomplete=True, choices=[]),
        ),
        (
            with_option(autocomplete=True, choices=choices(1)),
            "options.0.autocomplete APPLICATION_COMMAND_AUTOCOMPLETE_WITH_CHOICES",
            with_option(autocomplete=False, choices=choices(1)),
        ),
        (
            slash(options=[option(), option("s", type=1)]),
            "options APPLICATION_COMMAND_OPTIONS_TYPE_INVALID",
            slash(options=[option("s", type=1, options=[option()])]),
        ),
        (
            slash(options=[option("s", type=1, options=[option("t", type=1)])]),
            "options.0.options.0.type UNION_TYPE_CHOICES",
            slash(options=[option("s", type=2, options=[option("t", type=1)])]),
        ),
        (
            with_option(min_length=5, max_length=4),
            "options.0.min_length NUMBER_TYPE_MAX",
            with_option(min_length=4, max_length=4),
        ),
        (with_option(max_length=0), "options.0.max_length NUMBER_TYPE_MIN", with_option(min_length=0)),
        (
            with_option(type=4, choices=[{"name": "a", "value": "1"}]),
            "options.0.choices.0.value NUMBER_TYPE_COERCE",
            with_option(type=4, choices=[{"name": "a", "value": 1}]),
        ),
        (slash(contexts=[]), "contexts BASE_TYPE_MIN_LENGTH", slash(contexts=[0, 1])),
        (slash(contexts=[3]), "contexts.0 BASE_TYPE_CHOICES", slash(integration_types=[0, 1])),
        (
            slash(default_member_permissions="x"),
            "default_member_permissions NUMBER_TYPE_COERCE",
            slash(default_member_permissions="8"),
        ),
        (
            slash(description_localizations={"pt-BR": ""}),
            "description_localizations.pt-BR BASE_TYPE_BAD_LENGTH",
            slash(description_localizations={"pt-BR": "p"}),
        ),
    ],
)
def test_a_command_that_discord_refuses_is_refused_and_its_valid_twin_taken(
    refused: dict[str, Any], fault: str, accepted: dict[str, Any], faults_of: FaultsOf
) -> None:
    assert faults_of(lambda: check_commands([slash(name="first"), refused])) == [f"1.{fault}"]
    assert faults_of(lambda: check_command(accepted)) == []


def test_the_nulls_that_clients_send_are_taken(faults_of: FaultsOf) -> None:
    noisy = slash(
        nsfw=False,
        dm_permission=True,
        default_member_permissions=None,
        contexts=None,
        integration_types=None,
        options=[option(required=True, autocomplete=False, choices=None, channel_types=[], min_value=None)],
    )
    assert (
        faults_of(lambda: check_commands([noisy, {"type": 3, "name": "Save This", "contexts": None}])) == []
    )


def test_the_number_of_commands_is_capped_by_type_and_not_by_their_sum(faults_of: FaultsOf) -> None:
    full = slashes(100) + menus(2, 15) + menus(3, 15)
    assert faults_of(lambda: check_commands(full)) == []
    assert faults_of(lambda: check_commands(slashes(101))) == ["30032"]
    assert faults_of(lambda: check_commands(slashes(111))) == ["30032"]
    assert faults_of(lambda: check_commands(menus(2, 16))) == ["30032"]
    assert faults_of(lambda: check_commands(menus(3, 16))) == ["30032"]


def test_a_name_is_used_once_for_each_type(faults_of: FaultsOf) -> None:
    fault = "1.name APPLICATION_COMMANDS_DUPLICATE_NAME"
    assert faults_of(lambda: check_commands([slash(), slash()])) == [fault]
    assert faults_of(lambda: check_commands([slash(), {"type": 2, "name": "a"}])) == []


def test_an_edit_checks_only_what_it_changes(faults_of: FaultsOf) -> None:
    assert faults_of(lambda: check_command({"description": "new"}, is_edit=True)) == []
    assert faults_of(lambda: check_command({"name": "A"}, is_edit=True)) == [
        "name APPLICATION_COMMAND_INVALID_NAME"
    ]
