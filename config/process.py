"""The slice of the configuration that one process gets: only what its kind reads.

The farm compares slices to see whom a change concerns, so a section that a kind does not read is None in its
slice. Secrets travel apart from it and never appear in a repr, a log or a command line.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import BaseModel, ConfigDict, SecretStr, field_serializer

from config.farm_file import (
    AlertsSection,
    BotEntry,
    ChatSection,
    DatabaseSection,
    DeskSection,
    DiscordSection,
    ExchangeSection,
    Kind,
    LimitsSection,
    ObserveSection,
    SandboxExchangeSection,
    SandboxLlmSection,
    SkySection,
)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class ProcessSpec(_Part):
    """What a process is and what it is told. Paths are absolute; the folders exist."""

    name: str
    kind: Kind
    entry: BotEntry
    root: Path
    var: Path
    data: Path
    personas: Path
    observe: ObserveSection
    discord: DiscordSection | None = None
    discord_url: str | None = None
    """``http://127.0.0.1:PORT`` of the sandbox; None means the real Discord."""
    exchange: ExchangeSection | None = None
    sandbox_exchange: SandboxExchangeSection | None = None
    exchange_url: str | None = None
    """``http://127.0.0.1:PORT`` of the local exchange."""
    database: DatabaseSection | None = None
    limits: LimitsSection | None = None
    sky: SkySection | None = None
    alerts: AlertsSection | None = None
    desk: DeskSection | None = None
    chat: ChatSection | None = None
    sandbox_llm: SandboxLlmSection | None = None
    llm_url: str | None = None
    """``http://127.0.0.1:PORT`` of the farm's own local model; None where it runs none.

    OpenAI's API begins at ``/v1`` below it, Gemini's at the address itself.
    """
    listen_fd: int | None = None
    """The bound, listening socket of a sandbox; the farm keeps it open across restarts."""


class ProcessSecrets(_Part):
    """What a process must know and never show."""

    bus_url: SecretStr
    database_url: SecretStr | None = None
    discord_token: SecretStr | None = None
    sandbox_key: SecretStr | None = None
    """Signs the tokens of the local Discord's applications; the local exchange's keys follow from it."""
    ways: dict[str, SecretStr] = {}
    """The secret of each way out of Discord, by its name in farm.yaml."""
    vault_key: SecretStr | None = None
    """Seals the keys of accounts in the database; the desk alone has it."""
    watchdog_keys: dict[str, SecretStr] = {}
    """The watchdog's own keys, by account id: ``venue:key:secret:passphrase`` of a key that trades only."""

    model_keys: dict[str, SecretStr] = {}
    """The keys of language models, by their names in farm.yaml; the chat process alone has them."""

    @field_serializer(
        "bus_url", "database_url", "discord_token", "sandbox_key", "vault_key", when_used="json"
    )
    def _reveal_on_the_private_pipe(self, secret: SecretStr | None) -> str | None:
        """Give the plain value: the only JSON made of this class goes down a child's stdin."""
        return None if secret is None else secret.get_secret_value()

    @field_serializer("ways", "watchdog_keys", "model_keys", when_used="json")
    def _reveal_each(self, secrets: dict[str, SecretStr]) -> dict[str, str]:
        """Give the plain values, as above."""
        return {name: secret.get_secret_value() for name, secret in secrets.items()}
