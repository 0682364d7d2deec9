from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet
from desk_accounts_stage import (
    ANN,
    ANN_ELSEWHERE,
    ANN_IN_PRIVATE,
    BOB,
    KEY,
    LIVE,
    VAULT_KEY,
    DeskStage,
    a_desk,
    held,
)
from persona_fakes import HandClock

from config.farm_file import DeskSection
from services.bus.messages import Request
from services.errors import ExchangeUnavailable, Misconfigured, NotAllowed, UnknownVenue, UserMistake
from services.members.messages import Allowed, GetRight
from services.store.trading_rows import AccountRow, IntentRow, PlanRow
from services.trading.accounts.book import MemberAccounts
from services.trading.accounts.keeping import seal_anew
from services.trading.accounts.messages import (
    CONSENT,
    Accounts,
    ExportDesk,
    ForgetDesk,
    GetBalances,
    GoLive,
    LinkAccount,
    ListAccounts,
    UnlinkAccount,
    UseAccount,
    VenueKey,
)
from services.trading.accounts.places import Places, purpose_of
from services.trading.accounts.vault import Vault


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[DeskStage]:
    async with a_desk(tmp_path) as stage:
        yield stage


async def kept(desk: DeskStage, account_id: str) -> AccountRow:
    async with desk.store.read() as rows:
        row = await rows.trading.accounts.get(account_id)
    assert row is not None
    return row


def named(accounts: Accounts, name: str) -> str:
    (account,) = (one for one in accounts.accounts if one.name == name)
    return account.id


def open_intent(account_id: str, status: str = "open") -> IntentRow:
    now = HandClock().now()
    return IntentRow(
        id="i1",
        account_id=account_id,
        user_id=ANN.user_id,
        client_id="c1",
        status=status,
        amount=Decimal(1),
        created_at=now,
        updated_at=now,
        origin="member",
        group_id="",
        market="BTC/USDT:USDT",
        side="buy",
        kind="limit",
        request="{}",
    )


async def test_the_first_question_makes_a_paper_account_and_the_next_finds_it(desk: DeskStage) -> None:
    first = await desk.service.process(ListAccounts(caller=ANN))
    (account,) = first.accounts
    assert (account.name, account.venue, account.mode, account.is_used) == ("paper", "sandbox", "paper", True)
    assert account.can_trade
    assert await desk.service.process(ListAccounts(caller=ANN)) == first
    assert (await kept(desk, account.id)).venue_account == f"member-{account.id}"


async def test_twenty_first_questions_at_once_make_one_account(desk: DeskStage) -> None:
    rows = await asyncio.gather(*(desk.book.chosen(ANN) for _ in range(20)))
    assert len({row.id for row in rows}) == 1


async def test_each_member_has_an_account_of_their_own_in_each_guild(desk: DeskStage) -> None:
    rows = []
    for caller in (ANN, BOB, ANN_ELSEWHERE):
        rows.append(await desk.book.chosen(caller))
        desk.clock.seconds += 1
    assert len({row.id for row in rows}) == 3
    assert len({row.venue_account for row in rows}) == 3


async def test_in_private_the_account_that_was_chosen_last_anywhere_is_in_use(desk: DeskStage) -> None:
    here = await desk.book.chosen(ANN)
    desk.clock.seconds += 1
    elsewhere = await desk.book.chosen(ANN_ELSEWHERE)
    assert await desk.book.chosen(ANN_IN_PRIVATE) == elsewhere
    desk.clock.seconds += 1
    await desk.service.process(UseAccount(id="u", caller=ANN, account=here.id))
    assert await desk.book.chosen(ANN_IN_PRIVATE) == here
    assert await desk.book.chosen(ANN_IN_PRIVATE, elsewhere.id[:6]) == elsewhere


async def test_in_private_without_any_account_one_is_made(desk: DeskStage) -> None:
    row = await desk.book.chosen(ANN_IN_PRIVATE)
    assert (row.guild_id, row.mode) == ("", "paper")


async def test_nobody_reaches_the_account_of_another_or_of_another_guild(desk: DeskStage) -> None:
    row = await desk.book.chosen(ANN)
    for stranger in (BOB, ANN_ELSEWHERE):
        with pytest.raises(UserMistake, match="no account called"):
            await desk.book.chosen(stranger, row.id)
        requests: tuple[Request[Any], ...] = (
            UseAccount(id="1", caller=stranger, account=row.id),
            UnlinkAccount(id="2", caller=stranger, account=row.id),
            GoLive(id="3", caller=stranger, account=row.id, typed=CONSENT, code="0"),
            GetBalances(caller=stranger, account=row.id),
        )
        for request in requests:
            with pytest.raises(UserMistake):
                await desk.service.process(request)
    assert (await kept(desk, row.id)).status == "active"


async def test_a_linked_account_is_sealed_listed_and_not_in_use(desk: DeskStage) -> None:
    listed = await desk.link()
    assert [(one.name, one.mode, one.is_used) for one in listed.accounts] == [
        ("paper", "paper", True),
        ("main", "live", False),
    ]
    row = await kept(desk, named(listed, "main"))
    assert not any(part in str(row) for part in (KEY.key, KEY.secret, KEY.passphrase))
    (tried,) = desk.sessions.tried
    assert tried.venue == "bitget"
    assert (tried.credentials.key, tried.credentials.secret) == (KEY.key, KEY.secret)
    assert Vault([VAULT_KEY], is_operators=True).open(row.sealed, purpose=purpose_of(row.id))
    assert await desk.actions() == ["account.link"]


async def test_linking_twice_by_the_same_request_links_once(desk: DeskStage) -> None:
    await desk.link()
    desk.clock.seconds += 61
    listed = await desk.link()
    assert len(listed.accounts) == 2
    assert len(desk.sessions.tried) == 1


async def test_a_key_that_may_move_money_is_refused_and_not_kept(desk: DeskStage) -> None:
    desk.sessions.trouble = Misconfigured("It may withdraw.", facts={"venue": "bitget"})
    with pytest.raises(UserMistake, match="It may withdraw"):
        await desk.link()
    desk.sessions.trouble = ExchangeUnavailable("The venue is away.")
    with pytest.raises(ExchangeUnavailable):
        await desk.link()
    assert len((await desk.service.process(ListAccounts(caller=ANN))).accounts) == 1
    assert await desk.actions() == []


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"venue": "kraken"}, "no venue called kraken"),
        ({"venue": "sandbox_twin"}, "no venue called"),
        ({"name": "  "}, "name"),
        ({"name": "x" * 33}, "name"),
        ({"name": "PAPER"}, "already"),
        ({"key": VenueKey(key="k", secret=" ")}, "two parts"),
        ({"key": "nonsense"}, "did not arrive whole"),
    ],
)
async def test_what_cannot_be_linked_is_refused_with_its_reason(
    desk: DeskStage, changed: dict[str, Any], said: str
) -> None:
    await desk.book.chosen(ANN)
    with pytest.raises(UserMistake, match=said):
        await desk.link(**changed)
    assert desk.sessions.tried == []


async def test_what_was_sealed_for_another_desk_is_refused(desk: DeskStage) -> None:
    for sealed in (b"", b"{}", bytes(80)):
        request = LinkAccount(id="x", caller=ANN, venue="bitget", name="main", sealed=sealed)
        with pytest.raises(UserMistake, match="did not arrive whole"):
            await desk.service.process(request)


async def test_one_key_is_linked_once_whoever_has_it(desk: DeskStage) -> None:
    await desk.link()
    with pytest.raises(UserMistake, match="linked already"):
        await desk.link(BOB, id="link-2")


async def test_linking_needs_the_right_trader(tmp_path: Path) -> None:
    async with a_desk(tmp_path, right="member") as desk:
        with pytest.raises(NotAllowed):
            await desk.link()


@pytest.mark.parametrize(
    ("section", "said"),
    [(DeskSection(operator="Omega"), "paper only"), (DeskSection(mode="live"), "who runs it")],
)
async def test_linking_needs_a_farm_that_trades_live_and_says_who_runs_it(
    tmp_path: Path, section: DeskSection, said: str
) -> None:
    async with a_desk(tmp_path, desk=section) as desk:
        with pytest.raises(UserMistake, match=said):
            await desk.link()


async def test_without_the_operator_s_key_paper_works_and_linking_is_refused(tmp_path: Path) -> None:
    async with a_desk(tmp_path, is_operators=False) as desk:
        assert (await desk.service.process(ListAccounts(caller=ANN))).accounts[0].can_trade
        with pytest.raises(UserMistake) as refusal:
            await desk.link()
        assert "OMEGA_VAULT_KEY" in refusal.value.hint


async def test_venues_that_are_not_named_are_those_whose_keys_tell_their_rights(tmp_path: Path) -> None:
    async with a_desk(tmp_path, desk=LIVE.model_copy(update={"venues": ()})) as desk:
        await desk.link(venue=" ByBit ")
        for venue in ("kraken", "sandbox"):
            with pytest.raises(UnknownVenue):
                await desk.link(id=venue, venue=venue)


async def test_a_linked_account_sends_nothing_before_its_owner_consents_with_a_code(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    assert "confirmed" in desk.book.may_send(await kept(desk, account))
    authenticator, _ = await desk.enrol()

    async def go(typed: str, code: str, id_: str) -> Accounts:
        return await desk.service.process(GoLive(id=id_, caller=ANN, account=account, typed=typed, code=code))

    code = authenticator.at(desk.clock.now())
    with pytest.raises(UserMistake, match="sentence"):
        await go("yes", code, "1")
    with pytest.raises(UserMistake, match="does not pass"):
        await go(CONSENT, "000000", "2")
    listed = await go(CONSENT, code, "3")
    assert [one.can_trade for one in listed.accounts] == [True, True]
    assert desk.book.may_send(await kept(desk, account)) == ""
    await go(CONSENT, code, "3")
    assert (await desk.actions()).count("account.go_live") == 1


async def test_consent_needs_the_right_trader_and_a_second_factor(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    request = GoLive(id="1", caller=ANN, account=account, typed=CONSENT, code="000000")
    with pytest.raises(UserMistake, match="no second factor yet"):
        await desk.service.process(request)
    desk.bus.answers[GetRight] = Allowed(right="member")
    with pytest.raises(NotAllowed):
        await desk.service.process(request)


async def test_a_paper_account_never_goes_live(desk: DeskStage) -> None:
    row = await desk.book.chosen(ANN)
    with pytest.raises(UserMistake, match="paper account"):
        await desk.service.process(GoLive(id="1", caller=ANN, account=row.id, typed=CONSENT, code=""))


async def test_a_farm_that_is_set_back_to_paper_sends_nothing_live(desk: DeskStage) -> None:
    row = await kept(desk, named(await desk.link(), "main"))
    consented = replace(row, consented_at=desk.clock.now())
    assert desk.book.may_send(consented) == ""
    back = MemberAccounts(store=desk.store, desk=DeskSection(), clock=desk.clock)
    assert back.may_send(consented) == "This farm trades on paper only."


@pytest.mark.parametrize("status", ["unlinked", "refused", "something new"])
async def test_an_account_that_is_not_active_sends_nothing(desk: DeskStage, status: str) -> None:
    row = await desk.book.chosen(ANN)
    assert desk.book.may_send(replace(row, status=status)) != ""


async def test_unlinking_forgets_the_key_and_closes_the_account(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    await desk.service.process(UseAccount(id="u", caller=ANN, account="main"))
    listed = await desk.service.process(UnlinkAccount(id="x", caller=ANN, account="main"))
    assert [one.name for one in listed.accounts] == ["paper"]
    assert listed.accounts[0].is_used
    row = await kept(desk, account)
    assert (row.status, row.sealed, row.consented_at) == ("unlinked", "", None)
    assert desk.sessions.closed == [account]
    assert await desk.service.process(UnlinkAccount(id="x", caller=ANN, account="main")) == listed
    await desk.link(id="again")


async def test_unlinking_waits_until_orders_and_plans_are_gone(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    plan = PlanRow(
        id="p1", account_id=account, user_id="7", kind="dca", market="m", status="active", body="",
        due_at=None, created_at=desk.clock.now(), updated_at=desk.clock.now(),
    )  # fmt: skip
    request = UnlinkAccount(id="x", caller=ANN, account=account)
    async with desk.store.write() as rows:
        await rows.trading.intents.put(open_intent(account, "unknown"))
    with pytest.raises(UserMistake, match="open"):
        await desk.service.process(request)
    async with desk.store.write() as rows:
        await rows.trading.intents.change("i1", status="filled")
        await rows.trading.plans.put(plan)
    with pytest.raises(UserMistake, match="open"):
        await desk.service.process(request)
    async with desk.store.write() as rows:
        await rows.trading.plans.change("p1", status="done")
    await desk.service.process(request)


async def test_equity_is_what_orders_are_judged_by_and_not_the_spot_wallet_beside_it(desk: DeskStage) -> None:
    desk.sessions.held = [held("USDT", "swap", 100), held("USDT", "spot", 20), held("BTC", "spot", 1)]
    told = await desk.service.process(GetBalances(caller=ANN))
    assert (told.equity, len(told.balances)) == (Decimal(100), 3)
    assert told.account.is_used
    desk.sessions.held = [held("USDT", "unified", 7), held("USDT", "spot", 20)]
    assert (await desk.service.process(GetBalances(caller=ANN))).equity == Decimal(7)
    desk.sessions.held = [held("BTC", "spot", 1)]
    assert (await desk.service.process(GetBalances(caller=ANN))).equity is None


async def test_the_export_has_everything_but_keys_and_codes(desk: DeskStage) -> None:
    await desk.link()
    authenticator, _ = await desk.enrol()
    told = await desk.service.process(ExportDesk(user_id=ANN.user_id))
    assert len(told.rows["trading_accounts"]) == 2
    assert len(told.rows["second_factors"]) == 1
    assert not any(word in str(told) for word in ("sealed", "recovery", KEY.secret, authenticator.secret))


async def test_a_member_who_is_forgotten_has_no_keys_left_and_begins_anew(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    await desk.enrol()
    old = await desk.book.chosen(ANN)
    async with desk.store.write() as rows:
        await rows.trading.intents.put(open_intent(account))
    with pytest.raises(UserMistake, match="open"):
        await desk.service.process(ForgetDesk(user_id=ANN.user_id))
    async with desk.store.write() as rows:
        await rows.trading.intents.change("i1", status="canceled")
    assert (await desk.service.process(ForgetDesk(user_id=ANN.user_id))).rows == 5
    assert set(desk.sessions.closed) == {account, old.id}
    assert not await desk.factors.is_in_force(ANN.user_id)
    assert (await desk.book.chosen(ANN)).venue_account != old.venue_account


async def test_a_new_vault_key_seals_everything_anew(desk: DeskStage) -> None:
    account = named(await desk.link(), "main")
    authenticator, _ = await desk.enrol()
    newest = Fernet.generate_key().decode()
    assert await seal_anew(desk.store, Vault([newest, VAULT_KEY], is_operators=True)) == 2
    alone = Vault([newest], is_operators=True)
    assert await seal_anew(desk.store, alone) == 0
    places = Places(
        vault=alone,
        credentials_for=lambda _: pytest.fail("not on paper"),
        sandbox_url=None,
        is_live=True,
    )
    connection = places.connection(await kept(desk, account))
    assert connection.credentials is not None
    assert connection.credentials.secret == KEY.secret
    assert authenticator.secret not in str(connection)
    assert KEY.secret not in repr(connection)
