from __future__ import annotations

from bots.cli.venue_checks import venue_findings
from config.farm_file import FarmFile


def farm(**exchange: object) -> FarmFile:
    return FarmFile.model_validate({"exchange": exchange, "bots": {"market": {}}})


def test_the_local_exchange_needs_no_looking_for() -> None:
    (found,) = venue_findings(farm(compare=["sandbox_twin"]))
    assert (found.verdict, found.detail) == ("ok", "prices come from the local exchange")


def test_a_venue_that_nobody_knows_is_told_with_the_nearest_names() -> None:
    (found,) = venue_findings(farm(id="binanse"))
    assert found.verdict == "FAIL"
    assert "binanse" in found.detail
    assert "binance" in found.fix


def test_a_venue_that_cannot_be_reached_is_told() -> None:
    (found,) = venue_findings(farm(id="kraken"), base_url="http://127.0.0.1:1")
    assert (found.verdict, found.detail) == ("FAIL", "kraken does not answer")


def test_a_test_environment_that_is_none_is_refused() -> None:
    (found,) = venue_findings(farm(id="kraken", testnet=True))
    assert found.verdict == "FAIL"
    assert "test environment" in found.detail
