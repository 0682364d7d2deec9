"""Who a text mentions, and whom of them the sender allows to be notified."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from sandbox.discord.wire import Json
from sandbox.discord.world.model import World

_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mentions:
    """Who is mentioned: users, role ids, and everyone."""

    users: list[Json]
    role_ids: list[str]
    is_everyone: bool

    def to_json(self) -> Json:
        """Return the three keys of a message."""
        return {
            "mentions": self.users,
            "mention_roles": self.role_ids,
            "mention_everyone": self.is_everyone,
        }


def find_mentions(
    world: World, text: str, allowed: Json | None, *, may_everyone: bool, replied_to: str | None = None
) -> Mentions:
    """Return whom `text` mentions under the request's ``allowed_mentions`` (None allows all)."""
    user_ids = [one for one in _unique(_USER, text) if one in world.users]
    role_ids = [one for one in _unique(_ROLE, text) if any(one in g.roles for g in world.guilds.values())]
    if allowed is not None:
        user_ids = _allowed(user_ids, allowed, "users")
        role_ids = _allowed(role_ids, allowed, "roles")
    if replied_to is not None and (allowed is None or allowed.get("replied_user")):
        user_ids = list(dict.fromkeys([*user_ids, replied_to]))
    says_everyone = "everyone" in (allowed.get("parse") or []) if allowed is not None else True
    return Mentions(
        users=[world.users[one] for one in user_ids],
        role_ids=role_ids,
        is_everyone=may_everyone and says_everyone and bool(_EVERYONE.search(text)),
    )


def _unique(pattern: re.Pattern[str], text: str) -> list[str]:
    return list(dict.fromkeys(pattern.findall(text))) if "<@" in text else []


def _allowed(ids: list[str], allowed: Json, kind: str) -> list[str]:
    if kind in (allowed.get("parse") or []):
        return ids
    named: list[Any] = allowed.get(kind) or []
    return [one for one in ids if one in {str(item) for item in named}]
