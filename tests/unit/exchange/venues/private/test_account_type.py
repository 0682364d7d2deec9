"""How the kind of account is found out: a wrong answer is never taken for one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from account_rows import bad, good
from account_stage import StagedAccount, account_at, staged_account

from services.errors import ExchangeUnavailable, Misconfigured

SETTINGS = "/api/v3/account/settings"
HTML = (502, {"Content-Type": "text/html"}, "<html>502 Bad Gateway</html>")


@pytest.mark.parametrize("is_unified", [False, True])
async def test_the_venue_says_what_kind_of_account_it_is(tmp_path: Path, *, is_unified: bool) -> None:
    async with staged_account(is_unified=is_unified) as staged, account_at(staged, tmp_path) as account:
        assert account.is_unified is is_unified
        assert (await account.modes()).is_unified is is_unified


NO_ANSWERS: dict[str, object] = {
    "a page of a proxy": HTML,
    "half an answer": json.dumps(good({"uid": "1"}))[:30],
    "an internal error": bad("40015", 500),
    "maintenance": bad("40200"),
}


@pytest.mark.parametrize("answer", NO_ANSWERS)
async def test_what_is_no_answer_does_not_make_an_account_classic(answer: str, tmp_path: Path) -> None:
    async with staged_account(is_unified=True) as staged:
        staged.answers[SETTINGS] = NO_ANSWERS[answer]
        with pytest.raises(ExchangeUnavailable):
            async with account_at(staged, tmp_path, hurried=True):
                pass
        assert len(staged.of(SETTINGS)) == 4


async def test_an_account_is_unified_although_the_first_answer_was_none(tmp_path: Path) -> None:
    class OnceDown(StagedAccount):
        def reply_to(self, path: str) -> object:
            is_first = path == SETTINGS and len(self.of(path)) == 1
            return HTML if is_first else super().reply_to(path)

    down = OnceDown(is_unified=True)
    async with staged_account(down) as staged, account_at(staged, tmp_path, hurried=True) as account:
        assert account.is_unified


async def test_a_wrong_key_is_not_a_classic_account(tmp_path: Path) -> None:
    async with staged_account() as staged:
        staged.answers[SETTINGS] = bad("40037")
        with pytest.raises(Misconfigured):
            async with account_at(staged, tmp_path):
                pass
