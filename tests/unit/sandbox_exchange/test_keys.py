from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import SecretStr
from quiet_market import QuietMarket

from sandbox.exchange.keys import CLASSIC, UNIFIED, credentials, key_to, on_demand
from services.clock import SystemClock
from services.exchange.paper.exchange import PaperExchange
from services.exchange.paper.settings import PaperSettings

KEY = SecretStr("the farm's own")
OTHER = SecretStr("another farm's")


@pytest.fixture
def paper() -> PaperExchange:
    return PaperExchange(QuietMarket(), clock=SystemClock(), settings=PaperSettings())


@pytest.mark.parametrize("name", ["a", "mia-1", "0_9", CLASSIC, UNIFIED, "x" * 64])
def test_a_key_opens_the_account_that_it_names(paper: PaperExchange, name: str) -> None:
    key = on_demand(paper.open, KEY)(credentials(name, KEY).key)
    assert key is not None
    assert (key.account.name, key.account.is_unified) == (name, name == UNIFIED)
    assert paper.names() == [name]


def test_the_watchdog_has_another_key_with_another_secret_to_the_same_account(paper: PaperExchange) -> None:
    own, watchdog = credentials("mia", KEY), credentials("mia", KEY, purpose="watchdog")
    assert own.key != watchdog.key
    assert own.secret != watchdog.secret
    assert own.passphrase != watchdog.passphrase
    known = on_demand(paper.open, KEY)
    opened = [known(one.key) for one in (own, watchdog)]
    assert [key.account.name for key in opened if key is not None] == ["mia", "mia"]


def test_an_account_that_is_there_already_keeps_its_key(paper: PaperExchange) -> None:
    kept = key_to(paper.open("mia"), KEY)
    opened = on_demand(paper.open, KEY)(kept.key)
    assert opened is not None
    assert (opened.secret, opened.passphrase, opened.rights) == (kept.secret, kept.passphrase, kept.rights)


@pytest.mark.parametrize(
    "false",
    [
        credentials("mia", OTHER).key,
        credentials("mia", KEY).key.replace("mia", "leo"),
        credentials("mia", KEY).key.replace("mia", "mia.watchdog"),
        credentials("mia", KEY, purpose="watchdog").key.replace(".watchdog", ""),
        credentials("mia", KEY).key + "\n",
        credentials("mia", KEY).key.upper(),
        "mia",
        "mia.",
        "../mia." + "A" * 32,
        "",
    ],
)
def test_a_false_key_opens_nothing(paper: PaperExchange, false: str) -> None:
    assert on_demand(paper.open, KEY)(false) is None
    assert paper.names() == []


@settings(max_examples=50)
@given(at=st.integers(min_value=0, max_value=35), letter=st.characters(codec="utf-8"))
def test_a_key_with_one_letter_changed_opens_nothing(at: int, letter: str) -> None:
    paper = PaperExchange(QuietMarket(), clock=SystemClock(), settings=PaperSettings())
    true = credentials("mia", KEY).key
    changed = true[:at] + letter + true[at + 1 :]
    if changed != true:
        assert on_demand(paper.open, KEY)(changed) is None
        assert paper.names() == []


@pytest.mark.parametrize("name", ["", "-mia", "Mia", "mia.watchdog", "mi a", "mía", "x" * 65, "a/b"])
def test_no_key_is_made_for_a_name_that_no_account_may_have(name: str) -> None:
    with pytest.raises(ValueError, match="cannot be called"):
        credentials(name, KEY)
