"""One request of each kind that is made in the name of somebody, and who the callers are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import msgspec

from services.alerts import feeds
from services.alerts import messages as alerts
from services.bus.messages import Request
from services.chat import messages as chat
from services.farm import messages as farm
from services.members import messages as members
from services.members.messages import Caller, GuildSettings, Right
from services.trading.accounts import messages as accounts
from services.trading.killswitch import messages as killswitch
from services.trading.ledger import messages as ledger
from services.trading.orders import messages as orders
from services.trading.positions import messages as positions
from services.trading.risk import messages as risk
from services.trading.seasons import messages as seasons
from services.trading.strategies import messages as strategies

GUILD = "10"
BTC = "BTC/USDT:USDT"
RANKS: Final[tuple[Right, ...]] = ("member", "trader", "admin")
CALLERS: Final[Mapping[str, Caller]] = {
    "member": Caller(user_id="101", guild_id=GUILD),
    "trader": Caller(user_id="102", guild_id=GUILD, role_names=["Trader"]),
    "admin": Caller(user_id="103", guild_id=GUILD, is_guild_admin=True),
    "stranger in private": Caller(user_id="104", role_names=["Admin", "Trader"], is_guild_admin=True),
}
"""The last one says of himself, outside of any guild, what only a guild can say."""

SOON = datetime.now(UTC) + timedelta(days=1)
REQUESTS: Final[Mapping[str, Request[Any]]] = {
    name: request
    for request in (
        accounts.ListAccounts(caller=CALLERS["member"]),
        accounts.GetBalances(caller=CALLERS["member"]),
        accounts.BeginEnrolment(id="r", caller=CALLERS["member"]),
        accounts.FinishEnrolment(id="r", caller=CALLERS["member"], code="000000"),
        accounts.LinkAccount(id="r", caller=CALLERS["member"], venue="bitget", name="main", sealed=b"none"),
        accounts.UseAccount(id="r", caller=CALLERS["member"], account="paper"),
        accounts.UnlinkAccount(id="r", caller=CALLERS["member"], account="none"),
        orders.ListOrders(caller=CALLERS["member"]),
        orders.DraftOrder(id="r", caller=CALLERS["member"], terms=orders.OrderTerms(market=BTC, side="buy")),
        orders.DraftClose(id="r", caller=CALLERS["member"], market=BTC),
        orders.DraftCancel(id="r", caller=CALLERS["member"]),
        orders.DraftProtection(id="r", caller=CALLERS["member"], market=BTC),
        orders.ConfirmTicket(id="r", caller=CALLERS["member"], ticket="none"),
        orders.DropTicket(id="r", caller=CALLERS["member"], ticket="none"),
        orders.GetTicket(caller=CALLERS["member"], ticket="none"),
        ledger.GetPnl(caller=CALLERS["member"]),
        ledger.ListJournal(caller=CALLERS["member"]),
        ledger.AddNote(id="r", caller=CALLERS["member"], text="a note"),
        ledger.ExportJournal(caller=CALLERS["member"]),
        ledger.WhyOrder(id="none", caller=CALLERS["member"]),
        positions.ListPositions(caller=CALLERS["member"]),
        positions.AnalysePositions(caller=CALLERS["member"]),
        positions.SharePosition(id="r", caller=CALLERS["member"], market=BTC),
        positions.MuteLevels(id="r", caller=CALLERS["member"], card="none"),
        risk.ShowRisk(caller=CALLERS["member"]),
        risk.SetLimit(id="r", caller=CALLERS["member"], name="daily_loss", value="3"),
        risk.SizePosition(caller=CALLERS["member"], market=BTC, stop="1"),
        risk.ListBlackouts(caller=CALLERS["member"]),
        risk.AddBlackout(id="r", caller=CALLERS["member"], event="CPI", at=SOON),
        risk.RemoveBlackout(id="r", caller=CALLERS["member"], blackout="none"),
        strategies.ListStrategies(caller=CALLERS["member"]),
        strategies.StartStrategy(id="r", caller=CALLERS["member"], strategy="fibonacci", market=BTC),
        strategies.StopStrategy(id="r", caller=CALLERS["member"], run="none"),
        strategies.ListProposals(caller=CALLERS["member"]),
        strategies.DecideProposal(id="r", caller=CALLERS["member"], proposal="none", is_approved=True),
        seasons.ResetPaper(id="r", caller=CALLERS["member"]),
        seasons.GetLeaderboard(caller=CALLERS["member"]),
        seasons.JoinSeason(id="r", caller=CALLERS["member"]),
        seasons.StartSeason(id="r", caller=CALLERS["member"], name="one", days=7),
        killswitch.GetSwitch(caller=CALLERS["member"]),
        killswitch.Fire(id="r", caller=CALLERS["member"]),
        killswitch.Resume(id="r", caller=CALLERS["member"]),
        killswitch.Drill(id="r", caller=CALLERS["member"]),
        alerts.SetAlert(id="r", caller=CALLERS["member"], kind="price", given={}),
        alerts.ResumeAlert(id="r", caller=CALLERS["member"], draft="none", value=""),
        alerts.PreviewAlert(caller=CALLERS["member"]),
        alerts.ListAlerts(caller=CALLERS["member"]),
        alerts.GetAlert(caller=CALLERS["member"], alert="none"),
        alerts.ChangeAlert(id="r", caller=CALLERS["member"], alert="none", change="pause"),
        alerts.DeleteAlert(id="r", caller=CALLERS["member"], alert="none"),
        alerts.TestAlert(id="r", caller=CALLERS["member"], alert="none"),
        alerts.WhyAlert(caller=CALLERS["member"], alert="none"),
        chat.Converse(
            id="r",
            caller=CALLERS["member"],
            persona="biel",
            text="Hello!",
            channel_id="42",
            place="channel",
        ),
        chat.ShowPrivate(id="r", caller=CALLERS["member"], persona="biel", intent="alerts"),
        chat.Debate(
            id="r",
            caller=CALLERS["member"],
            personas=["xyko", "gemini"],
            facts=[],
            market=BTC,
            timeframe="4h",
            locale="en",
        ),
        chat.WhyAnswer(caller=CALLERS["member"]),
        chat.GetMemory(caller=CALLERS["member"], persona="biel"),
        chat.ChangeMemory(id="r", caller=CALLERS["member"], persona="biel", is_on=True),
        chat.RememberFact(id="r", caller=CALLERS["member"], persona="biel", text="I trade BTC."),
        chat.ForgetFacts(id="r", caller=CALLERS["member"], persona="biel"),
        chat.GetUsage(caller=CALLERS["member"], persona="biel"),
        feeds.Subscribe(id="r", caller=CALLERS["member"], feed="levels", place="user:101"),
        feeds.Unsubscribe(id="r", caller=CALLERS["member"], feed="levels", place="user:101"),
        feeds.ListSubscriptions(caller=CALLERS["member"]),
        feeds.SetQuiet(caller=CALLERS["member"]),
        feeds.AddSchedule(
            id="r",
            caller=CALLERS["member"],
            schedule=feeds.Schedule(id="", kind="daily", place="channel:7"),
        ),
        feeds.RemoveSchedule(id="r", caller=CALLERS["member"], schedule="none"),
        feeds.ListSchedules(caller=CALLERS["member"]),
        feeds.ListDead(caller=CALLERS["member"]),
        feeds.ReplayDead(id="r", caller=CALLERS["member"]),
        farm.GetFarm(caller=CALLERS["member"]),
        farm.GetLogs(caller=CALLERS["member"], bot="none"),
        farm.ToggleBot(id="r", caller=CALLERS["member"], bot="none", enabled=True),
        farm.RestartBot(id="r", caller=CALLERS["member"], bot="none"),
        farm.ReloadConfig(id="r", caller=CALLERS["member"]),
        members.GetRight(caller=CALLERS["member"]),
        members.GetAudit(caller=CALLERS["member"]),
        members.SetGuild(caller=CALLERS["member"], settings=GuildSettings(guild_id=GUILD)),
    )
    for name in (type(request).__name__,)
}


def _more() -> Mapping[str, Request[Any]]:
    """Return requests that ask for more than their plain form."""
    replace = msgspec.structs.replace
    return {
        "GoLive": accounts.GoLive(
            id="r", caller=CALLERS["member"], account="main", typed=accounts.CONSENT, code="000000"
        ),
        "Fire(all)": replace(REQUESTS["Fire"], scope="all"),
        "Resume(all)": replace(REQUESTS["Resume"], scope="all"),
        "GetSwitch(all)": replace(REQUESTS["GetSwitch"], scope="all"),
        "SetLimit(looser)": replace(REQUESTS["SetLimit"], value="4"),
        "SetLimit(guild)": replace(REQUESTS["SetLimit"], scope="guild", value="4"),
        "Subscribe(channel)": replace(REQUESTS["Subscribe"], place="channel:7"),
        "Unsubscribe(channel)": replace(REQUESTS["Unsubscribe"], place="channel:7"),
    }


SAMPLES: Final = {**REQUESTS, **_more()}
