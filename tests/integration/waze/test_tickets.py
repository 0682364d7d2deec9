"""A ticket through real discord.py and the local Discord: seen by its owner alone, edited, confirmed once."""

from __future__ import annotations

from pathlib import Path

from desk_said import BTC, LIVE, PAPER, TICKET, order, switch, ticket
from persona_fakes import FakeBus
from persona_stage import buttons, fields, persona, process_of, said, spec

from config.farm_file import BotEntry
from sandbox.discord.app import Running
from sandbox.discord.client import SandboxClient
from services.errors import UserMistake
from services.trading.killswitch.messages import GetSwitch, Resume
from services.trading.orders.messages import ConfirmTicket, DraftOrder, GetTicket, Outcome

EPHEMERAL = 64


async def test_a_ticket_is_edited_confirmed_on_its_own_card_and_over_after_that(
    discord_server: Running, client: SandboxClient, bus: FakeBus, tmp_path: Path
) -> None:
    bus.answers[GetTicket], bus.answers[DraftOrder] = ticket(), ticket(id="tk_new")
    bus.answers[ConfirmTicket] = Outcome(state="done", orders=[order(state="filled")], account=PAPER)
    bus.answers[GetSwitch] = bus.answers[Resume] = switch()
    told = spec("waze", discord_server.url, tmp_path, entry=BotEntry(cogs=("order", "killswitch")))
    mia = await client.member("mia")
    async with persona(process_of(told), bus):
        (drafted,) = (
            await mia.slash("order buy", market=BTC, size="0.01", type="limit", price="64k")
        ).messages
        assert drafted["flags"] & EPHEMERAL
        assert buttons(drafted)[0] == "order|yes|tk_new"
        form = await mia.press(drafted, "order|edit|tk_new")
        written = {"size": "0.02", "price": "", "stop": "60000", "target": "", "leverage": "2"}
        (edited,) = (await mia.submit(form, **written)).messages
        assert edited["id"] == drafted["id"]
        (done,) = (await mia.press(edited, "order|yes|tk_new")).messages
        assert (done["id"], buttons(done)) == (drafted["id"], [])
        assert "filled" in fields(done)["Orders"]

        (again,) = (await mia.slash("order buy", market=BTC, size="0.01")).messages
        bus.answers[ConfirmTicket] = UserMistake("This card was used already.", facts={"ticket": "used"})
        (gone,) = (await mia.press(again, "order|yes|tk_new")).messages
        assert gone["id"] != again["id"]
        assert gone["flags"] & EPHEMERAL

        bus.answers[DraftOrder] = bus.answers[GetTicket] = ticket(account=LIVE, needs="typed")
        bus.answers[ConfirmTicket] = Outcome(state="unknown", account=LIVE)
        (real,) = (await mia.slash("order sell", market=BTC, size="0.01")).messages
        asked = await mia.press(real, f"order|typed|{TICKET}")
        (unknown,) = (await mia.submit(asked, typed=BTC, code="123456")).messages
        assert (unknown["id"], buttons(unknown)) == (real["id"], [])
        assert "being asked" in fields(unknown)["What happens now"]

        (resumed,) = (await mia.submit(await mia.slash("killswitch resume"), code="RESUME")).messages
        assert resumed["flags"] & EPHEMERAL
        assert said(resumed)
