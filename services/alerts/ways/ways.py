"""The ways of farm.yaml, opened: a delivery becomes a letter, and goes out by the name of its way."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import structlog
from pydantic import SecretStr
from yarl import URL

from config.farm_file import WaySection
from services.alerts.posts import Delivery
from services.alerts.ways.email import Email
from services.alerts.ways.outside import Outside, open_outside
from services.alerts.ways.telegram import TELEGRAM, Telegram
from services.alerts.ways.way import Way, WayRefused
from services.alerts.ways.webhook import Webhook
from services.alerts.ways.wording import letter_of
from services.clock import Clock

_VARIABLE: Final = "OMEGA_WAY_"

log = structlog.get_logger(__name__)


class Ways:
    """The ways that can be used, by name."""

    def __init__(self, ways: Mapping[str, Way]) -> None:
        self._ways = ways

    async def send(self, name: str, delivery: Delivery) -> None:
        """Send a delivery out by the way of that name. A way cannot change what it sent before.

        Raises:
            Unavailable: it may be tried again; see `Way.send`.
            WayRefused: it may not, or there is no such way, or it has no secret.
        """
        way = self._ways.get(name)
        if way is None:
            raise WayRefused(
                f"There is no way out called {name} that works.",
                hint="It stands in farm.yaml under alerts.ways, and its secret in the environment.",
            )
        await way.send(letter_of(delivery))


def usable(sections: Mapping[str, WaySection], secrets: Mapping[str, SecretStr]) -> dict[str, WaySection]:
    """Return the ways that can be opened: only a mailbox may do without a secret."""
    return {name: one for name, one in sections.items() if one.kind == "email" or name in secrets}


@asynccontextmanager
async def open_ways(
    sections: Mapping[str, WaySection],
    secrets: Mapping[str, SecretStr],
    *,
    clock: Clock,
    tls: ssl.SSLContext | None = None,
) -> AsyncIterator[Ways]:
    """Open the ways of `sections`; one whose secret is not in `secrets` is left out, and logged.

    `tls` has the certificates that are believed; None for the system's.
    """
    trusted = {URL(section.server).host or "" for section in sections.values() if section.kind == "telegram"}
    async with open_outside(trusted - {""}, tls=tls) as outside:
        made: dict[str, Way] = {}
        for name, section in sections.items():
            way = _way(section, secrets.get(name), outside=outside, clock=clock, tls=tls)
            if way is None:
                log.error("way_without_secret", way=name, hint=f"Set {_VARIABLE}{name.upper()}.")
            else:
                made[name] = way
        yield Ways(made)


def _way(
    section: WaySection,
    secret: SecretStr | None,
    *,
    outside: Outside,
    clock: Clock,
    tls: ssl.SSLContext | None,
) -> Way | None:
    match section.kind:
        case "email":
            return Email(
                to=section.to,
                server=section.server,
                sender=section.sender,
                password=secret,
                tls=section.tls,
                clock=clock,
                context=tls,
            )
        case "telegram":
            if secret is None:
                return None
            return Telegram(outside, chat=section.to, token=secret, server=section.server or TELEGRAM)
        case "webhook":
            return None if secret is None else Webhook(outside, url=section.to, key=secret, clock=clock)
