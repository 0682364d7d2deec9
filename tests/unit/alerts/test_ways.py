from __future__ import annotations

import logging
import ssl
import traceback
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
import structlog
import trustme
from pydantic import SecretStr
from schedule_stage import WallClock
from way_stages import MailServer, Mishap, TelegramServer, WebhookReceiver

from config.farm_file import WaySection
from services.alerts.conditions import PriceLevel
from services.alerts.posts import Delivery, Told, Value
from services.alerts.ways.email import Email
from services.alerts.ways.outside import open_outside
from services.alerts.ways.way import LONGEST_WAIT, WayRefused
from services.alerts.ways.ways import Ways, open_ways
from services.alerts.ways.wording import letter_of
from services.errors import OmegaError, Unavailable
from services.logs import configure_logs

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
BTC = "BTC/USDT:USDT"
TOKEN = "123456:made-up-token-of-telegram"
KEY = "made-up-key-that-signs"
PASSWORD = "made-up password of mail"
CLOCK = WallClock(NOON)
ALERT = Told(
    alert="a1b2c3d4e5",
    rule="r1",
    condition=PriceLevel(market=BTC, way="above", level=Decimal(70_000)),
    state="fired",
    at=NOON,
    seen_at=NOON,
    values=[Value(label="Price", value=Decimal("70010.5"))],
    price=Decimal("70010.5"),
    tick=Decimal("0.1"),
    late=185,
    note="sell <b>a third</b> & rest",
    owner="7",
)


def delivery(body: Told = ALERT, *, locale: str = "en", **more: Any) -> Delivery:
    return Delivery(id="d1", persona="waze", locale=locale, body=body, created_at=NOON, **more)


@asynccontextmanager
async def telegram(to: str = "42", token: str = TOKEN) -> AsyncIterator[tuple[TelegramServer, Ways]]:
    server = TelegramServer(token=TOKEN, chats=frozenset({"42"}), blocked=frozenset({"43"}))
    async with server.opened():
        sections = {"phone": WaySection(kind="telegram", to=to, server=server.url)}
        async with open_ways(sections, {"phone": SecretStr(token)}, clock=CLOCK) as ways:
            yield server, ways


@asynccontextmanager
async def webhook(key: str = KEY) -> AsyncIterator[tuple[WebhookReceiver, Ways]]:
    receiver = WebhookReceiver(key=KEY, now=NOON.timestamp())
    async with receiver.opened():
        sections = {"hook": WaySection(kind="webhook", to=f"{receiver.url}/alerts")}
        async with open_ways(sections, {"hook": SecretStr(key)}, clock=CLOCK) as ways:
            yield receiver, ways


async def test_telegram_gets_one_message_in_which_nothing_is_taken_for_a_mark() -> None:
    async with telegram() as (server, ways):
        await ways.send("phone", delivery(is_silent=True))
    (message,) = server.messages
    assert message["text"].startswith(f"<b>{BTC} above 70,000.0</b>\n")
    assert "Note: sell &lt;b&gt;a third&lt;/b&gt; &amp; rest" in message["text"]
    assert (message["chat_id"], message["parse_mode"]) == ("42", "HTML")
    assert message["disable_notification"] is True


async def test_a_letter_speaks_the_language_of_its_delivery() -> None:
    async with telegram() as (server, ways):
        await ways.send("phone", delivery(locale="pt-BR"))
    text = server.messages[0]["text"]
    assert text.startswith(f"<b>{BTC} acima de 70.000,0</b>\nPreço: 70.010,5\n")
    assert "Quando: 2026-03-02 12:00 UTC (com atraso de 3 min 5 s)" in text


@pytest.mark.parametrize(
    ("mishap", "wait"),
    [
        ((429, {}, {"ok": False, "error_code": 429, "parameters": {"retry_after": 7}}), 7.0),
        ((429, {"Retry-After": "9"}, {"ok": False, "error_code": 429}), 9.0),
        ((429, {}, {"ok": False, "parameters": {"retry_after": 999_999}}), LONGEST_WAIT),
        ((500, {}, {"ok": False, "error_code": 500, "description": "Internal"}), None),
        ("garbage", None),
        ("reset", None),
    ],
)
async def test_telegram_is_asked_again_when_it_wishes_and_then_has_it_once(
    mishap: Mishap, wait: float | None
) -> None:
    async with telegram() as (server, ways):
        server.mishaps.append(mishap)
        with pytest.raises(Unavailable) as caught:
            await ways.send("phone", delivery())
        assert caught.value.facts.get("retry_after") == wait
        assert server.messages == []
        await ways.send("phone", delivery())
    assert len(server.messages) == 1


@pytest.mark.parametrize(
    ("to", "token", "said"),
    [
        ("43", TOKEN, "The bot may not write to that chat of Telegram."),
        ("44", TOKEN, "Telegram knows no such chat."),
        ("42", "123456:another", "Telegram does not know the bot's token."),
    ],
)
async def test_what_telegram_will_never_take_is_refused(to: str, token: str, said: str) -> None:
    async with telegram(to, token) as (server, ways):
        with pytest.raises(WayRefused, match=said):
            await ways.send("phone", delivery())
    assert server.asked == 1


async def test_a_long_letter_fits_into_a_message_of_telegram() -> None:
    async with telegram() as (server, ways):
        await ways.send("phone", delivery(Told(**{**_fields(ALERT), "note": "& long " * 2_000})))
    text = server.messages[0]["text"].replace("&amp;", "&").replace("<b>", "").replace("</b>", "")
    assert len(text) <= 4_096


def _fields(told: Told) -> dict[str, Any]:
    return {name: getattr(told, name) for name in told.__struct_fields__}


async def test_a_webhook_gets_the_alert_signed_and_told_in_words() -> None:
    async with webhook() as (receiver, ways):
        await ways.send("hook", delivery())
    assert [*receiver.taken] == ["d1"]
    taken = receiver.taken["d1"]
    assert (taken["version"], taken["id"], taken["title"]) == (1, "d1", f"{BTC} above 70,000.0")
    assert "Price: 70,010.5" in taken["text"]
    assert (taken["post"]["type"], taken["post"]["price"]) == ("alert", "70010.5")
    assert taken["post"]["condition"] == {
        "type": "price",
        "market": BTC,
        "way": "above",
        "level": "70000",
        "margin": "0",
    }


async def test_a_webhook_that_broke_off_gets_the_same_id_again() -> None:
    async with webhook() as (receiver, ways):
        receiver.mishaps.extend(["reset after", (503, {"Retry-After": "12"}, {}), "reset"])
        waits = []
        for _ in range(3):
            with pytest.raises(Unavailable) as caught:
                await ways.send("hook", delivery())
            waits.append(caught.value.facts.get("retry_after"))
        await ways.send("hook", delivery())
    assert waits == [None, 12.0, None]
    assert ([*receiver.taken], receiver.repeats) == (["d1"], 1)


@pytest.mark.parametrize(
    ("mishap", "said"),
    [
        ((302, {"Location": "http://127.0.0.1:1/"}, {}), "sends it elsewhere, which is not followed"),
        ((410, {}, {}), "refuses it with status 410"),
    ],
)
async def test_a_webhook_that_does_not_want_it_is_asked_once(mishap: Mishap, said: str) -> None:
    async with webhook() as (receiver, ways):
        receiver.mishaps.append(mishap)
        with pytest.raises(WayRefused, match=said):
            await ways.send("hook", delivery())
    assert receiver.asked == 1


async def test_a_receiver_with_another_key_takes_nothing() -> None:
    async with webhook(key="another key") as (receiver, ways):
        with pytest.raises(WayRefused, match="status 401"):
            await ways.send("hook", delivery())
    assert receiver.taken == {}


@pytest.mark.parametrize(
    "host", ["10.0.0.5", "169.254.169.254", "[::ffff:192.168.1.1]", "[fd00::1]", "0.0.0.1"]
)
async def test_a_private_address_is_not_asked(host: str) -> None:
    async with open_outside() as outside:
        with pytest.raises(WayRefused, match="has a private address"):
            await outside.post(f"https://{host}/", b"", {}, who="The receiver")


async def test_a_name_that_leads_to_private_addresses_is_not_asked_unless_it_is_trusted() -> None:
    receiver = WebhookReceiver(key=KEY, now=0)
    async with receiver.opened():
        named = receiver.url.replace("127.0.0.1", "ip6-localhost.localhost")
        local = receiver.url.replace("127.0.0.1", "localhost")
        async with open_outside() as outside:
            receiver.mishaps.append((200, {}, {}))
            assert (await outside.post(local, b"", {}, who="It")).is_taken
            with pytest.raises(OmegaError):
                await outside.post(named, b"", {}, who="It")
    assert receiver.asked == 1


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@asynccontextmanager
async def mail(
    authority: trustme.CA, *, tls: Any = "starttls", password: str | None = PASSWORD
) -> AsyncIterator[tuple[MailServer, Ways]]:
    server = MailServer(login=None if tls == "none" else ("farm@example.org", PASSWORD))
    context = ssl.create_default_context()
    authority.configure_trust(context)
    async with server.opened(authority, tls=tls):
        section = WaySection(
            kind="email", to="me@example.org", server=server.address, sender="farm@example.org", tls=tls
        )
        secrets = {} if password is None else {"mail": SecretStr(password)}
        async with open_ways({"mail": section}, secrets, clock=CLOCK, tls=context) as ways:
            yield server, ways


@pytest.mark.parametrize("tls", ["starttls", "tls"])
async def test_a_mail_goes_out_over_a_private_connection_with_an_id_of_its_own(
    authority: trustme.CA, tls: str
) -> None:
    async with mail(authority, tls=tls) as (server, ways):
        await ways.send("mail", delivery(locale="pt-BR"))
    (sent,) = server.mails
    assert (sent["From"], sent["To"]) == ("farm@example.org", "me@example.org")
    assert (sent["Subject"], sent["Message-ID"]) == (f"{BTC} acima de 70.000,0", "<d1@example.org>")
    assert sent["Date"].datetime == NOON
    assert "Nota: sell <b>a third</b> & rest" in sent.get_content()


async def test_a_server_on_this_machine_takes_mail_without_a_password(authority: trustme.CA) -> None:
    async with mail(authority, tls="none", password=None) as (server, ways):
        await ways.send("mail", delivery())
    assert len(server.mails) == 1


async def test_an_address_of_a_mail_server_may_stand_in_brackets(authority: trustme.CA) -> None:
    server = MailServer()
    async with server.opened(authority, tls="none"):
        mail_way = Email(
            to="me@example.org",
            server=f"[127.0.0.1]:{server.port}",
            sender="farm@example.org",
            password=None,
            tls="none",
            clock=CLOCK,
        )
        await mail_way.send(letter_of(delivery()))
    assert len(server.mails) == 1


async def test_a_mail_that_may_be_taken_later_is_tried_again(authority: trustme.CA) -> None:
    async with mail(authority) as (server, ways):
        server.refusals.append("451 4.3.0 come back")
        with pytest.raises(Unavailable, match="The mail server does not answer"):
            await ways.send("mail", delivery())
        await ways.send("mail", delivery())
    assert len(server.mails) == 1


async def test_a_mail_server_that_is_away_is_tried_again(authority: trustme.CA) -> None:
    async with mail(authority) as (_, ways):
        pass
    with pytest.raises(Unavailable, match="The mail server does not answer"):
        await ways.send("mail", delivery())


async def test_a_mail_that_is_never_taken_is_refused(authority: trustme.CA) -> None:
    async with mail(authority) as (server, ways):
        server.refusals.append("550 5.1.1 no such user")
        with pytest.raises(WayRefused, match="does not take mail for that address"):
            await ways.send("mail", delivery())
    async with mail(authority, password="another") as (server, ways):
        with pytest.raises(WayRefused, match="does not admit the sender"):
            await ways.send("mail", delivery())
    assert server.mails == []


async def test_a_way_that_is_not_there_or_has_no_secret_refuses() -> None:
    sections = {"hook": WaySection(kind="webhook", to="https://example.org/")}
    async with open_ways(sections, {}, clock=CLOCK) as ways:
        for name in ("hook", "nowhere"):
            with pytest.raises(WayRefused, match=f"There is no way out called {name} that works"):
                await ways.send(name, delivery())


@pytest.fixture
def lines() -> Iterator[StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level, logging.raiseExceptions)
    written = StringIO()
    configure_logs(process="alerts", level="debug", stream=written, is_pretty=False)
    yield written
    root.handlers[:], root.level, logging.raiseExceptions = before
    logging.captureWarnings(capture=False)
    structlog.reset_defaults()


FAILURES: tuple[Mishap, ...] = (
    *("reset", "garbage", "reset after"),
    *((500, {}, {}), (403, {}, {"ok": False, "description": "no"})),
)


async def test_no_token_stands_in_a_log_or_an_error(lines: StringIO) -> None:
    said: list[str] = []
    async with telegram() as (server, ways):
        for mishap in FAILURES:
            server.mishaps.append(mishap)
            said.append(await failure(ways))
    gone = {"phone": WaySection(kind="telegram", to="42", server=server.url)}
    async with open_ways(gone, {"phone": SecretStr(TOKEN)}, clock=CLOCK) as ways:
        said.append(await failure(ways))
    assert len(said) == len(FAILURES) + 1
    assert TOKEN not in "".join([lines.getvalue(), *said])
    assert "telegram_refused" in lines.getvalue()


async def failure(ways: Ways) -> str:
    """Return everything that is to be had of why a delivery failed with its trace."""
    with pytest.raises(OmegaError) as caught:
        await ways.send("phone", delivery())
    return "".join(traceback.format_exception(caught.value)) + str(caught.value.facts)
