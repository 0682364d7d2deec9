"""E-mail: one plain message through one server that takes mail."""

from __future__ import annotations

import ssl
from email.message import EmailMessage
from email.utils import format_datetime
from http import HTTPStatus
from typing import Final, Literal

import aiosmtplib
from pydantic import SecretStr

from services.alerts.ways.way import Letter, WayRefused, busy
from services.clock import Clock
from services.errors import OmegaError

_SECONDS: Final = 20.0
_LASTING: Final = HTTPStatus.INTERNAL_SERVER_ERROR.value
"""From this code on a mail server will not change its mind. Source: RFC 5321, 4.2.1."""
_SUBMISSION: Final = 587
"""The port of a server that names none. Source: RFC 6409."""
_SILENT: Final = "The mail server does not answer."


class Email:
    """Sends to one address. Its Message-ID follows from the letter's id, so that programs can drop a second.

    Args:
        to: the address.
        server: ``host:port``; an address of IPv6 stands in brackets.
        sender: the address it is from, and the user's name at the server.
        password: None where the server takes mail without one.
        tls: how the connection is made private.
        clock: the date in the mail.
        context: which certificates are believed; None for the system's.
    """

    def __init__(
        self,
        *,
        to: str,
        server: str,
        sender: str,
        password: SecretStr | None,
        tls: Literal["starttls", "tls", "none"],
        clock: Clock,
        context: ssl.SSLContext | None = None,
    ) -> None:
        host, _, port = server.rpartition(":")
        self._host, self._port = (host.strip("[]"), int(port)) if host else (port, _SUBMISSION)
        self._to = to
        self._sender = sender
        self._password = password
        self._tls = tls
        self._clock = clock
        self._context = context

    async def send(self, letter: Letter) -> None:
        """Send a letter; see `Way.send`."""
        try:
            await aiosmtplib.send(
                self._message(letter),
                sender=self._sender,
                recipients=[self._to],
                hostname=self._host,
                port=self._port,
                username=None if self._password is None else self._sender,
                password=None if self._password is None else self._password.get_secret_value(),
                use_tls=self._tls == "tls",
                start_tls=self._tls == "starttls",
                tls_context=None if self._tls == "none" else self._context,
                timeout=_SECONDS,
            )
        except aiosmtplib.SMTPRecipientsRefused as error:
            refused = WayRefused(
                "The mail server does not take mail for that address.", hint="Put it right in farm.yaml."
            )
            raise _judged(error.recipients[0].code, refused) from None
        except aiosmtplib.SMTPAuthenticationError as error:
            refused = WayRefused(
                "The mail server does not admit the sender.", hint="Put the secret of that way right."
            )
            raise _judged(error.code, refused) from None
        except aiosmtplib.SMTPResponseException as error:
            refused = WayRefused("The mail server refuses the mail.", hint="Look into the server's own log.")
            raise _judged(error.code, refused) from None
        except aiosmtplib.SMTPNotSupported:
            raise WayRefused(
                "The mail server offers no private connection.", hint="Set tls of that way in farm.yaml."
            ) from None
        except (aiosmtplib.SMTPException, OSError):
            raise busy(_SILENT) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage()
        message["From"] = self._sender
        message["To"] = self._to
        message["Subject"] = " ".join(letter.title.split())
        message["Date"] = format_datetime(self._clock.now())
        message["Message-ID"] = f"<{letter.id}@{self._sender.rpartition('@')[2]}>"
        message["Content-Language"] = letter.locale
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(letter.text)
        return message


def _judged(code: int, refused: WayRefused) -> OmegaError:
    return refused if code >= _LASTING else busy(_SILENT)
