from __future__ import annotations

from pydantic import SecretStr

from bots.process import hidden
from config.process import ProcessSecrets


def test_a_process_hides_each_of_its_secrets_and_every_part_of_the_watchdogs_keys() -> None:
    secrets = ProcessSecrets(
        bus_url=SecretStr("redis://:canary-1@host"),
        vault_key=SecretStr("canary-2"),
        ways={"phone": SecretStr("canary-3")},
        model_keys={"big": SecretStr("canary-7")},
        watchdog_keys={"main": SecretStr("bitget:canary-4:canary-5:canary-6")},
    )
    values = {secret.get_secret_value() for secret in hidden(secrets)}
    assert {f"canary-{number}" for number in range(2, 8)} <= values
    assert "redis://:canary-1@host" in values
    assert "bitget" not in values
