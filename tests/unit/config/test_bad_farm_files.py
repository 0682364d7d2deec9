from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.loader import load, parse
from config.problems import ConfigError, Problem
from config.semantics import Surroundings
from config.strict_yaml import MAX_BYTES, MAX_DEPTH

THERE = Surroundings(personas=frozenset({"waze", "xyko"}), cogs=frozenset({"price", "help", "farm"}))
ALL_THERE = Surroundings(personas=THERE.personas | {"biel", "f", "z", "gemini"}, cogs=THERE.cogs)
SAID = re.compile(r"(?m)^farm\.yaml:\d+:(?:[^:]+: )?.*expected|^farm\.yaml:\d+:.*unknown key")
DEEP = "bots: " + "[" * (MAX_DEPTH + 5) + "]" * (MAX_DEPTH + 5)
BOMB = "a: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\nbots: {market: }\n"
NO_VENUE = "expected sandbox or the name of an exchange in ccxt, such as binance or kraken"

BAD: dict[str, tuple[str | bytes, str]] = {
    # no YAML
    "empty": ("", "1: expected keys and values"),
    "spaces": ("   \n\n", "1: expected keys and values"),
    "comment only": ("# nothing\n", "1: expected keys and values"),
    "null": ("null\n", "1: expected keys and values"),
    "a word": ("bots\n", "1: expected keys and values"),
    "a list": ("- bots\n", "1: expected keys and values"),
    "a number": ("42\n", "1: expected keys and values"),
    "unclosed brace": ("bots: {market: {}\n", "1: expected YAML"),
    "unclosed quote": ('bots:\n  market: {kind: "market}\n', "2: expected YAML"),
    "tab as indent": ("bots:\n\tmarket: {}\n", "2: expected YAML"),
    "half indent": ("bots:\n  market: {}\n waze: {}\n", "3: expected YAML"),
    "no space after colon": ("bots:\n  market:{}\n", "1:bots: expected keys and values"),
    "stray bracket": ("bots: ]\n", "1: expected YAML"),
    "reserved character": ("bots: @market\n", "1: expected YAML"),
    "conflict marker": ("<<<<<<< HEAD\nbots: {market: {}}\n", "2: expected YAML"),
    "half-written": ("bots:\n  market: {enabled: tr", "2: expected YAML"),
    "NUL": (b"bots:\n  market: {}\n\0", "3: expected text, found a NUL"),
    "latin-1": (b"bots: {market: {}} # caf\xe9\n", "1: expected text in UTF-8"),
    "utf-16": ("bots: {market: {}}\n".encode("utf-16"), "1: expected text in UTF-8"),
    "control character": ("bots: {market: {}} # \x07\n", "1: expected YAML"),
    "too large": (b"#" * (MAX_BYTES + 1), "1: expected a file of at most 1,000,000 bytes"),
    # YAML that nobody writes
    "anchor bomb": (BOMB, "1: expected the value itself, not an anchor"),
    "alias": ("bots:\n  market: &m {}\n  members: *m\n", "2: expected the value itself"),
    "merge key": ("bots: {market: {}}\n<<: {limits: {}}\n", "2:<<: unknown key"),
    "python object": (
        "bots: !!python/object/apply:os.system ['true']\n",
        "1: expected a plain value without a tag",
    ),
    "python name": ("bots: !!python/name:os.system\n", "1: expected a plain value without a tag"),
    "own tag": ("bots: {market: !secret x}\n", "1: expected a plain value without a tag"),
    "set": ("bots: !!set {market}\n", "1: expected a plain value without a tag"),
    "too deep": (DEEP, f"1: expected at most {MAX_DEPTH} levels"),
    "two documents": ("bots: {market: {}}\n---\nbots: {}\n", "2: expected one document"),
    "list as key": ("bots:\n  [a, b]: {}\n", "2:bots: expected a name as a key"),
    "mapping as key": ("bots:\n  {a: b}: {}\n", "2:bots: expected a name as a key"),
    "endless number": (
        "discord: {port: " + "9" * 5000 + "}\nbots: {market: {}}\n",
        "1:discord.port: expected",
    ),
    # keys
    "duplicate bot": ("bots:\n  market: {}\n  market: {}\n", "3:bots.market: expected each key once"),
    "duplicate section": ("bots: {market: {}}\nlimits: {}\nlimits: {}\n", "3:limits: expected each key once"),
    "duplicate flag": (
        "bots: {market: {enabled: true, enabled: false}}\n",
        "1:bots.market.enabled: expected each",
    ),
    "no bots": ("discord: {port: 8799}\n", "1:bots: expected this key, it is missing"),
    "unknown section": (
        "bots: {market: {}}\nexchagne: {}\n",
        "2:exchagne: unknown key; did you mean exchange",
    ),
    "unknown flag": (
        "bots:\n  market:\n    enable: true\n",
        "3:bots.market.enable: unknown key; did you mean enabled",
    ),
    "unknown port": (
        "bots: {market: {}}\ndiscord: {prot: 1}\n",
        "2:discord.prot: unknown key; did you mean port",
    ),
    "token in the file": (
        "bots:\n  xyko: {token: MTA.abc.def}\n",
        "2:bots.xyko.token: unknown key; secrets do not belong in this file",
    ),
    "password in the file": (
        "bots: {market: {}}\ndatabase: {password: hunter2}\n",
        "2:database.password: unknown key; secrets do not belong in this file",
    ),
    # types
    "enabled an equals sign": (
        "bots: {market: {enabled: =}}\n",
        "1:bots.market.enabled: expected a value that can be read",
    ),
    "url without a scheme": (
        "bots: {market: {}}\ndiscord: {url: localhost:8799}\n",
        "2:discord.url: expected an address such as http://127.0.0.1:8799",
    ),
    "bots a list": ("bots: [market, waze]\n", "1:bots: expected keys and values"),
    "bots null": ("bots:\n", "1:bots: expected keys and values"),
    "bot a word": ("bots:\n  market: on\n", "2:bots.market: expected keys and values"),
    "enabled a word": ("bots: {market: {enabled: maybe}}\n", "1:bots.market.enabled: expected true or false"),
    "enabled quoted": (
        'bots: {market: {enabled: "true"}}\n',
        "1:bots.market.enabled: expected true or false",
    ),
    "enabled a number": ("bots: {market: {enabled: 1}}\n", "1:bots.market.enabled: expected true or false"),
    "enabled null": ("bots: {market: {enabled: null}}\n", "1:bots.market.enabled: expected true or false"),
    "port quoted": (
        'bots: {market: {}}\ndiscord: {port: "8799"}\n',
        "2:discord.port: expected a whole number",
    ),
    "port a fraction": (
        "bots: {market: {}}\ndiscord: {port: 1.5}\n",
        "2:discord.port: expected a whole number",
    ),
    "port negative": (
        "bots: {market: {}}\ndiscord: {port: -1}\n",
        "2:discord.port: expected a number of at least 0",
    ),
    "port too large": (
        "bots: {market: {}}\ndiscord: {port: 65536}\n",
        "2:discord.port: expected a number of at most",
    ),
    "port sexagesimal": ("bots: {market: {}}\ndiscord: {port: 18:99:99}\n", "2:discord.port: expected"),
    "rate zero": (
        "bots: {market: {}}\nlimits: {commands_per_second: 0}\n",
        "2:limits.commands_per_second: expected a",
    ),
    "rate infinite": (
        "bots: {market: {}}\nlimits: {commands_per_second: .inf}\n",
        "2:limits.commands_per_second: exp",
    ),
    "rate not a number": (
        "bots: {market: {}}\nlimits: {commands_per_second: .nan}\n",
        "2:limits.commands_per_second: ",
    ),
    "burst a fraction": (
        "bots: {market: {}}\nlimits: {burst: 2.5}\n",
        "2:limits.burst: expected a whole number",
    ),
    "duration bare": (
        "bots: {market: {}}\nexchange: {stale_after: 30}\n",
        "2:exchange.stale_after: expected a duration",
    ),
    "duration unknown unit": (
        "bots: {market: {}}\nexchange: {stale_after: 30 sec}\n",
        "2:exchange.stale_after: expected a duration with a unit",
    ),
    "duration negative": (
        "bots: {market: {}}\nexchange: {stale_after: -5s}\n",
        "2:exchange.stale_after: expected a",
    ),
    "duration endless": (
        "bots: {market: {}}\nexchange: {stale_after: " + "9" * 400 + "d}\n",
        "2:exchange.stale_after: expected a shorter duration",
    ),
    "duration null": (
        "bots: {market: {}}\nexchange: {stale_after: }\n",
        "2:exchange.stale_after: expected a dura",
    ),
    "mode unknown": (
        "bots: {market: {}}\ndiscord: {mode: reel}\n",
        "2:discord.mode: expected 'sandbox' or 'real'",
    ),
    "level unknown": (
        "bots: {market: {}}\nobserve: {log_level: loud}\n",
        "2:observe.log_level: expected 'debug'",
    ),
    "kind unknown": ("bots: {market: {kind: bank}}\n", "1:bots.market.kind: expected 'sandbox_discord'"),
    "section a list": ("bots: {market: {}}\ndiscord: []\n", "2:discord: expected keys and values"),
    "section null": ("bots: {market: {}}\ndiscord:\n", "2:discord: expected keys and values"),
    "cogs a word": ("bots: {xyko: {cogs: price}}\n", "1:bots.xyko.cogs: expected a list"),
    "cog a number": ("bots: {xyko: {cogs: [1]}}\n", "1:bots.xyko.cogs[0]: expected text"),
    "url without scheme": ("bots: {market: {}}\ndiscord: {url: sandbox}\n", "2:discord.url: expected"),
    "host a number": ("bots: {market: {}}\ndiscord: {host: 127}\n", "2:discord.host: expected text"),
    # names
    "bot in capitals": ("bots:\n  Market: {}\n", "2:bots.Market: expected a name of a-z"),
    "bot with a dash": ("bots:\n  my-bot: {}\n", "2:bots.my-bot: expected a name of a-z"),
    "bot with a path": ("bots:\n  ../etc: {}\n", "2:bots.../etc: expected a name of a-z"),
    "bot too long": (f"bots:\n  {'a' * 33}: {{}}\n", f"2:bots.{'a' * 33}: expected a name of a-z"),
    "bot a number": ("bots:\n  1: {}\n", "2:bots.1: expected a name of a-z"),
    # what the schema cannot see
    "no bot at all": ("bots: {}\n", "1:bots: expected at least one bot"),
    "no such persona": (
        "bots:\n  xyka: {}\n",
        "2:bots.xyka: expected a folder personas/xyka; did you mean xyko",
    ),
    "no such persona named": (
        "bots:\n  bot1:\n    persona: xyka\n",
        "3:bots.bot1.persona: expected a folder personas/xyka; did you mean xyko",
    ),
    "persona path": ("bots: {bot1: {persona: ../../etc}}\n", "1:bots.bot1.persona: expected a name of a-z"),
    "two bots of one persona": (
        "bots:\n  xyko: {}\n  bot2: {persona: xyko}\n",
        "3:bots.bot2: expected each persona once, xyko is in xyko too",
    ),
    "two markets": (
        "bots:\n  market: {}\n  other: {kind: market}\n",
        "3:bots.other: expected each kind once, market is in market too",
    ),
    "market twice by hosting": (
        "bots:\n  market: {}\n  members: {services: [market]}\n",
        "3:bots.members: expected each kind once, market is in market too",
    ),
    "a persona that hosts": (
        "bots: {xyko: {services: [market]}}\n",
        "1:bots.xyko: expected another name, xyko is a",
    ),
    "hosting a sandbox": (
        "bots: {members: {services: [sandbox_discord]}}\n",
        "1:bots.members.services[0]: expected ",
    ),
    "persona of a market": (
        "bots: {market: {persona: xyko}}\n",
        "1:bots.market.persona: expected persona only for",
    ),
    "cogs of a market": ("bots: {market: {cogs: [price]}}\n", "1:bots.market.cogs: expected cogs only for"),
    "no such cog": (
        "bots: {xyko: {cogs: [prise]}}\n",
        "1:bots.xyko.cogs[0]: expected the name of a cog; did you mean",
    ),
    "ports clash": (
        "bots: {market: {}}\nobserve: {health_port: 8799}\n",
        "2:observe.health_port: expected a port of its own",
    ),
    "one application without waze": (
        "bots: {xyko: {}}\ndiscord: {applications: one}\n",
        "2:discord.applications: expected the bot waze",
    ),
    "no such venue": (
        "bots: {market: {}}\nexchange:\n  id: binanse\n",
        f"3:exchange.id: {NO_VENUE}; did you mean binance",
    ),
    "a venue like no other": (
        "bots: {market: {}}\nexchange: {id: qqqqqqqq}\n",
        f"2:exchange.id: {NO_VENUE}",
    ),
    "the twin alone": (
        "bots: {market: {}}\nexchange: {id: sandbox_twin}\n",
        "2:exchange.id: expected sandbox or a venue, sandbox_twin may only stand in exchange.compare",
    ),
    "no such venue to compare with": (
        "bots: {market: {}}\nexchange:\n  compare:\n    - kraken\n    - bybitt\n",
        f"5:exchange.compare[1]: {NO_VENUE}; did you mean bybit",
    ),
    "compared with itself": (
        "bots: {market: {}}\nexchange: {id: kraken, compare: [kraken]}\n",
        "2:exchange.compare[0]: expected another venue than exchange.id",
    ),
    "the sandbox compared with itself": (
        "bots: {market: {}}\nexchange: {compare: [sandbox_twin, sandbox]}\n",
        "2:exchange.compare[1]: expected another venue than exchange.id",
    ),
    "compared twice": (
        "bots: {market: {}}\nexchange: {compare: [kraken, bybit, kraken]}\n",
        "2:exchange.compare[2]: expected each venue once",
    ),
    "stale at once": (
        "bots: {market: {}}\nexchange: {stale_after: 500ms}\n",
        "2:exchange.stale_after: expected at least 1s",
    ),
}


def refusal(raw: bytes | str) -> ConfigError:
    with pytest.raises(ConfigError) as caught:
        parse(raw.encode() if isinstance(raw, str) else raw, "farm.yaml", THERE)
    return caught.value


@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_refused_with_line_key_and_what_was_expected(name: str) -> None:
    raw, said = BAD[name]
    lines = str(refusal(raw)).splitlines()
    assert any(line.startswith(f"farm.yaml:{said}") for line in lines), lines


def test_every_problem_of_a_file_is_told_at_once_in_the_order_of_its_lines() -> None:
    error = refusal("discord: {port: x, mode: y}\nbots:\n  market: {enabled: 1}\n  waze: {enabeld: true}\n")
    assert [problem.key for problem in error.problems] == [
        "discord.mode",
        "discord.port",
        "bots.market.enabled",
        "bots.waze.enabeld",
    ]


def test_no_value_of_the_file_is_repeated_since_it_may_be_a_secret_in_the_wrong_place() -> None:
    secret = "MTA5ODc2NTQzMjEwOTg3NjU0.Gabcde.not-to-be-shown-anywhere"
    for raw in (
        f"bots: {{xyko: {{token: {secret}}}}}\n",
        f"bots: {{xyko: {{persona: {secret}}}}}\n",
        f"bots: {{xyko: {{enabled: {secret}}}}}\n",
        f"discord: {{mode: {secret}, port: {secret}}}\nbots: {{market: {{}}}}\n",
        f"exchange: {{stale_after: {secret}}}\nbots: {{market: {{}}}}\n",
        f"exchange: {{id: {secret.lower()}, compare: [{secret}]}}\nbots: {{market: {{}}}}\n",
        "exchange: {id: hunter2secret, compare: [hunter2secret]}\nbots: {market: {}}\n",
    ):
        said = str(refusal(raw))
        assert secret not in said
        assert "hunter2secret" not in said


def test_a_file_that_is_not_there_or_a_folder_is_refused_by_its_name(tmp_path: Path) -> None:
    for path in (tmp_path / "farm.yaml", tmp_path):
        with pytest.raises(ConfigError, match=re.escape(f"{path}:1: expected a file that can be read")):
            load(path, THERE)


def test_the_file_that_comes_with_the_farm_is_in_order() -> None:
    root = Path(__file__).resolve().parents[3]
    loaded = load(root / "config" / "farm.yaml", ALL_THERE)
    assert list(loaded.file.bots) == [
        *("sandbox_discord", "sandbox_exchange", "market", "analyst", "members", "alerts"),
        *("desk", "watchdog", "position_analyzer", "chat", "sandbox_llm"),
        *("waze", "xyko", "biel", "f", "z", "gemini"),
    ]
    assert [name for name, entry in loaded.file.bots.items() if not entry.enabled] == ["sandbox_llm"]


def test_only_the_venue_needs_changing_in_the_file_that_comes_with_the_farm() -> None:
    """Its compare names the local exchange's twin, which a mirror does not have: it is left out then."""
    own = parse(GOOD, "farm.yaml", ALL_THERE).file.exchange
    assert own.compared == own.compare == ("sandbox_twin",)
    live = parse(GOOD.replace(b"id: sandbox ", b"id: binance "), "farm.yaml", ALL_THERE).file.exchange
    assert (live.id, live.compare, live.compared) == ("binance", ("sandbox_twin",), ())


def test_the_version_tells_files_apart_and_is_the_same_for_the_same_bytes() -> None:
    first, again = (parse(b"bots: {market: {}}\n", "farm.yaml", THERE).version for _ in range(2))
    other = parse(b"bots: {market: {}} \n", "farm.yaml", THERE).version
    assert first == again != other


def survives(raw: bytes) -> None:
    problems: tuple[Problem, ...] | None = None
    try:
        parse(raw, "farm.yaml", THERE)
    except ConfigError as error:
        problems = error.problems
    if problems is None:
        return
    assert problems
    assert all(str(problem).startswith("farm.yaml:") for problem in problems)
    lines = max(1, len(raw.decode("utf-8", "replace").splitlines()))
    assert all(1 <= problem.line <= lines for problem in problems)


@given(st.binary(max_size=400))
def test_any_bytes_are_loaded_or_refused_with_a_line_of_the_file(raw: bytes) -> None:
    survives(raw)


@given(st.text(alphabet=" \n\t:-{}[],&*!|>'\"#%@`?abtrue01.~<", max_size=120))
def test_any_text_of_yaml_s_own_characters_is_loaded_or_refused_with_a_line(text: str) -> None:
    survives(text.encode())


GOOD = (Path(__file__).resolve().parents[3] / "config" / "farm.yaml").read_bytes()


@given(st.integers(0, len(GOOD)), st.integers(0, 60), st.binary(max_size=8))
def test_a_good_file_with_a_piece_changed_is_loaded_or_refused_with_a_line(
    at: int, cut: int, put: bytes
) -> None:
    survives(GOOD[:at] + put + GOOD[at + cut :])


SCALARS = st.none() | st.booleans() | st.integers(-9, 99999) | st.floats() | st.text(max_size=12)
KEYS = st.sampled_from(
    [
        "bots",
        "discord",
        "exchange",
        "limits",
        "observe",
        "market",
        "waze",
        "xyko",
        "enabled",
        "port",
        "kind",
        "cogs",
    ]
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(KEYS, TREES, max_size=5))
def test_any_tree_of_the_right_words_is_loaded_or_refused_with_a_line(tree: dict[str, object]) -> None:
    import yaml  # noqa: PLC0415 - only this test writes YAML

    survives(yaml.safe_dump(tree).encode())
