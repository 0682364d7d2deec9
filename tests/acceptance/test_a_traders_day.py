"""A day of two members who trade, with everything that goes wrong on it.

One farm goes through all of it in the order in which it stands here.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
import time
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio
from persona_rounds import EPHEMERAL, facts
from running_farm import Farm, RunningFarm, running_farm, small_farm
from traders_day import (
    BTC,
    Trader,
    back,
    bus_pid,
    buttons,
    figures,
    is_living,
    kill,
    omega,
    pid_of,
    position_id,
    seen,
    title,
)

from sandbox.discord.client import SandboxClient
from sandbox.discord.wire import Json
from services.errors import UserMistake

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300), pytest.mark.asyncio(loop_scope="module")]

LIMITS = {"commands_per_second": 1000.0, "burst": 1000}
SILENT = ("xyko", "biel", "f", "z", "gemini")
"""They have no part in it: who guides members brings the news, too."""
MOMENTS = (0.01, 0.03, 0.08)
"""Seconds after the press at which the desk dies: before the order is sent, while it is, and after."""


def traders_farm(**risk: float) -> Farm:
    farm = small_farm(limits=LIMITS, desk={"watchdog_after": "4s", "risk": risk})
    bots = {name: dict(entry or {}) for name, entry in dict(farm["bots"]).items()}  # type: ignore[call-overload]
    for name in SILENT:
        bots[name]["enabled"] = False
    return {**farm, "bots": bots}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def farm(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningFarm]:
    async with running_farm(tmp_path_factory.mktemp("farm"), traders_farm()) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(farm: RunningFarm) -> AsyncIterator[SandboxClient]:
    async with SandboxClient(farm.address) as connected:
        yield connected


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def mia(client: SandboxClient, farm: RunningFarm) -> Trader:
    return await Trader.of(client, "mia", farm)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def theo(client: SandboxClient, farm: RunningFarm) -> Trader:
    return await Trader.of(client, "theo", farm)


async def test_a_card_that_is_confirmed_twice_at_once_is_one_order_of_which_its_owner_alone_hears(
    mia: Trader, theo: Trader
) -> None:
    ticket = await mia.draft("0.15", above="1.03")
    shown = facts(ticket)
    assert title(ticket) == f"Order · {BTC} · PAPER"
    assert re.fullmatch(r"[\d.,]+ USDT · 1\.\d\d% of equity", shown["Risk"]), (
        "1 % of 1.6 equities, and the fees"
    )
    assert ticket["flags"] & EPHEMERAL

    with pytest.raises(UserMistake, match="Unknown Message"):
        await theo.press(ticket, "Confirm")
    answers = await asyncio.gather(mia.press(ticket, "Confirm"), mia.press(ticket, "Confirm"))
    told = [facts(answer.messages[0]) for answer in answers]
    assert sum("Orders" in one for one in told) == 1
    assert all(answer.messages[0]["flags"] & EPHEMERAL for answer in answers)

    filled = await mia.hears(lambda one: title(one) == f"PAPER · {BTC} · Filled")
    assert facts(filled)["Filled"] == "0.15 BTC"
    card = await mia.hears(is_living)
    assert facts(card)["Size"].startswith("0.15 BTC")
    assert len(mia.entries()) == 1
    assert len(await mia.positions()) == 1
    assert await theo.told() == []
    with pytest.raises(UserMistake):
        await theo.press(card, "Close")


async def test_a_position_shows_what_it_is_worth_and_its_stop_and_target_move_at_the_venue(
    mia: Trader,
) -> None:
    held = await seen(lambda: mia.ask("positions"), lambda one: "Funding to date: unknown" not in str(one))
    (listed,) = [plain(value) for name, value in facts(held).items() if BTC in name]
    assert re.search(r"^0\.15 BTC from [\d.,]+$", listed, re.MULTILINE)
    assert re.search(r"^[+-]?[\d.,]+ USDT · [+-]?[\d.]+% · [+-]?[\d.]+ R$", listed, re.MULTILINE)
    assert re.search(r"^Liquidation: [\d.,]+.*%", listed, re.MULTILINE), listed
    assert re.search(r"^Funding to date: [+-]?[\d.,]+ USDT$", listed, re.MULTILINE)
    assert re.search(r"^Stop: [\d.,]+ \(-[\d.]+%\) · rests at the venue$", listed, re.MULTILINE)
    whole = facts(await mia.ask("position", market="BTC"))
    assert any(name.startswith("Fibonacci levels") for name in whole), whole

    entry = figures(whole["Entry"])[0]
    stop, target = f"{entry * Decimal('0.985'):.0f}", f"{entry * Decimal('1.05'):.0f}"
    await mia.press(await mia.ask("sl", market=BTC, price=stop), "Confirm")
    await mia.press(await mia.ask("tp", market=BTC, price=target), "Confirm")
    await seen(mia.waiting, lambda found: found == {"stop": stop, "take_profit": target})
    await seen(lambda: mia.ask("orders"), lambda one: last_figures(one) == [Decimal(stop), Decimal(target)])

    assert {"Net", "Fees", "Funding", "Open profit"} <= facts(await mia.ask("pnl")).keys()
    assert any("Bought 0.15 BTC" in value for value in facts(await mia.ask("journal list")).values())
    said = await mia.ask("why", id=await id_of_the_entry(mia))
    assert "✔ Risk at the stop: 1." in facts(said)["What the rules said"]


def last_figures(orders: Json) -> list[Decimal]:
    """Return the price from which on each of the listed orders acts."""
    lines = [value for name, value in facts(orders).items() if name.endswith(".")]
    return [figures(line)[-1] for line in lines]


def plain(text: str) -> str:
    return text.replace("\N{MINUS SIGN}", "-")


async def id_of_the_entry(trader: Trader) -> str:
    listed = facts(await trader.ask("journal list"))
    passed = [value for value in listed.values() if "The risk gate let it pass" in value]
    return passed[-1].rpartition(" · ")[2].strip("`")


async def test_a_run_that_was_started_goes_on_and_nothing_waits_for_approval(theo: Trader) -> None:
    started = facts(await theo.ask("strategy start", strategy="fibonacci", market=BTC, automatic=True))
    assert started["How"] == "orders by itself, on paper"
    assert started["State"] == "at work"
    nothing = await theo.ask("approve")
    assert nothing["flags"] & EPHEMERAL
    assert facts(nothing) == {}


async def test_a_desk_that_dies_while_an_order_is_confirmed_sends_it_at_most_once_and_the_card_tells(
    farm: RunningFarm, mia: Trader, theo: Trader
) -> None:
    analyzer = kill(farm, "position_analyzer")
    tickets = []
    for moment in MOMENTS:
        ticket = await theo.draft("0.02")
        tickets.append(buttons(ticket)["Confirm"].rpartition("|")[2])
        pressing = asyncio.create_task(theo.press(ticket, "Confirm"))
        await asyncio.sleep(moment)
        pid = kill(farm, "desk")
        await pressing
        card = await theo.settled(ticket)
        assert {"Orders", "Why"} & facts(card).keys(), card
        await back(farm, "desk", pid)
    ends = await seen(lambda: ends_of(theo, tickets), lambda found: not any(map(is_open, found)))
    assert len(theo.entries()) == sum("filled" in end for end in ends)

    await back(farm, "position_analyzer", analyzer)
    await back(farm, "waze", kill(farm, "waze"))
    held = sum((Decimal(one["filled"]) for one in theo.entries()), Decimal(0))
    if held:
        await theo.hears(lambda one: is_living(one) and facts(one)["Size"].startswith(f"{held} BTC"))
    assert len(await theo.positions()) == bool(held)
    assert len(await mia.positions()) == 1
    runs = facts(await theo.ask("strategy list"))
    assert "at work" in runs["At work 1"], "the run outlives its desk"


async def ends_of(trader: Trader, tickets: list[str]) -> list[str]:
    """Return what is said of the order of each ticket; nothing where none was begun."""
    return [facts(await trader.ask("why", id=ticket)).get("Order", "") for ticket in tickets]


def is_open(order: str) -> bool:
    return bool(order) and not any(end in order for end in ("filled", "never sent", "rejected"))


async def test_the_kill_switch_halts_at_once_flattens_and_is_resumed_by_its_rules(mia: Trader) -> None:
    fired = facts(await mia.ask("killswitch fire", why="enough for today"))
    assert fired["State"].startswith("halted")
    assert figures(fired["Halted after"])[0] <= 1_000
    refused = await mia.ask("order buy", market="BTC", size="0.001", stop="1000")
    assert "Trading is halted" in facts(refused)["What refuses it"]
    assert "Confirm" not in buttons(refused)

    shown = await seen(lambda: mia.ask("killswitch show"), lambda one: "Flat after" in facts(one))
    assert "positions closed: 1" in facts(shown)["Accounts"]
    assert await mia.waiting() == {}
    await mia.hears(lambda one: title(one) == "PAPER · Everything is flat")
    over = await mia.hears(lambda one: is_living(one) and "Exit" in facts(one))
    assert await mia.positions() == {position_id(over["embeds"][0]["footer"]["text"])}
    assert abs(time.time() - float(figures(facts(over)["When"])[0])) < 300, (
        "the wall's time, not that of a replay"
    )

    form = await mia.member.slash("killswitch resume", "markets")
    denied = await mia.member.submit(form, code="123456")
    assert "RESUME" in str(denied.messages)
    assert facts(await mia.ask("killswitch show"))["State"].startswith("halted")
    form = await mia.member.slash("killswitch resume", "markets")
    resumed = await mia.member.submit(form, code="RESUME")
    assert facts(resumed.messages[0])["State"] == "trading goes on"
    assert "Confirm" in buttons(await mia.draft("0.02"))
    assert not [one for one in await mia.told() if title(one).endswith("Not as it should be")]


async def test_without_redis_the_command_line_gets_everything_flat_and_lets_it_go_on(
    farm: RunningFarm, mia: Trader, theo: Trader
) -> None:
    await mia.press(await mia.draft("0.02"), "Confirm")
    pid = bus_pid(farm)
    os.kill(pid, signal.SIGSTOP)
    try:
        flat = await omega(farm, "flat", "--why", "Redis is frozen")
    finally:
        os.kill(pid, signal.SIGCONT)
    assert flat.returncode == 0, flat.stderr
    assert await mia.waiting() == await theo.waiting() == {}
    await farm.until_ready("desk", "waze")

    assert is_flat(await mia.ask("positions"))
    form = await mia.member.slash("killswitch resume", "markets")
    halted = await mia.member.submit(form, code="RESUME")
    told = facts(halted.messages[0])
    assert told["State"].startswith("halted")
    assert "`omega resume --all`" in told["How to resume"]
    assert "Resume" not in buttons(halted.messages[0])
    resumed = await omega(farm, "resume", "--all", said="RESUME\n")
    assert resumed.returncode == 0, resumed.stderr
    await seen(lambda: mia.ask("killswitch show"), lambda one: facts(one)["State"] == "trading goes on")


def is_flat(positions: Json) -> bool:
    return not any(BTC in name for name in facts(positions))


async def test_a_limit_that_an_admin_writes_into_the_farms_file_judges_the_next_ticket(
    farm: RunningFarm, theo: Trader
) -> None:
    assert "Confirm" in buttons(await theo.draft("0.1"))
    pid = pid_of(farm, "desk")
    farm.write(traders_farm(risk_per_trade=0.005))
    await back(farm, "desk", pid)
    refused = facts(await theo.draft("0.1"))["What refuses it"]
    assert re.search(r"Risk at the stop\W*: 1\.\d+%, the limit is 0\.50%", refused)
    assert "at work" in facts(await theo.ask("strategy list"))["At work 1"]


async def test_while_the_desk_is_frozen_the_watchdog_cancels_what_opens_and_keeps_what_protects(
    farm: RunningFarm, theo: Trader
) -> None:
    await theo.press(await theo.draft("0.02"), "Confirm")
    price = await theo.price()
    waits, stop = f"{price * Decimal('0.97'):.0f}", f"{price * Decimal('0.96'):.0f}"
    limit = await theo.ask("order buy", market="BTC", size="0.01", type="limit", price=waits, stop=stop)
    await theo.press(limit, "Confirm")
    await seen(theo.waiting, lambda found: found.keys() == {"limit", "stop"})
    pid = pid_of(farm, "desk")
    os.kill(pid, signal.SIGSTOP)
    try:
        await seen(theo.waiting, lambda found: found.keys() == {"stop"})
        await farm.until(
            lambda now: "its open orders are canceled, stops are kept" in now.reason("watchdog"),
            "the watchdog says what it did",
            30.0,
        )
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
