from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

from alert_engine_stage import level, row
from delivery_stage import Office, open_office

from services.alerts.delivery.expiring import Expiring
from services.alerts.posts import Delivery, Notice
from services.store.rows import QuietRow, RuleRow

HOUR = timedelta(hours=1)


def ending(now: datetime, *, life: timedelta, left: timedelta, name: str = "rule") -> RuleRow:
    return replace(row(level("100"), id=name, expires_at=now + left), set_at=now + left - life)


async def told(office: Office) -> list[Delivery]:
    """What the owner was told by a process that has just started, and once it looks again."""
    expiring = Expiring(office.ledger, bell=office.bell, clock=office.clock)
    await expiring.look()
    await expiring.look()
    await office.pass_by(1)
    return office.bus.sent_to("waze")


async def test_an_owner_is_told_a_day_before_or_at_half_of_a_shorter_life_once_across_restarts(
    tmp_path: Path,
) -> None:
    lives = {
        "a day left": (216 * HOUR, 24 * HOUR),
        "more than a day": (216 * HOUR, 25 * HOUR),
        "half of it left": (4 * HOUR, 2 * HOUR),
        "more than half": (4 * HOUR, 3 * HOUR),
    }
    async with open_office(tmp_path) as office:
        office.present("waze", "xyko", "biel")
        async with office.store.write() as rows:
            for name, (life, left) in lives.items():
                await rows.alerts.put_rule(ending(office.clock.now(), life=life, left=left, name=name))
        await told(office)
        sent = await told(office)
    assert {one.user_id for one in sent} == {"42"}
    notices = [one.body for one in sent if isinstance(one.body, Notice)]
    assert sorted(one.rule for one in notices) == ["a day left", "half of it left"]
    assert all((one.what, one.condition) == ("expiring", level("100")) for one in notices)


async def test_the_notice_waits_for_the_end_of_quiet_hours_unless_the_alert_ends_before(
    tmp_path: Path,
) -> None:
    async with open_office(tmp_path) as office:
        now = office.clock.now()
        minute = now.hour * 60 + now.minute
        async with office.store.write() as rows:
            await rows.quiet.put(
                QuietRow(
                    user_id="42",
                    from_minute=(minute - 60) % 1440,
                    until_minute=(minute + 180) % 1440,
                    timezone="UTC",
                    is_urgent_let_through=False,
                )
            )
            await rows.alerts.put_rule(ending(now, life=20 * HOUR, left=HOUR, name="soon"))
            await rows.alerts.put_rule(ending(now, life=20 * HOUR, left=9 * HOUR, name="later"))
        await Expiring(office.ledger, bell=office.bell, clock=office.clock).look()
        waits = {one.id: one.due_at > now + 2 * HOUR for one in await office.rows()}
    assert sorted(waits.values()) == [False, True]
