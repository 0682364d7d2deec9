"""A member who trades in the local Discord of a running farm, and what the local exchange has of them."""

from __future__ import annotations

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TypeVar

import psutil
from persona_rounds import facts
from running_farm import ROOT, RunningFarm

from sandbox.discord.client import Answer, Http, Member, SandboxClient
from sandbox.discord.wire import Json

CHANNEL = "markets"
BTC = "BTC/USDT:USDT"
PATIENCE_S = 60.0
"""How long a test waits before it fails; a machine may have other things to do."""
_LOOK_S = 0.1

T = TypeVar("T")


def title(message: Json) -> str:
    return str(message["embeds"][0].get("title", ""))


def buttons(message: Json) -> dict[str, str]:
    """Return the custom ids of a card's buttons by label."""
    rows = [row["components"] for row in message["components"]]
    return {button["label"]: button["custom_id"] for row in rows for button in row}


def is_living(message: Json) -> bool:
    """Tell whether it is the card of a position."""
    return "Entry" in facts(message)


def position_id(footer: str) -> str:
    """Return which position the card with this footer is of."""
    return next(part for part in footer.split(" · ") if part.startswith("position "))


def figures(text: str) -> list[Decimal]:
    """Return the numbers in a text, as English writes them."""
    return [Decimal(one.replace(",", "")) for one in re.findall(r"\d[\d,]*(?:\.\d+)?", text)]


class Trader:
    """What a member does, and what they get to see."""

    def __init__(self, member: Member, http: Http, farm: RunningFarm, account: str = "") -> None:
        self.member = member
        self._http = http
        self._farm = farm
        self._account = account

    @classmethod
    async def of(cls, client: SandboxClient, name: str, farm: RunningFarm) -> Trader:
        """Return the member of that name; their paper account begins here."""
        member = await client.member(name)
        balance = await cls(member, client.http, farm).ask("balance")
        account = str(balance["embeds"][0]["footer"]["text"]).split(" · ")[1]
        return cls(member, client.http, farm, account)

    async def ask(self, command: str, /, **options: str | bool) -> Json:
        """Return the one card that answers a command."""
        answer = await self.member.slash(command, CHANNEL, application=None, **options)
        assert answer.state == "acknowledged", answer
        (message,) = answer.messages
        return message

    async def price(self) -> Decimal:
        """Return what Bitcoin costs, as a draft says that nobody confirms."""
        draft = await self.ask("order buy", market="BTC", size="0.001", stop="1000")
        return figures(facts(draft)["Price"])[0]

    async def draft(self, size: str, *, below: str = "0.99", above: str = "") -> Json:
        """Return the ticket of a long position, its stop and its target at these shares of the price."""
        price = await self.price()
        more = {"target": f"{price * Decimal(above):.0f}"} if above else {}
        return await self.ask(
            "order buy", market="BTC", size=size, stop=f"{price * Decimal(below):.0f}", **more
        )

    async def press(self, message: Json, label: str) -> Answer:
        return await self.member.press(message, buttons(message)[label])

    async def card(self, message: Json) -> Json:
        """Return a message of the channel as it is now."""
        return next(one for one in await self.member.messages(CHANNEL) if one["id"] == message["id"])

    async def settled(self, message: Json) -> Json:
        """Return a ticket's card once it says what came of it."""
        return await seen(lambda: self.card(message), lambda one: "Confirm" not in buttons(one))

    async def told(self) -> list[Json]:
        """Return the direct messages they got, newest first."""
        ready = await self._http.call("GET", "/ready", {"as": self.member.user["id"]})
        pages = [await self.member.messages(one["id"]) for one in ready["private_channels"]]
        return [message for page in pages for message in page]

    async def hears(self, holds: Callable[[Json], bool], *, within: float = PATIENCE_S) -> Json:
        """Return the direct message that is there or comes, of which `holds` is true."""
        found = await seen(self.told, lambda all_of: any(map(holds, all_of)), within=within)
        return next(filter(holds, found))

    async def positions(self) -> set[str]:
        """Return the ids of the positions that they have a card of; an alert is a new message of the same."""
        cards = [one["embeds"][0]["footer"]["text"] for one in await self.told() if is_living(one)]
        return {position_id(card) for card in cards}

    def venue(self) -> list[Json]:
        """Return every order the local exchange has of them in its files, whatever became of it."""
        folder = self._farm.var / "paper"
        orders: dict[str, Json] = {}
        for past in folder.glob(f"member-{self._account}*.past"):
            *whole, _torn = past.read_text().split("\n")
            lines = [json.loads(line) for line in whole]
            orders |= {one["order"]["id"]: one["order"] for one in lines if "order" in one}
        for now in folder.glob(f"member-{self._account}*.json"):
            orders |= json.loads(now.read_text())["orders"]
        return [*orders.values()]

    def entries(self) -> list[Json]:
        """Return the orders among them that open or grow a position: all of ours are long."""
        return [one for one in self.venue() if one["request"]["side"] == "buy"]

    async def waiting(self) -> dict[str, str]:
        """Return the price of what waits at the local exchange, by kind."""
        found = [one for one in self.venue() if one["status"] in {"open", "waiting"}]
        asked = [one["request"] for one in found]
        return {one["kind"]: str(one["trigger_price"] or one["price"]) for one in asked}


async def seen(
    look: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, within: float = PATIENCE_S
) -> T:
    """Return what `look` gives once `holds` is true of it."""
    deadline = time.monotonic() + within
    while not holds(found := await look()):
        assert time.monotonic() < deadline, f"not within {within} s: {json.dumps(found)[-3000:]}"
        await asyncio.sleep(_LOOK_S)
    return found


def pid_of(farm: RunningFarm, name: str) -> int:
    status = farm.bot(name)
    assert status is not None
    assert status.pid is not None
    return status.pid


def bus_pid(farm: RunningFarm) -> int:
    """Return the process of the farm's own Redis."""
    assert farm.process is not None
    family = psutil.Process(farm.process.pid).children(recursive=True)
    return next(one.pid for one in family if "valkey" in one.name() or "redis" in one.name())


def kill(farm: RunningFarm, name: str) -> int:
    """Kill a bot and return the pid it had."""
    pid = pid_of(farm, name)
    os.kill(pid, signal.SIGKILL)
    return pid


async def back(farm: RunningFarm, name: str, pid: int, *, within: float = PATIENCE_S) -> None:
    """Wait until another process is ready in place of one."""

    def is_back(one: RunningFarm) -> bool:
        status = one.bot(name)
        return status is not None and status.state == "ready" and status.pid not in {None, pid}

    await farm.until(is_back, f"{name} is back", within)


async def omega(farm: RunningFarm, *arguments: str, said: str = "") -> subprocess.CompletedProcess[str]:
    """Run a command of the command line on a farm."""
    env = {**os.environ, "OMEGA_VAR": str(farm.var), "OMEGA_CONFIG": str(farm.config)}
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", "bots", *arguments],
        cwd=ROOT,
        env=env,
        input=said,
        capture_output=True,
        text=True,
        check=False,
    )
