"""A rate that all processes share: how fast the farm as a whole may use something, such as a venue's API.

The generic cell rate algorithm on the server's own clock: one key holds the moment at which everything that
was asked for will have been paid. Who asks reserves a place in the line and is told how long to wait for it,
so that waiting costs no further question and comes in the order of asking.

Source: ITU-T I.371 (the generic cell rate algorithm, virtual scheduling).
"""

from __future__ import annotations

from typing import Final

from services.bus.lane import Lane

_KEEP: Final = """
local function keep(due, now)
  local life = math.max(1, math.ceil((due - now) / 1000) + 1000)
  redis.call('SET', KEYS[1], string.format('%.0f', due), 'PX', life)
end
local clock = redis.call('TIME')
local now = clock[1] * 1000000 + clock[2]
local due = math.max(tonumber(redis.call('GET', KEYS[1]) or '0'), now)
"""
_TAKE: Final = f"""{_KEEP}
due = due + tonumber(ARGV[1])
local wait = math.max(due - tonumber(ARGV[2]) - now, 0)
if wait <= tonumber(ARGV[3]) then keep(due, now) end
return string.format('%.0f', wait)
"""
_REST: Final = f"""{_KEEP}
keep(math.max(due, now + tonumber(ARGV[1])), now)
return 1
"""
_MICRO: Final = 1_000_000


class Quota:
    """The shared rate called `name`: `per_second` units, of which up to `burst` at once."""

    def __init__(self, lane: Lane, name: str, *, per_second: float, burst: float) -> None:
        self._lane = lane
        self._key = f"omega:quota:{name}"
        self._per_second = per_second
        self._burst = burst

    async def reserve(self, units: float, *, within: float) -> float:
        """Reserve `units` and return the seconds to wait before they may be used; 0 for at once.

        Nothing is reserved where that is longer than `within` seconds.

        Raises:
            BusUnavailable: Redis is away; nothing may have been reserved.
        """
        cost, slack = (round(one / self._per_second * _MICRO) for one in (units, self._burst))
        waits = await self._lane.do("EVAL", _TAKE, 1, self._key, cost, slack, round(within * _MICRO))
        return int(waits) / _MICRO  # type: ignore[call-overload, no-any-return]  # the script answers digits

    async def rest(self, seconds: float) -> None:
        """Let nobody use it for `seconds`: the other side has said so. Raises `BusUnavailable`."""
        until = round((seconds + self._burst / self._per_second) * _MICRO)
        await self._lane.do("EVAL", _REST, 1, self._key, until)
