"""Dead letters and what is outstanding: looking at logs from outside, for an operator and for a sender."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final, cast

from services.bus.connection import Reply
from services.bus.entries import dead_stream_of
from services.bus.groups import Raw, raw_entries
from services.bus.lane import Lane
from services.bus.messages import DeadLetter
from services.bus.streams import stream_of

_PREFIX: Final = dead_stream_of("")
_SCANNED: Final = 1_000
_NOTE: Final = 6
"""So many words behind the entry's own fields: group, deliveries and error, each with its name."""
_REPLAY: Final = f"""
local found = redis.call('XRANGE', KEYS[1], ARGV[1], ARGV[1])
if #found == 0 then return 0 end
local fields = {{}}
for i = 1, #found[1][2] - {_NOTE} do fields[i] = found[1][2][i] end
if #fields > 0 then redis.call('XADD', KEYS[2], '*', unpack(fields)) end
return redis.call('XDEL', KEYS[1], ARGV[1])
"""
_PAGE: Final = 500
"""Entries that Redis looks at in one go: in that time it does nothing else."""
_GROUPS: Final = """
if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
local found = {}
for _, group in ipairs(redis.call('XINFO', 'GROUPS', KEYS[1])) do
  local fact = {}
  for i = 1, #group, 2 do fact[group[i]] = group[i + 1] end
  found[#found + 1] = {fact['name'], fact['last-delivered-id']}
end
if #found == 0 then found[1] = {'', '0-0'} end
return found
"""
_OUTSTANDING: Final = """
local ids, last = {}, ''
local function note(rows)
  for _, row in ipairs(rows) do
    last = row[1]
    for i = 1, #row[2], 2 do
      if row[2][i] == 'i' then ids[#ids + 1] = row[2][i + 1] end
    end
  end
end
local key, group, begin, most = KEYS[1], ARGV[1], '(' .. ARGV[2], ARGV[3]
if group == '' then
  note(redis.call('XRANGE', key, begin, '+', 'COUNT', most))
else
  for _, row in ipairs(redis.call('XPENDING', key, group, begin, '+', most)) do
    note(redis.call('XRANGE', key, row[1], row[1]))
    last = row[1]
  end
end
return {last, ids}
"""
_FIRST: Final = b"0-0"


class Shelf:
    """The logs of the bus as an operator sees them."""

    def __init__(self, lane: Lane) -> None:
        self._lane = lane

    async def dead_logs(self) -> dict[str, int]:
        """Return the names of logs that have dead letters, and how many each."""
        streams: set[str] = set()
        cursor = b"0"
        while True:
            found = await self._lane.do(
                "SCAN", cursor, "MATCH", f"{_PREFIX}*", "COUNT", _SCANNED, "TYPE", "stream"
            )
            cursor, names = cast("tuple[bytes, list[bytes]]", found)
            streams |= {name.decode() for name in names}
            if cursor == b"0":
                break
        counts = {name.removeprefix(_PREFIX): await self._lane.do("XLEN", name) for name in sorted(streams)}
        return {name: count for name, count in counts.items() if isinstance(count, int) and count}

    async def dead(self, log_name: str, *, limit: int) -> list[DeadLetter]:
        """Return the newest dead letters of a log, the last one first."""
        stream = dead_stream_of(log_name)
        reply = await self._lane.do("XREVRANGE", stream, "+", "-", "COUNT", limit)
        return [_letter(log_name, raw) for raw in raw_entries(reply)]

    async def replay(self, letter: DeadLetter) -> bool:
        """Append what is in the letter to its log again; False where the letter is gone."""
        streams = (dead_stream_of(letter.log), stream_of(letter.log))
        return await self._lane.do("EVAL", _REPLAY, 2, *streams, letter.id) == 1

    async def outstanding(self, log_name: str, *, most: int) -> frozenset[str]:
        """Return the ids of entries that some group has not acknowledged; `most` where there may be more.

        What a group has not read is looked at before what it has read, so that nothing slips by in between.
        """
        stream, found = stream_of(log_name), set[str]()
        groups: Reply = await self._lane.do("EVAL", _GROUPS, 1, stream)
        for name, delivered in cast("list[tuple[bytes, bytes]]", groups):
            await self._collect(found, stream, b"", after=delivered, most=most)
            if name:
                await self._collect(found, stream, name, after=_FIRST, most=most)
        return frozenset(found)

    async def _collect(self, found: set[str], stream: str, group: bytes, *, after: bytes, most: int) -> None:
        """Add what a group has read and not acknowledged; without a group, whatever is there. In pages."""
        while after and len(found) < most:
            page = await self._lane.do(
                "EVAL", _OUTSTANDING, 1, stream, group, after, min(_PAGE, most - len(found))
            )
            after, ids = cast("tuple[bytes, list[bytes]]", page)
            found |= {entry.decode() for entry in ids}


def _letter(log_name: str, raw: Raw) -> DeadLetter:
    def word(name: bytes) -> str:
        return raw.fields.get(name, b"").decode(errors="replace")

    milliseconds = int(raw.id.partition("-")[0])
    return DeadLetter(
        id=raw.id,
        log=log_name,
        entry=word(b"i"),
        group=word(b"group"),
        deliveries=int(word(b"deliveries") or 0),
        error=word(b"error"),
        at=datetime.fromtimestamp(milliseconds / 1000, UTC),
    )
