"""Members' second factors: how one begins, and which codes pass. Fulfils the port `SecondFactor`."""

from __future__ import annotations

import asyncio
import hmac
import secrets
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from services.clock import Clock
from services.errors import UserMistake
from services.memory import Remembered
from services.store.store import Rows, Store
from services.store.trading_rows import SecondFactorRow
from services.trading.accounts import totp
from services.trading.accounts.messages import Enrolment, RecoveryCodes
from services.trading.accounts.vault import Vault
from services.trading.trail import audited

MOST_FAILURES: Final = 5
LOCKED_FOR: Final = timedelta(minutes=15)
ISSUER: Final = "Omega"
_WAITS_S: Final = 600.0
"""How long a new secret waits for its first code."""


class SecondFactors:
    """Keeps second factors in `store`, their secrets sealed; a new one is kept once its first code came."""

    def __init__(self, *, store: Store, vault: Vault, clock: Clock) -> None:
        self._store = store
        self._vault = vault
        self._clock = clock
        self._waiting: Remembered[str, str] = Remembered(clock)
        self._misses: Remembered[str, int] = Remembered(clock)
        self._turn = asyncio.Lock()

    async def is_in_force(self, user_id: str) -> bool:
        """Return whether the member has one."""
        async with self._store.read() as rows:
            return await rows.trading.factors.get(user_id) is not None

    async def check(self, user_id: str, code: str) -> None:
        """Let a code pass, once; see `SecondFactor.check`."""
        async with self._turn:
            async with self._store.write() as rows:
                row = await rows.trading.factors.get(user_id)
                if row is None:
                    raise UserMistake(
                        "You have no second factor yet.",
                        hint="Set one up with /account, then do this again.",
                    )
                refuse_locked(row, self._clock.now())
                judged = self._judged(row, code)
                await rows.trading.factors.put(judged)
                if judged.locked_until is not None:
                    await self._write_down(rows, "second_factor.lock", user_id)
            refuse_locked(judged, self._clock.now())
            if judged.failures:
                raise _wrong()

    async def begin(self, user_id: str, code: str) -> Enrolment:
        """Begin a second factor; the one in force stays so until the new one is finished.

        Raises:
            UserMistake: there is one in force, and `code` is none of its.
        """
        if await self.is_in_force(user_id):
            await self.check(user_id, code)
        secret = totp.new_secret(secrets.token_bytes)
        self._waiting.keep(user_id, secret, seconds=_WAITS_S)
        self._misses.keep(user_id, 0, seconds=_WAITS_S)
        uri = totp.uri_of(secret, account=user_id, issuer=ISSUER)
        return Enrolment(secret=secret, qr_png=await asyncio.to_thread(totp.picture_of, uri))

    async def finish(self, user_id: str, code: str) -> RecoveryCodes:
        """Put the new one in force with its first code.

        Raises:
            UserMistake: none was begun, or the code is another.
        """
        secret = self._begun(user_id)
        step = totp.matching_step(secret, totp.plain(code), self._clock.now())
        if step is None:
            self._misses.keep(user_id, (self._misses.get(user_id) or 0) + 1, seconds=_WAITS_S)
            raise _wrong()
        codes = totp.recovery_codes(secrets.token_bytes)
        row = SecondFactorRow(
            user_id=user_id,
            sealed=self._vault.seal(secret, purpose=purpose_of(user_id)),
            last_step=step,
            failures=0,
            locked_until=None,
            recovery=tuple(totp.hash_of(user_id, one) for one in codes),
            created_at=self._clock.now(),
        )
        async with self._turn, self._store.write() as rows:
            await rows.trading.factors.put(row)
            await self._write_down(rows, "second_factor.set", user_id)
        self.drop(user_id)
        return RecoveryCodes(codes=codes)

    def drop(self, user_id: str) -> None:
        """Forget a second factor that was begun."""
        self._waiting.keep(user_id, "", seconds=0.0)

    def _begun(self, user_id: str) -> str:
        secret = self._waiting.get(user_id)
        if not secret or (self._misses.get(user_id) or 0) >= MOST_FAILURES:
            raise UserMistake(
                "No second factor waits for its first code.", hint="Begin anew and scan the new picture."
            )
        return secret

    def _judged(self, row: SecondFactorRow, code: str) -> SecondFactorRow:
        """Return the row after a try; it counts a failure unless the code passes."""
        said = totp.plain(code)
        secret = self._vault.open(row.sealed, purpose=purpose_of(row.user_id))
        step = totp.matching_step(secret, said, self._clock.now())
        if step is not None and step > row.last_step:
            return replace(row, last_step=step, failures=0, locked_until=None)
        hashed = totp.hash_of(row.user_id, said)
        left = tuple(one for one in row.recovery if not hmac.compare_digest(one, hashed))
        if left != row.recovery:
            return replace(row, recovery=left, failures=0, locked_until=None)
        if row.failures + 1 < MOST_FAILURES:
            return replace(row, failures=row.failures + 1, locked_until=None)
        return replace(row, failures=0, locked_until=self._clock.now() + LOCKED_FOR)

    async def _write_down(self, rows: Rows, action: str, user_id: str) -> None:
        now = self._clock.now()
        key, subject = f"{user_id}:{now.isoformat()}", f"member {user_id}"
        await rows.audit.append(audited(action, key, by=user_id, subject=subject, at=now))


def purpose_of(user_id: str) -> str:
    """Return what a second factor's secret is sealed for."""
    return f"factor:{user_id}"


def refuse_locked(row: SecondFactorRow, now: datetime) -> None:
    """Refuse every code while there were too many wrong ones. Raises `UserMistake`."""
    if row.locked_until is not None and now < row.locked_until:
        seconds = (row.locked_until - now).total_seconds()
        raise UserMistake(
            "There were too many wrong codes.",
            hint="No code passes for 15 minutes.",
            facts={"retry_after": round(seconds, 1)},
        )


def _wrong() -> UserMistake:
    return UserMistake(
        "That code does not pass.",
        hint="Write the newest code of your authenticator, or a recovery code; each passes once.",
    )
