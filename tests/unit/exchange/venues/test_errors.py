from __future__ import annotations

import aiohttp
import ccxt
import pytest

from services.errors import (
    ExchangeBusy,
    ExchangeUnavailable,
    Misconfigured,
    NotOffered,
    OmegaError,
    OrderNotFound,
    OrderRejected,
    OrderUnknown,
    UnknownMarket,
)
from services.exchange.venues.errors import Doing, Trace, is_refusal, redact, translate

SECRET = "https://api.venue.com/order?apiKey=abc123&signature=deadbeef"


def ours(
    code: str | None,
    error: Exception | None = None,
    *,
    doing: Doing = "read",
    status: int | None = 400,
    has_sent: bool = True,
) -> OmegaError:
    trace = Trace(has_sent=has_sent, status=status, code=code)
    return translate(
        error or ccxt.ExchangeError(SECRET), venue="bitget", exchange_id="bitget", doing=doing, trace=trace
    )


@pytest.mark.parametrize("code", ["40009", "40011", "40012", "40037", "40014", "40018", "40084", "40085"])
def test_trouble_with_a_key_or_account_is_for_the_operator(code: str) -> None:
    for doing in ("read_account", "place"):
        assert isinstance(ours(code, ccxt.AuthenticationError(SECRET), doing=doing), Misconfigured)


def test_a_missing_permission_is_named_and_the_key_is_not() -> None:
    error = ours("40014", ccxt.PermissionDenied(SECRET), doing="place")
    assert error.facts["permission"] == "trade"
    assert "trade" in error.message


@pytest.mark.parametrize("code", ["40010", "40015", "40725"])
def test_a_code_after_which_the_order_may_stand_is_unknown_and_never_a_bad_key(code: str) -> None:
    assert isinstance(ours(code, ccxt.AuthenticationError(SECRET), doing="place"), OrderUnknown)
    assert type(ours(code, ccxt.AuthenticationError(SECRET))) is ExchangeUnavailable


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("22001", "already_done"),
        ("22002", "no_position"),
        ("40762", "no_funds"),
        ("43012", "no_funds"),
        ("40774", "position_mode"),
        ("40786", "duplicate_id"),
        ("40797", "leverage"),
        ("40808", "precision"),
        ("40917", "already_triggered"),
        ("45110", "below_min_cost"),
        ("45117", "in_use"),
        ("45122", "already_triggered"),
        ("40200", "market_closed"),
    ],
)
def test_a_refused_order_says_why_although_ccxt_has_one_class_for_all(code: str, reason: str) -> None:
    error = ours(code, doing="place")
    assert isinstance(error, OrderRejected)
    assert (error.facts["reason"], error.facts["code"]) == (reason, code)


@pytest.mark.parametrize("code", ["40109", "43001", "25204"])
def test_an_order_that_is_not_found_is_no_proof_that_there_is_none(code: str) -> None:
    assert isinstance(ours(code, doing="read_account"), OrderNotFound)
    assert isinstance(ours(code, doing="change"), OrderNotFound)


@pytest.mark.parametrize("code", ["40200", "40308", "41114", "43115"])
def test_maintenance_means_that_the_venue_is_away(code: str) -> None:
    error = ours(code, ccxt.OnMaintenance(SECRET))
    assert type(error) is ExchangeUnavailable
    assert error.facts["kind"] == "maintenance"


@pytest.mark.parametrize("status", [418, 429])
def test_a_ban_is_busy_whatever_the_code(status: int) -> None:
    assert isinstance(ours(None, status=status), ExchangeBusy)


@pytest.mark.parametrize(
    "error",
    [ccxt.RequestTimeout(SECRET), ccxt.ExchangeNotAvailable(SECRET), TimeoutError(), KeyError("data")],
)
def test_an_order_without_an_answer_is_unknown_once_it_was_sent(error: Exception) -> None:
    assert isinstance(ours(None, error, doing="place", status=None), OrderUnknown)
    unsent = ours(None, error, doing="place", status=None, has_sent=False)
    assert type(unsent) is ExchangeUnavailable


def test_an_order_is_certainly_not_sent_where_no_connection_was_made() -> None:
    failed = ccxt.ExchangeNotAvailable(SECRET)
    key = aiohttp.client_reqrep.ConnectionKey("venue", 443, True, True, None, None, None)
    failed.__cause__ = aiohttp.ClientConnectorError(key, OSError("refused"))
    assert type(ours(None, failed, doing="place", status=None)) is ExchangeUnavailable


def test_a_failure_of_the_server_leaves_an_order_unknown_even_with_a_code() -> None:
    assert isinstance(ours("99999", doing="place", status=500), OrderUnknown)


@pytest.mark.parametrize("doing", ["place", "change"])
@pytest.mark.parametrize(("code", "status"), [("50001", 503), ("50001", 200), (None, 502)])
def test_what_ccxt_calls_maintenance_may_come_after_the_order_was_taken(
    code: str | None, status: int, doing: Doing
) -> None:
    trace = Trace(has_sent=True, status=status, code=code)
    error = translate(ccxt.OnMaintenance(SECRET), venue="okx", exchange_id="okx", doing=doing, trace=trace)
    assert isinstance(error, OrderUnknown)


def test_an_unknown_code_of_a_plain_refusal_is_a_refusal() -> None:
    error = ours("99999", doing="place")
    assert isinstance(error, OrderRejected)
    assert error.facts["reason"] == "other"


def test_a_read_that_is_refused_is_no_proof_that_the_venue_lacks_what_was_asked_for() -> None:
    for code, error in ((None, ccxt.BadRequest(SECRET)), ("99999", None), ("40404", None)):
        refused = ours(code, error)
        assert type(refused) is ExchangeUnavailable
        assert is_refusal(refused)
        assert (code or "refused") in refused.message
    assert not is_refusal(ours(None, ccxt.RequestTimeout(SECRET), status=None))


def test_what_ccxt_cannot_do_is_not_offered_and_an_unknown_market_is_unknown() -> None:
    assert isinstance(ours(None, ccxt.NotSupported(SECRET)), NotOffered)
    assert isinstance(ours(None, ccxt.BadSymbol(SECRET)), UnknownMarket)


@pytest.mark.parametrize("doing", ["read", "read_account", "place", "change"])
@pytest.mark.parametrize("code", [None, "40009", "40014", "40015", "40786", "40200", "429", "99999"])
def test_no_message_holds_an_address_a_key_or_a_signature(code: str | None, doing: Doing) -> None:
    error = ours(code, ccxt.ExchangeError(SECRET), doing=doing)
    said = f"{error.message} {error.hint} {error.facts}"
    assert all(secret not in said for secret in ("api.venue.com", "abc123", "deadbeef"))


def test_the_cause_that_a_log_would_print_holds_none_either() -> None:
    cause = ccxt.ExchangeError(SECRET)
    redact(cause)
    assert "deadbeef" not in f"{cause} {cause!r}"
