from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from datetime import timedelta
from pathlib import Path

from chat_keeping_stage import KeepingStage, a_database
from chat_stage import LEO, MIA, FakeAnswers, heard, understood

from cogs._ui.card import press_id
from services.chat.keeping.answers import KeptAnswers
from services.chat.keeping.conversations import Conversations
from services.chat.keeping.leaving import Leaving, Stay
from services.chat.keeping.privacy import ChatPrivacy
from services.chat.messages import Shown
from services.chat.pipeline.answered import Answered
from services.chat.pipeline.noting import Noting, answer_id
from services.chat.pipeline.offline import Composer
from services.store.store import open_store

STAY = Stay(MIA.user_id)


def noting(stage: KeepingStage, leaving: Leaving | None = None) -> tuple[Noting, Conversations, KeptAnswers]:
    conversations = Conversations(stage.store, clock=stage.clock, talk_for=timedelta(minutes=30))
    kept = KeptAnswers(stage.store)
    notes = Noting(conversations, kept, leaving or Leaving(), press=press_id, clock=stage.clock)
    return notes, conversations, kept


async def test_what_an_answer_rests_on_is_kept_and_so_is_what_was_said(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        notes, conversations, kept = noting(stage)
        here = heard("price of BTC")
        answered = await Composer(FakeAnswers()).compose(here, understood("price", market="BTC"))
        reply = await notes.note(here, answered, STAY)
        why = await kept.why(MIA, reply.id)
        assert (why.question, why.persona, why.source) == ("price of BTC", "xyko", "templates")
        assert why.called == [*answered.called]
        talk = await conversations.recent(Conversations.key_of(here.request))
        assert [turn.text for turn in talk.turns] == ["price of BTC", "BTC is at 64,210.5"]
        assert reply.is_last
        assert [action.press for action in reply.card.actions] == ["price|show|BTC", f"chat|why|{reply.id}"]


async def test_a_courtesy_has_nothing_to_rest_on(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        notes, _, _ = noting(stage)
        reply = await notes.note(heard("hi"), Answered(card=Shown(verdict="hi")), STAY)
        assert reply.card.actions == []


async def test_nothing_private_is_kept(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        notes, conversations, _ = noting(stage)
        here = heard("my positions")
        reply = await notes.note(here, Answered(card=Shown(verdict="long"), is_private=True), STAY)
        assert (reply.id, reply.card.verdict) == ("", "long")
        assert (await conversations.recent(Conversations.key_of(here.request))).turns == ()


async def test_an_answer_that_cannot_be_kept_is_shown_all_the_same(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        path, clock = tmp_path / "omega.db", stage.clock
        async with open_store(None, path=path, busy_timeout=timedelta(0), clock=clock) as store:
            notes, _, _ = noting(KeepingStage(store, clock))
            with contextlib.closing(sqlite3.connect(path)) as other:
                other.execute("BEGIN EXCLUSIVE")
                reply = await notes.note(heard(), Answered(card=Shown(verdict="shown")), STAY)
                other.rollback()
    assert (reply.id, reply.card.verdict) == ("", "shown")


def test_the_same_message_to_two_personas_has_two_answers() -> None:
    names = {answer_id(heard()), answer_id(heard(persona="z")), answer_id(heard(id="m2")), answer_id(heard())}
    assert len(names) == 3


async def test_nothing_is_kept_for_who_was_forgotten_meanwhile(tmp_path: Path) -> None:
    async with a_database(tmp_path) as stage:
        leaving, here = Leaving(), heard()
        notes, conversations, _ = noting(stage, leaving)
        stay, of_leo = leaving.begin(MIA.user_id), leaving.begin(LEO.user_id)
        privacy = ChatPrivacy(stage.store, leaving, let_go=lambda _: None)
        await privacy.delete(MIA.user_id)
        reply = await notes.note(here, Answered(card=Shown(verdict="long")), stay)
        assert (reply.id, reply.card.verdict) == ("", "long")
        assert (await conversations.recent(Conversations.key_of(here.request))).turns == ()
        assert (await notes.note(here, Answered(card=Shown(verdict="hi")), of_leo)).id
        assert (await notes.note(here, Answered(card=Shown(verdict="hi")), leaving.begin(MIA.user_id))).id


async def test_who_is_forgotten_waits_for_what_is_being_kept() -> None:
    leaving, order = Leaving(), list[str]()
    stay = leaving.begin("7")

    async def leave() -> None:
        async with leaving.leaving("7"):
            order.append("left")

    async with leaving.keeping(stay) as may_keep:
        assert may_keep
        going = asyncio.ensure_future(leave())
        await asyncio.sleep(0)
        order.append("kept")
    await going
    assert order == ["kept", "left"]
    async with leaving.keeping(stay) as may_keep:
        assert not may_keep
